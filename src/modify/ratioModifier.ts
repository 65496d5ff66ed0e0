import type { Column, PerStep } from '../columns/column.ts'
import type { FactsNamed } from '../trajectories/facts.ts'
import type { Fields } from '../trajectories/fields.ts'
import { optional, refuseFields } from '../trajectories/fields.ts'
import type { Trajectories } from '../trajectories/trajectories.ts'
import { strongest } from '../weighting/coupling.ts'
import { modifierFields } from '../weighting/definition.ts'
import type { Formula } from '../weighting/formula.ts'
import { filled } from '../weighting/formula.ts'
import { madeOf, ours } from '../weighting/ours.ts'
import type { Reason } from '../weighting/reason.ts'
import type { Row, Stage } from '../weighting/stage.ts'
import type { Legal } from '../weighting/step.ts'
import { step, union } from '../weighting/step.ts'
import { ofAnyBatch } from '../weighting/weighting.ts'
import type { BiasOf, Coupling, NeedsOf, RatioLimit, StageOf, Weighting } from '../weighting/weighting.ts'

/** What a change of the ratio says of itself. */
export interface RatioModifierDefinition<Need extends string, Bias extends string, C extends Coupling = Coupling, P extends boolean = boolean> {
  readonly word: string
  readonly argument?: unknown
  readonly needs: readonly Need[]
  /** `none` only if the ratio of a step does not depend on other trajectories. With any other, a batch is not cut: see prepare. */
  readonly coupling: C
  readonly reasons: readonly Reason<Bias>[]
  /** The ratio of each step, changed, given the credit that it will multiply. May change the array it is given. [sum L_i] */
  readonly apply: (ratio: Float64Array, credit: Column<PerStep>, batch: Trajectories<FactsNamed<Need>>) => Float64Array
  /**
   * Whether it looks at nothing but a step's own ratio and credit: `true`, and it is given runs of steps, which is quicker; `false`, and a
   * batch is not cut. Left out: it is given whole trajectories, and tried on steps alone when a batch is cut.
   */
  readonly pointwise?: P
  readonly formula: (ratio: Formula) => Formula
  readonly source: string
}

const fields: Fields<RatioModifierDefinition<string, string>> = {
  ...modifierFields,
  pointwise: optional({ expected: 'true or false', holds: (x) => typeof x === 'boolean' }),
}

/** A change of the ratio, with what it makes of ratios of any size, and what makes its ratio form of the surrogate, if it has one. */
interface RatioChange<Need extends string, Bias extends string> extends RatioModifierDefinition<Need, Bias> {
  /** The same for ratios of any size; may change the columns that it is given. */
  readonly wide?: RatioLimit['wide']
  /** Objective of one step whose derivative in log pi is the weight: see ratioSurrogate. */
  readonly surrogate?: (ratio: number, credit: number) => number
}

/** Stage of a ratio that has been truncated, or changed step by step: still a step's own if it was one. */
export type Limited<S> = S extends 'step ratio' | 'clipped step ratio' | 'limited step ratio' ? 'limited step ratio' : 'limited ratio'

/** The stage that `Limited` names. */
export const limited = (stage: Stage): Stage =>
  stage === 'step ratio' || stage === 'clipped step ratio' || stage === 'limited step ratio' ? 'limited step ratio' : 'limited ratio'

/** Stage of a ratio after a change of the user's own: a step's own only if the change looks at no other trajectory, and at no other step. */
export type Changed<S, C extends Coupling, P extends boolean> = [C] extends ['none'] ? (false extends P ? 'limited ratio' : Limited<S>) : 'limited ratio'

const changed =
  ({ coupling, pointwise }: Pick<RatioModifierDefinition<never, never>, 'coupling' | 'pointwise'>) =>
  (stage: Stage): Stage =>
    coupling === 'none' && pointwise !== false ? limited(stage) : 'limited ratio'

/** The step that changes the ratio of a weighting; in a row of its own it is a word of ours. */
export const changeRatio = <Need extends string, Bias extends string>(
  row: Row,
  after: (stage: Stage) => Stage,
  definition: RatioChange<Need, Bias>,
) => {
  const limit: RatioLimit = {
    apply: ofAnyBatch<Parameters<RatioLimit['apply']>, Float64Array>(definition.apply),
    formula: definition.formula,
    pointwise: definition.pointwise === true,
    ...(definition.wide === undefined ? {} : { wide: definition.wide }),
    ...(definition.surrogate === undefined ? {} : { surrogate: definition.surrogate }),
  }
  const { word, argument } = definition
  const own = row === 'ratioModifier' ? definition : ours(definition)
  return step(row, (plan) => ({
    ...plan,
    stage: after(plan.stage),
    coupling: strongest(plan.coupling, definition.coupling),
    needs: union(plan.needs, definition.needs),
    reasons: union(plan.reasons, definition.reasons),
    words: [...plan.words, argument === undefined ? { word } : { word, argument }],
    sources: [...plan.sources, definition.source],
    ratio:
      plan.ratio === null
        ? null
        : madeOf([plan.ratio, own], {
            ...plan.ratio,
            limits: [...plan.ratio.limits, limit],
            needs: union(plan.ratio.needs, definition.needs),
          }),
  }), own)
}

/**
 * A change of the ratio of your own, after importance: the built-in clip, truncate and selfNormalise are written with it.
 *
 * The weights of a slice have to be those of the whole batch. So `prepare` and `inMinibatches` refuse one that couples trajectories, or
 * that says of itself that it looks at other steps; one that does so and does not say it is refused when the batch is cut.
 *
 * @param definition  word, needs, coupling, reasons, the change, formula, source
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { totalReturn, causality, importance, perStep, ratioModifier, reasons } from 'estimand'
 * const atLeastHalf = ratioModifier({
 *   word: 'atLeastHalf', needs: [], coupling: 'none', reasons: [reasons.truncation],
 *   apply: (ratio) => ratio.map((rho) => Math.max(rho, 0.5)),
 *   formula: (rho) => ({ text: `max(${rho.text}, 1/2)`, latex: `\\max(${rho.latex}, \\tfrac12)` }), source: 'an example'
 * })
 * pipe(totalReturn, causality, importance(perStep), atLeastHalf).stage // => 'limited step ratio'
 * ```
 */
export const ratioModifier = <const Need extends string = never, B extends string = never, const C extends Coupling = Coupling, const P extends boolean = true>(
  definition: RatioModifierDefinition<Need, B, C, P>,
): (<W>(w: Legal<W, 'ratioModifier'>) => Weighting<NeedsOf<W> & FactsNamed<Need>, BiasOf<W> | B, Changed<StageOf<W>, C, P>>) => {
  refuseFields('ratioModifier', definition, fields)
  return changeRatio('ratioModifier', changed(definition), { ...definition, formula: (ratio) => filled(definition.formula, ratio) })
}
