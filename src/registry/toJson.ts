import type { Composition, Estimator } from '../estimator/estimator.ts'
import { refuseUnreduced } from '../estimator/estimator.ts'
import type { Objective, Word } from '../weighting/weighting.ts'

/** What JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** A number in JSON, which has no infinite ones: these are the words that the decoders read. */
export const numberJson = (x: number): Json => (Number.isFinite(x) ? x : String(x))

/** An argument in JSON; options that JSON cannot hold are a fault of the word that has them. */
const argumentJson = (word: string, x: unknown): Json => {
  if (x === null || typeof x === 'boolean' || typeof x === 'string') return x
  if (typeof x === 'number') return numberJson(x)
  if (Array.isArray(x) || ArrayBuffer.isView(x)) return Array.from(x as unknown as ArrayLike<unknown>, (y) => argumentJson(word, y))
  if (typeof x === 'object') return Object.fromEntries(Object.entries(x).map(([key, y]) => [key, argumentJson(word, y)]))
  throw new RangeError(`toJson: ${word}: expected an argument of numbers, texts, lists and records, got ${typeof x}; give the word plain options`)
}

const wordJson = ({ word, argument }: Word): Json => (argument === undefined ? word : { [word]: argumentJson(word, argument) })

const compositionJson = (composition: Composition, objective: Objective): Json => {
  if (composition._tag === 'pipeline') return composition.words.map(wordJson)
  const { word, argument } = composition
  const parts = composition.parts.map((part) => compositionJson(part, objective))
  switch (word) {
    case 'scale':
      return { scale: { by: argumentJson(word, argument), of: parts[0] } }
    case 'mix':
      return { mix: parts.map((of, k) => ({ weight: argumentJson(word, (argument as readonly number[])[k]), of })) }
    case 'zero':
      return { zero: objective }
    default:
      return { [word]: parts }
  }
}

/**
 * An estimator in the JSON form that `pipelineFromJson` reads: an array of words, or a combination of such arrays.
 *
 *     pipelineFromJson(toJson(e)) = e          for every estimator built from registered words
 *
 * A pipeline is `["totalReturn", "causality", { "reduce": "meanOverTrajectories" }]`; combinations are `{ "plus": [a, b] }`,
 * `{ "scale": { "by": 2, "of": a } }`, `{ "mix": [{ "weight": 0.5, "of": a }, ...] }`, `{ "zero": "discounted" }`. Infinity is written
 * as a word, since JSON has none. A claimed scale is a function and is not written. Law: `jsonIsInverse`.
 *
 * @param e  any estimator
 * @throws   RangeError if a word of your own has an argument that JSON cannot hold, such as a function
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { toJson, totalReturn, importance, perStep, clip, reduce, meanOverTrajectories } from 'estimand'
 * toJson(pipe(totalReturn, importance(perStep), clip({ epsilon: Infinity }), reduce(meanOverTrajectories)))
 * // => ['totalReturn', { importance: 'perStep' }, { clip: { epsilon: 'Infinity' } }, { reduce: 'meanOverTrajectories' }]
 * ```
 */
export const toJson = <N, B extends string>(e: Estimator<N, B>): Json => {
  refuseUnreduced(e, 'toJson')
  return compositionJson(e.composition, e.objective)
}
