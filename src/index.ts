export type { Axis, Column, PerStep, PerTime, PerTrajectory } from './columns/column.ts'
export { returnsToGo, wholeReturns } from './columns/returns.ts'
export { perStepOf } from './columns/spread.ts'
export type { Layout } from './columns/spread.ts'

export { terminated, timeLimit, truncated } from './trajectories/ends.ts'
export type { Cut, End, EndInput, Terminated, TimeLimit, Truncated } from './trajectories/ends.ts'
export type {
  ActionValue,
  AllFacts,
  BehaviourLogProb,
  CompleteEpisodes,
  FactName,
  FactNamed,
  FactsNamed,
  FactTable,
  Group,
  LogProb,
  OffPolicy,
  OnPolicy,
  ReferenceLogProb,
  Reward,
  RolloutLogProb,
  Segments,
  StateValue,
} from './trajectories/facts.ts'
export { fromSteps } from './trajectories/fromSteps.ts'
export type { BatchHeader, ColumnFacts, HeaderFacts, StepColumn, Steps, StepsInput } from './trajectories/fromSteps.ts'
export type { Numbers } from './trajectories/numbers.ts'
export type { OwnColumns } from './trajectories/ownColumns.ts'
export { describeProblems } from './trajectories/problem.ts'
export type { Problem } from './trajectories/problem.ts'
export { longest, stepCount } from './trajectories/trajectories.ts'
export type { Axes, Batch, Trajectories, Trajectory } from './trajectories/trajectories.ts'

export type { Formula } from './weighting/formula.ts'
export { reason, reasons } from './weighting/reason.ts'
export type { KnownReason, Reason, ReasonClass } from './weighting/reason.ts'
export type { Provenance } from './weighting/provenance.ts'
export { legality, refusal } from './weighting/stage.ts'
export type { AfterImportance, BeforeImportance, Centring, OuterFactor, Reduced, Row, Stage } from './weighting/stage.ts'
export { IllegalStep } from './weighting/step.ts'
export type { Call, Finished, Legal, NotCentred, PlaceOf, Refused } from './weighting/step.ts'
export type {
  AnyWeighting,
  BiasOf,
  CentringOf,
  Coupling,
  Credit,
  CreditFormula,
  CreditSource,
  Level,
  LevelOfOthers,
  NeedsOf,
  Objective,
  Plan,
  RatioLimit,
  RatioPlan,
  Rounding,
  StageOf,
  StillCentred,
  WeightChange,
  Weighting,
  Word,
} from './weighting/weighting.ts'

export { advantage } from './credit/advantage.ts'
export { cloning } from './credit/cloning.ts'
export { returnCredit, stepCredit } from './credit/credit.ts'
export type { CreditWords, ReturnCredit, StepCredit } from './credit/credit.ts'
export type { BiasAtCuts, Episodes, EpisodesOption, NeedOf } from './credit/episodes.ts'
export { gae, generalisedAdvantages } from './credit/gae.ts'
export type { GaeBias, GaeOptions } from './credit/gae.ts'
export { nStep, nStepAdvantages } from './credit/nStep.ts'
export { totalReturn } from './credit/totalReturn.ts'
export type { TotalReturn, TotalReturnOptions } from './credit/totalReturn.ts'
export { vtrace, vtraceAdvantages } from './credit/vtrace.ts'
export type { VtraceBias, VtraceBounds, VtraceOptions } from './credit/vtrace.ts'

export { actionValue } from './baseline/actionValue.ts'
export { baseline, baselineOf } from './baseline/baseline.ts'
export type { AfterBaseline, Baseline, BaselineDefinition, BaselineFormula, BaselineInput, BaselineRow } from './baseline/baseline.ts'
export { batchMean } from './baseline/batchMean.ts'
export type { BatchMean } from './baseline/batchMean.ts'
export { constant } from './baseline/constant.ts'
export { constantPerTime } from './baseline/constantPerTime.ts'
export { leaveOneOut } from './baseline/leaveOneOut.ts'
export type { LeaveOneOut } from './baseline/leaveOneOut.ts'
export type { Ended, EndedOptions } from './baseline/ofTheBatch.ts'
export { stateValue } from './baseline/stateValue.ts'

export { perDecision } from './ratio/perDecision.ts'
export { perStep } from './ratio/perStep.ts'
export { perTrajectory } from './ratio/perTrajectory.ts'
export { prefix } from './ratio/prefix.ts'
export { ratioOf } from './ratio/ratio.ts'
export type { Ratio, RatioDefinition, RatioStage } from './ratio/ratio.ts'
export { takenAsOne } from './ratio/takenAsOne.ts'

export { causality } from './modify/causality.ts'
export { clip } from './modify/clip.ts'
export type { Clipped } from './modify/clip.ts'
export { creditModifier } from './modify/creditModifier.ts'
export type { CreditChange, CreditModifierDefinition, CreditRow } from './modify/creditModifier.ts'
export { dropOuterDiscount } from './modify/dropOuterDiscount.ts'
export { importance } from './modify/importance.ts'
export type { ImportanceRow, Reweighted } from './modify/importance.ts'
export { batchStd, normalise, whitenSteps } from './modify/normalise.ts'
export type { DeviationOptions, Normalisation } from './modify/normalise.ts'
export { ratioModifier } from './modify/ratioModifier.ts'
export type { Changed, Limited, RatioModifierDefinition } from './modify/ratioModifier.ts'
export { selfNormalise } from './modify/selfNormalise.ts'
export { truncate } from './modify/truncate.ts'
export { weightModifier } from './modify/weightModifier.ts'
export type { WeightModifierDefinition } from './modify/weightModifier.ts'

export { constantLength } from './reduce/constantLength.ts'
export { meanOfTrajectoryMeans } from './reduce/meanOfTrajectoryMeans.ts'
export { meanOverSteps } from './reduce/meanOverSteps.ts'
export { meanOverTrajectories } from './reduce/meanOverTrajectories.ts'
export { reductionOf } from './reduce/reduction.ts'
export type { Reduction } from './reduce/reduction.ts'

export { claimScale, DifferentObjectives, mix, plus, scale } from './estimator/combine.ts'
export type { BiasOfAny, NeedsOfAll, ScaledBias, WeightedPart } from './estimator/combine.ts'
export { estimate, estimateInto, NeedsNotMet, WeightNotFinite } from './estimator/estimator.ts'
export type { AnyEstimator, Composition, Estimator, EstimatorNeeds, LossWeights, Reduced as ReducedOnly, ScaleClaim, Weights } from './estimator/estimator.ts'
export { plusMonoid, zero } from './estimator/monoid.ts'
export { reduce } from './estimator/reduce.ts'
export { asLoss, lossWeights, ratioSurrogate, surrogate } from './estimator/surrogate.ts'
export type { Surrogate } from './estimator/surrogate.ts'

export { entry } from './registry/entry.ts'
export type { Entries, Entry } from './registry/entry.ts'
export { pipelineFromJson } from './registry/pipeline.ts'
export { registry } from './registry/registry.ts'
export type { AnyBaseline, AnyCredit, AnyModifier, AnyRatio, Registry } from './registry/registry.ts'
export { toJson } from './registry/toJson.ts'
export type { Json } from './registry/toJson.ts'
export { withWords } from './registry/withWords.ts'
export type { MoreWords } from './registry/withWords.ts'

export { describeLatex } from './estimator/describeLatex.ts'
export { describeMarkdown } from './estimator/describeMarkdown.ts'
export { describe, explain } from './estimator/explain.ts'
export { unreadFacts } from './estimator/unreadFacts.ts'
export type { Explanation } from './estimator/explain.ts'
export { prepare } from './estimator/prepare.ts'
export type { Prepared } from './estimator/prepare.ts'
export { fromColumns } from './trajectories/fromColumns.ts'
export type { ColumnsInput } from './trajectories/fromColumns.ts'
export { fromPadded } from './trajectories/fromPadded.ts'
export type { PaddedInput, Rows } from './trajectories/fromPadded.ts'
export { reuse } from './trajectories/reuse.ts'
export type { Now, Reused } from './trajectories/reuse.ts'
export { concat, select, withColumn } from './trajectories/select.ts'
export { recipes } from './recipe/recipes.ts'
export type { Recipe, RecipeName } from './recipe/recipes.ts'
