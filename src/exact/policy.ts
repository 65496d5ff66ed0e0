import type { Kind } from '../trajectories/argument.ts'
import { refuseArgument } from '../trajectories/argument.ts'

/** A tabular policy: probability and log-probability of each action, row-major in (s, a). [S A] */
export interface TabularPolicy {
  readonly probability: Float64Array
  readonly logProbability: Float64Array
}

const logits: Kind = {
  expected: 'a table of logits, a row for each state: [[0, 0]]',
  holds: (x) => Array.isArray(x) && x.every(Array.isArray),
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
  refuseArgument('softmaxPolicy', theta, logits)
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
