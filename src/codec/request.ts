import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts/lib/index.js'
import type { AnyEstimator } from '../estimator/estimator.ts'
import type { Setting } from '../exact/setting.ts'
import type { Mdp } from '../exact/mdp.ts'
import { recipes } from '../recipe/recipes.ts'
import { expectedEstimator } from './estimatorName.ts'
import { pipelineFromJson } from '../registry/pipeline.ts'
import { registry } from '../registry/registry.ts'
import type { Registry } from '../registry/registry.ts'
import type { Json } from '../registry/toJson.ts'
import { toJson } from '../registry/toJson.ts'
import type { Problem } from '../trajectories/problem.ts'
import { shown } from '../trajectories/problem.ts'
import { codecOf, strictRecord } from './codec.ts'
import { mdpCodec } from './mdp.ts'

const isEstimator = (x: unknown): x is AnyEstimator => typeof x === 'object' && x !== null && 'estimate' in x && 'composition' in x

const recipeNames = Object.keys(recipes) as readonly (keyof typeof recipes)[]

const specified = (json: unknown, words: Registry): E.Either<readonly Problem[], AnyEstimator> => {
  if (typeof json !== 'string') return pipelineFromJson(json, words)
  const name = recipeNames.find((known) => known === json)
  return name === undefined
    ? E.left([{ path: 'pipeline', expected: expectedEstimator(json, words), got: shown(json) }])
    : E.right(recipes[name].estimator as unknown as AnyEstimator)
}

/**
 * The codec of an estimator as people name it: a pipeline as JSON, or the name of a recipe. It encodes the pipeline.
 *
 * @param words  the words that are known
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { estimatorCodec } from 'estimand/codecs'
 * const codec = estimatorCodec()
 * pipe(codec.decode('reinforce'), E.map(codec.encode)) // => E.right(['totalReturn', { reduce: 'meanOverTrajectories' }])
 * ```
 */
export const estimatorCodec = (words: Registry = registry): t.Type<AnyEstimator, Json, unknown> =>
  codecOf({ name: 'an estimator: a pipeline as JSON, or the name of a recipe', root: 'pipeline', is: isEstimator, decode: (json) => specified(json, words), encode: toJson })

const sources = ['exact', 'exactBehaviour'] as const

/** Where a table comes from: its numbers are checked in the setting, which knows how many there should be. */
const tableCodec = <A>(name: string): t.Type<'exact' | 'exactBehaviour' | A, unknown, unknown> =>
  codecOf<'exact' | 'exactBehaviour' | A, unknown>({
    name,
    root: name,
    is: (x): x is 'exact' | 'exactBehaviour' | A => x === 'exact' || x === 'exactBehaviour' || Array.isArray(x),
    decode: (x) => {
      const source = sources.find((known) => known === x)
      if (source !== undefined) return E.right(source)
      return Array.isArray(x) ? E.right(x as A) : E.left([{ path: '', expected: `'exact', 'exactBehaviour', or a table ${name}`, got: shown(x) }])
    },
    encode: (x) => x,
  })

/**
 * The codec of where a batch's values come from: `{ "value": "exact" }` are the target policy's own, `"exactBehaviour"` those of the
 * behaviour policy, or a table stands there: [t][s], or [s] for all times; for `actionValue` [t][s][a].
 *
 * @example
 * ```ts
 * import * as E from 'fp-ts/lib/Either.js'
 * import { factsCodec } from 'estimand/codecs'
 * factsCodec.decode({ value: 'exact' }) // => E.right({ value: 'exact' })
 * ```
 */
export const factsCodec = strictRecord(
  'facts',
  {},
  { value: tableCodec<NonNullable<Setting['value']> & readonly unknown[]>('[t][s]'), actionValue: tableCodec<NonNullable<Setting['actionValue']> & readonly unknown[]>('[t][s][a]') },
)

/** Where the values of a batch come from. */
export type FactSources = t.TypeOf<typeof factsCodec>

const positive = codecOf<number, number>({
  name: 'an integer >= 1',
  root: 'integer',
  is: (x): x is number => Number.isInteger(x) && Number(x) >= 1,
  decode: (x) => (Number.isInteger(x) && Number(x) >= 1 ? E.right(Number(x)) : E.left([{ path: '', expected: 'an integer >= 1', got: shown(x) }])),
  encode: (x) => x,
})

const choice = <const A extends readonly string[]>(...choices: A): t.Type<A[number], A[number], unknown> =>
  codecOf<A[number], A[number]>({
    name: choices.map((one) => `'${one}'`).join(' or '),
    root: 'choice',
    is: (x): x is A[number] => choices.some((one) => one === x),
    decode: (x) =>
      choices.some((one) => one === x) ? E.right(x as A[number]) : E.left([{ path: '', expected: choices.map((one) => `'${one}'`).join(' or '), got: shown(x) }]),
    encode: (x) => x,
  })

const settingFields = {
  facts: factsCodec,
  sampling: choice('target', 'behaviour'),
  id: t.unknown,
}

/** A question about an estimator's exact moments, as data. */
export interface ExactRequest {
  readonly mdp: Mdp
  readonly estimator: AnyEstimator
  readonly facts?: FactSources
  readonly batchSize?: number
  readonly sampling?: 'target' | 'behaviour'
  readonly covariance?: 'diagonal' | 'full'
  readonly limit?: number
  /** Comes back with the answer. */
  readonly id?: unknown
}

/**
 * The codec of a request for exact moments: mdp and estimator, and what the setting says of them. Unknown keys are refused.
 *
 * @param words  the words that are known
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { describeProblems } from 'estimand'
 * import { bandit } from 'estimand/exact'
 * import { exactRequestCodec, problemsOf } from 'estimand/codecs'
 * const request = { mdp: bandit([1, 0], [0.5, 0.5]), estimator: 'reinforce', batchsize: 2 }
 * pipe(exactRequestCodec().decode(request), E.mapLeft((errors) => describeProblems(problemsOf()(errors))))
 * // => E.left('batchsize: expected one of mdp, estimator, facts, sampling, id, batchSize, covariance, limit (nearest: batchSize), got "batchsize"')
 * ```
 */
export const exactRequestCodec = (words: Registry = registry): t.Type<ExactRequest, Readonly<Record<string, unknown>>, unknown> =>
  strictRecord(
    'an exact request',
    { mdp: mdpCodec, estimator: estimatorCodec(words) },
    { ...settingFields, batchSize: positive, covariance: choice('diagonal', 'full'), limit: positive },
  ) as t.Type<ExactRequest, Readonly<Record<string, unknown>>, unknown>

/** A batch to be weighed, as data: columns, or recorded episodes of an MDP. */
export interface WeighRequest {
  readonly estimator: AnyEstimator
  /** Read once it is known whether there is an MDP. */
  readonly batch: unknown
  readonly mdp?: Mdp
  readonly facts?: FactSources
  readonly sampling?: 'target' | 'behaviour'
  /** Comes back with the answer. */
  readonly id?: unknown
}

/**
 * The codec of a request to weigh a batch. The batch is what `batchCodec` reads, or, with an mdp, recorded episodes: `{ "sampling": "target",
 * "trajectories": [{ "states": [0], "actions": [1], "rewards": [1] }] }`.
 *
 * @param words  the words that are known
 *
 * @example
 * ```ts
 * import * as E from 'fp-ts/lib/Either.js'
 * import { weighRequestCodec } from 'estimand/codecs'
 * E.isRight(weighRequestCodec().decode({ estimator: 'reinforce', batch: {} })) // => true
 * ```
 */
export const weighRequestCodec = (words: Registry = registry): t.Type<WeighRequest, Readonly<Record<string, unknown>>, unknown> =>
  strictRecord('a weigh request', { estimator: estimatorCodec(words), batch: t.unknown }, { ...settingFields, mdp: mdpCodec }) as t.Type<
    WeighRequest,
    Readonly<Record<string, unknown>>,
    unknown
  >
