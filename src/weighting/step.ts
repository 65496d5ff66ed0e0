import { hasParts } from '../trajectories/argument.ts'
import { madeOf } from './ours.ts'
import type { legality, Row, Stage } from './stage.ts'
import { refusal } from './stage.ts'
import type { AnyWeighting, Plan, Weighting } from './weighting.ts'
import { asWeighting } from './weighting.ts'

/** What every finished estimator has and no weighting does: enough to tell the two apart. */
export interface Finished {
  readonly estimate: unknown
  readonly composition: unknown
}

/** What a word says that is given something other than a weighting. */
export const notAWeighting = 'begin the pipe with a credit such as totalReturn, and call words that take options'

/** Where the argument of a step stands: the stage of a weighting, `reduced`, or neither of the two. */
export type PlaceOf<W> = W extends Weighting<infer _N, infer _B, infer S, infer _C> ? S : W extends Finished ? 'reduced' : 'not a weighting'

/** The table with the sentence for what is no weighting at all. */
type Sentences<R extends Row> = (typeof legality)[R] & { readonly 'not a weighting': typeof notAWeighting }

/** never if any of several places is among the refused, so that a stage known at run time only is not let through. */
type Allowed<Place, Forbidden> = (Place extends unknown ? (verdict: Place extends Forbidden ? never : 'allowed') => void : never) extends (
  verdict: infer Verdict,
) => void
  ? Verdict
  : never

/** The sentence of the table in a place where the compiler prints what it expects. There is no value of it. */
export interface Refused<out Sentence extends string> {
  readonly refused: Sentence
}

/** What a baseline of the batch asks for besides the stage: a property, and no condition, since W may be open in a point-free flow. */
export interface NotCentred {
  readonly centring: 'not centred' | Refused<(typeof legality)['batchBaseline']['centred']>
}

/**
 * The parameter of a step of a pipeline: the weighting itself where the legality table allows the step in its stage,
 * otherwise the sentence that says what to do, so that the compiler prints it.
 */
export type Legal<W, R extends Row> = [Stage & keyof (typeof legality)[R]] extends [never]
  ? LegalInEveryStage<W, R>
  : [Allowed<PlaceOf<W>, keyof Sentences<R>>] extends [never]
    ? Sentences<R>[PlaceOf<W> & keyof Sentences<R>]
    : R extends 'batchBaseline'
      ? W & NotCentred
      : W

/** A step that no stage forbids does not ask for the stage, so that it may end a point-free flow whose stage is still open. */
type LegalInEveryStage<W, R extends Row> =
  W extends Weighting<infer _N, infer _B, infer _S, infer _C> ? W : W extends Finished ? (typeof legality)[R]['reduced'] : typeof notAWeighting

/**
 * Nothing that is asked of an argument, only the way that it is given, for the compiler to print where the word itself stands in the pipe
 * and meets a weighting: `importance` instead of `importance(perStep)`.
 */
export interface Call<_Example extends string> {}

/** Thrown when a step is applied where the legality table refuses it and no compiler was there to say so. */
export class IllegalStep extends Error {
  override readonly name = 'IllegalStep'
}

const isPlan = (w: unknown): w is Plan => hasParts(w) && 'stage' in w && 'credit' in w

/** The plan of a weighting on which a step is legal; throws `IllegalStep` with the sentence of the table otherwise. */
export const legalPlan = (row: Row, w: unknown): Plan => {
  if (hasParts(w) && 'estimate' in w) throw new IllegalStep(refusal(row, 'reduced') ?? notAWeighting)
  if (!isPlan(w)) throw new IllegalStep(notAWeighting)
  const refused = refusal(row, w.stage, w.centring, w.formula.outer === null ? 'no outer factor' : 'outer factor')
  if (refused !== null) throw new IllegalStep(refused)
  return w
}

/**
 * A step of a pipeline from the change that it makes to the plan, refused at run time where the compiler would refuse it.
 *
 * @param word  what makes the change; the weighting is one of ours if it and the word are
 */
export const step =
  (row: Row, change: (plan: Plan) => Plan, word: object) =>
  (w: unknown): AnyWeighting => {
    const before = legalPlan(row, w)
    return asWeighting(madeOf([before, word], change(before)))
  }

/** Reasons or needs of both lists, each once. */
export const union = <A>(some: readonly A[], more: readonly A[]): readonly A[] => [...new Set([...some, ...more])]
