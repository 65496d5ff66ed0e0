import { writable } from '../columns/writable.ts'
import type { AllFacts, FactsNamed } from '../trajectories/facts.ts'
import type { Fields } from '../trajectories/fields.ts'
import { refuseFields } from '../trajectories/fields.ts'
import type { Trajectories } from '../trajectories/trajectories.ts'
import { strongest } from '../weighting/coupling.ts'
import { modifierFields } from '../weighting/definition.ts'
import type { Formula } from '../weighting/formula.ts'
import { filled } from '../weighting/formula.ts'
import type { Reason } from '../weighting/reason.ts'
import type { Provenance } from '../weighting/provenance.ts'
import { needsOnPolicy } from '../weighting/provenance.ts'
import type { Legal } from '../weighting/step.ts'
import { step, union } from '../weighting/step.ts'
import { ofAnyBatch } from '../weighting/weighting.ts'
import type { BiasOf, Coupling, NeedsOf, StageOf, Weighting } from '../weighting/weighting.ts'

/** What a change of the finished weight says of itself. */
export interface WeightModifierDefinition<Need extends string, Bias extends string> {
  readonly word: string
  readonly argument?: unknown
  readonly needs: readonly Need[]
  readonly coupling: Coupling
  readonly reasons: readonly Reason<Bias>[]
  /** The weight of each step, ratio times credit, changed. May change the array it is given. [sum L_i] */
  readonly apply: (weight: Float64Array, batch: Trajectories<FactsNamed<Need>>) => Float64Array
  readonly formula: (weight: Formula) => Formula
  readonly source: string
}

const fields: Fields<WeightModifierDefinition<string, string>> = modifierFields

/**
 * A change of your own to the finished weight, the last thing before reduce: the way for what fits neither credit nor ratio.
 *
 * @param definition  word, needs, coupling, reasons, the change, formula, source
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { totalReturn, weightModifier, reduce, meanOverTrajectories, reason } from 'estimand'
 * const positiveOnly = weightModifier({
 *   word: 'positiveOnly', needs: [], coupling: 'none',
 *   reasons: [reason({ name: 'positive only', class: 'biased', because: 'failures are ignored', expectation: { text: '?', latex: '?' }, source: 'an example' })],
 *   apply: (weight) => weight.map((w) => Math.max(w, 0)),
 *   formula: (w) => ({ text: `max(${w.text}, 0)`, latex: `\\max(${w.latex}, 0)` }), source: 'an example'
 * })
 * pipe(totalReturn, positiveOnly, reduce(meanOverTrajectories)).reasons.map((r) => r.name) // => ['positive only']
 * ```
 */
export const weightModifier = <const Need extends string = never, B extends string = never>(
  definition: WeightModifierDefinition<Need, B>,
): (<W>(
  w: Legal<W, 'weightModifier'>,
) => Weighting<NeedsOf<W> & FactsNamed<Need> & Provenance<StageOf<W>>, BiasOf<W> | B, 'finished weight'>) => {
  refuseFields('weightModifier', definition, fields)
  const apply = ofAnyBatch<[Float64Array, Trajectories<AllFacts>], Float64Array>(definition.apply)
  const { word, argument } = definition
  return step('weightModifier', (plan) => ({
    ...plan,
    stage: 'finished weight',
    coupling: strongest(plan.coupling, definition.coupling),
    needs: union(plan.needs, [...definition.needs, ...(needsOnPolicy(plan.stage) ? ['OnPolicy'] : [])]),
    reasons: union(plan.reasons, definition.reasons),
    words: [...plan.words, argument === undefined ? { word } : { word, argument }],
    sources: [...plan.sources, definition.source],
    changes: [...plan.changes, { apply: (weight, batch) => writable(apply(weight, batch), weight), formula: (weight) => filled(definition.formula, weight) }],
  }), definition)
}
