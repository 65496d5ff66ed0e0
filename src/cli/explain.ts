import * as E from 'fp-ts/lib/Either.js'
import type { AnyEstimator } from '../estimator/estimator.ts'
import { describe, explain } from '../estimator/explain.ts'
import { describeLatex } from '../estimator/describeLatex.ts'
import { describeMarkdown } from '../estimator/describeMarkdown.ts'
import { toJson } from '../registry/toJson.ts'
import type { Answer, Outcome } from './outcome.ts'

/** How an explanation is written. */
export type Format = 'text' | 'markdown' | 'latex'

const render = { text: describe, markdown: describeMarkdown, latex: describeLatex }

/** `estimand explain`: formula, needs, expectation, bias and sources of an estimator. */
export const runExplain = (estimator: AnyEstimator, format: Format): Outcome => {
  const explanation = explain(estimator)
  const answer: Answer = { json: { ...explanation, json: toJson(estimator) }, text: render[format](explanation).trimEnd(), exit: 0 }
  return E.right(answer)
}
