import { sum } from '../columns/deviation.ts'
import { ours } from '../weighting/ours.ts'
import type { Baseline } from './baseline.ts'
import { baselineOf } from './baseline.ts'
import type { Ended, EndedOptions } from './ofTheBatch.ts'
import { checkedEnded, levelPerStep, meanOf, meansOfReturns, rawReturnsToGo, small, smallTotals } from './ofTheBatch.ts'
import type { Call, Refused } from '../weighting/step.ts'

/** The baseline leaveOneOut: by itself, or called with what to do about trajectories that have ended. */
export interface LeaveOneOut extends Baseline<unknown, never, never, 'batchBaseline'> {
  (this: Refused<"leaveOneOut: write baseline(leaveOneOut), or baseline(leaveOneOut({ ended: 'zero' }))">): never
  (options: EndedOptions & Call<'baseline(leaveOneOut)'>): Baseline<unknown, never, never, 'batchBaseline'>
}

const leaveOneOutOf = (ended: Ended, argument?: EndedOptions) =>
  ours(baselineOf({
    word: 'leaveOneOut',
    argument,
    row: 'batchBaseline',
    needs: [],
    coupling: 'exchangeable',
    reasons: { whole: [], perStep: [] },
    level: ({ batch, credit, scale }) => {
      const { count } = batch
      if (scale === 'whole return') {
        if (count === 1) return { axis: 'per trajectory', column: new Float64Array(1) }
        const { returns, agree, others } = meansOfReturns(credit, batch)
        if (agree) return { axis: 'per trajectory', column: returns }
        const column = new Float64Array(count)
        for (let i = 0; i < count; i++) column[i] = others(i)
        return { axis: 'per trajectory', column }
      }
      const { toGo, total, members, agree } = rawReturnsToGo(credit, batch, ended)
      // With nobody else alive, total is the own return and its difference from it is exactly 0.
      const share = members.map((counted) => 1 / Math.max(counted - 1, 1))
      if (!Number.isFinite(sum(total))) {
        const sums = smallTotals(toGo, batch, total.length)
        return levelPerStep(batch, (k, t) => (agree?.[t] === 1 ? toGo[k] : ((sums[t] - toGo[k] * small) * share[t]) / small))
      }
      // (0 - G) (-1) is the own return.
      agree?.forEach((is, t) => {
        if (is === 1) [total[t], share[t]] = [0, -1]
      })
      return { axis: 'per time, without the own', total, share }
    },
    formula: {
      whole: meanOf({ text: 'mean_{j!=i}', latex: '\\operatorname{mean}_{j\\ne i}' }),
      perStep: meanOf(
        ended === 'zero'
          ? { text: 'mean_{j!=i}', latex: '\\operatorname{mean}_{j\\ne i}' }
          : { text: 'mean_{j!=i alive at t}', latex: '\\operatorname{mean}_{j\\ne i:\\,L_j > t}' },
      ),
    },
    source: 'Kool, van Hoof, Welling 2019, Buy 4 REINFORCE samples, get a baseline for free',
  }))

/**
 * The mean return of the other trajectories of the batch.
 *
 *     b_i = (1/(N-1)) sum_{j != i} R_j                  on a whole return
 *     b_it = mean of G_jt over the others alive at t    on steps; over all others with { ended: 'zero' }
 *
 * Independent of the own trajectory, so it adds no bias; with nobody else left it is 0, so that a single trajectory gives plain
 * REINFORCE. Returns that are equal but for the rounding of their sums are judged by themselves, so that their credit is 0. Laws: sound, permutation. Source: Kool et al. 2019; Mnih, Rezende 2016, VIMCO.
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { totalReturn, baseline, leaveOneOut, reduce, meanOverTrajectories } from 'estimand'
 * pipe(totalReturn, baseline(leaveOneOut), reduce(meanOverTrajectories)).coupling // => 'exchangeable'
 * ```
 */
export const leaveOneOut = ours(
  Object.assign((options: EndedOptions) => leaveOneOutOf(checkedEnded('leaveOneOut', options), options), leaveOneOutOf('left out')),
) as LeaveOneOut
