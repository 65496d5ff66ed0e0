import { differences, scaleRun } from '../columns/runs.ts'
import type { ActionValue, StateValue } from '../trajectories/facts.ts'
import { relative } from '../weighting/agreement.ts'
import { ours } from '../weighting/ours.ts'
import { reasons } from '../weighting/reason.ts'
import type { Weighting } from '../weighting/weighting.ts'
import { writtenCredit } from './credit.ts'

/**
 * Credit each step with the advantage that the batch brings along.
 *
 *     W_t = gamma^t (Q(s_t, a_t, t) - V(s_t, t))
 *
 * Unbiased where Q is the exact action value of the policy at each time (any V(s, t) will do); 'inexact values' otherwise.
 * Law: sound (with exact values), tight. Source: Sutton et al. 2000, theorem 1.
 *
 * @example
 * ```ts
 * import { advantage } from 'estimand'
 * advantage.needs // => ['ActionValue', 'StateValue']
 * ```
 */
export const advantage: Weighting<ActionValue & StateValue, 'inexact values', 'step credit', 'not centred'> = ours(writtenCredit({
  word: 'advantage',
  needs: ['ActionValue', 'StateValue'],
  reasons: [reasons['inexact values']],
  outer: 'discount',
  formula: { text: '(Q(s_t, a_t) - V(s_t))', latex: '\\bigl(Q(s_t,a_t) - V(s_t)\\bigr)' },
  source: 'Sutton et al. 2000, Policy gradient methods with function approximation, theorem 1',
  write: ({ actionValue, value, offsets }) => (to, first, stop, by) => {
    differences(to, offsets[first], offsets[stop], actionValue, value, 0)
    if (by !== 1) scaleRun(to, to, offsets[first], offsets[stop], by)
  },
  rounding: ({ actionValue, value }) => (k) => relative * Math.abs(actionValue[k]) + relative * Math.abs(value[k]),
}))
