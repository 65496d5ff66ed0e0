import type { BehaviourLogProb } from '../trajectories/facts.ts'
import { ours } from '../weighting/ours.ts'
import { prefixRatio } from './prefix.ts'
import type { Ratio } from './ratio.ts'
import { ratioOf } from './ratio.ts'

/**
 * A ratio per reward: each reward is weighted by the decisions that led to it, and no later ones.
 *
 *     W_t = sum_{u >= t} rho_{0:u} gamma^u r_u - rho_{0:t} gamma^t b_t       after causality
 *     W_t = sum_u rho_{0:max(u,t)} gamma^u r_u - rho_{0:t} b                 on a whole return
 *
 * Unbiased where mu > 0 wherever pi > 0. Past rewards (u < t) need rho_{0:t}: with rho_{0:u} the estimator would be biased.
 * Baselines are multiplied by rho_{0:t}. Its variance is usually below that of perTrajectory, not always (world
 * perDecisionMoreVariance). Law: sound. Source: Precup, Sutton, Singh 2000, section 3.
 *
 * @example
 * ```ts
 * import { perDecision } from 'estimand'
 * perDecision.reasons // => []
 * ```
 */
export const perDecision: Ratio<BehaviourLogProb, 'per-decision ratio', never> = ours(ratioOf({
  word: 'perDecision',
  stage: 'per-decision ratio',
  needs: [],
  reasons: [],
  ratio: prefixRatio,
  formula: { text: 'rho_{0:u}', latex: '\\rho_{0:u}' },
  source: 'Precup, Sutton, Singh 2000, Eligibility traces for off-policy policy evaluation, section 3',
}))
