import type { Column, PerStep } from '../columns/column.ts'
import { kinds, oneOf } from '../trajectories/argument.ts'
import { writable } from '../columns/writable.ts'
import type { Wide } from '../columns/wide.ts'
import type { AllFacts, CompleteEpisodes, FactsNamed } from '../trajectories/facts.ts'
import type { Fields } from '../trajectories/fields.ts'
import { optional, refuseFields } from '../trajectories/fields.ts'
import type { Trajectories } from '../trajectories/trajectories.ts'
import { says } from '../weighting/definition.ts'
import type { Formula } from '../weighting/formula.ts'
import { ofTrajectory } from '../weighting/formula.ts'
import type { Reason } from '../weighting/reason.ts'
import type { AnyWeighting, CreditSource, Objective, Plan, Rounding, Weighting, WriteCredit } from '../weighting/weighting.ts'
import { asWeighting, ofAnyBatch } from '../weighting/weighting.ts'

/** What every credit says of itself. */
export interface CreditWords<Need extends string, Bias extends string> {
  readonly word: string
  /** Options of the word, as its JSON form holds them. */
  readonly argument?: unknown
  /** Facts that a batch must carry; a name that is no fact's is a per-step column of your own. */
  readonly needs: readonly Need[]
  /** Why its expectation is not the gradient of the objective; none: unbiased, and the laws will check it. */
  readonly reasons: readonly Reason<Bias>[]
  readonly formula: Formula
  readonly source: string
}

/** A credit that is a number per step from the start. */
export interface StepCredit<Need extends string, Bias extends string> extends CreditWords<Need, Bias> {
  /** Credit of each step, without the outer factor: a fresh array, which the pipeline goes on to change. [sum L_i] */
  readonly column: (batch: Trajectories<FactsNamed<Need>>) => Float64Array
  /** `discount`: step t is multiplied by gamma^t, as the gradient of the discounted objective has it. */
  readonly outer: 'discount' | 'none'
  /** What credits may be off by, if they are small sums of large numbers: see Rounding. Default: their own last digits. */
  readonly rounding?: (batch: Trajectories<FactsNamed<Need>>) => Rounding
}

/** A credit that is a number per step, written part by part. */
export interface WrittenCredit<Need extends string, Bias extends string> extends Omit<StepCredit<Need, Bias>, 'column'> {
  /** How to write the credits of some trajectories, without the outer factor, times a number. */
  readonly write: (batch: Trajectories<FactsNamed<Need>>) => WriteCredit
  /** The same credits in numbers of any size, for a credit that multiplies ratios of its own. [sum L_i] */
  readonly wide?: (batch: Trajectories<FactsNamed<Need>>) => readonly Wide[]
}

/** A credit that is the return of rewards which stay separable by time. */
export interface ReturnCredit<Need extends string, Bias extends string> extends CreditWords<Need, Bias> {
  /** The reward of each step. Not changed afterwards. [sum L_i] */
  readonly reward: (batch: Trajectories<FactsNamed<Need>>) => Column<PerStep>
  readonly objective: Objective
  /** How the return from step t on is written. Default: `(formula from t on)`. */
  readonly toGoFormula?: Formula
  /** How the reward of decision u is written. Default: `r_u[word]`. */
  readonly rewardFormula?: Formula
}

const creditFields = { word: says.word, argument: says.argument, needs: says.needs, reasons: says.reasons, formula: says.formula, source: says.source }
const stepFields: Fields<StepCredit<string, string>> = { ...creditFields, column: kinds.function, outer: oneOf('discount', 'none'), rounding: optional(kinds.function) }
const returnFields: Fields<ReturnCredit<string, string>> = { ...creditFields, reward: kinds.function, objective: oneOf('discounted', 'undiscounted'), toGoFormula: optional(says.formula), rewardFormula: optional(says.formula) }

const fromTOn = ({ text, latex }: Formula): Formula => ({ text: `(${text} from t on)`, latex: `\\bigl(${latex}\\bigr)_{\\ge t}` })

const gammaToT: Formula = { text: 'gamma^t', latex: '\\gamma^t' }

const creditPlan = <Need extends string, Bias extends string>(definition: CreditWords<Need, Bias>) => ({
  coupling: 'none' as const,
  centring: 'not centred' as const,
  needs: definition.needs,
  reasons: definition.reasons,
  words: [definition.argument === undefined ? { word: definition.word } : { word: definition.word, argument: definition.argument }],
  sources: [definition.source],
  ratio: null,
  changes: [],
})

/**
 * A credit of your own, a number per step: the built-in gae, nStep, advantage and cloning are written with it.
 *
 *     W_t = gamma^t (column_t - baselines)          with outer 'discount'
 *
 * @param definition  name, needs, reasons, formula, source, and the column
 * @returns           a weighting in the stage `step credit`
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { stepCredit, reasons, reduce, meanOverTrajectories } from 'estimand'
 * const lastReward = stepCredit({
 *   word: 'lastReward', needs: ['Reward'], reasons: [reasons['inexact values']], outer: 'none',
 *   formula: { text: 'r_t', latex: 'r_t' }, source: 'an example',
 *   column: (batch) => Float64Array.from(batch.reward)
 * })
 * pipe(lastReward, reduce(meanOverTrajectories)).needs // => ['Reward', 'OnPolicy']
 * ```
 */
export const stepCredit = <const Need extends string, Bias extends string = never>(
  definition: StepCredit<Need, Bias>,
): Weighting<FactsNamed<Need>, Bias, 'step credit', 'not centred'> => {
  refuseFields('stepCredit', definition, stepFields)
  const column = ofAnyBatch<[Trajectories<AllFacts>], Float64Array>(definition.column)
  return perStepFrom(definition, (batch) => ({ _tag: 'column', column: writable(column(batch)), ...roundingOf(definition, batch) }))
}

/** As stepCredit, for a credit that need not stand in a column of its own before it is scaled. */
export const writtenCredit = <const Need extends string, Bias extends string = never>(
  definition: WrittenCredit<Need, Bias>,
): Weighting<FactsNamed<Need>, Bias, 'step credit', 'not centred'> => {
  const write = ofAnyBatch<[Trajectories<AllFacts>], WriteCredit>(definition.write)
  if (definition.wide === undefined) return perStepFrom(definition, (batch) => ({ _tag: 'written', write: write(batch), ...roundingOf(definition, batch) }))
  const wide = ofAnyBatch<[Trajectories<AllFacts>], readonly Wide[]>(definition.wide)
  return perStepFrom(definition, (batch) => ({ _tag: 'written', write: write(batch), wide: () => wide(batch), ...roundingOf(definition, batch) }))
}

const roundingOf = <Need extends string>(
  { rounding }: Pick<StepCredit<Need, string>, 'rounding'>,
  batch: Trajectories<AllFacts>,
): { readonly rounding?: Rounding } =>
  rounding === undefined ? {} : { rounding: ofAnyBatch<[Trajectories<AllFacts>], Rounding>(rounding)(batch) }

const perStepFrom = (
  definition: Omit<StepCredit<string, string>, 'column' | 'rounding'>,
  source: (batch: Trajectories<AllFacts>) => CreditSource,
): AnyWeighting => {
  const { outer } = definition
  const plan: Plan = {
    ...creditPlan(definition),
    stage: 'step credit',
    objective: 'discounted',
    credit: (batch) => ({ of: source(batch), outer: outer === 'discount' ? batch.discount : 1, flat: [], inside: [] }),
    formula: {
      scope: 'column',
      value: definition.formula,
      raw: (j) => ofTrajectory(j, definition.formula),
      rewards: null,
      outer: outer === 'discount' ? gammaToT : null,
      inside: [],
      flat: [],
    },
  }
  return asWeighting(plan)
}

/**
 * A credit of your own that is the whole return of some reward: the built-in totalReturn is written with it. Causality and
 * importance(perDecision) apply to it, since its rewards stay separable by time.
 *
 *     W = R = sum_t gamma^t reward_t
 *
 * @param definition  name, needs, reasons, formula, source, objective, and the reward
 * @returns           a weighting in the stage `whole return`, which needs complete episodes
 *
 * @example
 * ```ts
 * import { returnCredit } from 'estimand'
 * const twice = returnCredit({
 *   word: 'twice', needs: ['Reward'], reasons: [], objective: 'discounted',
 *   formula: { text: '2 R_i', latex: '2 R_i' }, source: 'an example',
 *   reward: (batch) => Float64Array.from(batch.reward, (r) => 2 * r)
 * })
 * twice.stage // => 'whole return'
 * ```
 */
export const returnCredit = <const Need extends string, Bias extends string = never>(
  definition: ReturnCredit<Need, Bias>,
): Weighting<FactsNamed<Need> & CompleteEpisodes, Bias, 'whole return', 'not centred'> => {
  refuseFields('returnCredit', definition, returnFields)
  const { objective, word, formula } = definition
  const reward = ofAnyBatch<[Trajectories<AllFacts>], Column<PerStep>>(definition.reward)
  const plan: Plan = {
    ...creditPlan(definition),
    needs: [...definition.needs, 'CompleteEpisodes'],
    stage: 'whole return',
    objective,
    credit: (batch) => ({
      of: { _tag: 'whole return', reward: reward(batch), discount: objective === 'discounted' ? batch.discount : 1, returns: { column: null } },
      outer: 1,
      flat: [],
      inside: [],
    }),
    formula: {
      scope: 'whole return',
      value: formula,
      raw: (j) => ofTrajectory(j, formula),
      rewards: {
        toGo: (j) => (definition.toGoFormula === undefined ? fromTOn(ofTrajectory(j, formula)) : ofTrajectory(j, definition.toGoFormula)),
        reward: definition.rewardFormula ?? { text: `r_u[${word}]`, latex: `r^{\\text{${word}}}_u` },
      },
      outer: null,
      inside: [],
      flat: [],
    },
  }
  return asWeighting(plan)
}
