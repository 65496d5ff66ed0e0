import * as E from 'fp-ts/lib/Either.js'
import type { AnyEnvironment } from '../environment/environment.ts'
import type { SavedRun } from '../environment/lockStep.ts'
import { restoredStream, savedStream, streamsOf } from '../environment/random.ts'
import type { Space } from '../environment/space.ts'
import type { AnyEstimator, Estimator } from '../estimator/estimator.ts'
import type { Optimiser } from '../network/optimiser/optimiser.ts'
import type { Rate } from '../network/optimiser/rate.ts'
import { constantRate } from '../network/optimiser/rate.ts'
import type { Floats } from '../policy/floats.ts'
import type { Policy } from '../policy/policy.ts'
import type { OffPolicy, OnPolicy } from '../trajectories/facts.ts'
import type { Fields } from '../trajectories/fields.ts'
import { optional } from '../trajectories/fields.ts'
import { hasParts } from '../trajectories/argument.ts'
import type { Problem } from '../trajectories/problem.ts'
import { shown } from '../trajectories/problem.ts'
import { checked, range } from '../weighting/options.ts'
import { TrainingStopped } from './failure.ts'
import { keeping } from './kept.ts'
import type { expectedObjective } from './kinds.ts'
import { aNumber, anObjective, anOptimiser, aPolicy, aRate, aSampler, refuseOptions, someFloats } from './kinds.ts'
import type { Metrics } from './metrics.ts'
import type { TrainingObjective } from './objective.ts'
import { wholeBatchOnly } from './objective.ts'
import { endedBefore, hasEnded, refuseShort } from './schedule.ts'
import type { Sampled, SampledFacts, Sampler, Sampling } from './sampler.ts'
import { hasValue } from './sampler.ts'
import type { Learner, Settings } from './update.ts'
import { stopped, updating } from './update.ts'

/** What a batch carries when the last gradient step of an update is made with it: after the first, it is no longer on-policy. */
export type FactsWhenUsed<Facts, Epochs extends number, Minibatches extends number> = number extends Epochs | Minibatches
  ? Facts
  : [Epochs, Minibatches] extends [1, 1]
    ? Facts
    : Facts extends OnPolicy
      ? Omit<Facts, 'provenance'> & OffPolicy
      : Facts

/** What training is made of. */
export interface TrainOptions<O extends Space, A extends Space, Out extends readonly number[], Facts, Bias extends string, S, Epochs extends number, Minibatches extends number> {
  /** Where batches come from. */
  readonly sampler: Sampler<O, A, Facts>
  readonly policy: Policy<O, A, Out>
  /** What is ascended: `wholeBatch(estimator)`, or a pipeline that ends in `inMinibatches(...)`; penalties and values with it. */
  readonly objective: TrainingObjective<
    FactsWhenUsed<SampledFacts<NoInfer<Facts>, NoInfer<Out>>, NoInfer<Epochs>, NoInfer<Minibatches>>,
    Bias,
    [NoInfer<Minibatches>] extends [1] ? 'minibatches' | typeof wholeBatchOnly : number extends Minibatches ? 'minibatches' | typeof wholeBatchOnly : 'minibatches'
  >
  readonly optimiser: Optimiser<S>
  /** Learning rate, a number or a schedule by update. */
  readonly rate: number | Rate
  /** Times that a batch is gone through. With more than one gradient step a batch the pipeline must have importance. Default: 1. */
  readonly epochs?: Epochs
  /** Gradient steps in an epoch, each on a part of the batch. Default: 1. */
  readonly minibatches?: Minibatches
  /** The norm that gradients are shortened to. Default: Infinity. */
  readonly gradientNorm?: number
  /** Mean exact divergence from the sampling policy beyond which no further epoch begins. Default: Infinity. */
  readonly stopAtKl?: number
  /** Updates after which the iterator ends. Default: those of a rate that ends at 0, else Infinity. */
  readonly updates?: number
  /** A 32-bit integer, from which all random numbers come. */
  readonly seed: number
  /** Parameters to begin with; copied. Default: `policy.network.init(seed)`. */
  readonly parameters?: Floats
}

// The combination of parameters that a caller is free in; inside nothing depends on it.
type AnyOptions = TrainOptions<Space, Space, readonly number[], never, string, unknown, number, number>

/**
 * Options as a caller writes them. All are optional in the part that types are inferred from: where a key is misspelt and its right one
 * is missing, the compiler would otherwise infer nothing, and speak of every other option instead of that one.
 */
type Given<Options, Objective> = Partial<Options> & Needed<Objective>

/** What has to be there, and what is said of an estimator in place of an objective. */
interface Needed<Objective> {
  readonly sampler: unknown
  readonly policy: unknown
  readonly objective: Objective extends AnyEstimator | Estimator<never, string> ? typeof expectedObjective : Objective
  readonly optimiser: unknown
  readonly rate: unknown
  readonly seed: unknown
}

const fields = {
  sampler: aSampler,
  policy: aPolicy,
  objective: anObjective,
  optimiser: anOptimiser,
  rate: aRate,
  epochs: optional(aNumber),
  minibatches: optional(aNumber),
  gradientNorm: optional(aNumber),
  stopAtKl: optional(aNumber),
  updates: optional(aNumber),
  seed: { ...aNumber, expected: 'a 32-bit integer' },
  parameters: optional(someFloats),
} as const satisfies Fields<AnyOptions>

/** All that training is at the moment, as plain data: numbers, texts, arrays and typed arrays. */
export interface TrainingState {
  /** What the state belongs to. */
  readonly of: { readonly network: string; readonly head: string; readonly optimiser: string; readonly sampler: string; readonly parameterCount: number }
  readonly update: number
  readonly steps: number
  readonly seconds: number
  readonly version: number
  readonly parameters: Floats
  readonly optimiser: unknown
  readonly shuffling: readonly number[]
  readonly sampling: unknown
}

/**
 * Training under way: metrics, an update at a time, until as many were made as the options say.
 *
 * An update that fails leaves everything as it was before it, and can be tried again: parameters, the optimiser's state, random numbers, the
 * environments. Only with a sampler of your own that has no `mark` are environments left where they were; then training says so and goes on no more.
 */
export interface Training extends Iterable<Metrics> {
  /** Samples a batch and updates the parameters, whatever the number of updates; an error where the schedule of the rate has ended at 0. */
  readonly next: () => Metrics
  /** The parameters of the moment: a copy. */
  readonly parameters: () => Floats
  /** All that it is: `resume` goes on from it, bit for bit. Copies, so that it stays what it is. */
  readonly state: () => TrainingState
  /** Who is trained. */
  readonly policy: Policy<Space, Space, readonly number[]>
  /** What is acted in; null where episodes were recorded elsewhere. */
  readonly environment: AnyEnvironment | null
  /** What the run of the environment remembers at present, such as moments: `observationMoments` reads it. null: the sampler does not say. */
  readonly learnt: () => Pick<SavedRun, 'environment' | 'memory'> | null
}

const settingsOf = (options: AnyOptions): Settings<unknown> => {
  refuseOptions('train', options, fields)
  const { policy, objective, optimiser, rate, epochs = 1, minibatches = 1, gradientNorm = Infinity, stopAtKl = Infinity, updates = Infinity, seed } = options
  checked('train: epochs', epochs, range.count)
  checked('train: minibatches', minibatches, range.count)
  checked('train: gradientNorm', gradientNorm, range.positive)
  checked('train: stopAtKl', stopAtKl, range.positive)
  checked('train: updates', updates, { expected: 'an integer >= 0, or Infinity', holds: (x) => x === Infinity || (Number.isInteger(x) && x >= 0) })
  checked('train: seed', seed, { expected: 'a 32-bit integer', holds: (x) => x === (x | 0) })
  if (typeof rate !== 'function') checked('train: rate', rate, range.notNegative)
  if (minibatches > 1 && objective.slices !== 'minibatches') throw new RangeError(`train: minibatches: ${minibatches}: ${wholeBatchOnly}`)
  if (epochs * minibatches > 1 && objective.needs.includes('OnPolicy'))
    throw new RangeError(
      `train: ${epochs} epochs of ${minibatches} minibatches: after the first gradient step the batch is off-policy: add importance(...) to the pipeline, or take epochs: 1 and minibatches: 1`,
    )
  if (objective.needs.includes('StateValue') && !hasValue(policy.network.outputs))
    throw new RangeError('train: the objective needs state values; give the network a second output block, valueOutput')
  const schedule = typeof rate === 'function' ? rate : constantRate(rate)
  refuseShort(schedule, updates)
  return { policy, objective, optimiser, rate: schedule, epochs, minibatches, gradientNorm, stopAtKl }
}

/** Plain data, copied: what follows does not change it. */
const copied = (x: unknown): unknown => structuredClone(x)

const running = (options: AnyOptions, settings: Settings<unknown>, learner: Learner<unknown>, sampling: Sampling<Space, Space, never>): Training => {
  const { policy } = settings
  const { network, head } = policy
  const { updates = Infinity } = options
  const { environment } = options.sampler
  const updateOn = updating(settings)
  const keep = keeping(learner)
  /** Why there is no going on: environments stand halfway in an update that failed, and nothing leads back. */
  let broken: TrainingStopped | null = null
  const refuseBroken = (): void => {
    if (broken === null) return
    const { update, steps, metric, what, cause } = broken
    throw new TrainingStopped(
      { update, steps, metric },
      `${what}; training cannot go on from there, as this sampler cannot go back to before it (its sampling has no mark): resume(options, state) from a state that was taken before; parameters() are those before it`,
      cause,
    )
  }
  /** Whatever fails in an update, everything is then as it was before: the learner, and the environments where the sampler can go back. */
  const undone = (back: (() => void) | undefined, failure: TrainingStopped): TrainingStopped => {
    try {
      if (back !== undefined) back()
      else broken = failure
    } catch {
      broken = failure
    }
    return failure
  }
  const sample = (): Sampled<unknown> => {
    try {
      return sampling.sample({ policy, parameters: learner.parameters, version: learner.version })
    } catch (cause) {
      throw stopped(learner, 'sampling', cause)
    }
  }
  const isOver = (): boolean => {
    try {
      return hasEnded(settings.rate, learner.update)
    } catch (cause) {
      throw stopped(learner, 'rate', cause)
    }
  }
  const next = (): Metrics => {
    refuseBroken()
    if (isOver()) throw stopped(learner, 'rate', new RangeError(endedBefore(learner.update)))
    const { steps: before } = learner
    const begun = performance.now()
    const restore = keep()
    const back = sampling.mark?.()
    try {
      const measures = updateOn(learner, sample() as never)
      const seconds = (performance.now() - begun) / 1000
      learner.seconds += seconds
      return { ...measures, seconds: learner.seconds, stepsPerSecond: (learner.steps - before) / seconds }
    } catch (cause) {
      restore()
      throw undone(back, cause as TrainingStopped)
    }
  }
  return {
    next,
    *[Symbol.iterator]() {
      while (learner.update < updates && !isOver()) yield next()
    },
    parameters: () => learner.parameters.slice(),
    policy,
    environment,
    learnt: () => {
      refuseBroken()
      const memory = sampling.learnt?.()
      return memory === undefined || environment === null ? null : { environment: environment.name, memory }
    },
    state: () => {
      refuseBroken()
      return {
        of: { network: network.name, head: head.name, optimiser: settings.optimiser.name, sampler: options.sampler.name, parameterCount: network.parameterCount },
        update: learner.update,
        steps: learner.steps,
        seconds: learner.seconds,
        version: learner.version,
        parameters: learner.parameters.slice(),
        optimiser: copied(learner.optimiser),
        shuffling: savedStream(learner.shuffling),
        sampling: copied(sampling.save()),
      }
    },
  }
}

/** Seeds of streams that must not be each other's. */
const derived = (seed: number, which: number): number => Math.imul(seed + which * 0x3c6ef35f, 0x9e3779b1) | 0

/**
 * Trains a policy: sample, estimate, update, and again.
 *
 * Each `next()`, or turn of a `for ... of`, is one update and gives its metrics. The credit of a batch is computed once; for each epoch and
 * minibatch the current log-probs give the weights, and with the terms beside them one gradient. Without importance in its pipeline an
 * objective takes one gradient step a batch: more do not compile where the numbers are literal, and are refused at run time.
 *
 * @param options  sampler, policy, objective, optimiser, rate, and how often
 * @throws RangeError       for options that are none or do not fit
 * @throws TrainingStopped  from an update in which a number was not finite, or an environment failed
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { recipes } from 'estimand'
 * import { cartPole, timeLimit } from 'estimand/environment'
 * import { adam, mlp, policyOutput } from 'estimand/network'
 * import { categorical, policyOf } from 'estimand/policy'
 * import { episodes, train, wholeBatch } from 'estimand/training'
 * const environment = pipe(cartPole({ steps: Infinity }), timeLimit({ steps: 500, as: 'TimeLimit' }))
 * const training = train({
 *   sampler: episodes({ environment, count: 4, discount: 1 }),
 *   policy: policyOf(mlp({ observation: environment.observation, hidden: [16], outputs: [policyOutput(2)] }), categorical(2)),
 *   objective: wholeBatch(recipes.reinforceLoo.estimator),
 *   optimiser: adam(),
 *   rate: 0.01,
 *   seed: 1,
 * })
 * training.next().returns.length // => 4
 * training.next().update // => 2
 * ```
 */
export const train = <
  O extends Space,
  A extends Space,
  Out extends readonly number[],
  Facts,
  Bias extends string,
  S,
  const Epochs extends number = 1,
  const Minibatches extends number = 1,
  Objective = unknown,
>(
  options: Given<TrainOptions<O, A, Out, Facts, Bias, S, Epochs, Minibatches>, Objective>,
): Training => {
  const any = options as unknown as AnyOptions
  const settings = settingsOf(any)
  const { policy, optimiser, seed, sampler } = any
  const parameters = (any.parameters ?? policy.network.init(derived(seed, 1))).slice()
  if (parameters.length !== policy.network.parameterCount)
    throw new RangeError(`train: parameters: expected ${policy.network.parameterCount} numbers, as ${policy.network.name} has, got ${parameters.length}`)
  const learner: Learner<unknown> = {
    parameters,
    optimiser: optimiser.init(parameters),
    shuffling: streamsOf(derived(seed, 2), 1)[0],
    version: 0,
    update: 0,
    steps: 0,
    seconds: 0,
  }
  return running(any, settings, learner, sampler.open(derived(seed, 3)))
}

const isFloats = (x: unknown): x is Floats => x instanceof Float32Array || x instanceof Float64Array

/** Whether two pieces of plain data are of one build: the same fields, numbers where there are numbers, arrays as long and of one kind. */
const sameBuild = (a: unknown, b: unknown): boolean => {
  if (isFloats(a)) return isFloats(b) && a.constructor === b.constructor && a.length === b.length
  if (!hasParts(a)) return typeof a === typeof b
  return hasParts(b) && Object.keys(a).length === Object.keys(b).length && Object.keys(a).every((key) => sameBuild(a[key], b[key]))
}

/**
 * Training that goes on where a state was taken, bit for bit on the same backend: the same options give the same rest.
 *
 * @param options  those of `train`; a rate, epochs and the like may differ, network, head, optimiser and sampler may not
 * @param state    what `state` gave
 *
 * @example
 * ```ts
 * import * as E from 'fp-ts/lib/Either.js'
 * import { recipes } from 'estimand'
 * import { cliffWalking, timeLimit } from 'estimand/environment'
 * import { sgd, tabular } from 'estimand/network'
 * import { categorical, policyOf } from 'estimand/policy'
 * import { episodes, resume, train, wholeBatch } from 'estimand/training'
 * const environment = timeLimit({ steps: 20, as: 'TimeLimit' })(cliffWalking())
 * const options = {
 *   sampler: episodes({ environment, count: 2, discount: 1 }),
 *   policy: policyOf(tabular({ states: 48, actions: 4 }), categorical(4)),
 *   objective: wholeBatch(recipes.reinforce.estimator), optimiser: sgd(), rate: 0.001, seed: 1,
 * }
 * const training = train(options)
 * training.next()
 * const again = resume(options, training.state())
 * E.isRight(again) && again.right.next().entropy === training.next().entropy // => true
 * ```
 */
export const resume = <
  O extends Space,
  A extends Space,
  Out extends readonly number[],
  Facts,
  Bias extends string,
  S,
  const Epochs extends number = 1,
  const Minibatches extends number = 1,
  Objective = unknown,
>(
  options: Given<TrainOptions<O, A, Out, Facts, Bias, S, Epochs, Minibatches>, Objective>,
  state: unknown,
): E.Either<readonly Problem[], Training> => {
  const any = options as unknown as AnyOptions
  const settings = settingsOf(any)
  const { policy, optimiser, sampler } = any
  const { network, head } = policy
  if (!hasParts(state)) return E.left([{ path: 'state', expected: 'a state of training', got: shown(state) }])
  const problems: Problem[] = []
  const expect = (holds: boolean, path: string, expected: string, got: unknown): void => {
    if (!holds) problems.push({ path, expected, got: shown(got) })
  }
  const owner = hasParts(state['of']) ? state['of'] : {}
  const own = { network: network.name, head: head.name, optimiser: optimiser.name, sampler: sampler.name, parameterCount: network.parameterCount }
  for (const [key, value] of Object.entries(own)) expect(owner[key] === value, `of.${key}`, shown(value), owner[key])
  const { parameters, shuffling, update, steps, seconds, version } = state
  for (const [key, count] of Object.entries({ update, steps, version })) expect(Number.isInteger(count) && Number(count) >= 0, key, 'an integer >= 0', count)
  expect(Number.isFinite(seconds) && Number(seconds) >= 0, 'seconds', 'a number >= 0', seconds)
  const model = network.init(0)
  expect(sameBuild(model, parameters) && isFloats(parameters) && parameters.every(Number.isFinite), 'parameters', `${model.length} finite numbers in a ${model.constructor.name}`, parameters)
  expect(sameBuild(optimiser.init(model), state['optimiser']), 'optimiser', `a state of ${optimiser.name} for ${model.length} parameters`, state['optimiser'])
  const isStream = Array.isArray(shuffling) && shuffling.length === 4 && shuffling.every(Number.isInteger)
  expect(isStream, 'shuffling', 'the state of a random stream, four integers', shuffling)
  const sampling = sampler.restore(state['sampling'])
  if (E.isLeft(sampling)) problems.push(...sampling.left.map((problem) => ({ ...problem, path: `sampling.${problem.path}` })))
  if (problems.length > 0 || E.isLeft(sampling)) return E.left(problems)
  const learner: Learner<unknown> = {
    parameters: (parameters as Floats).slice(),
    optimiser: copied(state['optimiser']),
    shuffling: restoredStream(shuffling as readonly number[]),
    version: Number(version),
    update: Number(update),
    steps: Number(steps),
    seconds: Number(seconds),
  }
  return E.right(running(any, settings, learner, sampling.right))
}
