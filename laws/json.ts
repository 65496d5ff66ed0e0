import * as E from 'fp-ts/lib/Either.js'
import * as fc from 'fast-check'
import { describeProblems, mix, pipelineFromJson, plus, scale, toJson } from '../src/index.ts'
import type { AnyEstimator, Json, Trajectories, AllFacts } from '../src/index.ts'
import { kinds } from '../src/trajectories/argument.ts'
import { refuseFields } from '../src/trajectories/fields.ts'
import { batches } from './arbitraries/batches.ts'
import { pipelines } from './arbitraries/pipelines.ts'
import type { Law, Verdict } from './law.ts'
import { fails, holds } from './law.ts'
import { gap } from './settings.ts'
import { weightsOf } from './weights.ts'

/** An arbitrary legal pipeline, or a combination of such of one objective. */
const estimators: fc.Arbitrary<AnyEstimator> = fc.oneof(
  { weight: 3, arbitrary: pipelines.map(({ estimator }) => estimator) },
  {
    weight: 1,
    arbitrary: fc
      .record({ some: pipelines, more: pipelines, by: fc.constantFrom(0.5, -2, 1) })
      .filter(({ some, more }) => some.estimator.objective === more.estimator.objective)
      .chain(({ some: { estimator: a }, more: { estimator: b }, by }) =>
        fc.constantFrom<AnyEstimator>(plus(b)(a), scale(by)(a), mix([by, a], [1 - by, b]), plus(scale(by)(b))(a)),
      ),
  },
)

const facts = ['formula', 'needs', 'reasons', 'sources', 'coupling', 'objective'] as const

/** An estimator and the batch on which it is compared with itself after the journey. */
export interface JsonCase {
  readonly estimator: AnyEstimator
  readonly batch: Trajectories<AllFacts>
}

/** A pair of functions that should be inverse: to JSON text and back. */
export interface JsonForm {
  readonly write: (e: AnyEstimator) => Json
  readonly read: (json: unknown) => E.Either<Parameters<typeof describeProblems>[0], AnyEstimator>
}

/**
 * Law `jsonIsInverse`: an estimator written as JSON text and read again is the same estimator: the same weights on every batch, the same
 * formula, needs, reasons and sources, and the same JSON.
 *
 *     read(write(e)) = e,   write(read(json)) = json
 *
 * @param form  how it is written and read; default: toJson and pipelineFromJson
 *
 * @example
 * ```ts
 * import { jsonIsInverse, tryLaw } from 'estimand/laws'
 * tryLaw({ runs: 20, seed: 1 })(jsonIsInverse())._tag // => 'held'
 * ```
 */
export const jsonIsInverse = (form: JsonForm = { write: toJson, read: pipelineFromJson }): Law<JsonCase> => {
  refuseFields('jsonIsInverse', form, { write: kinds.function, read: kinds.function })
  const { write, read } = form
  return {
    name: 'jsonIsInverse',
    states: 'read(write(e)) = e',
    cases: fc.record({ estimator: estimators, batch: batches({ provenance: 'on-policy', episodes: 'complete' }) }),
    verdict: ({ estimator, batch }): Verdict => {
      const text = JSON.stringify(write(estimator))
      const again = read(JSON.parse(text))
      if (E.isLeft(again)) return fails(`${text}\n${describeProblems(again.left)}`)
      if (JSON.stringify(write(again.right)) !== text) return fails(`${text}\nis written again as ${JSON.stringify(write(again.right))}`)
      const changed = facts.find((key) => JSON.stringify(again.right[key]) !== JSON.stringify(estimator[key]))
      if (changed !== undefined) return fails(`${text}\n${changed} was ${JSON.stringify(estimator[changed])}, is ${JSON.stringify(again.right[changed])}`)
      return gap(weightsOf(again.right, batch), weightsOf(estimator, batch)) === 0 ? holds : fails(`${text}\nhas other weights`)
    },
  }
}
