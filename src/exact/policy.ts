/** A tabular policy: probability and log-probability of each action, row-major in (s, a). [S A] */
export interface TabularPolicy {
  readonly probability: Float64Array
  readonly logProbability: Float64Array
}

/**
 * The softmax policy of a table of logits.
 *
 *     pi(a|s) = exp(theta_sa) / sum_b exp(theta_sb)
 *
 * @param theta  logits. [S][A]
 *
 * @example
 * ```ts
 * import { softmaxPolicy } from 'estimand/exact'
 * Array.from(softmaxPolicy([[0, 0]]).probability) // => [0.5, 0.5]
 * ```
 */
export const softmaxPolicy = (theta: readonly (readonly number[])[]): TabularPolicy => {
  const logProbability = Float64Array.from(
    theta.flatMap((row) => {
      const most = row.reduce((a, b) => Math.max(a, b), -Infinity)
      const logTotal = Math.log(row.reduce((total, x) => total + Math.exp(x - most), 0))
      // In this order: most + logTotal would round large logits, and probabilities would no longer sum to 1.
      return row.map((x) => x - most - logTotal)
    }),
  )
  return { logProbability, probability: logProbability.map(Math.exp) }
}
