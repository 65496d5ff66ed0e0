import * as E from 'fp-ts/lib/Either.js'
import type { AnyEstimator } from '../estimator/estimator.ts'
import { describe, explain } from '../estimator/explain.ts'
import { toJson } from '../registry/toJson.ts'
import type { Answer, Outcome } from './outcome.ts'

/** `estimand explain`: formula, needs, expectation, bias and sources of an estimator. */
export const runExplain = (estimator: AnyEstimator): Outcome => {
  const explanation = explain(estimator)
  const answer: Answer = { json: { ...explanation, json: toJson(estimator) }, text: describe(explanation).trimEnd(), exit: 0 }
  return E.right(answer)
}
