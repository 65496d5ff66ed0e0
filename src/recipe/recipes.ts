import { pipe } from 'fp-ts/lib/function.js'
import { baseline } from '../baseline/baseline.ts'
import { batchMean } from '../baseline/batchMean.ts'
import { leaveOneOut } from '../baseline/leaveOneOut.ts'
import { cloning } from '../credit/cloning.ts'
import { gae } from '../credit/gae.ts'
import { totalReturn } from '../credit/totalReturn.ts'
import { vtrace } from '../credit/vtrace.ts'
import type { Estimator } from '../estimator/estimator.ts'
import { reduce } from '../estimator/reduce.ts'
import { causality } from '../modify/causality.ts'
import { clip } from '../modify/clip.ts'
import { dropOuterDiscount } from '../modify/dropOuterDiscount.ts'
import { importance } from '../modify/importance.ts'
import { batchStd, normalise, whitenSteps } from '../modify/normalise.ts'
import { selfNormalise } from '../modify/selfNormalise.ts'
import { perDecision } from '../ratio/perDecision.ts'
import { perStep } from '../ratio/perStep.ts'
import { perTrajectory } from '../ratio/perTrajectory.ts'
import { takenAsOne } from '../ratio/takenAsOne.ts'
import { meanOfTrajectoryMeans } from '../reduce/meanOfTrajectoryMeans.ts'
import { meanOverSteps } from '../reduce/meanOverSteps.ts'
import { meanOverTrajectories } from '../reduce/meanOverTrajectories.ts'

/** A pipeline that has a name in the field. */
export interface Recipe<in Needs, out Bias extends string> {
  /** One sentence: what it is, and where practice differs from the formula. */
  readonly is: string
  /** Author, year, title. */
  readonly source: string
  readonly estimator: Estimator<Needs, Bias>
}

const recipe = <N, B extends string>(is: string, source: string, estimator: Estimator<N, B>): Recipe<N, B> => ({ is, source, estimator })

const mean = reduce(meanOverTrajectories)

/**
 * Pipelines by the names that the field gives them, as they are used: outer discount factors are dropped where everybody drops them, and
 * the type says so.
 *
 * A recipe is no more than its pipeline: what it needs and how it is biased are in its estimator's type.
 *
 * @example
 * ```ts
 * import { recipes } from 'estimand'
 * recipes.reinforceLoo.estimator.formula.text // => '1/N (gamma^t (G_it - mean_{j!=i alive at t} G_jt))'
 * recipes.ppo.estimator.reasons.map(({ name }) => name)
 * // => ['inexact values', 'outer discount dropped', 'divided by a deviation', 'state distribution', 'clipping', 'random length']
 * ```
 */
export const recipes = {
  reinforce: recipe('every action is credited with the whole return', 'Williams 1992, Simple statistical gradient-following algorithms', pipe(totalReturn, mean)),
  rewardToGo: recipe(
    'every action is credited with what came after it',
    'Sutton et al. 2000, Policy gradient methods with function approximation',
    pipe(totalReturn, causality, mean),
  ),
  reinforceLoo: recipe(
    'reward-to-go minus the mean of the other trajectories alive at that time',
    'Kool et al. 2019, Buy 4 REINFORCE samples, get a baseline for free',
    pipe(totalReturn, causality, baseline(leaveOneOut), mean),
  ),
  rloo: recipe(
    'the whole return minus the mean of the other ones; for language models, where the reward comes last',
    'Ahmadian et al. 2024, Back to basics',
    pipe(totalReturn, baseline(leaveOneOut), mean),
  ),
  a2c: recipe(
    'rewards of a segment plus the value where it is cut, minus the value; outer discount dropped, mean over steps',
    'Mnih et al. 2016, Asynchronous methods for deep reinforcement learning',
    pipe(gae({ lambda: 1 }), dropOuterDiscount, reduce(meanOverSteps)),
  ),
  ppo: recipe(
    'advantages by GAE, whitened over the batch (practice whitens each minibatch), ratio of the step, clipped',
    'Schulman et al. 2017, Proximal policy optimization algorithms',
    pipe(
      gae({ lambda: 0.95 }),
      dropOuterDiscount,
      normalise(whitenSteps({ ddof: 1, epsilon: 1e-8 })),
      importance(perStep),
      clip({ epsilon: 0.2 }),
      reduce(meanOverSteps),
    ),
  ),
  grpo: recipe(
    'returns of one group, which the batch is, centred and divided by their deviation; each answer is divided by its length',
    'Shao et al. 2024, DeepSeekMath',
    pipe(
      totalReturn,
      baseline(batchMean),
      normalise(batchStd({ ddof: 1, epsilon: 1e-4 })),
      importance(perStep),
      clip({ epsilon: 0.2 }),
      reduce(meanOfTrajectoryMeans),
    ),
  ),
  drGrpo: recipe(
    'GRPO without the deviation and the lengths (theirs divides by one constant more, which only rescales)',
    'Liu et al. 2025, Understanding R1-Zero-like training',
    pipe(totalReturn, baseline(batchMean), importance(perStep), clip({ epsilon: 0.2 }), mean),
  ),
  impala: recipe(
    'V-trace advantages with both bounds 1; outer discount dropped',
    'Espeholt et al. 2018, IMPALA',
    pipe(vtrace({ rhoBar: 1, cBar: 1 }), dropOuterDiscount, reduce(meanOverSteps)),
  ),
  perDecision: recipe(
    'each reward is weighed by the ratios up to its time: unbiased on data of another policy',
    'Precup, Sutton, Singh 2000, Eligibility traces for off-policy policy evaluation',
    pipe(totalReturn, causality, importance(perDecision), mean),
  ),
  weighted: recipe(
    'ratios of trajectories, divided by their mean over the batch',
    'Precup, Sutton, Singh 2000, Eligibility traces for off-policy policy evaluation',
    pipe(totalReturn, causality, importance(perTrajectory), selfNormalise, mean),
  ),
  clipped: recipe(
    'leave-one-out REINFORCE on data of another policy, clipped as PPO clips',
    'Schulman et al. 2017, Proximal policy optimization algorithms, eq. 7',
    pipe(totalReturn, causality, baseline(leaveOneOut), importance(perStep), clip({ epsilon: 0.2 }), mean),
  ),
  cloning: recipe(
    'the log-likelihood of somebody else\'s actions, per step',
    'Pomerleau 1989, ALVINN',
    pipe(cloning, importance(takenAsOne), reduce(meanOverSteps)),
  ),
} as const

/** Name of a recipe. */
export type RecipeName = keyof typeof recipes
