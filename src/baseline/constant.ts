import { numberFormula } from '../weighting/formula.ts'
import { checked, range } from '../weighting/options.ts'
import { ours } from '../weighting/ours.ts'
import type { Baseline } from './baseline.ts'
import { baselineOf } from './baseline.ts'

/**
 * One number for every step, chosen without looking at the batch.
 *
 *     b = value
 *
 * Adds no bias. Law: sound. Source: Williams 1992, theorem 1.
 *
 * @param value  in units of return
 *
 * @example
 * ```ts
 * import { constant } from 'estimand'
 * constant(0.3).needs // => []
 * ```
 */
export const constant = (value: number): Baseline<unknown, never, never, 'baseline'> => {
  const b = checked('baseline(constant)', value, range.finite)
  const formula = numberFormula(b)
  return ours(baselineOf({
    word: 'constant',
    argument: b,
    row: 'baseline',
    needs: [],
    coupling: 'none',
    reasons: { whole: [], perStep: [] },
    level: () => ({ axis: 'constant', value: b }),
    formula: { whole: formula, perStep: formula },
    source: 'Williams 1992, Simple statistical gradient-following algorithms, theorem 1',
  }))
}
