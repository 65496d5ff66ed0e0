import type { ActionValue } from '../trajectories/facts.ts'
import { ours } from '../weighting/ours.ts'
import { reasons } from '../weighting/reason.ts'
import type { Baseline } from './baseline.ts'
import { baselineOf } from './baseline.ts'

/**
 * The value of the action that was taken.
 *
 *     b_t = Q(s_t, a_t, t)
 *
 * It depends on the action, so it biases ('action-dependent'): with the exact Q the expectation is 0 (world
 * exactQBaselineKillsTheGradient). The unbiased form adds gamma^t sum_a grad pi(a|s_t) b(s_t, a), which is not of score form.
 * Law: tight. Source: Tucker et al. 2018, eq. 3.
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { totalReturn, causality, baseline, actionValue } from 'estimand'
 * pipe(totalReturn, causality, baseline(actionValue)).reasons.map((r) => r.name) // => ['action-dependent']
 * ```
 */
export const actionValue: Baseline<ActionValue, 'action-dependent', 'action-dependent', 'stepBaseline'> = ours(baselineOf({
  word: 'actionValue',
  row: 'stepBaseline',
  needs: ['ActionValue'],
  coupling: 'none',
  reasons: { whole: [reasons['action-dependent']], perStep: [reasons['action-dependent']] },
  level: ({ batch }) => ({ axis: 'per step', column: batch.actionValue }),
  formula: { whole: { text: 'Q(s_t, a_t)', latex: 'Q(s_t,a_t)' }, perStep: { text: 'Q(s_t, a_t)', latex: 'Q(s_t,a_t)' } },
  source: 'Tucker et al. 2018, The mirage of action-dependent baselines, eq. 3',
}))
