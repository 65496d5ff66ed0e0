import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { Estimator, Weights } from '../estimator/estimator.ts'
import { estimate, refuseUnreduced } from '../estimator/estimator.ts'
import type { Column, PerStep } from '../columns/column.ts'
import type { AllFacts } from '../trajectories/facts.ts'
import { describeProblems } from '../trajectories/problem.ts'
import { reuse } from '../trajectories/reuse.ts'
import type { Trajectories } from '../trajectories/trajectories.ts'
import { stepCount } from '../trajectories/trajectories.ts'
import type { Reason } from '../weighting/reason.ts'

/** What an objective of whole batches says where minibatches are asked for. */
export const wholeBatchOnly = 'whole batch: end the pipe with inMinibatches(...) instead of reduce(...), or take minibatches: 1'

/** W of some steps. */
export interface SliceWeights {
  readonly weights: Weights
  /** How many of them are 0 although their credit is not: limits of the ratio have made them so. */
  readonly clipped: number
}

/** A batch whose credit is known: weights of any of its steps follow from current log-probs. */
export interface Ready {
  /**
   * W of some steps, to ascend, in an array that is the caller's.
   *
   * @param indices  positions of steps
   * @param logProb  their log-probs at the current parameters
   * @param version  that of the current parameters
   */
  readonly weights: (indices: Int32Array, logProb: Float64Array, version: number) => SliceWeights
}

/** A divergence from the policy that sampled the batch, held down. */
export interface KlTerm {
  readonly coefficient: number
  readonly direction: 'toReference' | 'fromReference'
}

/** How a value is fitted beside the policy. */
export interface ValueTerm {
  readonly coefficient: number
  readonly lambda: number
  /** Infinity: not clipped. */
  readonly clip: number
}

/**
 * What training ascends: an estimator, and terms beside it that act on the parameters of the distributions or on values.
 *
 *     ghat + entropy grad mean H - kl grad mean KL - value grad mean (V - target)^2 / 2
 *
 * @typeParam Needs   facts that a batch must carry; OnPolicy among them: one gradient step a batch
 * @typeParam Bias    reasons why the expectation is not the gradient of the estimator's objective
 * @typeParam Slices  whether a gradient step may be made from a part of the batch
 */
export interface TrainingObjective<in Needs, out Bias extends string, out Slices extends 'minibatches' | typeof wholeBatchOnly> {
  readonly slices: Slices
  readonly needs: readonly string[]
  readonly reasons: readonly Reason<Bias>[]
  readonly ready: (batch: Trajectories<Needs>) => Ready
  readonly entropy: number
  readonly kl: KlTerm | null
  readonly value: ValueTerm | null
}

const unreachable = (problems: Parameters<typeof describeProblems>[0]): never => {
  throw new RangeError(`training: ${describeProblems(problems)}`)
}

/**
 * An estimator as the objective of training, a gradient step of the whole batch at a time.
 *
 * An on-policy estimator takes one step with each batch. With importance in the pipeline there may be more: from the second step on, the
 * batch is reused with the log-probs of the moment.
 *
 * @param estimator  any estimator
 *
 * @example
 * ```ts
 * import { recipes } from 'estimand'
 * import { wholeBatch } from 'estimand/training'
 * wholeBatch(recipes.reinforceLoo.estimator).needs // => ['Reward', 'CompleteEpisodes', 'OnPolicy']
 * ```
 */
export const wholeBatch = <Needs, Bias extends string>(estimator: Estimator<Needs, Bias>): TrainingObjective<Needs, Bias, typeof wholeBatchOnly> => {
  refuseUnreduced(estimator)
  const weigh = estimate(estimator as Estimator<AllFacts, Bias>)
  return {
    slices: wholeBatchOnly,
    needs: estimator.needs,
    reasons: estimator.reasons,
    ready: (batch) => {
      // What it lacks of them, `estimate` says.
      const all = batch as unknown as Trajectories<AllFacts>
      // The estimator, if it is on-policy, refuses what comes of this.
      const at = (logProb: ArrayLike<number>, version: number): Weights =>
        pipe(all, reuse({ logProb, version }), E.match(unreachable, (again) => weigh(again as unknown as Trajectories<AllFacts>)))
      // Where every ratio is 1, nothing is limited: weights are 0 only where credits are.
      let unlimited: Weights | null = null
      return {
        weights: (indices, logProb, version) => {
          if (indices.length !== stepCount(batch)) throw new RangeError(wholeBatchOnly)
          if (version === all.currentVersion) return { weights: weigh(all), clipped: 0 }
          const weights = at(logProb, version)
          unlimited ??= (all.behaviourLogProb as Column<PerStep> | undefined) === undefined ? weights : at(all.behaviourLogProb, version)
          let clipped = 0
          for (let k = 0; k < weights.length; k++) if (weights[k] === 0 && unlimited[k] !== 0) clipped++
          return { weights, clipped }
        },
      }
    },
    entropy: 0,
    kl: null,
    value: null,
  }
}
