import { sum } from '../columns/deviation.ts'
import { ours } from '../weighting/ours.ts'
import { reasons } from '../weighting/reason.ts'
import type { Call, Refused } from '../weighting/step.ts'
import type { Baseline } from './baseline.ts'
import { baselineOf } from './baseline.ts'
import type { Ended, EndedOptions } from './ofTheBatch.ts'
import { checkedEnded, levelPerStep, meanOf, meansOfReturns, rawReturnsToGo, small, smallTotals } from './ofTheBatch.ts'

/** The baseline batchMean: by itself, or called with what to do about trajectories that have ended. */
export interface BatchMean extends Baseline<unknown, 'own sample', 'own sample among survivors', 'batchBaseline'> {
  (this: Refused<"batchMean: write baseline(batchMean), or baseline(batchMean({ ended: 'zero' }))">): never
  <const E extends Ended>(
    options: { readonly ended: E } & Call<'baseline(batchMean)'>,
  ): Baseline<unknown, 'own sample', E extends 'zero' ? 'own sample' : 'own sample among survivors', 'batchBaseline'>
}

const batchMeanOf = (ended: Ended, argument?: EndedOptions) =>
  ours(baselineOf({
    word: 'batchMean',
    argument,
    row: 'batchBaseline',
    needs: [],
    coupling: 'exchangeable',
    reasons: {
      whole: [reasons['own sample']],
      perStep: [ended === 'zero' ? reasons['own sample'] : reasons['own sample among survivors']],
    },
    level: ({ batch, credit, scale }) => {
      if (scale === 'whole return') {
        const { returns, agree, all } = meansOfReturns(credit, batch)
        return agree ? { axis: 'per trajectory', column: returns } : { axis: 'constant', value: all }
      }
      const { toGo, total, members, agree } = rawReturnsToGo(credit, batch, ended)
      const means = Number.isFinite(sum(total))
        ? total.map((all, t) => all / members[t])
        : smallTotals(toGo, batch, total.length).map((all, t) => all / members[t] / small)
      return agree === null ? { axis: 'per time', column: means } : levelPerStep(batch, (k, t) => (agree[t] === 1 ? toGo[k] : means[t]))
    },
    formula: {
      whole: meanOf({ text: 'mean_j', latex: '\\operatorname{mean}_j' }),
      perStep: meanOf(
        ended === 'zero' ? { text: 'mean_j', latex: '\\operatorname{mean}_j' } : { text: 'mean_{j alive at t}', latex: '\\operatorname{mean}_{j:\\,L_j > t}' },
      ),
    },
    source: 'Greensmith, Bartlett, Baxter 2004, Variance reduction techniques for gradient estimates',
  }))

/**
 * The mean of the batch's returns, own trajectory included.
 *
 *     b = (1/N) sum_j R_j                       on a whole return
 *     b_t = mean of G_jt over the trajectories alive at t       on steps; over all N with { ended: 'zero' }
 *
 * Because the own return is in it, the expectation shrinks to exactly (N-1)/N grad J on whole returns and with { ended: 'zero' }
 * ('own sample'); among survivors of unequal lengths it is not even parallel ('own sample among survivors'). leaveOneOut has
 * no such bias, and on whole returns is the same times N/(N-1). Returns that are equal but for the rounding of their sums are judged by
 * themselves, so that their credit is 0. Laws: own-sample mean, tight.
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { totalReturn, causality, baseline, batchMean } from 'estimand'
 * pipe(totalReturn, baseline(batchMean)).reasons.map((r) => r.name) // => ['own sample']
 * pipe(totalReturn, causality, baseline(batchMean)).reasons.map((r) => r.name) // => ['own sample among survivors']
 * ```
 */
// The reason on steps follows the literal option: 'zero' is a pure scale.
export const batchMean = ours(
  Object.assign((options: EndedOptions) => batchMeanOf(checkedEnded('batchMean', options), options), batchMeanOf('left out')),
) as BatchMean
