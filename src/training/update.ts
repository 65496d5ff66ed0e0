import { scaleRun, subtractRun } from '../columns/runs.ts'
import { generalisedAdvantages } from '../credit/gae.ts'
import type { Random } from '../environment/random.ts'
import { uniform } from '../environment/random.ts'
import type { Space } from '../environment/space.ts'
import { sizeOf } from '../environment/space.ts'
import { clipGradientNorm } from '../network/optimiser/clipGradientNorm.ts'
import type { Optimiser } from '../network/optimiser/optimiser.ts'
import type { Rate } from '../network/optimiser/rate.ts'
import type { Actions, Floats } from '../policy/floats.ts'
import { actingOf, sumOf } from '../policy/network.ts'
import type { Policy } from '../policy/policy.ts'
import { scratchOf } from '../policy/scratch.ts'
import type { Reward, StateValue } from '../trajectories/facts.ts'
import type { Trajectories } from '../trajectories/trajectories.ts'
import { shown } from '../trajectories/problem.ts'
import { stepCount } from '../trajectories/trajectories.ts'
import { TrainingStopped } from './failure.ts'
import type { Metrics } from './metrics.ts'
import { effectiveShare, explainedVariance, mean } from './metrics.ts'
import type { Ready, TrainingObjective, ValueTerm, wholeBatchOnly } from './objective.ts'
import type { Sampled } from './sampler.ts'

/** What an update needs besides a batch; it does not change. */
export interface Settings<S> {
  readonly policy: Policy<Space, Space, readonly number[]>
  readonly objective: TrainingObjective<never, string, 'minibatches' | typeof wholeBatchOnly>
  readonly optimiser: Optimiser<S>
  readonly rate: Rate
  readonly epochs: number
  readonly minibatches: number
  /** Infinity: not clipped. */
  readonly gradientNorm: number
  /** Mean exact divergence beyond which no further epoch begins; Infinity: none. */
  readonly stopAtKl: number
}

/** What learns: parameters and all that moves with them. Changed in place. */
export interface Learner<S> {
  readonly parameters: Floats
  optimiser: S
  /** For the order of the steps in minibatches. */
  readonly shuffling: Random
  /** Gradient steps taken: the version of the parameters. */
  version: number
  /** Updates made. */
  update: number
  /** Steps of all batches. */
  steps: number
  /** Seconds spent. */
  seconds: number
}

/** Measures of an update that do not depend on the clock. */
export type Measures = Omit<Metrics, 'seconds' | 'stepsPerSecond'>

/** 0, 1, 2 and so on: a loop of its own, or a large function would be compiled for its sake. */
const inOrder = (order: Int32Array): Int32Array => {
  for (let k = 0; k < order.length; k++) order[k] = k
  return order
}

const shuffle = (order: Int32Array, random: Random): void => {
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(uniform(random, 0, i + 1))
    const other = order[i]
    order[i] = order[j]
    order[j] = other
  }
}

const gatherRows = <T extends Actions>(from: T, width: number, indices: Int32Array, into: T): T => {
  if (width === 1) for (let k = 0; k < indices.length; k++) into[k] = from[indices[k]]
  else
    for (let k = 0; k < indices.length; k++) {
      const at = indices[k] * width
      for (let j = 0; j < width; j++) into[k * width + j] = from[at + j]
    }
  return into
}

const int32 = (length: number) => new Int32Array(length)
const float32 = (length: number) => new Float32Array(length)
const float64 = (length: number) => new Float64Array(length)

/** Arrays that an update writes to, kept for the next one: nothing in training allocates by the gradient step. */
const roomFor = () => {
  const [integers, singles, doubles] = [scratchOf(int32), scratchOf(float32), scratchOf(float64)]
  return {
    order: scratchOf(int32),
    measured: scratchOf(int32),
    entropies: scratchOf(float64),
    observations: scratchOf(float32),
    actionsLike: (x: Actions): ((length: number) => Actions) => (x instanceof Int32Array ? integers : x instanceof Float32Array ? singles : doubles),
    reference: scratchOf(float64),
    cotangent: scratchOf(float64),
    logProb: scratchOf(float64),
    otherLogProb: scratchOf(float64),
    gradient: [scratchOf(float32), scratchOf(float64)] as const,
  }
}
type Room = ReturnType<typeof roomFor>

/** The lambda-returns that values are fitted to. */
const targetsOf = (batch: Trajectories<Reward & StateValue>, lambda: number): Float64Array => {
  const targets: Float64Array = generalisedAdvantages(batch, batch.reward, batch.value, batch.bootstrapValue, batch.discount, lambda)
  for (let k = 0; k < targets.length; k++) targets[k] += batch.value[k]
  return targets
}

/** d/dV of the squared error, clipped or not: 0 where the clipped error is the greater and does not move. */
const valueSlope = (v: number, old: number, target: number, clip: number): number => {
  const off = v - target
  const moved = v - old
  if (Math.abs(moved) <= clip) return off
  const clippedOff = old + Math.sign(moved) * clip - target
  return off * off >= clippedOff * clippedOff ? off : 0
}

/** Everything about a batch that a gradient is made from. */
interface Work {
  readonly sampled: Sampled<Reward & StateValue>
  readonly weights: Ready['weights']
  readonly targets: Float64Array | null
  readonly steps: number
}

const addValue = (cotangent: Float64Array, outputs: Floats, P: number, indices: Int32Array, { coefficient, clip }: ValueTerm, targets: Float64Array, old: ArrayLike<number>): void => {
  const m = indices.length
  for (let j = 0; j < m; j++) {
    const k = indices[j]
    cotangent[m * P + j] = (-coefficient / m) * valueSlope(outputs[m * P + j], old[k], targets[k], clip)
  }
}

/**
 * The gradient of the objective on some steps of a batch, to ascend: W by the head's closed form, penalties and values in one cotangent,
 * one vector-Jacobian product. Says of how many steps the ratio was clipped.
 */
const gradientOn = <S>(
  { policy, objective }: Settings<S>,
  { parameters, version }: Learner<S>,
  { sampled, weights: weigh, targets, steps }: Work,
  room: Room,
  indices: Int32Array,
  gradient: Floats,
): number => {
  const { network, head } = policy
  const m = indices.length
  const [inputs, size, P] = [sizeOf(policy.observation), sizeOf(policy.action), network.outputs[0]]
  // As many as there are: all, in the order of the batch.
  const all = m === steps
  const observations = all ? sampled.observations : gatherRows(sampled.observations, inputs, indices, room.observations(m * inputs))
  const actions = all ? sampled.actions : gatherRows(sampled.actions, size, indices, room.actionsLike(sampled.actions)(m * size))
  const outputs = network.forward(parameters, observations, m)
  const logProb = room.logProb(m)
  head.logProb(outputs, actions, m, logProb)
  const { weights, clipped } = weigh(indices, logProb, version)
  scaleRun(weights, weights, 0, m, steps / m)
  const reference = objective.kl === null || all ? sampled.distribution : gatherRows(sampled.distribution, P, indices, room.reference(m * P))
  const cotangent = room.cotangent(m * sumOf(network.outputs))
  head.gradient(
    outputs,
    actions,
    m,
    {
      weights,
      entropy: objective.entropy / m,
      ...(objective.kl === null ? {} : { kl: { reference, direction: objective.kl.direction, weight: objective.kl.coefficient / m } }),
    },
    cotangent,
  )
  if (objective.value !== null && targets !== null) addValue(cotangent, outputs, P, indices, objective.value, targets, sampled.batch.value)
  else cotangent.fill(0, m * P)
  network.vectorJacobianProduct(parameters, observations, m, cotangent, gradient)
  // Only where the parameters have moved can anything have been clipped.
  return version === sampled.batch.version ? 0 : clipped
}

/** Steps whose divergence is measured: the mean over more of them is hardly better, and costs as much as sampling them did. */
const mostMeasured = 1024
const goldenRatio = (Math.sqrt(5) - 1) / 2

/** As many steps as are measured: one in each of so many parts of equal length, now here and now there, so that no period is met. */
const measuredSteps = (steps: number, into: Int32Array): Int32Array => {
  for (let k = 0; k < into.length; k++) into[k] = Math.floor(((k + ((k * goldenRatio) % 1)) * steps) / into.length)
  return into
}

/** Where the policy stands now, against the one that sampled. */
const drift = <S>(
  { policy }: Settings<S>,
  { parameters }: Learner<S>,
  { sampled, steps }: Work,
  room: Room,
): { readonly kl: number; readonly effectiveSampleSize: number } => {
  const { head, network } = policy
  const n = Math.min(steps, mostMeasured)
  const [inputs, size, P] = [sizeOf(policy.observation), sizeOf(policy.action), network.outputs[0]]
  const all = n === steps
  const indices = all ? room.measured(0) : measuredSteps(steps, room.measured(n))
  const observations = all ? sampled.observations : gatherRows(sampled.observations, inputs, indices, room.observations(n * inputs))
  const actions = all ? sampled.actions : gatherRows(sampled.actions, size, indices, room.actionsLike(sampled.actions)(n * size))
  const before = all ? sampled.distribution : gatherRows(sampled.distribution, P, indices, room.reference(n * P))
  const outputs = actingOf(network)(parameters)(observations, n)
  const [now, then] = [room.logProb(n), room.otherLogProb(n)]
  head.kl(before, outputs, n, now)
  const kl = mean(now)
  head.logProb(before, actions, n, then)
  head.logProb(outputs, actions, n, now)
  subtractRun(now, 0, n, then, 0)
  return { kl, effectiveSampleSize: effectiveShare(now) }
}

const firstInfinite = (x: Floats): number => {
  let k = 0
  while (k < x.length && Number.isFinite(x[k])) k++
  return k
}

const checkedRate = (rate: number): number => {
  if (Number.isFinite(rate) && rate >= 0) return rate
  throw new RangeError(`expected a finite number >= 0 from the schedule, got ${shown(rate)}; a schedule that has come to its end stays at a number`)
}

const refuseStale = (batch: Trajectories<unknown>, version: number): void => {
  const { provenance } = batch as { readonly provenance?: unknown }
  if (provenance === 'on-policy' && batch.version !== version)
    throw new RangeError(
      `stale batch: it was sampled by version ${batch.version} of the parameters, which are now at version ${version}; sample again`,
    )
}

/**
 * One update: the credit of the batch once, then for each epoch and minibatch the weights of the moment, a gradient and a step of the
 * optimiser. Moves the learner; if it fails, it leaves the learner wherever it is, but for the count of updates and steps.
 *
 * @throws TrainingStopped  naming update, steps and what was being computed, where something is not finite or a batch is stale
 */
export const updating = <S>(settings: Settings<S>): ((learner: Learner<S>, sampled: Sampled<never>) => Measures) => {
  const { policy, objective, optimiser, epochs, minibatches, gradientNorm, stopAtKl } = settings
  const room = roomFor()
  return (learner, anySampled) => {
    const { parameters } = learner
    const sampled = anySampled as Sampled<Reward & StateValue>
    const { batch, returns, lengths } = sampled
    let stage = 'batch'
    try {
      refuseStale(batch, learner.version)
      const steps = stepCount(batch)
      stage = 'credit'
      const { value } = objective
      const ready = objective.ready(batch as never)
      const work: Work = { sampled, weights: ready.weights, targets: value === null ? null : targetsOf(batch, value.lambda), steps }
      stage = 'rate'
      const rate = checkedRate(settings.rate(learner.update))
      stage = 'weights'
      const gradient = room.gradient[parameters instanceof Float32Array ? 0 : 1](parameters.length)
      const order = inOrder(room.order(steps))
      const count = Math.min(minibatches, steps)
      const parts = Array.from({ length: count }, (_, p) => order.subarray(Math.floor((p * steps) / count), Math.floor(((p + 1) * steps) / count)))
      const entropies = room.entropies(steps)
      policy.head.entropy(sampled.distribution, steps, entropies)
      let norms = 0
      let clipped = 0
      let done = 0
      let after: ReturnType<typeof drift> | null = null
      while (done < epochs) {
        if (count > 1) shuffle(order, learner.shuffling)
        for (const indices of parts) {
          stage = 'weights'
          clipped += gradientOn(settings, learner, work, room, indices, gradient)
          stage = 'gradient norm'
          norms += clipGradientNorm(gradient, gradientNorm)
          stage = 'optimiser'
          optimiser.ascend(learner.optimiser, parameters, gradient, rate)
          learner.version++
        }
        done++
        after = null
        if (stopAtKl === Infinity || done === epochs) continue
        stage = 'kl'
        after = drift(settings, learner, work, room)
        if (after.kl > stopAtKl) break
      }
      stage = 'parameters'
      const wrong = firstInfinite(parameters)
      if (wrong < parameters.length) throw new RangeError(`expected finite numbers, got ${parameters[wrong]} as number ${wrong}; take a lower learning rate, or clip the gradient`)
      stage = 'kl'
      const { kl, effectiveSampleSize } = after ?? drift(settings, learner, work, room)
      const measures = {
        update: learner.update + 1,
        steps: learner.steps + steps,
        returns,
        meanLength: lengths.length > 0 ? mean(lengths) : null,
        entropy: mean(entropies),
        kl,
        clipFraction: clipped / (done * steps),
        effectiveSampleSize,
        explainedVariance: work.targets === null ? null : explainedVariance(work.targets, batch.value),
        gradientNorm: norms / (done * count),
        rate,
        epochs: done,
      }
      learner.update++
      learner.steps += steps
      return measures
    } catch (cause) {
      throw stopped(learner, stage, cause)
    }
  }
}

/** The error that says where training was when something failed. */
export const stopped = ({ update, steps }: { readonly update: number; readonly steps: number }, metric: string, cause: unknown): TrainingStopped =>
  new TrainingStopped({ update: update + 1, steps, metric }, cause instanceof Error ? cause.message : String(cause), cause)
