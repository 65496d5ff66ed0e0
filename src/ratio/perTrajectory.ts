import { exponential } from '../columns/exponential.ts'
import type { Layout } from '../columns/spread.ts'
import type { BehaviourLogProb } from '../trajectories/facts.ts'
import { ours } from '../weighting/ours.ts'
import type { Ratio } from './ratio.ts'
import { ratioOf, withLog } from './ratio.ts'

/** A function of the sum of the log ratios of each trajectory, on each of its steps, written over the log ratios. [sum L_i] */
const perTrajectoryOf = (logRatio: Float64Array, { count, offsets }: Layout, of: (sum: number) => number): Float64Array => {
  for (let i = 0; i < count; i++) {
    let sum = 0
    for (let k = offsets[i]; k < offsets[i + 1]; k++) sum += logRatio[k]
    logRatio.fill(of(sum), offsets[i], offsets[i + 1])
  }
  return logRatio
}

/**
 * One ratio for the whole trajectory, on each of its steps.
 *
 *     rho_{0:L-1} = prod_t pi(a_t|s_t) / mu(a_t|s_t)
 *
 * Unbiased where mu > 0 wherever pi > 0; its variance can grow exponentially with the length. Laws: sound, E[rho] = 1.
 * Source: Sutton and Barto 2018, section 5.5.
 *
 * @example
 * ```ts
 * import { perTrajectory } from 'estimand'
 * perTrajectory.reasons // => []
 * ```
 */
export const perTrajectory: Ratio<BehaviourLogProb, 'trajectory ratio', never> = ours(ratioOf({
  word: 'perTrajectory',
  stage: 'trajectory ratio',
  needs: [],
  reasons: [],
  ratio: withLog(
    (logRatio, layout) => perTrajectoryOf(logRatio, layout, exponential),
    (logRatio, layout) => perTrajectoryOf(logRatio, layout, (log) => log),
  ),
  formula: { text: 'rho_{0:L-1}', latex: '\\rho_{0:L-1}' },
  source: 'Sutton and Barto 2018, Reinforcement learning, section 5.5',
}))
