import type { StateValue } from '../trajectories/facts.ts'
import { ours } from '../weighting/ours.ts'
import type { Baseline } from './baseline.ts'
import { baselineOf } from './baseline.ts'

/**
 * The state value of each step.
 *
 *     b_t = V(s_t, t)
 *
 * Any function of state and time adds no bias, also a wrong value. On credits per step only: put causality before it.
 * Laws: sound, baselines that may depend on the past shift nothing. Source: Sutton et al. 2000; Greensmith et al. 2004.
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { totalReturn, causality, baseline, stateValue } from 'estimand'
 * pipe(totalReturn, causality, baseline(stateValue)).needs // => ['Reward', 'CompleteEpisodes', 'StateValue']
 * ```
 */
export const stateValue: Baseline<StateValue, never, never, 'stepBaseline'> = ours(baselineOf({
  word: 'stateValue',
  row: 'stepBaseline',
  needs: ['StateValue'],
  coupling: 'none',
  reasons: { whole: [], perStep: [] },
  level: ({ batch }) => ({ axis: 'per step', column: batch.value }),
  formula: { whole: { text: 'V(s_t)', latex: 'V(s_t)' }, perStep: { text: 'V(s_t)', latex: 'V(s_t)' } },
  source: 'Sutton et al. 2000, Policy gradient methods with function approximation',
}))
