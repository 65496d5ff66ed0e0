import { actionValue } from '../baseline/actionValue.ts'
import { baseline } from '../baseline/baseline.ts'
import type { Baseline, BaselineRow } from '../baseline/baseline.ts'
import { batchMean } from '../baseline/batchMean.ts'
import { constant } from '../baseline/constant.ts'
import { constantPerTime } from '../baseline/constantPerTime.ts'
import { leaveOneOut } from '../baseline/leaveOneOut.ts'
import { stateValue } from '../baseline/stateValue.ts'
import { advantage } from '../credit/advantage.ts'
import { cloning } from '../credit/cloning.ts'
import { gae } from '../credit/gae.ts'
import { nStep } from '../credit/nStep.ts'
import { totalReturn } from '../credit/totalReturn.ts'
import { vtrace } from '../credit/vtrace.ts'
import { causality } from '../modify/causality.ts'
import { clip } from '../modify/clip.ts'
import { dropOuterDiscount } from '../modify/dropOuterDiscount.ts'
import { importance } from '../modify/importance.ts'
import { batchStd, normalise, whitenSteps } from '../modify/normalise.ts'
import type { DeviationOptions, Normalisation } from '../modify/normalise.ts'
import { selfNormalise } from '../modify/selfNormalise.ts'
import { truncate } from '../modify/truncate.ts'
import { perDecision } from '../ratio/perDecision.ts'
import { perStep } from '../ratio/perStep.ts'
import { perTrajectory } from '../ratio/perTrajectory.ts'
import { prefix } from '../ratio/prefix.ts'
import type { Ratio, RatioStage } from '../ratio/ratio.ts'
import { takenAsOne } from '../ratio/takenAsOne.ts'
import { constantLength } from '../reduce/constantLength.ts'
import { meanOfTrajectoryMeans } from '../reduce/meanOfTrajectoryMeans.ts'
import { meanOverSteps } from '../reduce/meanOverSteps.ts'
import { meanOverTrajectories } from '../reduce/meanOverTrajectories.ts'
import type { Reduction } from '../reduce/reduction.ts'
import { reduce } from '../estimator/reduce.ts'
import type { AnyEstimator } from '../estimator/estimator.ts'
import type { AnyWeighting } from '../weighting/weighting.ts'

/** Where a word may stand in the JSON form of a pipeline. */
export interface Registry {
  /** Words that begin a pipeline. */
  readonly credits: Entries<AnyWeighting>
  /** Words that change a weighting. */
  readonly modifiers: Entries<(w: unknown) => AnyWeighting>
  /** Words that `baseline` takes. */
  readonly baselines: Entries<AnyBaseline>
  /** Words that `normalise` takes. */
  readonly normalisations: Entries<Normalisation<'batchStd' | 'whitenSteps'>>
  /** Words that `importance` takes. */
  readonly ratios: Entries<AnyRatio>
  /** Words that `reduce` takes. */
  readonly reductions: Entries<Reduction<string>>
}

/** Any baseline, whatever it needs and adds. */
export type AnyBaseline = Baseline<never, string, string, BaselineRow>
/** Any ratio, whatever it needs and adds. */
export type AnyRatio = Ratio<never, RatioStage, string>

/** How a word is read: by itself, with options, or either way. */
export interface Entry<out A> {
  /** The value of the bare word, if it may stand alone. */
  readonly bare: A | null
  /** The names of its options, `number` where it takes one plain number, `numbers` for a list of them; null: it takes none. */
  readonly takes: readonly string[] | 'number' | 'numbers' | null
  /** Its value with an argument of that form. A `RangeError` names an option that is out of range. */
  readonly called: (argument: never) => A
}

/** Entries by word. */
export type Entries<A> = Readonly<Record<string, Entry<A>>>

const alone = <A>(bare: A): Entry<A> => ({ bare, takes: null, called: () => bare })
const withOptions = <A, O extends object>(takes: readonly (keyof O & string)[], called: (options: O) => A): Entry<A> => ({ bare: null, takes, called })
const either = <A, O extends object>(bare: A, takes: readonly (keyof O & string)[], called: (options: O) => A): Entry<A> => ({ bare, takes, called })

/** A step of the typed pipeline as one that takes anything and refuses at run time what the compiler would refuse. */
const untyped = (apply: (w: never) => unknown): ((w: unknown) => AnyWeighting) => apply as (w: unknown) => AnyWeighting

/**
 * Every built-in word. It is the list of what the golden, law, type and documentation tests go through, so that a word that is
 * exported is a word that is tested. Words of your own take part by `{ ...registry, ratios: { ...registry.ratios, mine } }`.
 *
 * @example
 * ```ts
 * import { registry } from 'estimand'
 * Object.keys(registry.reductions) // => ['meanOverTrajectories', 'meanOverSteps', 'meanOfTrajectoryMeans', 'constantLength']
 * ```
 */
export const registry: Registry = {
  credits: {
    totalReturn: either<AnyWeighting, Parameters<typeof totalReturn>[0]>(widened(totalReturn), ['objective'], (o) => widened(totalReturn(o))),
    advantage: alone(widened(advantage)),
    gae: withOptions<AnyWeighting, { lambda: number }>(['lambda'], (o) => widened(gae(o))),
    nStep: withOptions<AnyWeighting, { n: number }>(['n'], (o) => widened(nStep(o))),
    vtrace: withOptions<AnyWeighting, Parameters<typeof vtrace>[0]>(['rhoBar', 'cBar'], (o) => widened(vtrace(o))),
    cloning: alone(widened(cloning)),
  },
  modifiers: {
    causality: alone(untyped(causality)),
    dropOuterDiscount: alone(untyped(dropOuterDiscount)),
    truncate: withOptions<(w: unknown) => AnyWeighting, { at: number }>(['at'], (o) => untyped(truncate(o))),
    clip: withOptions<(w: unknown) => AnyWeighting, { epsilon: number }>(['epsilon'], (o) => untyped(clip(o))),
    selfNormalise: alone(untyped(selfNormalise)),
  },
  baselines: {
    constant: { bare: null, takes: 'number', called: (value: number) => constant(value) },
    constantPerTime: { bare: null, takes: 'numbers', called: (values: readonly number[]) => constantPerTime(values) },
    batchMean: either<AnyBaseline, Parameters<typeof batchMean>[0]>(batchMean, ['ended'], (o) => batchMean(o)),
    leaveOneOut: either<AnyBaseline, Parameters<typeof leaveOneOut>[0]>(leaveOneOut, ['ended'], (o) => leaveOneOut(o)),
    stateValue: alone(stateValue),
    actionValue: alone(actionValue),
  },
  normalisations: {
    batchStd: withOptions<Normalisation<'batchStd'>, DeviationOptions>(['ddof', 'epsilon'], batchStd),
    whitenSteps: withOptions<Normalisation<'whitenSteps'>, DeviationOptions>(['ddof', 'epsilon'], whitenSteps),
  },
  ratios: {
    perTrajectory: alone(perTrajectory),
    perDecision: alone(perDecision),
    perStep: alone(perStep),
    prefix: alone(prefix),
    takenAsOne: alone(takenAsOne),
  },
  reductions: {
    meanOverTrajectories: alone(meanOverTrajectories),
    meanOverSteps: alone(meanOverSteps),
    meanOfTrajectoryMeans: alone(meanOfTrajectoryMeans),
    constantLength: { bare: null, takes: 'number', called: (length: number) => constantLength(length) },
  },
}

/** A credit without its type: what a pipeline put together at run time begins with. */
function widened(credit: unknown): AnyWeighting {
  return credit as AnyWeighting
}

/** The step that applies a baseline, ratio, normalisation or reduction chosen at run time. */
export const apply = {
  baseline: (b: AnyBaseline): ((w: unknown) => AnyWeighting) => untyped(baseline(b)),
  importance: (r: AnyRatio): ((w: unknown) => AnyWeighting) => untyped(importance(r)),
  normalise: (by: Normalisation<'batchStd' | 'whitenSteps'>): ((w: unknown) => AnyWeighting) => untyped(normalise(by)),
  reduce: (r: Reduction<string>): ((w: unknown) => AnyEstimator) => reduce(r) as (w: unknown) => AnyEstimator,
} as const
