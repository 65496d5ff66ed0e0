import { checked, range } from '../weighting/options.ts'
import { reasons } from '../weighting/reason.ts'
import type { Reduction } from './reduction.ts'
import { reductionOf } from './reduction.ts'

/**
 * Mean over trajectories, each divided by one and the same number of steps (Dr. GRPO).
 *
 *     ghat = (1/N) sum_i (1/length) sum_t W_it z_it
 *
 * Exactly 1/length of what meanOverTrajectories gives ('scaled by 1/length'). Law: scale. Source: Liu et al. 2025, section 3.2.
 *
 * @param length  steps, an integer >= 1
 *
 * @example
 * ```ts
 * import { constantLength } from 'estimand'
 * constantLength(500).reasons.map((r) => r.class) // => ['scaled']
 * ```
 */
export const constantLength = (length: number): Reduction<'scaled by 1/length'> => {
  const steps = checked('reduce(constantLength)', length, range.count)
  return reductionOf({
    word: 'constantLength',
    argument: steps,
    reasons: [reasons['scaled by 1/length']],
    coupling: 'none',
    scale: ({ count }) => 1 / (count * steps),
    formula: { text: `1/(${steps} N)`, latex: `\\tfrac{1}{${steps} N}` },
    source: 'Liu et al. 2025, Understanding R1-Zero-like training, section 3.2',
  })
}
