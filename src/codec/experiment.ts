import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts/lib/index.js'
import type { BackendName } from '../backend/openBackend.ts'
import { backendNames } from '../backend/openBackend.ts'
import type { EnvironmentName } from '../environment/byName.ts'
import { environments } from '../environment/byName.ts'
import type { AnyEstimator } from '../estimator/estimator.ts'
import type { Mdp } from '../exact/mdp.ts'
import type { Activation } from '../network/activation.ts'
import type { RecipeName } from '../recipe/recipes.ts'
import { recipes } from '../recipe/recipes.ts'
import { nearest } from '../trajectories/nearest.ts'
import { expectedEstimator } from './estimatorName.ts'
import { registry } from '../registry/registry.ts'
import type { Registry } from '../registry/registry.ts'
import type { Problem } from '../trajectories/problem.ts'
import { shown } from '../trajectories/problem.ts'
import { range } from '../weighting/options.ts'
import { codecOf, strictRecord } from './codec.ts'
import { mdpCodec } from './mdp.ts'
import { called, either, inPart, listOf, numberIn, oneOf } from './option.ts'
import { pipelineCodec } from './pipeline.ts'
import { isRecord } from '../trajectories/keys.ts'

const count = numberIn(range.count)
const finite = numberIn(range.finite)
const unit = numberIn(range.unit)
const positive = numberIn(range.positive)
const notNegative = numberIn({ expected: 'a finite number >= 0', holds: (x) => x >= 0 && x < Infinity })
const belowOne = numberIn({ expected: 'a number in [0, 1)', holds: (x) => x >= 0 && x < 1 })

/** What is acted in: an environment by its name in gymnasium with its options, or a finite MDP. */
export type EnvironmentChoice =
  | {
      readonly name: EnvironmentName
      /** Steps of an episode, and what reaching them is: a cut that has a value after it, or a horizon of the problem. */
      readonly timeLimit?: { readonly steps?: number; readonly as?: 'Truncated' | 'TimeLimit' }
      /** Of the lakes. */
      readonly ice?: 'slippery' | 'rough'
    }
  | { readonly mdp: Mdp }

const environmentNames = Object.keys(environments) as readonly EnvironmentName[]

const timeLimitCodec = strictRecord('a time limit', {}, { steps: count, as: oneOf('Truncated', 'TimeLimit') })
const limited = { timeLimit: timeLimitCodec }
const namedCodec = strictRecord('an environment', { name: oneOf(...environmentNames) }, limited)
const lakeCodec = strictRecord('a lake', { name: oneOf(...environmentNames) }, { ...limited, ice: oneOf('slippery', 'rough') })
const ofMdpCodec = strictRecord('an MDP', { mdp: mdpCodec }, {})

const optionsCodecOf = (x: object): t.Mixed => ('mdp' in x ? ofMdpCodec : 'name' in x && typeof x.name === 'string' && x.name.startsWith('FrozenLake') ? lakeCodec : namedCodec)

const environmentCodec: t.Type<EnvironmentChoice, unknown, unknown> = codecOf<EnvironmentChoice, unknown>({
  name: `an environment: ${environmentNames.join(', ')}, { "name": ... } with options, or { "mdp": ... }`,
  root: '',
  is: (x): x is EnvironmentChoice => isRecord(x) && optionsCodecOf(x).is(x),
  decode: (x) => {
    const choice = typeof x === 'string' ? { name: x } : x
    if (!isRecord(choice)) return E.left([{ path: '', expected: 'the name of an environment, { "name": ... } with options, or { "mdp": ... }', got: shown(x) }])
    const { name } = choice
    if (!('mdp' in choice) && !environmentNames.some((known) => known === name))
      return E.left([{ path: typeof x === 'string' ? '' : 'name', expected: nearest(environmentNames, typeof name === 'string' ? name : ''), got: name === undefined ? 'none' : shown(name) }])
    return E.mapLeft(inPart)(optionsCodecOf(choice).decode(choice) as t.Validation<EnvironmentChoice>)
  },
  encode: (choice) => {
    const json = optionsCodecOf(choice).encode(choice) as object
    return 'name' in choice && Object.keys(json).length === 1 ? choice.name : json
  },
})

/** Steps that somebody recorded: row k of the observations was answered by row k of the actions. */
export interface Demonstrations {
  /** Numbers of each observation; of a discrete space one, its index. */
  readonly observations: readonly (readonly number[])[]
  readonly actions: readonly (readonly number[])[]
}

const rowsCodec = listOf('an array of rows of numbers', listOf('an array of numbers', finite))
const demonstrationsCodec: t.Type<Demonstrations, unknown, unknown> = strictRecord('demonstrations', { observations: rowsCodec, actions: rowsCodec }, {})

const none = strictRecord('no options', {}, {})

/** Names of recipes that take no options. */
type PlainRecipe = Exclude<RecipeName, 'ppo' | 'cloning'>

/** What is ascended: a recipe with its options, or a pipeline. */
export type EstimatorChoice =
  | { readonly word: PlainRecipe; readonly options: Readonly<Record<never, never>> }
  | { readonly word: 'ppo'; readonly options: { readonly lambda?: number; readonly clip?: number; readonly valueClip?: number } }
  | { readonly word: 'cloning'; readonly options: { readonly demonstrations: Demonstrations } }
  | { readonly word: 'pipeline'; readonly estimator: AnyEstimator }

const recipeNames = Object.keys(recipes)

const recipeCodec = called('a recipe', {
  ...Object.fromEntries(recipeNames.map((name) => [name, none])),
  ppo: strictRecord('options of ppo', {}, { lambda: unit, clip: numberIn(range.notNegative), valueClip: positive }),
  cloning: strictRecord('options of cloning', { demonstrations: demonstrationsCodec }, {}),
}) as unknown as t.Type<EstimatorChoice, unknown, unknown> // The names are those of the recipes, which Object.fromEntries forgets.

const isRecipeJson = (x: unknown): boolean => (typeof x === 'string' ? true : isRecord(x) && Object.keys(x).some((word) => recipeNames.includes(word)))

/** The codec of what is ascended. */
export const estimatorChoiceCodec = (words: Registry): t.Type<EstimatorChoice, unknown, unknown> => {
  const pipeline = pipelineCodec(words)
  const isPipeline = (x: unknown): x is Extract<EstimatorChoice, { readonly word: 'pipeline' }> => isRecord(x) && x['word'] === 'pipeline' && pipeline.is(x['estimator'])
  return codecOf<EstimatorChoice, unknown>({
    name: 'a recipe, or a pipeline as JSON',
    root: '',
    is: (x): x is EstimatorChoice => isPipeline(x) || recipeCodec.is(x),
    decode: (x) => {
      if (typeof x === 'string' && !recipeNames.includes(x))
        return E.left<readonly Problem[]>([{ path: '', expected: expectedEstimator(x, words), got: shown(x) }])
      if (isRecipeJson(x)) return E.mapLeft(inPart)(recipeCodec.decode(x))
      return E.bimap(inPart, (estimator: AnyEstimator): EstimatorChoice => ({ word: 'pipeline', estimator }))(pipeline.decode(x))
    },
    encode: (x) => (isPipeline(x) ? pipeline.encode(x.estimator) : recipeCodec.encode(x)),
  })
}

const optimiserCodec = called('an optimiser', {
  adam: strictRecord('options of adam', {}, { beta1: belowOne, beta2: belowOne, epsilon: positive }),
  sgd: strictRecord('options of sgd', {}, { momentum: unit }),
})

/** How parameters move. */
export type OptimiserChoice = t.TypeOf<typeof optimiserCodec>

const batchCodec = called('a batch', {
  episodes: strictRecord('whole episodes', {}, { count, copies: count }),
  segments: strictRecord('segments', {}, { copies: count, length: count }),
})

/** Which steps make a batch: whole episodes, or so many steps of each of several copies. A number that is left out is the usual one. */
export type BatchChoice = t.TypeOf<typeof batchCodec>

const rateCodec = either(
  'a finite number >= 0, or { "linear": { "from": ... } }',
  (x) => typeof x !== 'object' && x !== 'linear',
  numberIn({ expected: 'a finite number >= 0, or { "linear": { "from": ... } }', holds: (x) => x >= 0 && x < Infinity }),
  called('a rate', { linear: strictRecord('a linear rate', { from: notNegative }, { to: notNegative, updates: count }) }),
)

/** The learning rate: one number, or from one to another in a straight line over so many updates. */
export type RateChoice = t.TypeOf<typeof rateCodec>

const wrappersCodec = strictRecord(
  'wrappers',
  {},
  {
    normaliseObservation: strictRecord('options of normaliseObservation', {}, { clip: positive }),
    scaleReward: numberIn({ expected: 'a finite number > 0', holds: (x) => x > 0 && x < Infinity }),
  },
)

const networkCodec = strictRecord(
  'a network',
  {},
  { hidden: listOf('an array of widths', count), activation: oneOf('tanh', 'relu'), trunk: oneOf('shared', 'separate'), logDeviation: finite },
)

const stopCodec = strictRecord(
  'when to stop',
  {},
  { steps: count, solved: either('true, false, or a return', (x) => typeof x === 'boolean', oneOf(true, false), numberIn({ ...range.finite, expected: 'true, false, or a return' })) },
)

/** An experiment, as data: what is trained in what, and how. Only environment and estimator have to be said. */
export interface Experiment {
  readonly environment: EnvironmentChoice
  readonly estimator: EstimatorChoice
  /** Changes to the environment; an empty object for none. */
  readonly wrappers?: { readonly normaliseObservation?: { readonly clip?: number }; readonly scaleReward?: number }
  readonly network?: {
    /** Widths of the hidden layers. */
    readonly hidden?: readonly number[]
    readonly activation?: Activation
    /** Whether policy and value have hidden layers in common. */
    readonly trunk?: 'shared' | 'separate'
    /** Where the log standard deviations of continuous actions start. */
    readonly logDeviation?: number
  }
  readonly optimiser?: OptimiserChoice
  readonly rate?: RateChoice
  readonly batch?: BatchChoice
  readonly epochs?: number
  readonly minibatches?: number
  /** gamma. */
  readonly discount?: number
  /** Coefficient of the entropy. */
  readonly entropy?: number
  /** Coefficient of the squared error of values. */
  readonly valueCoefficient?: number
  /** The norm that gradients are shortened to. */
  readonly gradientNorm?: number
  /** Mean divergence from the sampling policy beyond which no further epoch begins. */
  readonly stopAtKl?: number
  readonly backend?: BackendName
  /** A 32-bit integer. */
  readonly seed?: number
  readonly stop?: {
    /** Steps after which training ends. */
    readonly steps?: number
    /** Mean return of the last 100 episodes at which it ends; true: the environment's own; false: it goes on. */
    readonly solved?: number | boolean
  }
}

/**
 * The codec of experiments, which `estimand train` reads: an environment, wrappers around it, an estimator, a network, an optimiser, and
 * when to stop. Unknown keys are refused, with the nearest known one.
 *
 * Words are those of the library, bare or with options, as pipelines have them: `"adam"`, `{ "adam": { "epsilon": 1e-5 } }`. An estimator is a
 * recipe or a pipeline. The word "Infinity" is a number.
 *
 * @param words  the words that pipelines may have
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { describeProblems } from 'estimand'
 * import { experimentCodec, problemsOf } from 'estimand/codecs'
 * const read = (json: unknown) => pipe(experimentCodec().decode(json), E.mapLeft((errors) => describeProblems(problemsOf()(errors))))
 * const experiment = { environment: 'CartPole-v1', estimator: { ppo: { lambda: 0.9 } }, rate: 0.001 }
 * pipe(read(experiment), E.map(experimentCodec().encode)) // => E.right(experiment)
 * read({ environment: 'CartPole-v1', estimator: 'ppo', network: { hidden: [0] } })
 * // => E.left('network.hidden[0]: expected an integer >= 1, got 0')
 * ```
 */
export const experimentCodec = (words: Registry = registry): t.Type<Experiment, Readonly<Record<string, unknown>>, unknown> =>
  strictRecord(
    'an experiment',
    { environment: environmentCodec, estimator: estimatorChoiceCodec(words) },
    {
      wrappers: wrappersCodec,
      network: networkCodec,
      optimiser: optimiserCodec,
      rate: rateCodec,
      batch: batchCodec,
      epochs: count,
      minibatches: count,
      discount: unit,
      entropy: notNegative,
      valueCoefficient: notNegative,
      gradientNorm: positive,
      stopAtKl: positive,
      backend: oneOf(...backendNames),
      seed: numberIn({ expected: 'a 32-bit integer', holds: (x) => x === (x | 0) }),
      stop: stopCodec,
    },
  ) as t.Type<Experiment, Readonly<Record<string, unknown>>, unknown>
