import type { ActionValue, StateValue } from '../trajectories/facts.ts'
import { reasons } from '../weighting/reason.ts'
import type { Weighting } from '../weighting/weighting.ts'
import { stepCredit } from './credit.ts'

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
export const advantage: Weighting<ActionValue & StateValue, 'inexact values', 'step credit', 'not centred'> = stepCredit({
  word: 'advantage',
  needs: ['ActionValue', 'StateValue'],
  reasons: [reasons['inexact values']],
  outer: 'discount',
  formula: { text: '(Q(s_t, a_t) - V(s_t))', latex: '\\bigl(Q(s_t,a_t) - V(s_t)\\bigr)' },
  source: 'Sutton et al. 2000, Policy gradient methods with function approximation, theorem 1',
  column: ({ actionValue, value }) => {
    const out = new Float64Array(value.length)
    for (let k = 0; k < out.length; k++) out[k] = actionValue[k] - value[k]
    return out
  },
})
