import { kinds, refuseArgument } from '../trajectories/argument.ts'
import { checked, range } from '../weighting/options.ts'
import type { Baseline } from './baseline.ts'
import { baselineOf } from './baseline.ts'

/**
 * One number for each time index, chosen without looking at the batch.
 *
 *     b_t = values[t]
 *
 * Adds no bias. A batch whose steps go beyond the last value is an error. Law: sound. Source: Greensmith et al. 2004.
 *
 * @param values  in units of return. [T]
 *
 * @example
 * ```ts
 * import { constantPerTime } from 'estimand'
 * constantPerTime([0.5, 0.25]).needs // => []
 * ```
 */
export const constantPerTime = (values: readonly number[]): Baseline<unknown, never, never, 'baseline'> => {
  refuseArgument('baseline(constantPerTime)', values, { ...kinds.numbers, expected: 'an array of numbers, one per time index, as in constantPerTime([0.5, 0.25])' })
  const column = Float64Array.from(values, (value, t) => checked(`baseline(constantPerTime): values[${t}]`, value, range.finite))
  const formula = { text: 'b_t', latex: 'b_t' }
  return baselineOf({
    word: 'constantPerTime',
    argument: [...column],
    row: 'baseline',
    needs: [],
    coupling: 'none',
    reasons: { whole: [], perStep: [] },
    level: ({ batch }) => {
      const times = batch.startTime.reduce((most, time, i) => Math.max(most, time + batch.offsets[i + 1] - batch.offsets[i]), 0)
      if (times > column.length)
        throw new RangeError(`baseline(constantPerTime): expected a value for each of ${times} time indices, got ${column.length}; give more values`)
      return { axis: 'per time', column }
    },
    formula: { whole: formula, perStep: formula },
    source: 'Greensmith, Bartlett, Baxter 2004, Variance reduction techniques for gradient estimates',
  })
}
