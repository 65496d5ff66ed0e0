import { actionValue } from '../baseline/actionValue.ts'
import { baseline } from '../baseline/baseline.ts'
import type { Baseline, BaselineRow } from '../baseline/baseline.ts'
import { batchMean } from '../baseline/batchMean.ts'
import { constant } from '../baseline/constant.ts'
import { constantPerTime } from '../baseline/constantPerTime.ts'
import { leaveOneOut } from '../baseline/leaveOneOut.ts'
import type { EndedOptions } from '../baseline/ofTheBatch.ts'
import { stateValue } from '../baseline/stateValue.ts'
import { advantage } from '../credit/advantage.ts'
import { cloning } from '../credit/cloning.ts'
import { gae } from '../credit/gae.ts'
import type { GaeOptions } from '../credit/gae.ts'
import { nStep } from '../credit/nStep.ts'
import { totalReturn } from '../credit/totalReturn.ts'
import type { TotalReturnOptions } from '../credit/totalReturn.ts'
import { vtrace } from '../credit/vtrace.ts'
import type { VtraceOptions } from '../credit/vtrace.ts'
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
import type { Kind } from '../trajectories/argument.ts'
import { isRecord } from '../trajectories/keys.ts'
import type { Stage } from '../weighting/stage.ts'
import type { AnyWeighting, Weighting } from '../weighting/weighting.ts'
import type { Entries } from './entry.ts'
import { entry } from './entry.ts'

/** Where a word may stand in the JSON form of a pipeline. */
export interface Registry {
  /** Words that begin a pipeline. */
  readonly credits: Entries<AnyCredit>
  /** Words that change a weighting. */
  readonly modifiers: Entries<AnyModifier>
  /** Words that `baseline` takes. */
  readonly baselines: Entries<AnyBaseline>
  /** Words that `normalise` takes. */
  readonly normalisations: Entries<Normalisation<'batchStd' | 'whitenSteps'>>
  /** Words that `importance` takes. */
  readonly ratios: Entries<AnyRatio>
  /** Words that `reduce` takes. */
  readonly reductions: Entries<Reduction<string>>
}

/** Any credit, whatever it needs and adds. */
export type AnyCredit = Weighting<never, string, Stage>
/** Any step from a weighting to a weighting. */
export type AnyModifier = (w: never) => unknown
/** Any baseline, whatever it needs and adds. */
export type AnyBaseline = Baseline<never, string, string, BaselineRow>
/** Any ratio, whatever it needs and adds. */
export type AnyRatio = Ratio<never, RatioStage, string>

/**
 * Every built-in word. It is the list of what the golden, law, type and documentation tests go through, so that a word that is
 * exported is a word that is tested. Words of your own take part by `withWords`.
 *
 * @example
 * ```ts
 * import { registry } from 'estimand'
 * Object.keys(registry.reductions) // => ['meanOverTrajectories', 'meanOverSteps', 'meanOfTrajectoryMeans', 'constantLength']
 * ```
 */
export const registry: Registry = {
  credits: {
    totalReturn: entry.aloneOrWithOptions<AnyCredit, TotalReturnOptions>(totalReturn, ['objective'], totalReturn),
    advantage: entry.alone(advantage),
    gae: entry.withOptions<AnyCredit, GaeOptions>(['lambda'], gae, ['episodes']),
    nStep: entry.withOptions<AnyCredit, { readonly n: number }>(['n'], nStep),
    vtrace: entry.withOptions<AnyCredit, VtraceOptions>(['rhoBar', 'cBar'], vtrace, ['episodes']),
    cloning: entry.alone(cloning),
  },
  modifiers: {
    causality: entry.alone(causality),
    dropOuterDiscount: entry.alone(dropOuterDiscount),
    truncate: entry.withOptions<AnyModifier, { readonly at: number }>(['at'], truncate),
    clip: entry.withOptions<AnyModifier, { readonly epsilon: number }>(['epsilon'], clip),
    selfNormalise: entry.alone(selfNormalise),
  },
  baselines: {
    constant: entry.withNumber(constant),
    constantPerTime: entry.withNumbers(constantPerTime),
    batchMean: entry.aloneOrWithOptions<AnyBaseline, EndedOptions>(batchMean, ['ended'], batchMean),
    leaveOneOut: entry.aloneOrWithOptions<AnyBaseline, EndedOptions>(leaveOneOut, ['ended'], leaveOneOut),
    stateValue: entry.alone(stateValue),
    actionValue: entry.alone(actionValue),
  },
  normalisations: {
    batchStd: entry.withOptions<Normalisation<'batchStd'>, DeviationOptions>(['ddof', 'epsilon'], batchStd),
    whitenSteps: entry.withOptions<Normalisation<'whitenSteps'>, DeviationOptions>(['ddof', 'epsilon'], whitenSteps),
  },
  ratios: {
    perTrajectory: entry.alone(perTrajectory),
    perDecision: entry.alone(perDecision),
    perStep: entry.alone(perStep),
    prefix: entry.alone(prefix),
    takenAsOne: entry.alone(takenAsOne),
  },
  reductions: {
    meanOverTrajectories: entry.alone(meanOverTrajectories),
    meanOverSteps: entry.alone(meanOverSteps),
    meanOfTrajectoryMeans: entry.alone(meanOfTrajectoryMeans),
    constantLength: entry.withNumber(constantLength),
  },
}

const places = Object.keys(registry)

/** A registry as a kind of argument. */
export const aRegistry: Kind = {
  expected: `a registry, such as registry or what withWords gives: ${places.join(', ')}`,
  holds: (x) => isRecord(x) && places.every((place) => isRecord(x[place])),
}

/** A step of the typed pipeline as one that takes anything and refuses at run time what the compiler would refuse. */
export const untyped = (step: AnyModifier): ((w: unknown) => AnyWeighting) => step as (w: unknown) => AnyWeighting

/** The step that applies a baseline, ratio, normalisation or reduction chosen at run time. */
export const apply = {
  baseline: (b: AnyBaseline): ((w: unknown) => AnyWeighting) => untyped(baseline(b)),
  importance: (r: AnyRatio): ((w: unknown) => AnyWeighting) => untyped(importance(r)),
  normalise: (by: Normalisation<'batchStd' | 'whitenSteps'>): ((w: unknown) => AnyWeighting) => untyped(normalise(by)),
  reduce: (r: Reduction<string>): ((w: unknown) => AnyEstimator) => reduce(r) as (w: unknown) => AnyEstimator,
} as const
