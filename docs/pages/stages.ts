import * as E from 'fp-ts/lib/Either.js'
import { entry, pipelineFromJson, registry, weightModifier, withWords } from 'estimand'
import type { AnyEstimator, Json } from 'estimand'

/** A weight modifier that changes nothing: no built-in word is one, and the table has a column for what may follow one. */
const unchanged = weightModifier({
  word: 'unchanged',
  needs: [],
  coupling: 'none',
  reasons: [],
  apply: (weight) => weight,
  formula: (weight) => weight,
  source: 'an example',
})
const words = withWords({ modifiers: { unchanged: entry.alone(unchanged) } })(registry)

const mean: Json = { reduce: 'meanOverTrajectories' }
const toGo: readonly Json[] = ['totalReturn', 'causality']

/** Each place in a pipeline where a word may be tried, and the shortest pipeline that leads there. */
export const places: Readonly<Record<string, readonly Json[]>> = {
  'a whole return': ['totalReturn'],
  'a return less the mean of the batch': ['totalReturn', { baseline: 'batchMean' }],
  'a reward-to-go': toGo,
  'a credit per step': ['advantage'],
  'a normalised credit': ['totalReturn', { normalise: { batchStd: { ddof: 0, epsilon: 0.1 } } }],
  'a ratio per trajectory': [...toGo, { importance: 'perTrajectory' }],
  'a ratio up to the step': [...toGo, { importance: 'prefix' }],
  'a ratio per step': [...toGo, { importance: 'perStep' }],
  'a ratio per decision': [...toGo, { importance: 'perDecision' }],
  'a ratio taken as one': [...toGo, { importance: 'takenAsOne' }],
  'a clipped ratio': [...toGo, { importance: 'perStep' }, { clip: { epsilon: 0.2 } }],
  'a truncated ratio per step': [...toGo, { importance: 'perStep' }, { truncate: { at: 1.2 } }],
  'a truncated ratio per trajectory': [...toGo, { importance: 'perTrajectory' }, { truncate: { at: 1.2 } }],
  'a self-normalised ratio': [...toGo, { importance: 'perTrajectory' }, 'selfNormalise'],
  'V-trace': [{ vtrace: { rhoBar: 1, cBar: 1 } }],
  'a weight modifier': [...toGo, 'unchanged'],
  'a reduction': [...toGo, mean],
}

/** A pipeline built, or the sentence that refuses it. */
export const attempt = (pipeline: readonly Json[]): E.Either<string, AnyEstimator> =>
  E.mapLeft((problems: readonly { readonly expected: string }[]) => problems[0].expected)(pipelineFromJson(pipeline, words))

/** What became of a word at a place: refused with a sentence, or legal, and what it adds there. */
export type Trial =
  | { readonly place: string; readonly refused: string }
  | { readonly place: string; readonly refused: null; readonly before: AnyEstimator; readonly after: AnyEstimator }

const finished = (pipeline: readonly Json[]): readonly Json[] => [...pipeline, mean]

/** A step tried at each place; `ends` says that it is a reduction itself. */
export const trials = (step: Json, ends: boolean): readonly Trial[] =>
  Object.entries(places).map(([place, pipeline]) => {
    const after = attempt(ends ? [...pipeline, step] : finished([...pipeline, step]))
    if (E.isLeft(after)) return { place, refused: after.left }
    const before = attempt(finished(pipeline))
    if (E.isLeft(before)) throw new Error(`${place}: ${before.left}`)
    return { place, refused: null, before: before.right, after: after.right }
  })
