import { countFar, exponential } from '../columns/exponential.ts'
import type { Layout } from '../columns/spread.ts'
import type { WideColumn } from '../columns/wide.ts'
import { logAt } from '../columns/wide.ts'
import { asFactor, ofTrajectory } from '../weighting/formula.ts'
import { reasons } from '../weighting/reason.ts'
import type { Legal } from '../weighting/step.ts'
import type { BiasOf, NeedsOf, Weighting } from '../weighting/weighting.ts'
import { changeRatio } from './ratioModifier.ts'

/** Below it, the product with a credit may need a wider range than float64 has. */
const leastShare = 1e-260

/** Divided by the largest first, so that no sum overflows, equal ratios become exactly 1, and so does a single one. */
const normalised = (ratio: Float64Array, { count, offsets }: Layout): Float64Array => {
  let most = 0
  for (let i = 0; i < count; i++) most = Math.max(most, ratio[offsets[i]])
  if (most === 0) return ratio.fill(0)
  let total = 0
  for (let i = 0; i < count; i++) {
    const share = ratio[offsets[i]] / most
    total += share
    // Ratios within reach may be further apart than that.
    if (share < leastShare && ratio[offsets[i]] > 0) countFar()
  }
  const factor = count / total
  for (let k = 0; k < ratio.length; k++) ratio[k] = (ratio[k] / most) * factor
  return ratio
}

/** The same of ratios of any size: a softmax of their logs. */
const softmax = (ratio: WideColumn, { count, offsets }: Layout): WideColumn => {
  let most = -Infinity
  for (let i = 0; i < count; i++) most = Math.max(most, logAt(ratio, offsets[i]))
  if (most === -Infinity) return { factor: ratio.factor.fill(0), log: ratio.log.fill(0) }
  let total = 0
  for (let i = 0; i < count; i++) total += exponential(logAt(ratio, offsets[i]) - most)
  const factor = count / total
  for (let k = 0; k < ratio.log.length; k++) {
    ratio.factor[k] *= factor
    ratio.log[k] -= most
  }
  return ratio
}

/**
 * Divide trajectory ratios by their mean over the batch (weighted importance sampling).
 *
 *     rho_i becomes N rho_i / sum_j rho_j
 *
 * Bounded weights at the price of a bias that falls like 1/N ('self-normalised'); for a single trajectory the ratio is 1. Where
 * every ratio is 0 (log pi is -Infinity) the weights are 0; ratios of any size, e^-800 or e^800, are divided as their logs. Law: tight. Source: Owen 2013, section 9.2; Precup et al. 2000.
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
    apply: (ratio, _credit, batch) => normalised(ratio, batch),
    wide: (ratio, _credit, batch) => softmax(ratio, batch),
    formula: (rho) => {
      const own = asFactor(rho)
      const other = asFactor(ofTrajectory('j', rho))
      return { text: `(N ${own.text} / sum_j ${other.text})`, latex: `\\frac{N ${own.latex}}{\\sum_j ${other.latex}}` }
    },
    source: 'Owen 2013, Monte Carlo theory, methods and examples, section 9.2',
  },
)
