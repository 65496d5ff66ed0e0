import { exponentials } from '../columns/exponential.ts'
import type { BehaviourLogProb } from '../trajectories/facts.ts'
import { ours } from '../weighting/ours.ts'
import { reasons } from '../weighting/reason.ts'
import type { Ratio } from './ratio.ts'
import { ratioOf, withLog } from './ratio.ts'

/**
 * The ratio of the step's own action alone.
 *
 *     rho_t = pi(a_t|s_t) / mu(a_t|s_t)
 *
 * What PPO and most off-policy actor-critics use. Neither how the state was reached nor what followed is corrected: the exact
 * expectation is sum_t gamma^t E_{s ~ mu, t} grad pi Q^mu ('state distribution'), which can point against the gradient (world
 * timestepRatioFlipsSign) and is first-order wrong in the drift. Law: tight. Source: Degris et al. 2012, section 2.
 *
 * @example
 * ```ts
 * import { perStep } from 'estimand'
 * perStep.reasons.map((r) => r.name) // => ['state distribution']
 * ```
 */
export const perStep: Ratio<BehaviourLogProb, 'step ratio', 'state distribution'> = ours(ratioOf({
  word: 'perStep',
  stage: 'step ratio',
  needs: [],
  reasons: [reasons['state distribution']],
  ratio: withLog((logRatio) => exponentials(logRatio), (logRatio) => logRatio),
  pointwise: true,
  formula: { text: 'rho_t', latex: '\\rho_t' },
  source: 'Degris, White, Sutton 2012, Off-policy actor-critic, section 2',
}))
