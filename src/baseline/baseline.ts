import type { Kind } from '../trajectories/argument.ts'
import { hasParts, kinds, oneOf, refuseArgument } from '../trajectories/argument.ts'
import type { AllFacts, FactsNamed } from '../trajectories/facts.ts'
import type { Fields } from '../trajectories/fields.ts'
import { refuseFields } from '../trajectories/fields.ts'
import type { Trajectories } from '../trajectories/trajectories.ts'
import { strongest } from '../weighting/coupling.ts'
import { says } from '../weighting/definition.ts'
import type { Formula } from '../weighting/formula.ts'
import type { Reason } from '../weighting/reason.ts'
import type { Call, Legal } from '../weighting/step.ts'
import { step, union } from '../weighting/step.ts'
import { ofAnyBatch } from '../weighting/weighting.ts'
import type { BiasOf, CentringOf, Coupling, Credit, Level, NeedsOf, StageOf, Weighting } from '../weighting/weighting.ts'

/** Which rule of the legality table a baseline follows: on any credit, on credits per step, or made from the batch's returns. */
export type BaselineRow = 'baseline' | 'stepBaseline' | 'batchBaseline'

/** What a baseline is computed from. */
export interface BaselineInput<Facts> {
  readonly batch: Trajectories<Facts>
  /** Whether the baseline is subtracted from the whole return, or from the credit of each step. */
  readonly scale: 'whole return' | 'per step'
  /** The credit so far; its raw rewards and discount are in `credit.of`. */
  readonly credit: Credit
}

/** How a baseline is written, or what is written for it where it is made of the batch's credits: those of trajectory j, by a letter such as j. */
export type BaselineFormula = Formula | ((credit: (trajectory: string) => Formula) => Formula)

/** A baseline: what to subtract, what it needs, and why that may bias, which may differ for whole returns and steps. */
export interface Baseline<in Needs, out Whole extends string, out Step extends string, out R extends BaselineRow> {
  readonly word: string
  readonly argument?: unknown
  readonly row: R
  readonly needs: readonly string[]
  readonly coupling: Coupling
  readonly reasons: { readonly whole: readonly Reason<Whole>[]; readonly perStep: readonly Reason<Step>[] }
  readonly level: (input: BaselineInput<Needs>) => Level
  readonly formula: { readonly whole: BaselineFormula; readonly perStep: BaselineFormula }
  readonly source: string
}

/** What a baseline of your own says of itself. */
export interface BaselineDefinition<Need extends string, Whole extends string, Step extends string, R extends BaselineRow> {
  readonly word: string
  readonly argument?: unknown
  /** `batchBaseline` if it is made from the returns of the batch: then a second such baseline is refused. */
  readonly row: R
  readonly needs: readonly Need[]
  /** `none` unless the baseline of one trajectory depends on the others. */
  readonly coupling: Coupling
  readonly reasons: { readonly whole: readonly Reason<Whole>[]; readonly perStep: readonly Reason<Step>[] }
  readonly level: (input: BaselineInput<FactsNamed<Need>>) => Level
  readonly formula: { readonly whole: BaselineFormula; readonly perStep: BaselineFormula }
  readonly source: string
}

const fields: Fields<BaselineDefinition<string, string, string, BaselineRow>> = {
  word: says.word,
  argument: says.argument,
  row: oneOf('baseline', 'stepBaseline', 'batchBaseline'),
  needs: says.needs,
  coupling: says.coupling,
  reasons: says.reasonsByScale,
  level: kinds.function,
  formula: says.formulaByScale,
  source: says.source,
}

/**
 * A baseline of your own: the built-in ones are written with it.
 *
 * It adds no bias if it depends only on the history before the action; if it does not, declare the reason, and the laws
 * will hold you to it.
 *
 * @param definition  word, row of the legality table, needs, coupling, reasons, level, formula, source
 *
 * @example
 * ```ts
 * import { baselineOf } from 'estimand'
 * const firstReward = baselineOf({
 *   word: 'half', row: 'baseline', needs: [], coupling: 'none', reasons: { whole: [], perStep: [] },
 *   level: () => ({ axis: 'constant', value: 0.5 }),
 *   formula: { whole: { text: '1/2', latex: '\\tfrac12' }, perStep: { text: '1/2', latex: '\\tfrac12' } }, source: 'an example'
 * })
 * firstReward.word // => 'half'
 * ```
 */
export const baselineOf = <
  R extends BaselineRow,
  const Need extends string = never,
  Whole extends string = never,
  Step extends string = never,
>(
  definition: BaselineDefinition<Need, Whole, Step, R>,
): Baseline<FactsNamed<Need>, Whole, Step, R> => {
  refuseFields('baselineOf', definition, fields)
  return definition
}

const aBaseline: Kind = {
  expected: 'a baseline, such as leaveOneOut, stateValue or constant(0.3): baseline(leaveOneOut)',
  holds: (x) => hasParts(x) && typeof x['row'] === 'string' && /baseline$/i.test(x['row']) && typeof x['level'] === 'function',
}

/** Whether a weighting is centred after a baseline. */
export type AfterBaseline<C, R> = R extends 'batchBaseline' ? 'centred' : C

/**
 * Subtract a baseline from the credit, so that actions are judged against what was to be expected.
 *
 *     W_t = R - b                      on a whole return (flat; kept in that scale when causality follows)
 *     W_t = gamma^t (G_t - b)          on the credit of a step (inside the outer factor)
 *
 * Adds no bias if b depends only on what came before the action: E[b grad log pi(a_t|s_t)] = 0. A baseline made from the batch
 * with the own sample in it adds one. It need not lower the variance: see the world meanBaselineRaisesVariance.
 * Laws: sound, baselines that may depend on the past shift nothing. Source: Williams 1992, theorem 1; Greensmith et al. 2004.
 *
 * @param b  constant(0.3), constantPerTime([...]), batchMean, leaveOneOut, stateValue, actionValue, or one of your own
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { totalReturn, causality, baseline, leaveOneOut } from 'estimand'
 * pipe(totalReturn, causality, baseline(leaveOneOut)).reasons // => []
 * ```
 */
export const baseline = <N, Whole extends string, Step extends string, R extends BaselineRow>(
  b: Baseline<N, Whole, Step, R> & Call<'baseline(leaveOneOut)'>,
): (<W>(
  w: Legal<W, R>,
) => Weighting<NeedsOf<W> & N, BiasOf<W> | (StageOf<W> extends 'whole return' ? Whole : Step), StageOf<W>, AfterBaseline<CentringOf<W>, R>>) => {
  refuseArgument('baseline', b, aBaseline)
  return step(b.row, (plan) => {
    const whole = plan.stage === 'whole return'
    const level = ofAnyBatch<[BaselineInput<AllFacts>], Level>(b.level)
    const written = whole ? b.formula.whole : b.formula.perStep
    const formula = typeof written === 'function' ? written(plan.formula.raw) : written
    return {
      ...plan,
      centring: b.row === 'batchBaseline' ? 'centred' : plan.centring,
      coupling: strongest(plan.coupling, b.coupling),
      needs: union(plan.needs, b.needs),
      reasons: union(plan.reasons, whole ? b.reasons.whole : b.reasons.perStep),
      words: [...plan.words, { word: 'baseline', argument: b.argument === undefined ? b.word : { [b.word]: b.argument } }],
      sources: [...plan.sources, b.source],
      credit: (batch) => {
        const credit = plan.credit(batch)
        const subtracted = level({ batch, credit, scale: whole ? 'whole return' : 'per step' })
        return whole ? { ...credit, flat: [...credit.flat, subtracted] } : { ...credit, inside: [...credit.inside, subtracted] }
      },
      formula: whole
        ? { ...plan.formula, flat: [...plan.formula.flat, formula] }
        : { ...plan.formula, inside: [...plan.formula.inside, formula] },
    }
  }, b)
}
