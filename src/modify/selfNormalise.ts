import { reasons } from '../weighting/reason.ts'
import type { Legal } from '../weighting/step.ts'
import type { BiasOf, NeedsOf, Weighting } from '../weighting/weighting.ts'
import { changeRatio } from './ratioModifier.ts'

/**
 * Divide trajectory ratios by their mean over the batch (weighted importance sampling).
 *
 *     rho_i becomes N rho_i / sum_j rho_j
 *
 * Bounded weights at the price of a bias that falls like 1/N ('self-normalised'); for a single trajectory the ratio is 1. Where
 * every ratio is 0 the weights are 0. Law: tight. Source: Owen 2013, section 9.2; Precup et al. 2000.
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { totalReturn, importance, perTrajectory, selfNormalise } from 'estimand'
 * pipe(totalReturn, importance(perTrajectory), selfNormalise).coupling // => 'exchangeable'
 * ```
 */
export const selfNormalise: <W>(
  w: Legal<W, 'selfNormalise'>,
) => Weighting<NeedsOf<W>, BiasOf<W> | 'self-normalised', 'self-normalised ratio'> = changeRatio(
  'selfNormalise',
  () => 'self-normalised ratio',
  {
    word: 'selfNormalise',
    needs: [],
    coupling: 'exchangeable',
    reasons: [reasons['self-normalised']],
    apply: (ratio, _credit, { count, offsets }) => {
      let total = 0
      for (let i = 0; i < count; i++) total += ratio[offsets[i]]
      const factor = total === 0 ? 0 : count / total
      for (let k = 0; k < ratio.length; k++) ratio[k] *= factor
      return ratio
    },
    formula: (rho) => ({ text: `(N ${rho.text} / sum_j ${rho.text})`, latex: `\\frac{N ${rho.latex}}{\\sum_j ${rho.latex}}` }),
    source: 'Owen 2013, Monte Carlo theory, methods and examples, section 9.2',
  },
)
