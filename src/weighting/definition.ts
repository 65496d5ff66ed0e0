import type { Kind } from '../trajectories/argument.ts'
import { hasParts, kinds, oneOf } from '../trajectories/argument.ts'
import { optional } from '../trajectories/fields.ts'

const isFormula = (x: unknown): boolean => hasParts(x) && typeof x['text'] === 'string' && typeof x['latex'] === 'string'

const isReason = (x: unknown): boolean => hasParts(x) && typeof x['name'] === 'string' && typeof x['because'] === 'string'

const isReasons = (x: unknown): boolean => Array.isArray(x) && x.every(isReason)

const expectedReasons = 'an array of reasons, such as [reasons.clipping]; [] where it adds none'

const inBothScales = (expected: string, holds: (x: unknown) => boolean): Kind => ({
  expected: `{ whole, perStep }, each ${expected}`,
  holds: (x) => hasParts(x) && holds(x['whole']) && holds(x['perStep']),
})

/** A formula, as a kind of argument. */
export const aFormula: Kind = { expected: "{ text, latex }, such as { text: 'rho_t', latex: '\\\\rho_t' }", holds: isFormula }

/** What the words of a pipeline say of themselves, whatever they are: the fields that their definitions share. */
export const says = {
  word: kinds.text,
  argument: optional(kinds.anything),
  needs: { expected: "an array of names of facts and columns, such as ['Reward']; [] where it needs none", holds: (x) => Array.isArray(x) && x.every((name) => typeof name === 'string') },
  reasons: { expected: expectedReasons, holds: isReasons },
  reasonsByScale: inBothScales(expectedReasons, isReasons),
  coupling: oneOf('none', 'exchangeable', 'ordered'),
  formula: aFormula,
  formulaByScale: inBothScales('{ text, latex }, or a function to it from the symbol of the credit', (x) => isFormula(x) || typeof x === 'function'),
  formulaOf: { expected: 'a function from a formula to a formula', holds: (x) => typeof x === 'function' },
  source: kinds.text,
} as const satisfies Readonly<Record<string, Kind>>

/** The fields of a change of the credit, of the ratio or of the weight. */
export const modifierFields = {
  word: says.word,
  argument: says.argument,
  needs: says.needs,
  coupling: says.coupling,
  reasons: says.reasons,
  apply: kinds.function,
  formula: says.formulaOf,
  source: says.source,
} as const satisfies Readonly<Record<string, Kind>>
