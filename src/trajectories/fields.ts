import type { Kind } from './argument.ts'
import { nameOfOurs, whatItIs } from './argument.ts'
import { below, isRecord, unknownKeys } from './keys.ts'
import type { Problem } from './problem.ts'
import { describeProblems } from './problem.ts'

/** A kind that may be left out. */
export interface OptionalKind extends Kind {
  readonly mayBeLeftOut: true
}

/** The kinds of the fields of a record, each of them: one that is added to the record's type and not here does not compile. */
export type Fields<D> = { readonly [K in keyof D]-?: Kind | OptionalKind }

/** A field that may be left out. */
export const optional = (kind: Kind): OptionalKind => ({ ...kind, mayBeLeftOut: true })

/** What is wrong with the fields of a record: unknown ones if there are any, otherwise those that are missing or of another kind. */
export const fieldProblems = (where: string, x: unknown, fields: Readonly<Record<string, Kind | OptionalKind>>): readonly Problem[] => {
  const known = Object.keys(fields)
  if (!isRecord(x) || nameOfOurs(x) !== null) {
    const required = known.filter((key) => !('mayBeLeftOut' in fields[key]))
    return [{ path: where, expected: `an object with ${required.length > 0 ? required.join(', ') : `some of ${known.join(', ')}`}`, got: whatItIs(x) }]
  }
  const unknown = unknownKeys(where, x, known)
  if (unknown.length > 0) return unknown
  return known.flatMap((key): readonly Problem[] => {
    const { expected, holds } = fields[key]
    const value = x[key]
    if (value === undefined && 'mayBeLeftOut' in fields[key]) return []
    if (value === undefined) return [{ path: below(where, key), expected, got: 'none' }]
    return holds(value) ? [] : [{ path: below(where, key), expected, got: whatItIs(value) }]
  })
}

/** Throws for a record whose fields are not what they should be, and lists all that is wrong. */
export const refuseFields = (where: string, x: unknown, fields: Readonly<Record<string, Kind | OptionalKind>>): void => {
  const problems = fieldProblems(where, x, fields)
  if (problems.length > 0) throw new TypeError(describeProblems(problems))
}
