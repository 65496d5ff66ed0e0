import { hasParts, kinds, refuseArgument } from '../trajectories/argument.ts'
import type { Fields } from '../trajectories/fields.ts'
import { refuseFields } from '../trajectories/fields.ts'
import type { Batch } from '../trajectories/trajectories.ts'
import { says } from '../weighting/definition.ts'
import type { Formula } from '../weighting/formula.ts'
import type { Reason } from '../weighting/reason.ts'
import type { Coupling } from '../weighting/weighting.ts'

/**
 * How the steps of a batch become one estimate: what every weight is multiplied by. It sees where trajectories begin and end,
 * never the weights, so that the parts of a batch, with the scale of the whole, always sum to the whole.
 */
export interface Reduction<out Bias extends string> {
  readonly word: string
  readonly argument?: unknown
  readonly reasons: readonly Reason<Bias>[]
  /** `none` only if the scale is 1/N times something of the trajectory's own; `exchangeable` for any other dependence on the batch. */
  readonly coupling: Coupling
  /** One factor for every step, or one per trajectory. [] or [N] */
  readonly scale: (batch: Batch) => number | Float64Array
  readonly formula: Formula
  readonly source: string
}

const fields: Fields<Reduction<string>> = {
  word: says.word,
  argument: says.argument,
  reasons: says.reasons,
  coupling: says.coupling,
  scale: kinds.function,
  formula: says.formula,
  source: says.source,
}

/** Throws for what is no reduction: reduce, prepare and ratioSurrogate take one. */
export const refuseNoReduction = (where: string, r: unknown): void =>
  refuseArgument(where, r, {
    expected: `a reduction, such as meanOverTrajectories: ${where}(meanOverTrajectories)`,
    holds: (x) => hasParts(x) && typeof x['scale'] === 'function' && Array.isArray(x['reasons']),
  })

/**
 * A reduction of your own: the built-in ones are written with it.
 *
 * @param definition  word, reasons, coupling, scale, formula, source
 *
 * @example
 * ```ts
 * import { reductionOf, reasons } from 'estimand'
 * const sum = reductionOf({
 *   word: 'sum', reasons: [reasons.scaled], coupling: 'exchangeable', scale: () => 1,
 *   formula: { text: '1', latex: '1' }, source: 'an example'
 * })
 * sum.word // => 'sum'
 * ```
 */
export const reductionOf = <Bias extends string = never>(definition: Reduction<Bias>): Reduction<Bias> => {
  refuseFields('reductionOf', definition, fields)
  return definition
}
