import { ours } from '../weighting/ours.ts'
import { reasons } from '../weighting/reason.ts'
import type { Reduction } from './reduction.ts'
import { reductionOf } from './reduction.ts'

/**
 * Mean over trajectories of each one's mean over its steps.
 *
 *     ghat = (1/N) sum_i (1/L_i) sum_t W_it z_it
 *
 * On whole returns exactly the gradient of E[R / L], another objective; on rewards-to-go the gradient of nothing in particular,
 * since causality and 1/L do not commute (world pastRewardsOverLength). 'divided by length'. Law: tight.
 * Source: Liu et al. 2025, section 3.1.
 *
 * @example
 * ```ts
 * import { meanOfTrajectoryMeans } from 'estimand'
 * meanOfTrajectoryMeans.coupling // => 'none'
 * ```
 */
export const meanOfTrajectoryMeans: Reduction<'divided by length'> = ours(reductionOf({
  word: 'meanOfTrajectoryMeans',
  reasons: [reasons['divided by length']],
  coupling: 'none',
  scale: ({ count, offsets }) => {
    const out = new Float64Array(count)
    for (let i = 0; i < count; i++) out[i] = 1 / ((offsets[i + 1] - offsets[i]) * count)
    return out
  },
  formula: { text: '1/(N L_i)', latex: '\\tfrac{1}{N L_i}' },
  source: 'Liu et al. 2025, Understanding R1-Zero-like training, section 3.1',
}))
