import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { Demonstrations, EnvironmentChoice, EstimatorChoice, Experiment } from '../codec/experiment.ts'
import { acrobot } from '../environment/acrobot.ts'
import type { EnvironmentName } from '../environment/byName.ts'
import { cartPole } from '../environment/cartPole.ts'
import { cliffWalking } from '../environment/cliffWalking.ts'
import type { AnyEnvironment, Environment } from '../environment/environment.ts'
import { fromMdp } from '../environment/fromMdp.ts'
import { frozenLake } from '../environment/frozenLake.ts'
import { mountainCar } from '../environment/mountainCar.ts'
import { mountainCarContinuous } from '../environment/mountainCarContinuous.ts'
import { normaliseObservation } from '../environment/normaliseObservation.ts'
import { oneHot } from '../environment/oneHot.ts'
import { pendulum } from '../environment/pendulum.ts'
import { scaleReward } from '../environment/scaleReward.ts'
import type { Box, Discrete, Space } from '../environment/space.ts'
import { sizeOf } from '../environment/space.ts'
import { timeLimit } from '../environment/timeLimit.ts'
import type { AnyEstimator } from '../estimator/estimator.ts'
import { beside } from '../network/beside.ts'
import { mlp, policyOutput, valueOutput } from '../network/mlp.ts'
import type { MlpEngine } from '../network/mlpShape.ts'
import { adam } from '../network/optimiser/adam.ts'
import type { Optimiser } from '../network/optimiser/optimiser.ts'
import { linearRate } from '../network/optimiser/rate.ts'
import { sgd } from '../network/optimiser/sgd.ts'
import { withLogDeviation } from '../network/withLogDeviation.ts'
import { categorical } from '../policy/categorical.ts'
import { gaussian } from '../policy/gaussian.ts'
import type { Network } from '../policy/network.ts'
import type { Policy } from '../policy/policy.ts'
import { policyOf } from '../policy/policy.ts'
import { recipes } from '../recipe/recipes.ts'
import { entropyBonus } from '../training/entropyBonus.ts'
import { episodes } from '../training/episodes.ts'
import { fitValue } from '../training/fitValue.ts'
import type { TrainingObjective } from '../training/objective.ts'
import { wholeBatch, wholeBatchOnly } from '../training/objective.ts'
import { cloning, ppo } from '../training/recipes.ts'
import type { Sampler } from '../training/sampler.ts'
import { segments } from '../training/segments.ts'
import type { TrainOptions } from '../training/train.ts'
import { fromColumns } from '../trajectories/fromColumns.ts'
import type { Problem } from '../trajectories/problem.ts'
import { describeProblems, shown } from '../trajectories/problem.ts'
import { timeLimit as horizon } from '../trajectories/ends.ts'
import type { Suggested, WholeBatch } from './defaults.ts'
import { completed, suggested } from './defaults.ts'
import { needsOf } from './needs.ts'

/** An experiment with everything said. */
export interface Settled extends Required<Experiment> {
  readonly batch: WholeBatch
  readonly wrappers: NonNullable<Experiment['wrappers']>
  readonly network: Required<NonNullable<Experiment['network']>>
  readonly stop: { readonly steps: number; readonly solved: number | false }
}

/** What training is made of once nothing is open: the combination of type parameters no longer matters. */
export type AnyTrainOptions = TrainOptions<Space, Space, readonly number[], never, string, unknown, number, number>

/** An experiment ready to be run. */
export interface Prepared {
  readonly environment: AnyEnvironment
  readonly options: AnyTrainOptions
}

const makers = {
  'CartPole-v1': cartPole,
  'Pendulum-v1': pendulum,
  'Acrobot-v1': acrobot,
  'MountainCar-v0': mountainCar,
  'MountainCarContinuous-v0': mountainCarContinuous,
  'FrozenLake-v1': frozenLake,
  'FrozenLake8x8-v1': (options: { readonly steps: number; readonly ice?: 'slippery' | 'rough' }) => frozenLake({ ...options, size: '8x8' }),
  'CliffWalking-v1': cliffWalking,
} as const satisfies Readonly<Record<EnvironmentName, (options: { readonly steps: number }) => AnyEnvironment>>

/** What is acted in, as itself: without wrappers. */
const bare = (choice: EnvironmentChoice): AnyEnvironment => {
  if ('mdp' in choice) return fromMdp(choice.mdp)
  const { name, timeLimit: limit = {}, ice } = choice
  const unlimited: AnyEnvironment = makers[name]({ steps: Infinity, ...(ice === undefined ? {} : { ice }) })
  return limit.steps === undefined || limit.as === undefined ? unlimited : timeLimit({ steps: limit.steps, as: limit.as })(unlimited)
}

/** What networks observe: of one of n things, n numbers. */
const observed = (environment: AnyEnvironment): Environment<Box<readonly number[]>, Space> =>
  environment.observation._tag === 'Discrete'
    ? oneHot(environment as Environment<Discrete<number>, Space>)
    : (environment as Environment<Box<readonly number[]>, Space>)

const wrapped = ({ environment, wrappers }: Pick<Settled, 'environment' | 'wrappers'>): Environment<Box<readonly number[]>, Space> =>
  pipe(
    observed(bare(environment)),
    (inner) => (wrappers.scaleReward === undefined ? inner : scaleReward(wrappers.scaleReward)(inner)),
    (inner) => (wrappers.normaliseObservation === undefined ? inner : normaliseObservation(wrappers.normaliseObservation)(inner)),
  )

/** Facts that sampling gives: a need of another is not met by any batch. */
const sampledFacts = ['Reward', 'LogProb', 'BehaviourLogProb', 'StateValue', 'CompleteEpisodes', 'OnPolicy']

/** What does not go together, each with what would. */
const misfits = (experiment: Settled): readonly Problem[] => {
  const { environment, estimator, batch, epochs, minibatches, valueCoefficient, wrappers, stop } = experiment
  const needs = needsOf(estimator)
  const valued = needs.includes('StateValue')
  const problems: Problem[] = []
  const refuse = (wrong: boolean, path: string, expected: string, got: unknown): void => {
    if (wrong) problems.push({ path, expected, got: shown(got) })
  }
  const unknown = needs.filter((fact) => !sampledFacts.includes(fact))
  refuse(unknown.length > 0, 'estimator', `one whose needs sampling meets: ${sampledFacts.join(', ')}`, unknown.join(', '))
  const { word, options } = batch
  refuse(
    word === 'segments' && needs.includes('CompleteEpisodes'),
    'batch',
    'episodes, such as { "episodes": { "count": 16 } }: the estimator needs complete episodes',
    word,
  )
  refuse(
    word === 'episodes' && 'name' in environment && environment.timeLimit?.as === 'Truncated',
    'environment.timeLimit.as',
    '"TimeLimit", since whole episodes are not cut; or segments for a batch',
    environment && 'name' in environment ? environment.timeLimit?.as : undefined,
  )
  if (word === 'episodes') {
    const { count, copies = count } = options
    refuse(count % copies !== 0, 'batch.episodes.copies', `a divisor of count = ${count}`, copies)
  }
  const steps = epochs * minibatches
  refuse(
    steps > 1 && needs.includes('OnPolicy'),
    epochs > 1 ? 'epochs' : 'minibatches',
    '1: after the first gradient step the batch is off-policy; add importance(...) to the pipeline',
    epochs > 1 ? epochs : minibatches,
  )
  refuse(minibatches > 1 && !inParts(estimator) && !needs.includes('OnPolicy'), 'minibatches', '1: a pipeline that ends in reduce takes the whole batch; ppo takes minibatches', minibatches)
  refuse(valueCoefficient > 0 && !valued, 'valueCoefficient', '0: nothing in this estimator reads a value', valueCoefficient)
  refuse(
    estimator.word === 'cloning' && wrappers.normaliseObservation !== undefined,
    'wrappers.normaliseObservation',
    'none: cloning learns from observations as they were recorded',
    wrappers.normaliseObservation,
  )
  if (estimator.word === 'cloning') problems.push(...demonstrationProblems(estimator.options.demonstrations, bare(environment)))
  refuse(Number.isNaN(stop.solved), 'stop.solved', 'a return, or false: nobody has said what solves this environment', true)
  return problems
}

const inParts = ({ word }: EstimatorChoice): boolean => word === 'ppo' || word === 'cloning'

const rowProblems = (path: string, rows: readonly (readonly number[])[], space: Space): readonly Problem[] => {
  const size = sizeOf(space)
  const wrong = rows.findIndex((row) => row.length !== size || (space._tag === 'Discrete' && !(Number.isInteger(row[0]) && row[0] >= 0 && row[0] < space.n)))
  if (wrong < 0) return []
  return [{ path: `${path}[${wrong}]`, expected: space._tag === 'Discrete' ? `[k], k an integer from 0 to ${space.n - 1}` : `${size} numbers`, got: shown(rows[wrong]) }]
}

const demonstrationProblems = ({ observations, actions }: Demonstrations, environment: AnyEnvironment): readonly Problem[] => {
  const path = 'estimator.cloning.demonstrations'
  return [
    ...(observations.length === 0 ? [{ path: `${path}.observations`, expected: 'one row or more', got: 'none' }] : []),
    ...(actions.length === observations.length ? [] : [{ path: `${path}.actions`, expected: `${observations.length} rows, one per observation`, got: String(actions.length) }]),
    ...rowProblems(`${path}.observations`, observations, environment.observation),
    ...rowProblems(`${path}.actions`, actions, environment.action),
  ]
}

/**
 * An experiment with its open questions answered: what it does not say is as the estimator is usually run, in this environment if that
 * matters. What does not go together is listed.
 */
export const settle = (experiment: Experiment): E.Either<readonly Problem[], Settled> => {
  const { environment, estimator, rate, stop = {}, network = {} } = experiment
  const usual: Suggested = suggested(environment, estimator)
  const batch = experiment.batch === undefined ? usual.batch : completed(experiment.batch, usual.batch)
  const choice: EnvironmentChoice =
    'mdp' in environment
      ? environment
      : { ...environment, timeLimit: { steps: usual.episodeSteps, as: batch.word === 'episodes' ? 'TimeLimit' : 'Truncated', ...environment.timeLimit } }
  const { solved = usual.solved ?? false, steps = usual.steps } = stop
  const settled: Settled = {
    environment: choice,
    estimator: estimator.word === 'ppo' ? { word: 'ppo', options: { lambda: 0.95, clip: 0.2, valueClip: Infinity, ...estimator.options } } : estimator,
    wrappers: experiment.wrappers ?? usual.wrappers,
    network: { ...usual.network, ...network },
    optimiser: experiment.optimiser ?? usual.optimiser,
    rate: rate ?? usual.rate,
    batch,
    epochs: experiment.epochs ?? usual.epochs,
    minibatches: experiment.minibatches ?? usual.minibatches,
    discount: experiment.discount ?? usual.discount,
    entropy: experiment.entropy ?? usual.entropy,
    valueCoefficient: experiment.valueCoefficient ?? usual.valueCoefficient,
    gradientNorm: experiment.gradientNorm ?? usual.gradientNorm,
    stopAtKl: experiment.stopAtKl ?? usual.stopAtKl,
    backend: experiment.backend ?? 'simd',
    seed: experiment.seed ?? 1,
    // NaN is found below, and named.
    stop: { steps, solved: solved === true ? (usual.solved ?? NaN) : solved },
  }
  const problems = [...misfits(settled), ...shortSchedule(settled)]
  if (problems.length > 0) return E.left(problems)
  return E.map((updates: number | null): Settled => (updates === null ? settled : { ...settled, rate: withUpdates(settled, updates) }))(updatesOf(settled))
}

const withUpdates = ({ rate }: Settled, updates: number): Settled['rate'] => (typeof rate === 'number' ? rate : { ...rate, options: { ...rate.options, updates } })

/** Steps of a batch; null where episodes are as long as they come. */
const stepsOfBatch = ({ batch, estimator }: Pick<Settled, 'batch' | 'estimator'>): number | null => {
  if (estimator.word === 'cloning') return estimator.options.demonstrations.observations.length
  return batch.word === 'segments' ? batch.options.copies * batch.options.length : null
}

/** How many updates there will be; null where that is not known beforehand. The last one may go beyond the steps that are asked for. */
export const updatesToCome = (settled: Pick<Settled, 'batch' | 'estimator' | 'stop'>): number | null => {
  const each = stepsOfBatch(settled)
  return each === null ? null : Math.max(1, Math.ceil(settled.stop.steps / each))
}

/** How many updates a linear rate takes: as many as there will be, if that is known; null for a constant one. */
const updatesOf = (settled: Settled): E.Either<readonly Problem[], number | null> => {
  const { rate } = settled
  if (typeof rate === 'number') return E.right(null)
  const updates = rate.options.updates ?? updatesToCome(settled)
  return updates === null ? E.left([{ path: 'rate.linear.updates', expected: 'an integer >= 1: of whole episodes it is not known beforehand', got: 'none' }]) : E.right(updates)
}

/** What is wrong with a schedule that comes to 0 before the steps are made. */
const shortSchedule = (settled: Settled): readonly Problem[] => {
  const { rate, stop } = settled
  const each = stepsOfBatch(settled)
  if (typeof rate === 'number' || each === null) return []
  const { from, to = 0, updates = Infinity } = rate.options
  // A last update that only some of the steps are left for may be spared.
  if (to > 0 || from === 0 || updates >= Math.floor(stop.steps / each)) return []
  return [
    {
      path: 'rate.linear.updates',
      expected: `at least ${Math.ceil(stop.steps / each)}, the updates that ${stop.steps} steps make, as nothing is learnt at a rate of 0; leave it out for as many as that, or give a rate "to"`,
      got: String(updates),
    },
  ]
}

/** Policy and, if one is needed, value; with the log deviations of continuous actions. */
const policyFor = ({ observation, action }: Environment<Box<readonly number[]>, Space>, { network, estimator }: Settled, engine: MlpEngine): Policy<Space, Space, readonly number[]> => {
  const { hidden, activation, trunk, logDeviation } = network
  const shape = { observation, hidden, activation, engine }
  const discrete = action._tag === 'Discrete'
  const output = policyOutput(discrete ? action.n : sizeOf(action))
  const valued = needsOf(estimator).includes('StateValue')
  type Any = Network<Box<readonly number[]>, readonly [number, ...number[]]>
  const first: Any = trunk === 'shared' && valued ? mlp({ ...shape, outputs: [output, valueOutput] }) : mlp({ ...shape, outputs: [output] })
  const deviating: Any = discrete ? first : withLogDeviation(first, logDeviation)
  const whole: Any = trunk === 'separate' && valued ? pipe(deviating, beside(mlp({ ...shape, outputs: [valueOutput] }))) : deviating
  // The head's number of parameters is that of the first output block: of n actions n, of d numbers 2 d.
  return policyOf(whole as never, (discrete ? categorical(action.n) : gaussian(sizeOf(action))) as never)
}

const optimiserOf = ({ word, options }: Settled['optimiser']): Optimiser<unknown> =>
  // The state that an optimiser is given is one that it has made.
  (word === 'adam' ? adam(options) : sgd(options)) as unknown as Optimiser<unknown>

type AnyObjective = TrainingObjective<never, string, 'minibatches' | typeof wholeBatchOnly>

const objectiveOf = (settled: Settled, environment: AnyEnvironment, policy: Policy<Space, Space, readonly number[]>): AnyObjective => {
  const { estimator, entropy, valueCoefficient } = settled
  const base = ((): AnyObjective => {
    switch (estimator.word) {
      case 'pipeline':
        return wholeBatch(estimator.estimator)
      case 'ppo':
        return ppo({ environment, policy: policy as Policy<Space, Space, readonly [number, 1]>, ...estimator.options })['objective']
      case 'cloning':
        return cloning({ policy, steps: stepsOf(estimator.options.demonstrations, environment) })['objective']
      default:
        // The recipes differ in what they need, and the codec has read one by its word: their needs are checked when a batch comes.
        return wholeBatch(recipes[estimator.word].estimator as unknown as AnyEstimator)
    }
  })()
  const explored = entropyBonus(entropy)(base)
  if (!needsOf(estimator).includes('StateValue')) return explored
  const { lambda = 1, valueClip = Infinity } = estimator.word === 'ppo' ? estimator.options : {}
  return fitValue({ coefficient: valueCoefficient, lambda, clip: valueClip })(explored)
}

/** Demonstrations as steps of a batch, of which nothing is known but what was observed and done. */
const stepsOf = ({ observations, actions }: Demonstrations, environment: AnyEnvironment): Parameters<typeof cloning>[0]['steps'] => {
  const discrete = environment.action._tag === 'Discrete'
  const n = observations.length
  const batch = fromColumns({ discount: 1, provenance: 'off-policy', episodes: 'segments', actions: discrete ? 'discrete' : 'continuous', offsets: [0, n], ends: [horizon] })
  if (E.isLeft(batch)) throw new RangeError(describeProblems(batch.left))
  const width = sizeOf(environment.observation)
  // Of one of n things, what oneHot makes of it.
  const row = (numbers: readonly number[]): readonly number[] => (numbers.length === width ? numbers : Array.from({ length: width }, (_, k) => (k === numbers[0] ? 1 : 0)))
  return {
    batch: batch.right,
    observations: Float32Array.from(observations.flatMap(row)),
    actions: discrete ? Int32Array.from(actions.flat()) : Float64Array.from(actions.flat()),
  }
}

const samplerOf = ({ batch, discount, estimator }: Settled, environment: AnyEnvironment, policy: Policy<Space, Space, readonly number[]>): Sampler<Space, Space, unknown> => {
  if (estimator.word === 'cloning') return cloning({ policy, steps: stepsOf(estimator.options.demonstrations, environment) }).sampler
  return batch.word === 'episodes' ? episodes({ environment, discount, ...batch.options }) : segments({ environment, discount, ...batch.options })
}

/** What is made of settings, or that they do not fit: together, or into memory. */
export const fitting = <A>(make: () => A): E.Either<readonly Problem[], A> => {
  try {
    return E.right(make())
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return E.left([{ path: 'experiment', expected: 'settings that fit', got: error.message }])
  }
}

/** The options of `train` that a settled experiment comes to. */
export const prepared = (settled: Settled, engine: MlpEngine): E.Either<readonly Problem[], Prepared> => {
  const { rate, epochs, minibatches, gradientNorm, stopAtKl, seed } = settled
  return fitting(() => {
    const environment = wrapped(settled)
    const policy = policyFor(environment, settled, engine)
    return {
      environment,
      options: {
        // Which facts they are, the needs have been held against.
        sampler: samplerOf(settled, environment, policy) as Sampler<Space, Space, never>,
        policy,
        objective: objectiveOf(settled, environment, policy),
        optimiser: optimiserOf(settled.optimiser),
        rate: typeof rate === 'number' ? rate : linearRate({ updates: 1, ...rate.options }),
        epochs,
        minibatches,
        gradientNorm,
        stopAtKl,
        seed,
      },
    }
  })
}
