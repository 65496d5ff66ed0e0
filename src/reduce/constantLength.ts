import { checked, range } from '../weighting/options.ts'
import { ours } from '../weighting/ours.ts'
import { reasons, reasonUnless } from '../weighting/reason.ts'
import type { Reduction } from './reduction.ts'
import { reductionOf } from './reduction.ts'

/**
 * Mean over trajectories, each divided by one and the same number of steps (Dr. GRPO).
 *
 *     ghat = (1/N) sum_i (1/length) sum_t W_it z_it
 *
 * Exactly 1/length of what meanOverTrajectories gives: 'scaled by 1/length', unless the length is the literal 1. Laws: sound, tight.
 * Source: Liu et al. 2025, section 3.2.
 *
 * @param length  steps, an integer >= 1
 *
 * @example
 * ```ts
 * import { constantLength } from 'estimand'
 * constantLength(500).reasons.map((r) => r.class) // => ['scaled']
 * constantLength(1).reasons // => []
 * ```
 */
export const constantLength = <const L extends number>(length: L): Reduction<L extends 1 ? never : 'scaled by 1/length'> => {
  const steps = checked('reduce(constantLength)', length, range.count)
  return ours(reductionOf({
    word: 'constantLength',
    argument: steps,
    reasons: reasonUnless<L, 1, 'scaled by 1/length'>(length, 1, reasons['scaled by 1/length']),
    coupling: 'none',
    scale: ({ count }) => 1 / (count * steps),
    formula: { text: `1/(${steps} N)`, latex: `\\tfrac{1}{${steps} N}` },
    source: 'Liu et al. 2025, Understanding R1-Zero-like training, section 3.2',
  }))
}
