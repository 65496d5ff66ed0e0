import type { Column, PerStep } from '../columns/column.ts'
import { sum } from '../columns/deviation.ts'
import type { Kind } from '../trajectories/argument.ts'
import { hasParts, kinds, refuseArgument, whatItIs } from '../trajectories/argument.ts'
import type { AllFacts, StateValue } from '../trajectories/facts.ts'
import type { Problem } from '../trajectories/problem.ts'
import type { Trajectories } from '../trajectories/trajectories.ts'
import { stepCount } from '../trajectories/trajectories.ts'
import type { Formula } from '../weighting/formula.ts'
import type { Reason } from '../weighting/reason.ts'
import type { Coupling, Objective, Word } from '../weighting/weighting.ts'
import type { Total } from '../weighting/evaluate.ts'
import { ofAnyBatch } from '../weighting/weighting.ts'
import type { Call } from '../weighting/step.ts'
import { IllegalStep } from '../weighting/step.ts'
import { lacking, unmetNeeds } from './needs.ts'

declare const direction: unique symbol

/** W: the weight of each step's grad log pi in the estimate, to ascend. 1/N is in it. [sum L_i] */
export type Weights = Float64Array & Column<PerStep> & { readonly [direction]?: 'ascend' }

/** -W: the weight of each step's log pi in a loss, to descend. [sum L_i] */
export type LossWeights = Float64Array & Column<PerStep> & { readonly [direction]?: 'descend' }

/** How an estimator was put together: a pipeline of words, or a combination of others. */
export type Composition =
  | { readonly _tag: 'pipeline'; readonly words: readonly Word[] }
  | { readonly _tag: 'combination'; readonly word: string; readonly argument?: unknown; readonly parts: readonly Composition[] }

/** The claim that an estimator's expectation is exactly a factor times the gradient of its objective. The laws check it. */
export interface ScaleClaim {
  /** The factor as a function of the batch size N and the horizon T. */
  readonly factor: (batchSize: number, horizon: number) => number
  /** The factor in words, such as `(N-1)/N`. */
  readonly text: string
}

/**
 * A policy-gradient estimator: a pure function from a batch to the weight of each step.
 *
 *     ghat = sum_i sum_t W_it grad log pi(a_it | s_it)
 *
 * @typeParam Needs  facts that a batch must carry
 * @typeParam Bias   reasons why its expectation is not the gradient of its objective; never: unbiased, given support
 */
export interface Estimator<in Needs, out Bias extends string> {
  /** W, without the checks that `estimate` makes; written to `into` if it is given. Says what they add up to where that costs little. */
  readonly estimate: (batch: Trajectories<Needs>, into?: Float64Array, total?: Total) => Weights
  readonly objective: Objective
  readonly coupling: Coupling
  readonly needs: readonly string[]
  readonly reasons: readonly Reason<Bias>[]
  readonly composition: Composition
  /** W_it as a formula. */
  readonly formula: Formula
  readonly sources: readonly string[]
  readonly claim: ScaleClaim | null
}

/** An estimator seen without its type: what functions that work on any estimator take. */
export type AnyEstimator = Estimator<AllFacts, string>

/** What a function of estimators says that is given a weighting. */
export const notReduced = 'expected an estimator: end the pipe with reduce(...), such as reduce(meanOverTrajectories)'

/** An estimator itself; for a weighting that is not reduced yet, the sentence that says what to do. */
export type Reduced<E> = E extends Estimator<infer _N, infer _B> ? E : typeof notReduced

/** The needs of an estimator. */
export type EstimatorNeeds<E> = E extends Estimator<infer N, infer _B> ? N : never

/** How a batch is given, for the compiler to print where an Either is, or a batch that lacks a fact. */
export type Opened<N> = N extends StateValue ? Call<'pipe(fromSteps({ ..., value }), E.map(estimate(e)))'> : Call<'pipe(fromSteps(...), E.map(estimate(e)))'>

/** An estimator as a kind of argument. */
export const anEstimator: Kind = {
  expected: 'an estimator, such as pipe(totalReturn, reduce(meanOverTrajectories))',
  holds: (x) => hasParts(x) && typeof x['estimate'] === 'function' && Array.isArray(x['needs']) && hasParts(x['composition']),
}

/** Whether something is a weighting that no reduction has ended. */
export const isUnreduced = (x: unknown): boolean => hasParts(x) && 'stage' in x && 'credit' in x

/** Throws the sentence for callers without a compiler, who may have left out reduce or pass something else altogether. */
export const refuseUnreduced = (e: unknown, where = 'estimator'): void => {
  if (isUnreduced(e)) throw new IllegalStep(notReduced)
  refuseArgument(where, e, anEstimator)
}

/** What is wrong with something that should be an estimator; null if it is one. */
export const estimatorProblem = (path: string, e: unknown): Problem | null =>
  anEstimator.holds(e) ? null : { path, expected: anEstimator.expected, got: isUnreduced(e) ? 'a weighting: end the pipe with reduce(...), such as reduce(meanOverTrajectories)' : whatItIs(e) }

/** The estimator that `Reduced` has let through, or the sentence. */
export const finished = (where: string, e: unknown): AnyEstimator => {
  refuseUnreduced(e, where)
  return e as AnyEstimator
}

/** Thrown when a batch does not carry what an estimator needs; the message names every missing fact and what to do. */
export class NeedsNotMet extends Error {
  override readonly name = 'NeedsNotMet'
  /** The needs that are not met, by name. */
  readonly needs: readonly string[]

  constructor(message: string, needs: readonly string[] = []) {
    super(message)
    this.needs = needs
  }
}

/** Thrown when a weight would be infinite or NaN; the message names the first such step and what to do. */
export class WeightNotFinite extends Error {
  override readonly name = 'WeightNotFinite'
}

/** Throws WeightNotFinite if a weight is infinite or NaN, naming the first such step. */
export const refuseNonFinite = (weights: Float64Array, { count, offsets }: Trajectories<unknown>, total = sum(weights)): void => {
  if (Number.isFinite(total)) return
  const k = weights.findIndex((w) => !Number.isFinite(w))
  if (k < 0) return
  let i = 0
  while (i < count - 1 && offsets[i + 1] <= k) i++
  throw new WeightNotFinite(
    `estimate: weight of trajectory ${i}, step ${k - offsets[i]}: expected a finite number, got ${weights[k]}; ` +
      'a ratio or a return has overflowed: truncate the ratio, sample again, or check the batch with fromSteps',
  )
}

/**
 * The weights of an estimator on a batch: the one place where needs meet facts.
 *
 *     W_it, so that  ghat = sum_i sum_t W_it grad log pi(a_it | s_it)
 *
 * The batch must carry the estimator's needs: the compiler says which fact is missing, and so does an error at run time. On-policy
 * estimators also refuse a batch whose parameters have moved since it was sampled (its two versions differ).
 *
 * @param e  the estimator
 * @returns  a function from a batch to its weights, to ascend. [sum L_i]
 * @throws   NeedsNotMet where a fact is missing; WeightNotFinite where a ratio or a return overflows
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { estimate, fromSteps, totalReturn, causality, reduce, meanOverTrajectories, terminated } from 'estimand'
 * const batch = fromSteps({
 *   discount: 0.5, provenance: 'on-policy', episodes: 'complete',
 *   trajectories: [{ reward: [1, 4], logProb: [-0.7, -0.7], end: terminated }]
 * })
 * const rewardToGo = pipe(totalReturn, causality, reduce(meanOverTrajectories))
 * pipe(batch, E.map((b) => Array.from(estimate(rewardToGo)(b)))) // => E.right([3, 2])
 * ```
 */
export const estimate = <E>(e: Reduced<E>): ((batch: Trajectories<EstimatorNeeds<E> & Opened<EstimatorNeeds<E>>>) => Weights) => {
  const any = finished('estimate', e)
  return ofAnyBatch((batch: Trajectories<AllFacts>): Weights => checked(any, batch))
}

const checked = ({ needs, estimate: weigh }: AnyEstimator, batch: Trajectories<AllFacts>, into?: Float64Array): Weights => {
  const unmet = unmetNeeds(needs, batch)
  if (unmet.length > 0) throw new NeedsNotMet(`estimate: ${unmet.join('\n')}`, lacking(needs, batch))
  const total: Total = { sum: null }
  const weights = weigh(batch, into, total)
  refuseNonFinite(weights, batch, total.sum ?? undefined)
  return weights
}

/**
 * The weights of an estimator, written to an array of your own: for loops that make no garbage.
 *
 * As `estimate` in everything else; on large batches it saves making, and first touching, a fresh array each time.
 *
 * @param e  the estimator
 * @returns  a function from an array, as long as the batch has steps, and a batch, to that array
 * @throws   as estimate does; RangeError if the array has another length
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { estimateInto, fromSteps, totalReturn, reduce, meanOverTrajectories, terminated } from 'estimand'
 * const batch = fromSteps({
 *   discount: 1, provenance: 'on-policy', episodes: 'complete', trajectories: [{ reward: [2, 1], end: terminated }]
 * })
 * const mine = new Float64Array(2)
 * pipe(batch, E.map((b) => estimateInto(pipe(totalReturn, reduce(meanOverTrajectories)))(mine)(b) === mine)) // => E.right(true)
 * Array.from(mine) // => [3, 3]
 * ```
 */
export const estimateInto = <E>(e: Reduced<E>): ((into: Float64Array) => (batch: Trajectories<EstimatorNeeds<E>>) => Weights) => {
  const any = finished('estimateInto', e)
  return (into) => {
    refuseArgument('estimateInto', into, { expected: 'a Float64Array with an entry for each step', holds: (x) => Object.prototype.toString.call(x) === '[object Float64Array]' })
    return ofAnyBatch((batch: Trajectories<AllFacts>): Weights => {
      refuseArgument('estimateInto', batch, kinds.batch)
      if (into.length !== stepCount(batch)) throw new RangeError(`estimateInto: expected an array of ${stepCount(batch)} entries, one per step, got ${into.length}`)
      return checked(any, batch, into)
    })
  }
}
