import { largest, spreadOf, unitFor } from '../columns/deviation.ts'
import { relative } from '../weighting/agreement.ts'

/** What is known after an update: one line of a log. null: not defined, as the explained variance of no value. */
export interface Metrics {
  /** Updates made, this one included. */
  readonly update: number
  /** Steps of all batches so far. */
  readonly steps: number
  /** Seconds spent so far, over all sittings. */
  readonly seconds: number
  /** Returns of the episodes that ended in it, as the environment itself pays them. */
  readonly returns: readonly number[]
  /** Mean number of steps of those episodes. */
  readonly meanLength: number | null
  /** Mean entropy of the policy that sampled, nats. */
  readonly entropy: number
  /** Mean exact KL(policy that sampled || policy after the update), nats; of a larger batch over 1,024 of its steps, spread over all of it. */
  readonly kl: number
  /** Share of the steps, over all gradient steps of the update, whose weight was 0 though their credit was not. */
  readonly clipFraction: number
  /** (sum rho)^2 / (M sum rho^2) of the step ratios after the update, of the same steps: 1 if they are all equal. */
  readonly effectiveSampleSize: number
  /** 1 - var(G - V) / var(G) of the lambda-returns, before the update. */
  readonly explainedVariance: number | null
  /** Mean norm of the gradients, before they were clipped. */
  readonly gradientNorm: number
  /** Learning rate. */
  readonly rate: number
  /** Epochs that were gone through: fewer than asked for if the divergence stopped them. */
  readonly epochs: number
  /** Steps per second of this update, sampling and gradient steps together. */
  readonly stepsPerSecond: number
}

export const mean = (x: ArrayLike<number>): number => {
  let sum = 0
  for (let k = 0; k < x.length; k++) sum += x[k]
  return sum / x.length
}

/** 1 - var(target - value) / var(target); null where the targets do not vary, but for rounding. */
export const explainedVariance = (target: Float64Array, value: ArrayLike<number>): number | null => {
  const size = largest(target)
  const high = target.reduce((most, x) => Math.max(most, x), -Infinity)
  const low = target.reduce((least, x) => Math.min(least, x), Infinity)
  if (!(high - low > 2 * relative * size)) return null
  const unit = unitFor(size)
  const total = spreadOf(target.map((x) => x * unit), 0).deviation
  const rest = spreadOf(target.map((x, k) => x * unit - value[k] * unit), 0).deviation
  return 1 - (rest / total) ** 2
}

/** (sum rho)^2 / (M sum rho^2), from log ratios: invariant to their size, so that none overflows. Where every ratio is 0, it is 0. */
export const effectiveShare = (logRatio: Float64Array): number => {
  let most = -Infinity
  for (let k = 0; k < logRatio.length; k++) most = Math.max(most, logRatio[k])
  if (most === -Infinity) return 0
  let sum = 0
  let squares = 0
  for (let k = 0; k < logRatio.length; k++) {
    const rho = Math.exp(logRatio[k] - most)
    sum += rho
    squares += rho * rho
  }
  return (sum * sum) / (logRatio.length * squares)
}
