import type { CompleteEpisodes, Reward } from '../trajectories/facts.ts'
import { refuseUnknown } from '../trajectories/keys.ts'
import { shown } from '../trajectories/problem.ts'
import { ours } from '../weighting/ours.ts'
import type { Objective, Weighting } from '../weighting/weighting.ts'
import { returnCredit } from './credit.ts'

/** Options of totalReturn. */
export interface TotalReturnOptions {
  readonly objective: Objective
}

/** The credit totalReturn: a weighting by itself, or called with an objective. */
export interface TotalReturn extends Weighting<Reward & CompleteEpisodes, never, 'whole return', 'not centred'> {
  (options: TotalReturnOptions): Weighting<Reward & CompleteEpisodes, never, 'whole return', 'not centred'>
}

const over = (objective: Objective, argument?: TotalReturnOptions): Weighting<Reward & CompleteEpisodes, never, 'whole return', 'not centred'> => {
  if (objective !== 'discounted' && objective !== 'undiscounted')
    throw new RangeError(`totalReturn: objective: expected 'discounted' or 'undiscounted', got ${shown(objective)}`)
  return ours(returnCredit({
    word: 'totalReturn',
    argument,
    needs: ['Reward'],
    reasons: [],
    objective,
    formula:
      objective === 'discounted'
        ? { text: 'R_i', latex: 'R_i' }
        : { text: 'sum_u r_iu', latex: '\\textstyle\\sum_u r_{iu}' },
    toGoFormula:
      objective === 'discounted'
        ? { text: 'G_it', latex: 'G_{it}' }
        : { text: 'sum_{u>=t} r_iu', latex: '\\textstyle\\sum_{u\\ge t} r_{iu}' },
    rewardFormula: { text: 'r_u', latex: 'r_u' },
    source: 'Williams 1992, Simple statistical gradient-following algorithms, eq. 4',
    reward: (batch) => batch.reward,
  }))
}

/**
 * Credit every step with the return of its whole trajectory (REINFORCE).
 *
 *     W_t = R = sum_u gamma^u r_u                  bare, or { objective: 'discounted' }
 *     W_t = sum_u r_u                              { objective: 'undiscounted' }
 *
 * The discount is the batch's. Unbiased for its objective. Law: sound.
 * Source: Williams 1992, eq. 4; Sutton and Barto 2018, section 13.3.
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { totalReturn, reduce, meanOverTrajectories } from 'estimand'
 * pipe(totalReturn, reduce(meanOverTrajectories)).reasons // => []
 * totalReturn({ objective: 'undiscounted' }).objective // => 'undiscounted'
 * ```
 */
export const totalReturn: TotalReturn = ours(
  Object.assign((options: TotalReturnOptions) => {
    refuseUnknown('totalReturn', options, ['objective'], "totalReturn({ objective: 'undiscounted' }), or no call at all, as in pipe(totalReturn, ...)")
    return over(options.objective, options)
  }, over('discounted')),
)
