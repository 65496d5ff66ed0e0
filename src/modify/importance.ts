import type { Ratio, RatioStage } from '../ratio/ratio.ts'
import type { Kind } from '../trajectories/argument.ts'
import { hasParts, refuseArgument } from '../trajectories/argument.ts'
import { madeOf } from '../weighting/ours.ts'
import type { Call, Legal } from '../weighting/step.ts'
import { step, union } from '../weighting/step.ts'
import { ofAnyBatch } from '../weighting/weighting.ts'
import type { BiasOf, NeedsOf, RatioPlan, Weighting } from '../weighting/weighting.ts'
import { reasons } from '../weighting/reason.ts'
import type { Reason } from '../weighting/reason.ts'

/** Rule of the legality table that importance follows: a ratio per reward needs rewards. */
export type ImportanceRow<S> = S extends 'per-decision ratio' ? 'perDecision' : 'importance'

/** An own-sample mean is a pure scale only while every step of a trajectory shares one ratio. */
export type Reweighted<B, S> = S extends 'per-decision ratio' ? (B extends 'own sample' ? 'own sample, reweighted' : B) : B

const reweighted = (reason: Reason): Reason => (reason.name === 'own sample' ? reasons['own sample, reweighted'] : reason)

const aRatio: Kind = {
  expected: 'a ratio, such as perStep, perTrajectory or perDecision: importance(perStep)',
  holds: (x) => hasParts(x) && typeof x['ratio'] === 'function' && typeof x['stage'] === 'string' && Array.isArray(x['reasons']),
}

/**
 * Correct for data that another policy sampled, by ratios of probabilities against the policy that sampled them.
 *
 *     W_t = rho (credit of step t)
 *
 * With it, an estimator accepts off-policy data. Needs mu > 0 wherever pi > 0, the same start and the same dynamics. What each
 * ratio leaves uncorrected is in its reasons. Laws: sound, at mu = pi every ratio gives the on-policy estimator.
 * Source: Precup, Sutton, Singh 2000; Levine, Finn 2025, CS224R, off-policy policy gradients.
 *
 * @param r  perTrajectory, perDecision, perStep, prefix, takenAsOne, or one of your own
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { totalReturn, importance, perTrajectory, reduce, meanOverTrajectories } from 'estimand'
 * pipe(totalReturn, importance(perTrajectory), reduce(meanOverTrajectories)).needs // => ['Reward', 'CompleteEpisodes', 'BehaviourLogProb']
 * ```
 */
export const importance = <N, S extends RatioStage, B extends string>(
  r: Ratio<N, S, B> & Call<'importance(perStep)'>,
): (<W>(w: Legal<W, ImportanceRow<S>>) => Weighting<NeedsOf<W> & N, Reweighted<BiasOf<W>, S> | B, S>) => {
  refuseArgument('importance', r, aRatio)
  const perDecision = r.stage === 'per-decision ratio'
  const plan: RatioPlan = madeOf([r], {
    kind: perDecision ? 'per decision' : 'per step weight',
    ratio: ofAnyBatch<Parameters<RatioPlan['ratio']>, Float64Array>(r.ratio),
    pointwise: r.pointwise === true,
    limits: [],
    needs: r.needs,
    formula: r.formula,
  })
  return step(perDecision ? 'perDecision' : 'importance', (before) => ({
    ...before,
    stage: r.stage,
    needs: union(before.needs, r.needs),
    reasons: union(perDecision ? before.reasons.map(reweighted) : before.reasons, r.reasons),
    words: [...before.words, { word: 'importance', argument: r.argument === undefined ? r.word : { [r.word]: r.argument } }],
    sources: [...before.sources, r.source],
    ratio: plan,
  }), r)
}
