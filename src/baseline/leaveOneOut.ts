import type { Call, Refused } from '../weighting/step.ts'
import type { Baseline } from './baseline.ts'
import { baselineOf } from './baseline.ts'
import type { Ended, EndedOptions } from './ofTheBatch.ts'
import { checkedEnded, rawReturns, rawReturnsToGo } from './ofTheBatch.ts'

/** The baseline leaveOneOut: by itself, or called with what to do about trajectories that have ended. */
export interface LeaveOneOut extends Baseline<unknown, never, never, 'batchBaseline'> {
  (this: Refused<"leaveOneOut: write baseline(leaveOneOut), or baseline(leaveOneOut({ ended: 'zero' }))">): never
  (options: EndedOptions & Call<'baseline(leaveOneOut)'>): Baseline<unknown, never, never, 'batchBaseline'>
}

const leaveOneOutOf = (ended: Ended, argument?: EndedOptions) =>
  baselineOf({
    word: 'leaveOneOut',
    argument,
    row: 'batchBaseline',
    needs: [],
    coupling: 'exchangeable',
    reasons: { whole: [], perStep: [] },
    level: ({ batch, credit, scale }) => {
      const { count } = batch
      if (scale === 'whole return') {
        const { returns, total } = rawReturns(credit, batch)
        return { axis: 'per trajectory', column: count === 1 ? new Float64Array(1) : returns.map((own) => (total - own) / (count - 1)) }
      }
      const { total, alive } = rawReturnsToGo(credit, batch)
      // With nobody else alive, total is the own return and its difference from it is exactly 0.
      return { axis: 'per time, without the own', total, share: alive.map((living) => 1 / Math.max((ended === 'zero' ? count : living) - 1, 1)) }
    },
    formula: {
      whole: { text: 'mean_{j!=i} R_j', latex: '\\tfrac1{N-1} \\textstyle\\sum_{j\\ne i} R_j' },
      perStep:
        ended === 'zero'
          ? { text: '(1/(N-1)) sum_{j!=i} G_jt', latex: '\\tfrac1{N-1} \\textstyle\\sum_{j\\ne i} G_{jt}' }
          : { text: 'mean_{j!=i alive at t} G_jt', latex: '\\operatorname{mean}_{j\\ne i:\\,L_j > t} G_{jt}' },
    },
    source: 'Kool, van Hoof, Welling 2019, Buy 4 REINFORCE samples, get a baseline for free',
  })

/**
 * The mean return of the other trajectories of the batch.
 *
 *     b_i = (1/(N-1)) sum_{j != i} R_j                  on a whole return
 *     b_it = mean of G_jt over the others alive at t    on steps; over all others with { ended: 'zero' }
 *
 * Independent of the own trajectory, so it adds no bias; with nobody else left it is 0, so that a single trajectory gives plain
 * REINFORCE. Laws: sound, permutation. Source: Kool et al. 2019; Mnih, Rezende 2016, VIMCO.
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { totalReturn, baseline, leaveOneOut, reduce, meanOverTrajectories } from 'estimand'
 * pipe(totalReturn, baseline(leaveOneOut), reduce(meanOverTrajectories)).coupling // => 'exchangeable'
 * ```
 */
export const leaveOneOut = Object.assign(
  (options: EndedOptions) => leaveOneOutOf(checkedEnded('leaveOneOut', options), options),
  leaveOneOutOf('left out'),
) as LeaveOneOut
