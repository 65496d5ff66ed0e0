import { banded } from '../columns/exponential.ts'
import { refuseUnknown } from '../trajectories/keys.ts'
import { isAbove, isBelow } from '../columns/wide.ts'
import { numberLatex } from '../weighting/formula.ts'
import { checked, range } from '../weighting/options.ts'
import { reasons } from '../weighting/reason.ts'
import type { Stage } from '../weighting/stage.ts'
import type { Call, Legal } from '../weighting/step.ts'
import type { BiasOf, NeedsOf, StageOf, Weighting } from '../weighting/weighting.ts'
import { changeRatio } from './ratioModifier.ts'

/** Stage after clip: a ratio per step keeps its ratio form of the surrogate. */
export type Clipped<S> = S extends 'step ratio' ? 'clipped step ratio' : 'limited ratio'

const clipped = (stage: Stage): Stage => (stage === 'step ratio' ? 'clipped step ratio' : 'limited ratio')

/**
 * Give no weight to steps whose ratio has left the band in the direction of their advantage: PPO's clipped surrogate.
 *
 *     W_t = rho A    if (A >= 0 and rho <= 1 + epsilon) or (A < 0 and rho >= 1 - epsilon),   else 0
 *
 * A is the credit with everything in it but the ratio; ties are kept. This is the gradient of min(rho A, clip(rho, 1 - epsilon,
 * 1 + epsilon) A). It constrains nothing: zeroed gradients stop pushing, they do not pull back (exact ascent ends at ratios
 * 2.80 and 0.80 with epsilon 0.2). Biased away from mu = pi ('clipping'). An infinite epsilon clips nothing and has no reason; its type
 * has the reason still, since Infinity has no type of its own. Laws: tight, clip at infinity, surrogate.
 * Source: Schulman et al. 2017, eq. 7.
 *
 * @param options  epsilon >= 0, may be Infinity
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { totalReturn, causality, importance, perStep, clip } from 'estimand'
 * pipe(totalReturn, causality, importance(perStep), clip({ epsilon: 0.2 })).stage // => 'clipped step ratio'
 * ```
 */
export const clip = (options: { readonly epsilon: number } & Call<'clip({ epsilon: 0.2 })'>): (<W>(w: Legal<W, 'clip'>) => Weighting<NeedsOf<W>, BiasOf<W> | 'clipping', Clipped<StageOf<W>>>) => {
  refuseUnknown('clip', options, ['epsilon'], 'clip({ epsilon: 0.2 })')
  const epsilon = checked('clip: epsilon', options.epsilon, range.notNegative)
  const low = 1 - epsilon
  const high = 1 + epsilon
  return changeRatio('clip', clipped, {
    word: 'clip',
    argument: { epsilon },
    needs: [],
    coupling: 'none',
    reasons: epsilon === Infinity ? [] : [reasons.clipping],
    apply: (ratio, credit) => banded(ratio, credit, low, high),
    wide: (ratio, credit) => {
      for (let k = 0; k < ratio.log.length; k++)
        if (credit[k] >= 0 ? isAbove(ratio, k, high) : isBelow(ratio, k, low)) {
          ratio.factor[k] = 0
          ratio.log[k] = 0
        }
      return ratio
    },
    pointwise: true,
    formula: (rho) => ({
      text: `clip[${rho.text}; 1 -+ ${epsilon}]`,
      latex: `\\operatorname{clip}_{1\\pm ${numberLatex(epsilon)}}\\!\\left[${rho.latex}\\right]`,
    }),
    surrogate: (rho, credit) => (credit === 0 ? 0 : Math.min(rho * credit, Math.min(Math.max(rho, low), high) * credit)),
    source: 'Schulman et al. 2017, Proximal policy optimization algorithms, eq. 7',
  })
}
