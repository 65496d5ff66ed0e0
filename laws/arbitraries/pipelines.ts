import * as E from 'fp-ts/lib/Either.js'
import * as fc from 'fast-check'
import { pipelineFromJson, registry } from '../../src/index.ts'
import type { AnyEstimator } from '../../src/index.ts'

/** A pipeline in its JSON form, and the estimator that it stands for. */
export interface LawPipeline {
  readonly words: readonly unknown[]
  readonly estimator: AnyEstimator
}

const credits: readonly unknown[] = [
  'totalReturn',
  { totalReturn: { objective: 'undiscounted' } },
  { gae: { lambda: 1 } },
  'advantage',
  { gae: { lambda: 0.5 } },
  { nStep: { n: 2 } },
  { vtrace: { rhoBar: 1, cBar: 1 } },
  'cloning',
]
const modifiers: readonly unknown[] = [
  'causality',
  { baseline: { constant: 0.5 } },
  { baseline: { constantPerTime: [0.5, -0.5, 1, 0.5, 1, 2, 1] } },
  { baseline: 'leaveOneOut' },
  { baseline: { leaveOneOut: { ended: 'zero' } } },
  { baseline: 'stateValue' },
  { importance: 'perTrajectory' },
  { importance: 'perDecision' },
  { baseline: 'batchMean' },
  { baseline: { batchMean: { ended: 'zero' } } },
  { baseline: 'actionValue' },
  'dropOuterDiscount',
  { importance: 'perStep' },
  { importance: 'prefix' },
  { importance: 'takenAsOne' },
  { normalise: { batchStd: { ddof: 0, epsilon: 0.1 } } },
  { normalise: { whitenSteps: { ddof: 1, epsilon: 0.1 } } },
  { clip: { epsilon: 0.2 } },
  { truncate: { at: 1.5 } },
  'selfNormalise',
]
const reductions: readonly unknown[] = ['meanOverTrajectories', { constantLength: 2 }, 'meanOfTrajectoryMeans', 'meanOverSteps'].map((reduce) => ({ reduce }))

/** The words of a list that may follow, tried one by one against the library's own legality table. */
const legal = (so: readonly unknown[], choices: readonly unknown[]): readonly unknown[] =>
  choices.filter((choice) => E.isRight(pipelineFromJson([...so, choice, { reduce: 'meanOverTrajectories' }])))

/**
 * Legal pipelines of the built-in words: a credit, up to five modifiers, a reduction. They shrink to shorter ones.
 *
 * @example
 * ```ts
 * import * as fc from 'fast-check'
 * import { pipelines } from 'estimand/laws'
 * fc.sample(pipelines, { numRuns: 20, seed: 1 }).every(({ words }) => words.length >= 2) // => true
 * ```
 */
export const pipelines: fc.Arbitrary<LawPipeline> = fc
  .record({
    credit: fc.integer({ min: 0, max: credits.length + 7 }).map((k) => Math.max(k - 8, 0)),
    steps: fc.array(fc.nat(), { maxLength: 5 }),
    reduction: fc.integer({ min: 0, max: reductions.length + 3 }).map((k) => Math.max(k - 4, 0)),
  })
  .map(({ credit, steps, reduction }) => {
    const modified = steps.reduce<readonly unknown[]>(
      (so, pick) => {
        const choices = legal(so, modifiers)
        return choices.length === 0 ? so : [...so, choices[pick % choices.length]]
      },
      [credits[credit]],
    )
    const words = [...modified, reductions[reduction]]
    const estimator = pipelineFromJson(words, registry)
    if (E.isLeft(estimator)) throw new TypeError(`pipelines: ${JSON.stringify(words)} is not legal`)
    return { words, estimator: estimator.right }
  })
