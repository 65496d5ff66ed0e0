import { exponentials } from '../columns/exponential.ts'
import type { Layout } from '../columns/spread.ts'
import type { BehaviourLogProb } from '../trajectories/facts.ts'
import { ours } from '../weighting/ours.ts'
import { reasons } from '../weighting/reason.ts'
import type { Ratio } from './ratio.ts'
import { ratioOf, withLog } from './ratio.ts'

const logPrefix = (logRatio: Float64Array, { count, offsets }: Layout): Float64Array => {
  for (let i = 0; i < count; i++) {
    let sum = 0
    for (let k = offsets[i]; k < offsets[i + 1]; k++) logRatio[k] = sum += logRatio[k]
  }
  return logRatio
}

/** rho_{0:t} of each step, summed in log space and written over the log ratios. [sum L_i] -> [sum L_i] */
export const prefixRatio = withLog((logRatio, layout) => exponentials(logPrefix(logRatio, layout)), logPrefix)

/**
 * The ratio of everything up to and including the step.
 *
 *     rho_{0:t} = prod_{u <= t} pi(a_u|s_u) / mu(a_u|s_u)
 *
 * Corrects how the state was reached and the action, not what followed: 'behaviour value'. Exact expectation:
 * sum_t gamma^t E_{s ~ pi, t} grad pi Q^mu. Law: tight. Source: Sutton and Barto 2018, section 5.9.
 *
 * @example
 * ```ts
 * import { prefix } from 'estimand'
 * prefix.reasons.map((r) => r.name) // => ['behaviour value']
 * ```
 */
export const prefix: Ratio<BehaviourLogProb, 'prefix ratio', 'behaviour value'> = ours(ratioOf({
  word: 'prefix',
  stage: 'prefix ratio',
  needs: [],
  reasons: [reasons['behaviour value']],
  ratio: prefixRatio,
  formula: { text: 'rho_{0:t}', latex: '\\rho_{0:t}' },
  source: 'Sutton and Barto 2018, Reinforcement learning, section 5.9',
}))
