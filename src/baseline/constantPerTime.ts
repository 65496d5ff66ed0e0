import { kinds, refuseArgument } from '../trajectories/argument.ts'
import type { Formula } from '../weighting/formula.ts'
import { numberLatex } from '../weighting/formula.ts'
import { checked, range } from '../weighting/options.ts'
import { ours } from '../weighting/ours.ts'
import type { Baseline } from './baseline.ts'
import { baselineOf } from './baseline.ts'

/** Values that a formula lists; of more, the first and the last. */
const mostListed = 8

/** The list of values, of which the one of time t is meant. */
const listed = (values: Float64Array): Formula => {
  const list = (numbers: readonly string[], dots: string): string =>
    `[${(numbers.length <= mostListed ? numbers : [...numbers.slice(0, mostListed - 1), dots, ...numbers.slice(-1)]).join(', ')}]_t`
  return { text: list(Array.from(values, String), '...'), latex: list(Array.from(values, numberLatex), '\\dots') }
}

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
  const formula = listed(column)
  return ours(baselineOf({
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
  }))
}
