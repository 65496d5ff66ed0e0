import type { Column, PerStep } from '../columns/column.ts'
import { kinds } from '../trajectories/argument.ts'
import type { FactsNamed } from '../trajectories/facts.ts'
import type { Fields } from '../trajectories/fields.ts'
import { optional, refuseFields } from '../trajectories/fields.ts'
import type { Trajectories } from '../trajectories/trajectories.ts'
import { strongest } from '../weighting/coupling.ts'
import { says } from '../weighting/definition.ts'
import type { Formula } from '../weighting/formula.ts'
import { filled } from '../weighting/formula.ts'
import type { Reason } from '../weighting/reason.ts'
import type { Row, Stage } from '../weighting/stage.ts'
import type { Legal } from '../weighting/step.ts'
import { step, union } from '../weighting/step.ts'
import { ofAnyBatch } from '../weighting/weighting.ts'
import type { BiasOf, Coupling, NeedsOf, RatioLimit, StageOf, Weighting } from '../weighting/weighting.ts'

/** What a change of the ratio says of itself. */
export interface RatioModifierDefinition<Need extends string, Bias extends string> {
  readonly word: string
  readonly argument?: unknown
  readonly needs: readonly Need[]
  readonly coupling: Coupling
  readonly reasons: readonly Reason<Bias>[]
  /** The ratio of each step, changed, given the credit that it will multiply. May change the array it is given. [sum L_i] */
  readonly apply: (ratio: Float64Array, credit: Column<PerStep>, batch: Trajectories<FactsNamed<Need>>) => Float64Array
  /** Whether it looks at nothing but a step's own ratio and credit: then it is given runs of steps, which is quicker. Default: no. */
  readonly pointwise?: boolean
  readonly formula: (ratio: Formula) => Formula
  readonly source: string
}

const fields: Fields<RatioModifierDefinition<string, string>> = {
  word: says.word,
  argument: says.argument,
  needs: says.needs,
  coupling: says.coupling,
  reasons: says.reasons,
  apply: kinds.function,
  pointwise: optional({ expected: 'true or false', holds: (x) => typeof x === 'boolean' }),
  formula: says.formulaOf,
  source: says.source,
}

/** A change of the ratio, with what it makes of ratios of any size, and what makes its ratio form of the surrogate, if it has one. */
interface RatioChange<Need extends string, Bias extends string> extends RatioModifierDefinition<Need, Bias> {
  /** The same for ratios of any size; may change the columns that it is given. */
  readonly wide?: RatioLimit['wide']
  /** Objective of one step whose derivative in log pi is the weight: see ratioSurrogate. */
  readonly surrogate?: (ratio: number, credit: number) => number
}

/** Stage of a ratio that has been truncated or changed: still a step's own if it was one. */
export type Limited<S> = S extends 'step ratio' | 'clipped step ratio' | 'limited step ratio' ? 'limited step ratio' : 'limited ratio'

/** The stage that `Limited` names. */
export const limited = (stage: Stage): Stage =>
  stage === 'step ratio' || stage === 'clipped step ratio' || stage === 'limited step ratio' ? 'limited step ratio' : 'limited ratio'

/** The step that changes the ratio of a weighting. */
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
  return step(row, (plan) => ({
    ...plan,
    stage: after(plan.stage),
    coupling: strongest(plan.coupling, definition.coupling),
    needs: union(plan.needs, definition.needs),
    reasons: union(plan.reasons, definition.reasons),
    words: [...plan.words, argument === undefined ? { word } : { word, argument }],
    sources: [...plan.sources, definition.source],
    ratio: plan.ratio === null ? null : {
            ...plan.ratio,
            limits: [...plan.ratio.limits, limit],
            needs: union(plan.ratio.needs, definition.needs),
          },
  }))
}

/**
 * A change of the ratio of your own, after importance: the built-in clip, truncate and selfNormalise are written with it.
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
export const ratioModifier = <const Need extends string = never, B extends string = never>(
  definition: RatioModifierDefinition<Need, B>,
): (<W>(w: Legal<W, 'ratioModifier'>) => Weighting<NeedsOf<W> & FactsNamed<Need>, BiasOf<W> | B, Limited<StageOf<W>>>) => {
  refuseFields('ratioModifier', definition, fields)
  return changeRatio('ratioModifier', limited, { ...definition, formula: (ratio) => filled(definition.formula, ratio) })
}
