import * as E from 'fp-ts/lib/Either.js'
import type { AnyEstimator, Entries, Json } from 'estimand'
import { pipelineFromJson, registry } from 'estimand'

/** What the decoder makes of a pipeline: an estimator, or the sentence that refuses it. */
export type Decoded = { readonly _tag: 'accepted'; readonly estimator: AnyEstimator } | { readonly _tag: 'refused'; readonly sentence: string }

/** A pipeline in its JSON form. */
export interface Pipeline {
  readonly words: readonly Json[]
  readonly decoded: Decoded
}

/**
 * Options of every word that takes some, so that each type that it may have is met: each choice of a list, each number with a type of its
 * own. What the bare word stands for is left out.
 */
const options: Readonly<Record<string, readonly Json[]>> = {
  totalReturn: [{ objective: 'undiscounted' }],
  gae: [{ lambda: 1 }, { lambda: 0.5 }],
  nStep: [{ n: 2 }],
  vtrace: [{ rhoBar: 1, cBar: 'Infinity' }],
  truncate: [{ at: 2 }],
  clip: [{ epsilon: 0.2 }],
  constant: [0.5],
  constantPerTime: [[0.5, 1]],
  batchMean: [{ ended: 'zero' }],
  leaveOneOut: [{ ended: 'zero' }],
  batchStd: [{ ddof: 1, epsilon: 0.5 }],
  whitenSteps: [{ ddof: 0, epsilon: 0.5 }],
  constantLength: [3],
}

/** Every form of every word in one place of the registry: bare if it may stand alone, and with each of its options. */
const formsOf = (entries: Entries<unknown>): readonly Json[] =>
  Object.entries(entries).flatMap(([word, { bare, takes }]) => {
    if (takes !== null && options[word] === undefined) throw new Error(`${word}: has options, and none to be tried with; give it some`)
    return [...(bare === null ? [] : [word]), ...(options[word] ?? []).map((argument) => ({ [word]: argument }))]
  })

const named = (word: string, forms: readonly Json[]): readonly Json[] => forms.map((form) => ({ [word]: form }))

/** Every form of every credit. */
const credits: readonly Json[] = formsOf(registry.credits)

/** Every form of every step between credit and reduction. */
const modifiers: readonly Json[] = [
  ...formsOf(registry.modifiers),
  ...named('baseline', formsOf(registry.baselines)),
  ...named('normalise', formsOf(registry.normalisations)),
  ...named('importance', formsOf(registry.ratios)),
]

/** Every form of every reduction. */
const reductions: readonly Json[] = named('reduce', formsOf(registry.reductions))

/** Words that take another word. */
const outerWords = ['baseline', 'normalise', 'importance', 'reduce']

/** A step or credit as it is written in TypeScript. */
const code = (json: Json): string => {
  if (typeof json === 'string') return json
  const [word, argument] = Object.entries(json as { readonly [word: string]: Json })[0]
  return `${word}(${outerWords.includes(word) ? code(argument) : JSON.stringify(argument).replaceAll('"Infinity"', 'Infinity')})`
}

/** The pipeline as it is written in TypeScript. */
export const piped = (words: readonly Json[]): string => `pipe(${words.map(code).join(', ')})`

/** What the decoder makes of a pipeline whose words are all known. */
export const decode = (words: readonly Json[]): Decoded => {
  const result = pipelineFromJson(words)
  return E.isRight(result) ? { _tag: 'accepted', estimator: result.right } : { _tag: 'refused', sentence: result.left.map(({ expected }) => expected).join('\n') }
}

const pipeline = (...words: readonly Json[]): Pipeline => ({ words, decoded: decode(words) })

const isAccepted = ({ decoded }: Pipeline): boolean => decoded._tag === 'accepted'

/** Sequences with one step more, each ended by a reduction in turn; those that are refused are not extended further. */
const extended = (sequences: readonly (readonly Json[])[]): readonly Pipeline[] =>
  sequences.flatMap((words, j) => modifiers.map((modifier, k) => pipeline(...words, modifier, reductions[(j + k) % reductions.length])))

const unreduced = (pipelines: readonly Pipeline[]): readonly (readonly Json[])[] => pipelines.filter(isAccepted).map(({ words }) => words.slice(0, -1))

/**
 * All pipelines of the registry's words with up to three modifiers, and all with one step after the reduction. What extends a refused
 * sequence is left out.
 */
export const allPipelines = (): readonly Pipeline[] => {
  const plain = credits.flatMap((credit) => reductions.map((reduction) => pipeline(credit, reduction)))
  const one = extended(credits.map((credit) => [credit]))
  const two = extended(unreduced(one))
  const three = extended(unreduced(two))
  const afterwards = credits.flatMap((credit) => [...modifiers, ...reductions].map((step) => pipeline(credit, reductions[0], step)))
  const afterModified = unreduced(one).map((words) => pipeline(...words, reductions[0], reductions[1]))
  return [...plain, ...one, ...two, ...three, ...afterwards, ...afterModified]
}

/** The names of all words, as a program imports them. */
export const wordsUsed: readonly string[] = [...Object.values(registry).flatMap((entries: Entries<unknown>) => Object.keys(entries)), ...outerWords]
