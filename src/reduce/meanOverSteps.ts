import { stepCount } from '../trajectories/trajectories.ts'
import { ours } from '../weighting/ours.ts'
import { reasons } from '../weighting/reason.ts'
import type { Reduction } from './reduction.ts'
import { reductionOf } from './reduction.ts'

/**
 * Mean over all steps of the batch, as `loss.mean()` does.
 *
 *     ghat = (1 / sum_j L_j) sum_i sum_t W_it z_it
 *
 * A ratio estimator: lengths depend on actions, so scale and direction are biased for finite N ('random length'; the sign can be
 * wrong, see the world lengthNormalisationFlipsSign). With equal lengths it is exactly 1/T of the gradient. Law: tight.
 * Source: Liu et al. 2025, section 3.1.
 *
 * @example
 * ```ts
 * import { meanOverSteps } from 'estimand'
 * meanOverSteps.reasons.map((r) => r.name) // => ['random length']
 * ```
 */
export const meanOverSteps: Reduction<'random length'> = ours(reductionOf({
  word: 'meanOverSteps',
  reasons: [reasons['random length']],
  coupling: 'exchangeable',
  scale: (batch) => 1 / stepCount(batch),
  formula: { text: '1/(sum_j L_j)', latex: '\\tfrac{1}{\\sum_j L_j}' },
  source: 'Liu et al. 2025, Understanding R1-Zero-like training, section 3.1',
}))
