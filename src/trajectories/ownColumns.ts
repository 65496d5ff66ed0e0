import type { Column, PerStep } from '../columns/column.ts'
import { isRecord } from './keys.ts'
import type { Numbers } from './numbers.ts'
import { isNumbers } from './numbers.ts'
import type { Problem } from './problem.ts'
import { shown } from './problem.ts'
import { keyPath } from './vocabulary.ts'

/** Per-step columns of your own, by name. */
export type OwnColumns<Of = Numbers> = Readonly<Record<string, Of>>

/** The columns of your own that a part of an input declares, by their names. */
export type OwnFacts<T> = [T] extends [{ readonly columns: infer C }]
  ? string extends keyof C
    ? unknown
    : { readonly [K in keyof C & string]: Column<PerStep> }
  : unknown

/** What a batch has under names of its own. */
const taken: ReadonlySet<string> = new Set(
  (
    'count offsets startTime ends discount version currentVersion actionSpace axes provenance episodes ' +
    'reward logProb behaviourLogProb value bootstrapValue actionValue referenceLogProb rolloutLogProb group'
  ).split(' '),
)

/** Names of the columns of your own; none where there is no record of them. */
export const ownNames = (columns: unknown): readonly string[] => (isRecord(columns) && !isNumbers(columns) ? Object.keys(columns).filter((name) => columns[name] !== undefined) : [])

/** What is wrong with the record of your own columns and their names, before the columns themselves are looked at. */
export const ownNameProblems = (path: string, columns: unknown): readonly Problem[] => {
  if (columns === undefined) return []
  if (!isRecord(columns) || isNumbers(columns)) return [{ path, expected: 'columns of your own by name: { mine: [...] }', got: shown(columns) }]
  return ownNames(columns).flatMap((name) =>
    taken.has(name) || name in Object.prototype ? [{ path: keyPath(path, name), expected: `a name of your own, since a batch has its own ${name}`, got: shown(name) }] : [],
  )
}
