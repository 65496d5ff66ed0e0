import type { BatchChoice, EnvironmentChoice, EstimatorChoice, Experiment } from '../codec/experiment.ts'
import type { EnvironmentName } from '../environment/byName.ts'
import { pipelineOf } from './needs.ts'

/** A batch of which nothing is left open; copies of whole episodes are as many as episodes if they are not said. */
export type WholeBatch =
  | { readonly word: 'episodes'; readonly options: { readonly count: number; readonly copies?: number } }
  | { readonly word: 'segments'; readonly options: { readonly copies: number; readonly length: number } }

/** What an experiment is taken to say where it says nothing. */
export interface Suggested extends Required<Omit<Experiment, 'environment' | 'estimator' | 'batch' | 'backend' | 'seed' | 'stop' | 'network'>> {
  readonly batch: WholeBatch
  readonly network: Required<NonNullable<Experiment['network']>>
  /** Steps of an episode. */
  readonly episodeSteps: number
  /** Steps after which training ends. */
  readonly steps: number
  /** Mean return of 100 episodes that counts as solved; null where nobody has said. */
  readonly solved: number | null
}

/**
 * Time limits of gymnasium, and the returns that it calls solved. It has none for Pendulum, for which -250 is usual, and neither for
 * CliffWalking, whose shortest way pays -13: -20 allows for a policy that still explores.
 */
const known: Readonly<Record<EnvironmentName, { readonly episodeSteps: number; readonly solved: number }>> = {
  'CartPole-v1': { episodeSteps: 500, solved: 475 },
  'Pendulum-v1': { episodeSteps: 200, solved: -250 },
  'Acrobot-v1': { episodeSteps: 500, solved: -100 },
  'MountainCar-v0': { episodeSteps: 200, solved: -110 },
  'MountainCarContinuous-v0': { episodeSteps: 999, solved: 90 },
  'FrozenLake-v1': { episodeSteps: 100, solved: 0.7 },
  'FrozenLake8x8-v1': { episodeSteps: 200, solved: 0.85 },
  'CliffWalking-v1': { episodeSteps: 200, solved: -20 },
}

type Settings = Omit<Suggested, 'episodeSteps' | 'solved'>

const network = { hidden: [64], activation: 'tanh', trunk: 'separate', logDeviation: 0 } as const

/** REINFORCE and its kin: whole episodes, one gradient step with each batch. */
const wholeEpisodes: Settings = {
  wrappers: {},
  network,
  optimiser: { word: 'adam', options: {} },
  rate: 0.01,
  batch: { word: 'episodes', options: { count: 16 } },
  epochs: 1,
  minibatches: 1,
  discount: 1,
  entropy: 0,
  valueCoefficient: 0,
  gradientNorm: Infinity,
  stopAtKl: Infinity,
  steps: 2_000_000,
}

/** The same clipped: several steps with each batch, smaller ones. */
const clippedEpisodes: Settings = { ...wholeEpisodes, rate: 0.003, epochs: 4 }

/** Advantage actor-critic, with Adam in place of RMSProp. */
const actorCritic: Settings = {
  ...wholeEpisodes,
  network: { ...network, hidden: [64, 64] },
  optimiser: { word: 'adam', options: { epsilon: 1e-5 } },
  rate: 7e-4,
  batch: { word: 'segments', options: { copies: 16, length: 5 } },
  discount: 0.99,
  entropy: 0.01,
  valueCoefficient: 0.5,
  gradientNorm: 0.5,
  steps: 1_000_000,
}

/** Proximal policy optimisation. */
const proximal: Settings = {
  ...actorCritic,
  rate: 1e-3,
  batch: { word: 'segments', options: { copies: 8, length: 128 } },
  epochs: 4,
  minibatches: 4,
  entropy: 0,
}

const cloned: Settings = { ...wholeEpisodes, rate: 0.003, minibatches: 8 }

/** Settings that an environment asks for. */
const tuned: Readonly<Partial<Record<EstimatorChoice['word'], Readonly<Partial<Record<EnvironmentName, Partial<Settings>>>>>>> = {
  ppo: {
    'Acrobot-v1': { wrappers: { normaliseObservation: { clip: 10 } }, batch: { word: 'segments', options: { copies: 16, length: 256 } }, minibatches: 16 },
    'Pendulum-v1': {
      wrappers: { normaliseObservation: { clip: 10 }, scaleReward: 0.1 },
      batch: { word: 'segments', options: { copies: 8, length: 256 } },
      discount: 0.9,
      epochs: 10,
      minibatches: 16,
      steps: 2_000_000,
    },
  },
}

/** Settings with which an estimator is usually run, wherever that is. */
const ofEstimator = (estimator: EstimatorChoice): Settings => {
  const { needs, reasons } = pipelineOf(estimator)
  if (estimator.word === 'cloning') return { ...cloned, steps: 30 * estimator.options.demonstrations.observations.length }
  if (estimator.word === 'ppo') return proximal
  if (!needs.includes('CompleteEpisodes')) return needs.includes('StateValue') ? actorCritic : { ...actorCritic, valueCoefficient: 0 }
  return reasons.some(({ name }) => name === 'clipping') && !needs.includes('OnPolicy') ? clippedEpisodes : wholeEpisodes
}

/** The kind of batch that an estimator is usually run with, in every environment. */
export const usualBatch = (estimator: EstimatorChoice): WholeBatch['word'] => ofEstimator(estimator).batch.word

/** A batch with what it leaves open as it is usually; where the other kind is usual, as that kind is elsewhere. */
export const completed = (batch: BatchChoice, usual: WholeBatch): WholeBatch => {
  if (batch.word === 'episodes') return { word: 'episodes', options: { count: 16, ...(usual.word === 'episodes' ? usual.options : {}), ...batch.options } }
  return { word: 'segments', options: { copies: 8, length: 128, ...(usual.word === 'segments' ? usual.options : {}), ...batch.options } }
}

/** Settings with which an estimator is usually run, in an environment. */
export const suggested = (environment: EnvironmentChoice, estimator: EstimatorChoice): Suggested => {
  const settings = ofEstimator(estimator)
  if ('mdp' in environment) return { ...settings, episodeSteps: environment.mdp.T, solved: null }
  return { ...settings, ...tuned[estimator.word]?.[environment.name], ...known[environment.name] }
}
