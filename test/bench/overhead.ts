/**
 * What the library costs beyond the arithmetic, by three forms of PPO on CartPole: as `train` runs it, with its weights by hand in place of
 * the pipeline (the ratio is what an estimator costs), and written out by hand from sampling to metrics, in loops for this one program, on
 * the same networks, optimiser and copies of the environment (the ratio is what all of the library costs). All draw the same random
 * numbers, so that one can be held to the other: test/training/byHand.test.ts.
 */
import { generalisedAdvantages } from 'estimand'
import { cartPole, ending, lockStep, streamsOf, timeLimit, uniform } from 'estimand/environment'
import { adam, clipGradientNorm, linearRate } from 'estimand/network'
import { cleanRlCartPole, train } from 'estimand/training'
import type { Ready } from 'estimand/training'
import type { Measure } from './measure.ts'
import { units } from './measure.ts'

const copies = 4
const length = 128
const steps = copies * length
const epochs = 4
const minibatches = 4
const m = steps / minibatches
const inputs = 4
const discount = 0.99
const lambda = 0.95
const epsilon = 0.2
const valueClip = 0.2
const valueCoefficient = 0.5
const entropyCoefficient = 0.01
const mostNorm = 0.5
const updatesInAll = 976
const usualRate = 2.5e-4

/** An update's measures, those of `Metrics` that do not depend on the clock. */
export interface ByHand {
  readonly next: () => {
    readonly entropy: number
    readonly kl: number
    readonly clipFraction: number
    readonly effectiveSampleSize: number
    readonly explainedVariance: number
    readonly gradientNorm: number
  }
  readonly parameters: Float32Array
}

/** The seeds of the streams that `train` makes of one seed. */
const derived = (seed: number, which: number): number => Math.imul(seed + which * 0x3c6ef35f, 0x9e3779b1) | 0
const actingSeed = (seed: number): number => Math.imul(seed ^ 0x5bd1e995, 0x9e3779b1) | 0

type CartPolePolicy = ReturnType<typeof cleanRlCartPole>['policy']
const cleanRlPolicy = (): CartPolePolicy => cleanRlCartPole({ truncation: 'terminated' }).policy

/** The program by hand; its rate falls to 0 over 976 updates. */
export const byHand = (seed: number, firstRate = usualRate, { network }: CartPolePolicy = cleanRlPolicy()): ByHand => {
  const parameters = Float32Array.from(network.init(derived(seed, 1)))
  const { init, ascend } = adam({ epsilon: 1e-5 })
  const state = init(parameters)
  const gradient = new Float32Array(parameters.length)
  const shuffling = streamsOf(derived(seed, 2), 1)[0]
  const run = lockStep(timeLimit({ steps: 500, as: 'TimeLimit' })(cartPole({ steps: Infinity })), { copies, seed: derived(seed, 3) })
  const random = streamsOf(actingSeed(derived(seed, 3)), 1)[0]

  // Row i length + t for step t of copy i; behind them what follows the last step of each copy.
  const observation = new Float32Array((steps + copies) * inputs)
  const action = new Int32Array(steps)
  const logits = new Float64Array(steps * 2)
  const oldLogProb = new Float64Array(steps)
  const reward = new Float64Array(steps)
  const ended = new Uint8Array(steps)
  const value = new Float64Array(steps + copies)
  const advantage = new Float64Array(steps)
  const target = new Float64Array(steps)
  const order = new Int32Array(steps)
  const chosen = new Float64Array(copies)
  const part = new Float32Array(m * inputs)
  const white = new Float64Array(m)
  const cotangent = new Float64Array(m * 3)
  let update = 0

  const sample = (): void => {
    const act = network.acting?.(parameters) ?? ((seen: Float32Array, n: number) => network.forward(parameters, seen, n))
    for (let t = 0; t < length; t++) {
      const outputs = act(run.observation, copies)
      for (let i = 0; i < copies; i++) {
        const row = i * length + t
        for (let k = 0; k < inputs; k++) observation[row * inputs + k] = run.observation[i * inputs + k]
        const x0 = outputs[2 * i]
        const x1 = outputs[2 * i + 1]
        const most = x0 > x1 ? x0 : x1
        const e0 = Math.exp(x0 - most)
        const total = e0 + Math.exp(x1 - most)
        const a = uniform(random, 0, 1) * total < e0 ? 0 : 1
        logits[2 * row] = x0
        logits[2 * row + 1] = x1
        action[row] = a
        oldLogProb[row] = (a === 0 ? x0 : x1) - most - Math.log(total)
        chosen[i] = a
      }
      run.step(chosen)
      for (let i = 0; i < copies; i++) {
        reward[i * length + t] = run.reward[i]
        ended[i * length + t] = run.end[i]
      }
    }
    observation.set(run.successor, steps * inputs)
    const outputs = network.forward(parameters, observation, steps + copies)
    for (let k = 0; k < steps + copies; k++) value[k] = outputs[2 * (steps + copies) + k]
    for (let i = 0; i < copies; i++) {
      let next = value[steps + i]
      let a = 0
      for (let k = (i + 1) * length - 1; k >= i * length; k--) {
        if (ended[k] !== ending.none) next = a = 0
        a = reward[k] + discount * next - value[k] + discount * lambda * a
        advantage[k] = a
        target[k] = a + value[k]
        next = value[k]
      }
    }
  }

  /** The gradient on the steps from..to of the order; says how many of them the ratio's limits made 0. */
  const gradientOf = (from: number): number => {
    for (let j = 0; j < m; j++) for (let k = 0; k < inputs; k++) part[j * inputs + k] = observation[order[from + j] * inputs + k]
    const outputs = network.forward(parameters, part, m)
    let mean = 0
    for (let j = 0; j < m; j++) mean += white[j] = advantage[order[from + j]]
    mean /= m
    let squares = 0
    for (let j = 0; j < m; j++) squares += (white[j] - mean) * (white[j] - mean)
    const unit = 1 / (Math.sqrt(squares / (m - 1)) + 1e-8)
    let clipped = 0
    for (let j = 0; j < m; j++) {
      const row = order[from + j]
      const x0 = outputs[2 * j]
      const x1 = outputs[2 * j + 1]
      const most = x0 > x1 ? x0 : x1
      const e0 = Math.exp(x0 - most)
      const e1 = Math.exp(x1 - most)
      const logTotal = Math.log(e0 + e1)
      const log0 = x0 - most - logTotal
      const log1 = x1 - most - logTotal
      const p0 = e0 / (e0 + e1)
      const p1 = e1 / (e0 + e1)
      const a = action[row]
      const ratio = Math.exp((a === 0 ? log0 : log1) - oldLogProb[row])
      const credit = (white[j] - mean) * unit
      const outside = credit >= 0 ? ratio > 1 + epsilon : ratio < 1 - epsilon
      if (outside && credit !== 0) clipped++
      const w = outside ? 0 : (ratio * credit) / m
      const entropy = -(p0 * log0 + p1 * log1)
      const c = entropyCoefficient / m
      cotangent[2 * j] = (a === 0 ? w : 0) - w * p0 - c * p0 * (log0 + entropy)
      cotangent[2 * j + 1] = (a === 1 ? w : 0) - w * p1 - c * p1 * (log1 + entropy)
      const v = outputs[2 * m + j]
      const moved = v - value[row]
      const off = v - target[row]
      const held = moved > valueClip ? valueClip : moved < -valueClip ? -valueClip : moved
      const heldOff = value[row] + held - target[row]
      cotangent[2 * m + j] = held !== moved && heldOff * heldOff > off * off ? 0 : (-valueCoefficient / m) * off
    }
    network.vectorJacobianProduct(parameters, part, m, cotangent, gradient)
    return clipped
  }

  /** Where the policy has gone from the one that sampled, and how well the values foretold the returns. */
  const measured = () => {
    const act = network.acting?.(parameters) ?? ((seen: Float32Array, n: number) => network.forward(parameters, seen, n))
    const outputs = act(observation, steps)
    let [entropy, kl, sum, squares, meanTarget, meanOff] = [0, 0, 0, 0, 0, 0]
    for (let k = 0; k < steps; k++) {
      const most = Math.max(logits[2 * k], logits[2 * k + 1])
      const e0 = Math.exp(logits[2 * k] - most)
      const e1 = Math.exp(logits[2 * k + 1] - most)
      const logTotal = most + Math.log(e0 + e1)
      const now = Math.max(outputs[2 * k], outputs[2 * k + 1])
      const logTotalNow = now + Math.log(Math.exp(outputs[2 * k] - now) + Math.exp(outputs[2 * k + 1] - now))
      const p0 = e0 / (e0 + e1)
      const p1 = e1 / (e0 + e1)
      const [log0, log1] = [logits[2 * k] - logTotal, logits[2 * k + 1] - logTotal]
      entropy -= p0 * log0 + p1 * log1
      kl += p0 * (log0 - outputs[2 * k] + logTotalNow) + p1 * (log1 - outputs[2 * k + 1] + logTotalNow)
      const rho = Math.exp(outputs[2 * k + action[k]] - logTotalNow - oldLogProb[k])
      sum += rho
      squares += rho * rho
      meanTarget += target[k] / steps
      meanOff += (target[k] - value[k]) / steps
    }
    let [spread, rest] = [0, 0]
    for (let k = 0; k < steps; k++) {
      spread += (target[k] - meanTarget) ** 2
      rest += (target[k] - value[k] - meanOff) ** 2
    }
    return { entropy: entropy / steps, kl: kl / steps, effectiveSampleSize: (sum * sum) / (steps * squares), explainedVariance: 1 - rest / spread }
  }

  const next = () => {
    sample()
    const rate = firstRate * (1 - Math.min(update / updatesInAll, 1))
    let [norms, clipped] = [0, 0]
    for (let k = 0; k < steps; k++) order[k] = k
    for (let epoch = 0; epoch < epochs; epoch++) {
      for (let k = steps - 1; k > 0; k--) {
        const j = Math.floor(uniform(shuffling, 0, k + 1))
        const other = order[k]
        order[k] = order[j]
        order[j] = other
      }
      for (let from = 0; from < steps; from += m) {
        const count = gradientOf(from)
        // Before the first step no ratio is anything but 1.
        if (epoch > 0 || from > 0) clipped += count
        norms += clipGradientNorm(gradient, mostNorm)
        ascend(state, parameters, gradient, rate)
      }
    }
    update++
    const gradientSteps = epochs * minibatches
    return { ...measured(), clipFraction: clipped / (gradientSteps * m), gradientNorm: norms / gradientSteps }
  }
  return { next, parameters }
}

/** The program by pipeline. */
export const byPipeline = (seed: number, firstRate = usualRate, policy: CartPolePolicy = cleanRlPolicy()) =>
  train({ ...cleanRlCartPole({ truncation: 'terminated' }), policy, rate: linearRate({ from: firstRate, updates: updatesInAll }), seed })

type Objective = ReturnType<typeof cleanRlCartPole>['objective']
type Batch = Parameters<Objective['ready']>[0]

/** W of the pipeline by hand: whitened advantages, ratios, and 0 where the ratio has left its bounds. */
const weightsByHand = (batch: Batch): Ready => {
  const advantages = generalisedAdvantages(batch, batch.reward, batch.value, batch.bootstrapValue, batch.discount, lambda)
  const { behaviourLogProb } = batch
  const n = advantages.length
  return {
    weights: (indices, logProb) => {
      const weights = new Float64Array(indices.length)
      let mean = 0
      for (let j = 0; j < weights.length; j++) mean += weights[j] = advantages[indices[j]]
      mean /= weights.length
      let squares = 0
      for (let j = 0; j < weights.length; j++) squares += (weights[j] - mean) * (weights[j] - mean)
      const unit = 1 / (Math.sqrt(squares / (weights.length - 1)) + 1e-8)
      let clipped = 0
      for (let j = 0; j < weights.length; j++) {
        const credit = (weights[j] - mean) * unit
        const ratio = Math.exp(logProb[j] - behaviourLogProb[indices[j]])
        const outside = credit >= 0 ? ratio > 1 + epsilon : ratio < 1 - epsilon
        if (outside && credit !== 0) clipped++
        weights[j] = outside ? 0 : (ratio * credit) / n
      }
      return { weights, clipped }
    },
  }
}

/** The program with such weights. */
export const withWeightsByHand = (seed: number, firstRate = usualRate, policy: CartPolePolicy = cleanRlPolicy()) => {
  const options = cleanRlCartPole({ truncation: 'terminated' })
  const rate = linearRate({ from: firstRate, updates: updatesInAll })
  return train({ ...options, policy, objective: { ...options.objective, ready: weightsByHand }, rate, seed })
}

const updatesInACall = 4

const measureOf = (name: string, begin: (seed: number) => { readonly next: () => unknown }): Measure => ({
  name: `PPO on CartPole, 4 x 128 steps, ${name}`,
  unit: units.stepsPerSecond,
  prepare: () => {
    const program = begin(1)
    return () => {
      for (let k = 0; k < updatesInACall; k++) program.next()
      return updatesInACall * steps
    }
  },
})

export const measures: readonly Measure[] = [
  measureOf('by pipeline', byPipeline),
  measureOf('weights by hand', withWeightsByHand),
  measureOf('all by hand', byHand),
]
