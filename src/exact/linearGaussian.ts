import type { LinearQuadratic } from './linearQuadratic.ts'
import { refuseLinearGaussian } from './made.ts'

/** The policy of a linear-quadratic problem: a ~ N(K s, exp(2 logSigma) I). */
export type LinearGaussian = Pick<LinearQuadratic, 'K' | 'logSigma'>

/** grad log pi(a|s), K row-major and then log sigma. [d n + 1] */
export type Score = (state: ArrayLike<number>, action: ArrayLike<number>) => Float64Array

const logTwoPi = Math.log(2 * Math.PI)

/** Entry i of a - K s. Plain loops: quadrature calls it millions of times. */
const residual = (K: LinearGaussian['K'], i: number, state: ArrayLike<number>, action: ArrayLike<number>): number => {
  const row = K[i]
  let left = action[i]
  for (let j = 0; j < row.length; j++) left -= row[j] * state[j]
  return left
}

/**
 * Log-density of an action, normaliser included.
 *
 *     log pi(a|s) = -|a - K s|^2 / (2 sigma^2) - d log sigma - (d / 2) log(2 pi)
 *
 * @param policy  K and logSigma
 * @returns       from state [n] and action [d] to nats
 *
 * @example
 * ```ts
 * import { linearGaussianLogProb } from 'estimand/exact'
 * linearGaussianLogProb({ K: [[1]], logSigma: 0 })([2], [2]).toFixed(4) // => '-0.9189'
 * ```
 */
export const linearGaussianLogProb = (policy: LinearGaussian): ((state: ArrayLike<number>, action: ArrayLike<number>) => number) => {
  refuseLinearGaussian('linearGaussianLogProb', policy)
  const { K, logSigma } = policy
  const precision = Math.exp(-2 * logSigma)
  const normaliser = K.length * (logSigma + logTwoPi / 2)
  return (state, action) => {
    let square = 0
    for (let i = 0; i < K.length; i++) square += residual(K, i, state, action) ** 2
    return (-precision * square) / 2 - normaliser
  }
}

const scoreWith = ({ K, logSigma }: LinearGaussian, normaliser: number): Score => {
  const d = K.length
  const n = K[0].length
  const precision = Math.exp(-2 * logSigma)
  return (state, action) => {
    const score = new Float64Array(d * n + 1)
    let square = 0
    for (let i = 0; i < d; i++) {
      const x = residual(K, i, state, action)
      for (let j = 0; j < n; j++) score[i * n + j] = precision * x * state[j]
      square += x * x
    }
    score[d * n] = precision * square - normaliser
    return score
  }
}

/**
 * The score of the linear-Gaussian policy.
 *
 *     d log pi / dK = (a - K s) s' / sigma^2,   d log pi / d log sigma = |a - K s|^2 / sigma^2 - d
 *
 * Its expectation under the policy is 0, which is what makes causality and baselines neutral.
 *
 * @param policy  K and logSigma
 *
 * @example
 * ```ts
 * import { linearGaussianScore } from 'estimand/exact'
 * Array.from(linearGaussianScore({ K: [[1]], logSigma: 0 })([2], [5])) // => [6, 8]
 * ```
 */
export const linearGaussianScore = (policy: LinearGaussian): Score => {
  refuseLinearGaussian('linearGaussianScore', policy)
  return scoreWith(policy, policy.K.length)
}

/**
 * What is left of the score if log pi is taken to be -|a - K s|^2 / (2 sigma^2), as is often written: the term -d of the normaliser
 * is missing. The part of K is right; the part of log sigma has expectation d instead of 0.
 *
 *     E sum_t W_t score'_t = E sum_t W_t score_t + (0, d E sum_t W_t)
 *
 * So it is biased for log sigma by d times the expected sum of the weights, and a baseline changes the bias. It is here to show that.
 *
 * @param policy  K and logSigma
 *
 * @example
 * ```ts
 * import { linearGaussianScoreWithoutNormaliser } from 'estimand/exact'
 * Array.from(linearGaussianScoreWithoutNormaliser({ K: [[1]], logSigma: 0 })([2], [5])) // => [6, 9]
 * ```
 */
export const linearGaussianScoreWithoutNormaliser = (policy: LinearGaussian): Score => {
  refuseLinearGaussian('linearGaussianScoreWithoutNormaliser', policy)
  return scoreWith(policy, 0)
}
