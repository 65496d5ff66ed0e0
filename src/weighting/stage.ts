import { oneOf, refuseArgument } from '../trajectories/argument.ts'

/**
 * Where in the pipeline a weighting stands. It is in exactly one stage; what may follow is a matter of the stage alone.
 *
 * - `whole return`: one return per trajectory
 * - `reward-to-go`: the return from each step on
 * - `step credit`: a number per step from the start (gae, nStep, advantage, cloning)
 * - `normalised`: scaled by a statistic of the batch, or changed by a credit modifier: rewards are no longer separable
 * - `trajectory ratio`, `prefix ratio`, `step ratio`, `per-decision ratio`, `no ratio`: after importance
 * - `clipped step ratio`, `limited step ratio`, `limited ratio`, `self-normalised ratio`: the ratio has been changed
 * - `corrected`: the credit has ratios of its own (vtrace)
 * - `finished weight`: changed as a whole by a weight modifier
 */
export type Stage = BeforeImportance | AfterImportance | 'corrected' | 'finished weight'

/** Stages in which no importance ratio has come by yet: `reduce` adds the need for on-policy data. */
export type BeforeImportance = 'whole return' | 'reward-to-go' | 'step credit' | 'normalised'

/** Stages after `importance`. */
export type AfterImportance =
  | 'trajectory ratio'
  | 'prefix ratio'
  | 'step ratio'
  | 'per-decision ratio'
  | 'no ratio'
  | 'clipped step ratio'
  | 'limited step ratio'
  | 'limited ratio'
  | 'self-normalised ratio'

const beforeImportance = <const S extends string>(sentence: S) =>
  ({
    'whole return': sentence,
    'reward-to-go': sentence,
    'step credit': sentence,
    normalised: sentence,
  }) as const

const limitedRatio = <const S extends string>(sentence: S) =>
  ({ 'clipped step ratio': sentence, 'limited step ratio': sentence, 'limited ratio': sentence, 'self-normalised ratio': sentence }) as const

const afterImportance = <const S extends string>(sentence: S) =>
  ({
    ...limitedRatio(sentence),
    'trajectory ratio': sentence,
    'prefix ratio': sentence,
    'step ratio': sentence,
    'per-decision ratio': sentence,
    'no ratio': sentence,
    'finished weight': sentence,
  }) as const

const causality = {
  ...afterImportance('causality: goes before importance; move it up'),
  'reward-to-go': 'causality: already applied; remove the second one',
  'step credit': 'causality: this credit is per step already (gae, advantage, ...); remove causality',
  normalised: 'causality: goes before normalise; move it up',
  corrected: 'causality: vtrace is per step already; remove causality',
  reduced: 'causality: goes before reduce; move it up',
} as const

const dropOuterDiscount = {
  ...afterImportance('dropOuterDiscount: goes before importance; move it up'),
  'whole return': 'dropOuterDiscount: a whole return has no outer factor; put causality before it',
  normalised: 'dropOuterDiscount: goes before normalise; move it up',
  'no outer factor': 'dropOuterDiscount: there is no outer factor, or it is dropped already; remove dropOuterDiscount',
  reduced: 'dropOuterDiscount: goes before reduce; move it up',
} as const

const baseline = {
  ...afterImportance('baseline: goes before importance; move it up'),
  normalised: 'baseline: goes before normalise; move it up',
  corrected: 'baseline: vtrace has its own; remove baseline',
  reduced: 'baseline: goes before reduce; move it up',
} as const

const stepBaseline = {
  ...baseline,
  'whole return': 'baseline: this one is a number per step, a whole return is not; put causality before it',
} as const

const batchBaseline = {
  ...baseline,
  centred: 'baseline: batchMean or leaveOneOut is subtracted already; remove the second one',
  'step credit': 'baseline: batchMean and leaveOneOut are made from returns; begin with totalReturn, or use stateValue',
} as const

const normalise = {
  ...afterImportance('normalise: goes before importance; move it up'),
  normalised: 'normalise: already applied; remove the second one',
  corrected: 'normalise: is not defined after vtrace; remove normalise',
  reduced: 'normalise: goes before reduce; move it up',
} as const

const batchStd = {
  ...normalise,
  'reward-to-go': 'normalise(batchStd): needs one number per trajectory; remove causality, or use whitenSteps',
  'step credit': 'normalise(batchStd): needs one number per trajectory, this credit is per step; use whitenSteps',
} as const

const whitenSteps = {
  ...normalise,
  'whole return': 'normalise(whitenSteps): needs a number per step; put causality before it, or use batchStd',
} as const

const creditModifier = {
  ...afterImportance('credit modifier: goes before importance; move it up'),
  corrected: 'credit modifier: is not defined after vtrace; use a weight modifier',
  reduced: 'credit modifier: goes before reduce; move it up',
} as const

const importance = {
  ...afterImportance('importance: already applied; remove the second one'),
  corrected: 'importance: vtrace has its own ratios; remove importance',
  reduced: 'importance: goes before reduce; move it up',
} as const

const perDecision = {
  ...importance,
  'step credit': 'importance(perDecision): needs rewards separable by time; begin with totalReturn, or use importance(perTrajectory)',
  normalised: 'importance(perDecision): needs rewards separable by time; remove normalise, or use importance(perTrajectory)',
} as const

const limit = <const Word extends string>(word: Word) =>
  ({
    ...beforeImportance(`${word}: needs a ratio; put importance(perStep) before it` as const),
    ...limitedRatio(`${word}: the ratio is limited already; keep one of the two` as const),
    'no ratio': `${word}: the ratio is taken as one, there is nothing to limit; use importance(perStep)`,
    'per-decision ratio': `${word}: needs one ratio per weight, perDecision has one per reward; use importance(perStep)`,
    'finished weight': `${word}: goes before the weight modifier; move it up`,
    corrected: `${word}: vtrace limits its own ratios; use rhoBar and cBar`,
    reduced: `${word}: goes before reduce; move it up`,
  }) as const

const selfNormalise = {
  ...limit('selfNormalise'),
  ...beforeImportance('selfNormalise: needs a ratio; put importance(perTrajectory) before it'),
  ...limitedRatio('selfNormalise: needs one ratio per trajectory, not limited yet; use importance(perTrajectory)'),
  'no ratio': 'selfNormalise: the ratio is taken as one; use importance(perTrajectory)',
  'step ratio': 'selfNormalise: needs one ratio per trajectory; use importance(perTrajectory)',
  'prefix ratio': 'selfNormalise: needs one ratio per trajectory; use importance(perTrajectory)',
  'per-decision ratio': 'selfNormalise: needs one ratio per trajectory; use importance(perTrajectory)',
  'self-normalised ratio': 'selfNormalise: already applied; remove the second one',
} as const

const weightModifier = { reduced: 'weight modifier: goes before reduce; move it up' } as const

const reduce = { reduced: 'reduce: already reduced; remove the second one' } as const

const prepare = {
  'self-normalised ratio': 'prepare: selfNormalise needs the ratios of the whole batch at once; estimate on the whole batch instead',
  'limited ratio': 'prepare: this ratio is not a step\'s own; use importance(perStep) and limits that look at one step alone, or estimate on the whole batch',
  'trajectory ratio': 'prepare: this ratio is not a step\'s own; use importance(perStep), or estimate on the whole batch',
  'prefix ratio': 'prepare: this ratio is not a step\'s own; use importance(perStep), or estimate on the whole batch',
  'per-decision ratio': 'prepare: this ratio is not a step\'s own; use importance(perStep), or estimate on the whole batch',
  'finished weight': 'prepare: a weight modifier sees the whole batch at once; estimate on the whole batch instead',
  corrected: 'prepare: vtrace reads current log-probs of whole trajectories; estimate on the whole batch instead',
  reduced: 'prepare: takes the reduction itself; replace reduce(...) by prepare(...)',
} as const

const notTheWeights = 'ratioSurrogate: only with importance(perStep), bare or clipped, is its derivative the weights; use surrogate'
const ratioSurrogate = {
  ...beforeImportance('ratioSurrogate: needs a ratio per step; put importance(perStep) before it, or use surrogate'),
  'trajectory ratio': notTheWeights,
  'prefix ratio': notTheWeights,
  'per-decision ratio': notTheWeights,
  'no ratio': notTheWeights,
  'limited step ratio': notTheWeights,
  'limited ratio': notTheWeights,
  'self-normalised ratio': notTheWeights,
  'finished weight': notTheWeights,
  corrected: 'ratioSurrogate: vtrace holds its ratios fixed; use surrogate',
  reduced: 'ratioSurrogate: takes the reduction itself; replace reduce(...) by ratioSurrogate(...)',
} as const

/**
 * The one rule of what may follow what: for each stage of the pipeline's grammar, the sentence that says what to do. A
 * stage without a sentence is legal. `reduced` stands for a finished estimator, `centred` and `no outer factor` for what is known besides
 * the stage. The compiler and the decoder of pipelines read this same table, so a refusal has the same words in both; of the outer factor
 * only the decoder and the building of a pipeline know.
 *
 * @example
 * ```ts
 * import { legality } from 'estimand'
 * legality.causality['reward-to-go'] // => 'causality: already applied; remove the second one'
 * ```
 */
export const legality = {
  causality,
  dropOuterDiscount,
  baseline,
  stepBaseline,
  batchBaseline,
  batchStd,
  whitenSteps,
  creditModifier,
  importance,
  perDecision,
  clip: limit('clip'),
  truncate: limit('truncate'),
  selfNormalise,
  ratioModifier: limit('ratio modifier'),
  weightModifier,
  reduce,
  prepare,
  ratioSurrogate,
} as const

/** Name of a row of the legality table. */
export type Row = keyof typeof legality

/** The stage of a finished estimator, as the legality table calls it. */
export type Reduced = 'reduced'

/** Whether a baseline made from the returns of the batch has been subtracted: a second one is refused, whatever the stage. */
export type Centring = 'not centred' | 'centred'

/** Whether each step's credit has a factor gamma^t in front: cloning, undiscounted returns and what it was dropped from have none. */
export type OuterFactor = 'outer factor' | 'no outer factor'

const rows: { readonly [R in Row]: Readonly<Partial<Record<Stage | Reduced | Centring | OuterFactor, string>>> } = legality

const aRow = oneOf(...Object.keys(legality))

/**
 * The sentence that refuses a step of a pipeline, or null where it is legal.
 *
 * @param row    what is to be applied
 * @param stage  where the pipeline stands
 * @param also   what else is known of it: whether a baseline made from the batch has been subtracted, whether there is an outer factor
 *
 * @example
 * ```ts
 * import { refusal } from 'estimand'
 * refusal('clip', 'step ratio') // => null
 * refusal('batchBaseline', 'reward-to-go', 'centred')
 * // => 'baseline: batchMean or leaveOneOut is subtracted already; remove the second one'
 * ```
 */
export const refusal = (row: Row, stage: Stage | Reduced, ...also: readonly (Centring | OuterFactor)[]): string | null => {
  refuseArgument('refusal', row, aRow)
  return [stage, ...also].map((place) => rows[row][place]).find((sentence) => sentence !== undefined) ?? null
}
