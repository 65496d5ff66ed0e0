import type { Column, PerStep, PerTime, PerTrajectory } from '../columns/column.ts'
import type { Wide, WideColumn } from '../columns/wide.ts'
import type { AllFacts } from '../trajectories/facts.ts'
import type { Trajectories } from '../trajectories/trajectories.ts'
import type { Formula } from './formula.ts'
import type { Reason } from './reason.ts'
import type { Centring, Stage } from './stage.ts'

/** What an estimator estimates the gradient of: the discounted return J, or the plain sum of rewards. */
export type Objective = 'discounted' | 'undiscounted'

/**
 * Whether the weights of one trajectory depend on the others of its batch.
 * - `none`: they do not; the expectation is the same for every N
 * - `exchangeable`: they do, and the order of the trajectories is irrelevant
 * - `ordered`: they do, and the order matters
 */
export type Coupling = 'none' | 'exchangeable' | 'ordered'

/** The word of one step of a pipeline and its options: what its JSON form holds. */
export interface Word {
  readonly word: string
  readonly argument?: unknown
}

/** What a baseline subtracts: one number, or a column whose axis says how it spreads over the steps. */
export type Level =
  | LevelOfOthers
  | { readonly axis: 'constant'; readonly value: number }
  | { readonly axis: 'per time'; readonly column: Column<PerTime> }
  | { readonly axis: 'per trajectory'; readonly column: Column<PerTrajectory> }
  | { readonly axis: 'per step'; readonly column: Column<PerStep> }

/**
 * (total_t - own return to go) share_t: a mean over the other trajectories, told by what all of them sum to at each time index. It
 * needs no column of its own.
 */
export interface LevelOfOthers {
  readonly axis: 'per time, without the own'
  readonly total: Column<PerTime>
  readonly share: Column<PerTime>
}

/**
 * A credit before any ratio, evaluated on a batch. Kept apart until the end, because what follows needs the parts: a ratio
 * per decision needs rewards that are still separable by time, a baseline of the batch needs raw returns.
 *
 *     whole return   W_t = R - flat_t
 *     return to go   W_t = outer^t (G_t - inside_t) - flat_t
 *     column         W_t = outer^t (c_t - inside_t) - flat_t
 */
export interface Credit {
  readonly of: CreditSource
  /** Base of the outer discount factor outer^t; 1 where there is none. */
  readonly outer: number
  /** Subtracted in the scale of the whole return. */
  readonly flat: readonly Level[]
  /** Subtracted inside the outer factor. */
  readonly inside: readonly Level[]
}

/** Raw returns, kept for the one evaluation of a pipeline once they have been asked for: several of its steps read them. */
export interface Returns {
  column: Float64Array | null
}

/**
 * Where the numbers of a credit come from. A column is the credit's own and is changed in place; one that is written is so part by part.
 */
export type CreditSource =
  | { readonly _tag: 'whole return'; readonly reward: Column<PerStep>; readonly discount: number; readonly returns: Returns }
  | { readonly _tag: 'reward-to-go'; readonly reward: Column<PerStep>; readonly discount: number; readonly toGo: Returns }
  | { readonly _tag: 'column'; readonly column: Float64Array; readonly rounding?: Rounding }
  | { readonly _tag: 'written'; readonly write: WriteCredit; readonly wide?: WideCredit; readonly rounding?: Rounding }

/**
 * What the credit of step k may be off by where it is a sum of larger numbers, from what that of the step after it may be, 0 after the last.
 * Where it is not told, a credit is taken to be exact to its own last digits.
 */
export type Rounding = (k: number, later: number) => number

/** Writes the credits of the trajectories first <= i < stop, times a number, to their places. */
export type WriteCredit = (to: Float64Array, first: number, stop: number, by: number) => void

/** The credits of all steps, without the outer factor, in numbers of any size: for a credit that multiplies ratios of its own. [sum L_i] */
export type WideCredit = () => readonly Wide[]

/**
 * Makes the ratio of each step from its log ratio. A function that has a log says what the log of its ratio is, from the same arguments: then
 * weights are right where the ratio itself overflows or underflows.
 */
export interface RatioFunction {
  (logRatio: Float64Array, batch: Trajectories<AllFacts>): Float64Array
  readonly log?: (logRatio: Float64Array, batch: Trajectories<AllFacts>) => Float64Array
}

/** How a ratio is made from log ratios and then limited, evaluated anew whenever the current log-probs change. */
export interface RatioPlan {
  /** `per decision` weighs each reward by its own ratio; every other ratio is one factor per step. */
  readonly kind: 'per step weight' | 'per decision'
  /** Ratio of each step from l_t = log pi(a_t|s_t) - log mu(a_t|s_t), which it may write over. [sum L_i] -> [sum L_i] */
  readonly ratio: RatioFunction
  /** Whether it makes the ratio of a step from the step's own log ratio and from nothing else, so that it may be given runs of steps. */
  readonly pointwise: boolean
  /** What has been done to the ratio since, in order. */
  readonly limits: readonly RatioLimit[]
  /** Facts that the ratio and its limits read. */
  readonly needs: readonly string[]
  readonly formula: Formula
}

/** One change of the ratio, such as clip. */
export interface RatioLimit {
  /** Changed ratio of each step, given the credit that it will multiply. [sum L_i] */
  readonly apply: (ratio: Float64Array, credit: Column<PerStep>, batch: Trajectories<AllFacts>) => Float64Array
  /** The same for ratios of any size; without it, `apply` is given the nearest float64, Infinity and 0 among them. */
  readonly wide?: (ratio: WideColumn, credit: Column<PerStep>, batch: Trajectories<AllFacts>) => WideColumn
  readonly formula: (ratio: Formula) => Formula
  /** Whether it looks at nothing but a step's own ratio and credit, so that it may be given runs of steps. */
  readonly pointwise?: boolean
  /**
   * Objective of one step as a function of rho and its credit, where one exists whose derivative in log pi is the weight; it
   * makes the ratio form of the surrogate.
   */
  readonly surrogate?: (ratio: number, credit: number) => number
}

/** One change of the finished weight, credit times ratio, before the reduction. */
export interface WeightChange {
  readonly apply: (weight: Float64Array, batch: Trajectories<AllFacts>) => Float64Array
  readonly formula: (weight: Formula) => Formula
}

/** The parts of a credit's formula, in step with `Credit`. */
export interface CreditFormula {
  /** What the credit of a step is made of, as `CreditSource` has it. */
  readonly scope: Exclude<CreditSource['_tag'], 'written'>
  /** The credit itself, such as `G_t`. */
  readonly value: Formula
  /** The credit of trajectory j before anything was subtracted: what baselines and deviations of the batch are made of. */
  readonly raw: (trajectory: string) => Formula
  /** What causality makes of the credit, and the reward of decision u. null: the credit is no return. */
  readonly rewards: { readonly toGo: (trajectory: string) => Formula; readonly reward: Formula } | null
  /** The outer factor, such as `gamma^t`; null where there is none. */
  readonly outer: Formula | null
  readonly inside: readonly Formula[]
  readonly flat: readonly Formula[]
}

/** What a weighting is made of, whatever its type says: the record that constructors read and write. */
export interface Plan {
  readonly stage: Stage
  readonly centring: Centring
  readonly objective: Objective
  readonly coupling: Coupling
  /** Names of facts, or of columns of the user's own. */
  readonly needs: readonly string[]
  readonly reasons: readonly Reason[]
  readonly words: readonly Word[]
  readonly sources: readonly string[]
  readonly credit: (batch: Trajectories<AllFacts>) => Credit
  readonly ratio: RatioPlan | null
  readonly changes: readonly WeightChange[]
  readonly formula: CreditFormula
}

/**
 * A credit and the modifiers on it: sample -> weight, not reduced yet.
 *
 * @typeParam Needs  facts that a batch must carry; checked once, where batch meets estimator
 * @typeParam Bias   reasons why the expectation is not the gradient of the objective; never: unbiased, given support
 * @typeParam S      stage of the pipeline, which decides what may follow
 * @typeParam C      whether a baseline made from the batch has been subtracted, since there may be one of them
 */
export interface Weighting<in Needs, out Bias extends string, out S extends Stage, out C extends Centring = Centring>
  extends Omit<Plan, 'stage' | 'centring' | 'reasons' | 'credit'> {
  readonly stage: S
  readonly centring: C
  readonly reasons: readonly Reason<Bias>[]
  readonly credit: (batch: Trajectories<Needs>) => Credit
}

/** The weighting that may stand anywhere: needs nothing, has no bias, is in no stage. What untyped construction returns. */
export type AnyWeighting = Weighting<unknown, never, never, never>

/**
 * A plan seen as a weighting. The one place where a plan, whose needs, reasons and stage are data, gets the type that the
 * signature of its word declares; the laws hold those signatures to account.
 */
export const asWeighting = (plan: Plan): AnyWeighting => plan as unknown as AnyWeighting

/**
 * A function of a batch with some facts, seen as a function of a batch with all of them. Sound because an evaluation begins only
 * after the needs have been checked, by the compiler or by `estimate`.
 */
export const ofAnyBatch = <Args extends readonly unknown[], Out>(f: (...args: never) => Out): ((...args: Args) => Out) =>
  f as (...args: Args) => Out

/** Needs of a weighting. */
export type NeedsOf<W> = W extends Weighting<infer N, infer _B, infer _S, infer _C> ? N : never
/** Reasons of a weighting. */
export type BiasOf<W> = W extends Weighting<infer _N, infer B, infer _S, infer _C> ? B : never
/** Stage of a weighting. */
export type StageOf<W> = W extends Weighting<infer _N, infer _B, infer S, infer _C> ? S : never
/** Whether a weighting is centred. */
export type CentringOf<W> = W extends Weighting<infer _N, infer _B, infer _S, infer C> ? C : never

type CentringIn<W> = W extends { readonly centring: 'centred' } ? 'centred' : 'not centred'

/**
 * Whether a weighting is centred, as causality passes it on: not, unless it is known to be. In a point-free flow W is open; the compiler
 * then judges by all it knows of W, the part `{ stage }`, so that `flow(causality, baseline(leaveOneOut))` compiles, and a second baseline
 * of the batch is refused when the pipeline is built.
 */
export type StillCentred<W> = CentringIn<W & { readonly stage: unknown }>
