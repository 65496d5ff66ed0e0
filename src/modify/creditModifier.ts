import { writable } from '../columns/writable.ts'
import type { AllFacts, FactsNamed } from '../trajectories/facts.ts'
import type { Fields } from '../trajectories/fields.ts'
import { refuseFields } from '../trajectories/fields.ts'
import type { Trajectories } from '../trajectories/trajectories.ts'
import { strongest } from '../weighting/coupling.ts'
import { modifierFields } from '../weighting/definition.ts'
import { creditColumn } from '../weighting/evaluate.ts'
import type { Formula } from '../weighting/formula.ts'
import { asTerm, filled, ofTrajectory } from '../weighting/formula.ts'
import type { Reason } from '../weighting/reason.ts'
import type { Legal } from '../weighting/step.ts'
import { step, union } from '../weighting/step.ts'
import { ofAnyBatch } from '../weighting/weighting.ts'
import type { BiasOf, Coupling, Credit, CreditFormula, NeedsOf, Plan, Weighting, Word } from '../weighting/weighting.ts'

/** Rules of the legality table that a change of the credit can follow. */
export type CreditRow = 'creditModifier' | 'batchStd' | 'whitenSteps'

/** What a change of the credit says of itself. */
export interface CreditModifierDefinition<Need extends string, Bias extends string> {
  readonly word: string
  readonly argument?: unknown
  readonly needs: readonly Need[]
  readonly coupling: Coupling
  readonly reasons: readonly Reason<Bias>[]
  /** The credit of each step, changed: outer factor and baselines are in it. May change the array it is given. [sum L_i] */
  readonly apply: (credit: Float64Array, batch: Trajectories<FactsNamed<Need>>) => Float64Array
  readonly formula: (credit: Formula) => Formula
  readonly source: string
}

const fields: Fields<CreditModifierDefinition<string, string>> = modifierFields

/** The change of a credit, with what else it may look at. */
export interface CreditChange {
  readonly word: Word
  readonly needs: readonly string[]
  readonly coupling: Coupling
  readonly reasons: readonly Reason[]
  readonly apply: (column: Float64Array, credit: Credit, batch: Trajectories<AllFacts>) => Float64Array
  /** From the credit, and what the credit of trajectory j was before anything was subtracted. */
  readonly formula: (credit: Formula, raw: CreditFormula['raw']) => Formula
  readonly source: string
}

/** gamma^t (G_t - b) - c as a formula, from its parts. */
export const creditFormula = ({ value, outer, inside, flat }: Plan['formula']): Formula => {
  const minus = (parts: readonly Formula[]) => ({
    text: parts.map((part) => ` - ${asTerm(part).text}`).join(''),
    latex: parts.map((part) => ` - ${asTerm(part).latex}`).join(''),
  })
  const within = minus(inside)
  const without = minus(flat)
  const inner =
    inside.length > 0 && outer !== null
      ? { text: `(${value.text}${within.text})`, latex: `\\bigl(${value.latex}${within.latex}\\bigr)` }
      : outer === null
        ? { text: `${value.text}${within.text}`, latex: `${value.latex}${within.latex}` }
        : asTerm(value)
  const factor = outer === null ? { text: '', latex: '' } : { text: `${outer.text} `, latex: `${outer.latex} ` }
  return { text: `${factor.text}${inner.text}${without.text}`, latex: `${factor.latex}${inner.latex}${without.latex}` }
}

const changed = (value: Formula): CreditFormula => ({ scope: 'column', value, raw: (j) => ofTrajectory(j, value), rewards: null, outer: null, inside: [], flat: [] })

/** The step that turns a credit into a changed column, from which nothing is separable any more. */
export const changeCredit = (row: CreditRow, change: CreditChange) =>
  step(row, (plan) => ({
    ...plan,
    stage: 'normalised',
    coupling: strongest(plan.coupling, change.coupling),
    needs: union(plan.needs, change.needs),
    reasons: union(plan.reasons, change.reasons),
    words: [...plan.words, change.word],
    sources: [...plan.sources, change.source],
    credit: (batch) => {
      const credit = plan.credit(batch)
      const column = change.apply(creditColumn(credit, batch), credit, batch)
      return { of: { _tag: 'column', column }, outer: 1, flat: [], inside: [] }
    },
    formula: changed(change.formula(creditFormula(plan.formula), plan.formula.raw)),
  }), change)

/**
 * A change of the credit of your own, before importance: any function of the credits of the batch.
 *
 * @param definition  word, needs, coupling, reasons, the change, formula, source
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { totalReturn, creditModifier, reason } from 'estimand'
 * const signOnly = creditModifier({
 *   word: 'signOnly', needs: [], coupling: 'none',
 *   reasons: [reason({ name: 'sign only', class: 'biased', because: 'size is lost', expectation: { text: '?', latex: '?' }, source: 'an example' })],
 *   apply: (credit) => credit.map(Math.sign),
 *   formula: (c) => ({ text: `sign(${c.text})`, latex: `\\mathrm{sign}(${c.latex})` }), source: 'an example'
 * })
 * pipe(totalReturn, signOnly).stage // => 'normalised'
 * ```
 */
export const creditModifier = <const Need extends string = never, B extends string = never>(
  definition: CreditModifierDefinition<Need, B>,
): (<W>(w: Legal<W, 'creditModifier'>) => Weighting<NeedsOf<W> & FactsNamed<Need>, BiasOf<W> | B, 'normalised'>) => {
  refuseFields('creditModifier', definition, fields)
  const apply = ofAnyBatch<[Float64Array, Trajectories<AllFacts>], Float64Array>(definition.apply)
  return changeCredit('creditModifier', {
    ...definition,
    word: { word: definition.word, argument: definition.argument },
    apply: (column, _credit, batch) => writable(apply(column, batch), column),
    formula: (credit) => filled(definition.formula, credit),
  })
}
