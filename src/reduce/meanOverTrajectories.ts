import { ours } from '../weighting/ours.ts'
import type { Reduction } from './reduction.ts'
import { reductionOf } from './reduction.ts'

/**
 * Sum over steps, mean over trajectories: the reduction that the policy gradient theorem has.
 *
 *     ghat = (1/N) sum_i sum_t W_it z_it
 *
 * Adds no bias. Laws: sound, duplication of the batch, splitting. Source: Williams 1992; Sutton and Barto 2018, section 13.3.
 *
 * @example
 * ```ts
 * import { meanOverTrajectories } from 'estimand'
 * meanOverTrajectories.reasons // => []
 * ```
 */
export const meanOverTrajectories: Reduction<never> = ours(reductionOf({
  word: 'meanOverTrajectories',
  reasons: [],
  coupling: 'none',
  scale: ({ count }) => 1 / count,
  formula: { text: '1/N', latex: '\\tfrac1N' },
  source: 'Williams 1992, Simple statistical gradient-following algorithms',
}))
