import { kinds, oneOf } from '../trajectories/argument.ts'
import type { Layout } from '../columns/spread.ts'
import type { BehaviourLogProb, FactsNamed } from '../trajectories/facts.ts'
import type { Fields } from '../trajectories/fields.ts'
import { optional, refuseFields } from '../trajectories/fields.ts'
import type { Trajectories } from '../trajectories/trajectories.ts'
import { says } from '../weighting/definition.ts'
import type { Formula } from '../weighting/formula.ts'
import type { Reason } from '../weighting/reason.ts'

/** Stages that an importance ratio can lead to; the stage says what the ratio of a step is made of. */
export type RatioStage = 'trajectory ratio' | 'prefix ratio' | 'step ratio' | 'per-decision ratio' | 'no ratio'

/** An importance ratio: how it is made from log ratios, what it needs, and what it leaves uncorrected. */
export interface Ratio<in Needs, out S extends RatioStage, out Bias extends string> {
  readonly word: string
  readonly argument?: unknown
  readonly stage: S
  readonly needs: readonly string[]
  readonly reasons: readonly Reason<Bias>[]
  /** Ratio of each step from log pi(a_t|s_t) - log mu(a_t|s_t), which it may write over. [sum L_i] -> [sum L_i] */
  readonly ratio: (logRatio: Float64Array, batch: Trajectories<Needs>) => Float64Array
  /**
   * Whether it makes the ratio of a step from the step's own log ratio and from nothing else: then it is given runs of steps, which is
   * quicker. Default: no.
   */
  readonly pointwise?: boolean
  readonly formula: Formula
  readonly source: string
}

/** What a ratio of your own says of itself. */
export interface RatioDefinition<Need extends string, S extends RatioStage, Bias extends string> {
  readonly word: string
  readonly argument?: unknown
  /** What the ratio of a step is made of: `step ratio` if of that step alone, otherwise what it reaches over. */
  readonly stage: S
  /** Facts besides BehaviourLogProb. */
  readonly needs: readonly Need[]
  readonly reasons: readonly Reason<Bias>[]
  /** Ratio of each step from log ratios, which it may write over. [sum L_i] -> [sum L_i] */
  readonly ratio: (logRatio: Float64Array, batch: Trajectories<BehaviourLogProb & FactsNamed<Need>>) => Float64Array
  /**
   * Whether it makes the ratio of a step from the step's own log ratio and from nothing else: then it is given runs of steps, which is
   * quicker. Default: no.
   */
  readonly pointwise?: boolean
  readonly formula: Formula
  readonly source: string
}

const fields: Fields<RatioDefinition<string, RatioStage, string>> = {
  word: says.word,
  argument: says.argument,
  stage: oneOf('trajectory ratio', 'prefix ratio', 'step ratio', 'per-decision ratio', 'no ratio'),
  needs: says.needs,
  reasons: says.reasons,
  ratio: kinds.function,
  pointwise: optional({ expected: 'true or false', holds: (x) => typeof x === 'boolean' }),
  formula: says.formula,
  source: says.source,
}

/**
 * An importance ratio of your own: the built-in ones are written with it.
 *
 * @param definition  word, stage, needs, reasons, the ratio from log ratios, formula, source
 *
 * @example
 * ```ts
 * import { ratioOf, reasons } from 'estimand'
 * const squareRoot = ratioOf({
 *   word: 'squareRoot', stage: 'step ratio', needs: [], reasons: [reasons['state distribution']],
 *   ratio: (logRatio) => Float64Array.from(logRatio, (l) => Math.exp(l / 2)),
 *   formula: { text: 'sqrt(rho_t)', latex: '\\sqrt{\\rho_t}' }, source: 'an example'
 * })
 * squareRoot.needs // => ['BehaviourLogProb']
 * ```
 */
export const ratioOf = <S extends RatioStage, const Need extends string = never, Bias extends string = never>(
  definition: RatioDefinition<Need, S, Bias>,
): Ratio<BehaviourLogProb & FactsNamed<Need>, S, Bias> => {
  refuseFields('ratioOf', definition, fields)
  return { ...definition, needs: ['BehaviourLogProb', ...definition.needs] }
}

/** Log ratios to log ratios, or to ratios; may write over what it is given. [sum L_i] -> [sum L_i] */
type OfLogRatios = (logRatio: Float64Array, layout: Layout) => Float64Array

/** A function that makes ratios and says what their log is. The two stay together, so that a copy of a ratio with another function loses both. */
export const withLog = (ratio: OfLogRatios, log: OfLogRatios): OfLogRatios & { readonly log: OfLogRatios } => Object.assign(ratio, { log })
