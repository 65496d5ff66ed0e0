import { pipe } from 'fp-ts/lib/function.js'
import {
  actionValue,
  advantage,
  baseline,
  batchMean,
  batchStd,
  causality,
  clip,
  cloning,
  constantLength,
  dropOuterDiscount,
  gae,
  importance,
  meanOfTrajectoryMeans,
  meanOverSteps,
  meanOverTrajectories,
  normalise,
  nStep,
  perDecision,
  perStep,
  perTrajectory,
  plus,
  prefix,
  reasons,
  reduce,
  scale,
  selfNormalise,
  takenAsOne,
  totalReturn,
  truncate,
  vtrace,
  whitenSteps,
} from '../src/index.ts'
import type { AnyEstimator, Estimator, KnownReason } from '../src/index.ts'
import type { Sampling } from '../src/exact/index.ts'
import type { Kind } from '../src/trajectories/argument.ts'
import { hasParts, refuseArgument } from '../src/trajectories/argument.ts'
import type { Trial } from './law.ts'
import { batchSizeOf, samplingOf } from './settings.ts'
import { expectationIn, tight } from './tight.ts'
import type { Witness, WitnessSetting } from './tight.ts'

/** A word, a reason that it adds, and an estimator in which this reason shows and no other. */
export interface Host {
  /** The word that adds the reason. */
  readonly word: string
  readonly reason: KnownReason
  /** One with no other reason, or with others that cannot show in the setting. */
  readonly estimator: AnyEstimator
  /** Worlds and sampling in which no other reason of it can show. */
  readonly setting: WitnessSetting
  /** What the smallest worlds show. */
  readonly shows: string
}

/** A witness with its numbers. Gradients are flat, row-major in (s, a). */
export interface NumberedWitness extends Witness {
  /** The gradient of the estimator's objective. [S A] */
  readonly target: readonly number[]
  /** E ghat, which is another. [S A] */
  readonly expectation: readonly number[]
  /** N, trajectories in a batch. */
  readonly batchSize: number
  readonly sampling: Sampling
}

const mean = reduce(meanOverTrajectories)
const toGo = pipe(totalReturn, causality)

const host = <N, B extends string>(word: string, reason: KnownReason & B, estimator: Estimator<N, B>, shows: string, setting: WitnessSetting = {}): Host => ({
  word,
  reason,
  estimator: estimator as Estimator<unknown, B>,
  setting,
  shows,
})

/**
 * Each built-in word that adds a reason, with the estimator that shows it: what makes the law `tight` one of the whole library.
 *
 * @example
 * ```ts
 * import { hosts } from 'estimand/laws'
 * hosts.filter(({ word }) => word === 'gae').map(({ reason }) => reason) // => ['inexact values', 'inexact values at cuts']
 * ```
 */
export const hosts: readonly Host[] = [
  host('batchMean', 'own sample', pipe(totalReturn, baseline(batchMean), mean), 'a return minus a mean that contains it is (N-1)/N of what it would be against another mean'),
  host(
    'batchMean',
    'own sample among survivors',
    pipe(toGo, baseline(batchMean), mean),
    'where episodes differ in length, the number of those still alive depends on the action, and the shrinking is no longer the same for all',
    { states: 3 },
  ),
  host(
    'perDecision',
    'own sample, reweighted',
    pipe(totalReturn, baseline(batchMean), importance(perDecision), mean),
    "the own return stands in the mean with the step's ratio and in the credit with the rewards' ratios, which do not cancel",
  ),
  host('actionValue', 'action-dependent', pipe(toGo, baseline(actionValue), mean), 'a baseline that knows the action brings a gradient of its own with it'),
  host('dropOuterDiscount', 'outer discount dropped', pipe(toGo, dropOuterDiscount, mean), 'late steps weigh as much as early ones, although the objective discounts them'),
  host('advantage', 'inexact values', pipe(advantage, mean), 'wrong values are wrong credit'),
  host('gae', 'inexact values', pipe(gae({ lambda: 0.5 }), mean), 'below lambda 1 wrong values stand in for rewards'),
  host(
    'gae',
    'inexact values at cuts',
    pipe(gae({ lambda: 1 }), mean),
    'at lambda 1 values cancel, but for the one that a cut trajectory is continued by: a wrong one is wrong credit',
    { cutAt: 1, behaviour: 'the target' },
  ),
  host('nStep', 'inexact values', pipe(nStep({ n: 1 }), mean), 'after n rewards a wrong value stands in for the rest'),
  host('cloning', 'cloning', pipe(cloning, mean), 'what pays nothing is imitated like what pays: the expectation is 0 on own data, whatever the gradient'),
  host(
    'batchStd',
    'divided by a deviation',
    pipe(totalReturn, normalise(batchStd({ ddof: 0, epsilon: 0.1 })), mean),
    'batches whose returns differ little count as much as those whose returns differ a lot',
  ),
  host(
    'whitenSteps',
    'divided by a deviation',
    pipe(toGo, normalise(whitenSteps({ ddof: 0, epsilon: 0.1 })), mean),
    'credits are divided by their own spread over the steps of the batch, which depends on the actions',
  ),
  host('perStep', 'state distribution', pipe(toGo, importance(perStep), mean), "states come as often as the behaviour policy visits them, and are worth what it makes of them"),
  host('prefix', 'behaviour value', pipe(toGo, importance(prefix), mean), 'an action is credited with what the behaviour policy does after it'),
  host('takenAsOne', 'ratio taken as one', pipe(toGo, importance(takenAsOne), mean), 'data of another policy are taken for own ones'),
  host(
    'vtrace',
    'state distribution',
    pipe(vtrace({ rhoBar: Infinity, cBar: Infinity }), mean),
    'without bounds the values are right and the states still those of the behaviour policy',
  ),
  host(
    'vtrace',
    'inexact values at cuts',
    pipe(vtrace({ rhoBar: Infinity, cBar: Infinity }), mean),
    'without bounds and on own data, the value that a cut trajectory is continued by is the only one left',
    { cutAt: 1, behaviour: 'the target' },
  ),
  host('vtrace', 'truncation', pipe(vtrace({ rhoBar: 0.7, cBar: 1 }), mean), 'in a single step, a ratio cut at rhoBar', { horizon: 1 }),
  host('vtrace', 'inexact values', pipe(vtrace({ rhoBar: 1, cBar: 0.5 }), mean), 'on own data, traces below 1 let wrong values in', { sampling: 'target' }),
  host('truncate', 'truncation', pipe(toGo, importance(perTrajectory), truncate({ at: 1.2 }), mean), 'a trajectory that the target policy likes more counts no more than the bound'),
  host('clip', 'clipping', pipe(toGo, importance(perTrajectory), clip({ epsilon: 0.2 }), mean), 'good actions that have become likely, and bad ones that have become rare, no longer count'),
  host('selfNormalise', 'self-normalised', pipe(toGo, importance(perTrajectory), selfNormalise, mean), 'the mean of a ratio is not the ratio of the means'),
  // A single state in which something is decided has a gradient of one dimension: all are parallel.
  host('meanOverSteps', 'random length', pipe(toGo, reduce(meanOverSteps)), 'the number of steps of a batch depends on the actions that it is to judge', { states: 3 }),
  host('meanOfTrajectoryMeans', 'divided by length', pipe(toGo, reduce(meanOfTrajectoryMeans)), 'an action that makes the episode longer counts less'),
  host('constantLength', 'scaled by 1/length', pipe(toGo, reduce(constantLength(3))), 'a third of the gradient'),
  host('scale', 'scaled', pipe(toGo, mean, scale(2)), 'twice the gradient'),
  host('plus', 'summed', pipe(toGo, mean, plus(pipe(totalReturn, mean))), 'two estimates of one gradient add up to twice the gradient'),
]

const aHost: Kind = {
  expected: 'a host, such as hosts[0], or { reason, estimator, setting } of your own',
  holds: (x) => hasParts(x) && typeof x['reason'] === 'string' && Object.hasOwn(reasons, x['reason']) && hasParts(x['setting']),
}

/**
 * The smallest world found in which the reason of a host shows, with the gradient and the expectation there; null where none was found.
 *
 * @param of  one of `hosts`, or one of your own
 *
 * @example
 * ```ts
 * import { hosts, witnessOf } from 'estimand/laws'
 * const scaled = hosts.find(({ reason }) => reason === 'scaled')!
 * const { target, expectation } = witnessOf(scaled)({ seed: 1 })!
 * expectation.every((x, k) => Math.abs(x - 2 * target[k]) < 1e-12) // => true
 * ```
 */
export const witnessOf =
  (of: Pick<Host, 'reason' | 'estimator' | 'setting'>) =>
  (trial: Trial): NumberedWitness | null => {
    refuseArgument('witnessOf', of, aHost)
    const { reason, estimator, setting } = of
    const witness = tight(reasons[reason], setting)(trial)(estimator)
    if (witness === null) return null
    const sampling = setting.cutAt === undefined ? (setting.sampling ?? samplingOf(estimator)) : 'target'
    return { ...witness, ...expectationIn(witness.world, estimator, setting), batchSize: batchSizeOf(estimator), sampling }
  }
