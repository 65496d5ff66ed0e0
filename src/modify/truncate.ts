import { bounded } from '../columns/exponential.ts'
import { refuseUnknown } from '../trajectories/keys.ts'
import { isAbove } from '../columns/wide.ts'
import { numberLatex } from '../weighting/formula.ts'
import { checked, range } from '../weighting/options.ts'
import { reasons } from '../weighting/reason.ts'
import type { Call, Legal } from '../weighting/step.ts'
import type { BiasOf, NeedsOf, StageOf, Weighting } from '../weighting/weighting.ts'
import type { Limited } from './ratioModifier.ts'
import { changeRatio, limited } from './ratioModifier.ts'

/**
 * Cut ratios down to a bound.
 *
 *     rho becomes min(rho, at)
 *
 * Bounds the variance and biases where the bound binds ('truncation'). The bound is held fixed, not differentiated. An infinite bound
 * binds nowhere and has no reason; its type has the reason still, since Infinity has no type of its own.
 * Law: tight. Source: Ionides 2008; Espeholt et al. 2018, IMPALA, eq. 1.
 *
 * @param options  at > 0, may be Infinity
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { totalReturn, importance, perTrajectory, truncate } from 'estimand'
 * pipe(totalReturn, importance(perTrajectory), truncate({ at: 2 })).reasons.map((r) => r.name) // => ['truncation']
 * ```
 */
export const truncate = (options: { readonly at: number } & Call<'truncate({ at: 2 })'>): (<W>(w: Legal<W, 'truncate'>) => Weighting<NeedsOf<W>, BiasOf<W> | 'truncation', Limited<StageOf<W>>>) => {
  refuseUnknown('truncate', options, ['at'], 'truncate({ at: 2 })')
  const at = checked('truncate: at', options.at, range.positive)
  return changeRatio('truncate', limited, {
    word: 'truncate',
    argument: { at },
    needs: [],
    coupling: 'none',
    reasons: at === Infinity ? [] : [reasons.truncation],
    apply: (ratio) => bounded(ratio, at),
    wide: (ratio) => {
      for (let k = 0; k < ratio.log.length; k++)
        if (isAbove(ratio, k, at)) {
          ratio.factor[k] = at
          ratio.log[k] = 0
        }
      return ratio
    },
    pointwise: true,
    formula: (rho) => ({ text: `min(${rho.text}, ${at})`, latex: `\\min(${rho.latex}, ${numberLatex(at)})` }),
    source: 'Ionides 2008, Truncated importance sampling',
  })
}
