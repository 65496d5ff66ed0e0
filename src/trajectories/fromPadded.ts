import * as E from 'fp-ts/lib/Either.js'
import type { End } from './ends.ts'
import { terminated, timeLimit, truncated } from './ends.ts'
import type { BatchHeader, ColumnFacts, HeaderFacts, Steps } from './fromSteps.ts'
import { fromSteps, strangeProblems } from './fromSteps.ts'
import { paddedInputNames } from './names.ts'
import type { Numbers } from './numbers.ts'
import { isNumbers, numberIn, shownNumber } from './numbers.ts'
import type { OwnColumns } from './ownColumns.ts'
import { ownNameProblems, ownNames } from './ownColumns.ts'
import type { Problem } from './problem.ts'
import { shown } from './problem.ts'
import type { Strict } from './strict.ts'
import type { Trajectories } from './trajectories.ts'
import { isRecord } from './keys.ts'
import { keyPath } from './vocabulary.ts'

/** Rows of numbers, a row per environment: [N][T]. */
export type Rows = readonly Numbers[]

/** Input of fromPadded: rectangular arrays [N][T] with end-of-episode flags, as vectorised environments give them. */
export interface PaddedInput extends BatchHeader {
  /** Whether the episode terminated at step t. [N][T] */
  readonly terminated: readonly ArrayLike<boolean | number | bigint>[]
  /** Whether it was cut at step t although it goes on. [N][T] */
  readonly truncated?: readonly ArrayLike<boolean | number | bigint>[]
  /** Whether it reached the horizon of the problem at step t. [N][T] */
  readonly timeLimit?: readonly ArrayLike<boolean | number | bigint>[]
  /** How many steps of each row are data; what follows is padding. Default: all. [N] */
  readonly lengths?: Numbers
  /** Time index of the first step of each row. Default 0. [N] */
  readonly startTime?: Numbers
  /** V of the observation that really followed step t; read where a row is cut. [N][T] */
  readonly nextValue?: Rows
  readonly reward?: Rows
  readonly logProb?: Rows
  readonly behaviourLogProb?: Rows
  readonly value?: Rows
  readonly actionValue?: Rows
  readonly referenceLogProb?: Rows
  readonly rolloutLogProb?: Rows
  /** Columns of your own, by name: `{ mine: [[...], ...] }`. [N][T] each */
  readonly columns?: OwnColumns<Rows>
}

const columns = ['reward', 'logProb', 'behaviourLogProb', 'value', 'actionValue', 'referenceLogProb', 'rolloutLogProb'] as const

// Array.from, because every skips holes.
const isRows = (x: unknown): x is readonly ArrayLike<unknown>[] => Array.isArray(x) && Array.from(x).every(isNumbers)
const isFlag = (x: unknown): boolean => typeof x === 'boolean' || numberIn(x) === 0 || numberIn(x) === 1
const flags = ['terminated', 'truncated', 'timeLimit'] as const

/** What is wrong with rows that should be N by T. */
const rowsProblems = (path: string, rows: unknown, N: number, T: number): readonly Problem[] => {
  if (!isRows(rows)) return [{ path, expected: 'an array of rows', got: shown(rows) }]
  if (rows.length !== N) return [{ path, expected: `${N} rows, as terminated has`, got: String(rows.length) }]
  return rows.flatMap((row, i) =>
    row.length === T ? [] : [{ path: `${path}[${i}]`, expected: `${T} entries, as terminated[0] has`, got: String(row.length) }],
  )
}

/** Flags that are neither booleans nor 0 or 1. */
const flagProblems = (path: string, rows: unknown): readonly Problem[] =>
  isRows(rows)
    ? rows.flatMap((row, i) =>
        Array.from(row).flatMap((flag, t) => (isFlag(flag) ? [] : [{ path: `${path}[${i}][${t}]`, expected: 'true, false, 1 or 0', got: shown(flag) }])),
      )
    : []

/** What is wrong with integers that should be one per row. */
const integerProblems = (path: string, column: unknown, N: number, low: number, high: number): readonly Problem[] => {
  if (!isNumbers(column) || column.length !== N) return [{ path, expected: `an array of ${N} integers`, got: isNumbers(column) ? `${column.length} entries` : shown(column) }]
  return Array.from(column, numberIn).flatMap((x, i) =>
    Number.isInteger(x) && Number(x) >= low && Number(x) <= high
      ? []
      : [{ path: `${path}[${i}]`, expected: high === Infinity ? `an integer >= ${low}` : `an integer from ${low} to ${high}`, got: shownNumber(x) }],
  )
}

const shapeProblems = (input: Partial<PaddedInput> | null | undefined): readonly Problem[] => {
  const terminatedRows: unknown = input?.terminated
  const strange = isRecord(input) ? strangeProblems(input, paddedInputNames) : []
  if (input === null || input === undefined || !isRows(terminatedRows) || terminatedRows.length === 0)
    return [...strange, { path: 'terminated', expected: 'an array of at least one row of flags', got: shown(terminatedRows) }]
  const N = terminatedRows.length
  const T = terminatedRows[0].length
  const misnamed = ownNameProblems('columns', input.columns)
  return [
    ...strange,
    ...([...columns, 'terminated', 'truncated', 'timeLimit', 'nextValue'] as const).flatMap((name) =>
      input[name] === undefined ? [] : rowsProblems(name, input[name], N, T),
    ),
    ...misnamed,
    ...(misnamed.length > 0 ? [] : ownNames(input.columns).flatMap((name) => rowsProblems(keyPath('columns', name), input.columns?.[name], N, T))),
    ...flags.flatMap((name) => flagProblems(name, input[name])),
    ...(input.lengths === undefined ? [] : integerProblems('lengths', input.lengths, N, 1, T)),
    ...(input.startTime === undefined ? [] : integerProblems('startTime', input.startTime, N, 0, Infinity)),
  ]
}

/** How a trajectory ends at step t of row i; null where it goes on. */
const endAt = (input: PaddedInput, i: number, t: number, last: boolean): End | null => {
  if (input.terminated[i][t]) return terminated
  if (input.timeLimit?.[i][t]) return timeLimit
  if (!last && !input.truncated?.[i][t]) return null
  // What is no number is found out beside the other columns.
  return truncated(input.nextValue === undefined ? {} : { value: input.nextValue[i][t] as number })
}

const trajectoriesOfRow = (input: PaddedInput, i: number): readonly Steps[] => {
  const length = Number(input.lengths?.[i] ?? input.terminated[i].length)
  const out: Steps[] = []
  let begin = 0
  for (let t = 0; t < length; t++) {
    const end = endAt(input, i, t, t === length - 1)
    if (end === null) continue
    const piece = (rows: Rows | undefined): Numbers => Array.from(rows?.[i] ?? []).slice(begin, t + 1)
    const own = ownNames(input.columns)
    out.push({
      ...Object.fromEntries(columns.filter((name) => input[name] !== undefined).map((name) => [name, piece(input[name])])),
      ...(own.length === 0 ? {} : { columns: Object.fromEntries(own.map((name) => [name, piece(input.columns?.[name])])) }),
      startTime: begin === 0 ? (input.startTime?.[i] ?? 0) : 0,
      length: t + 1 - begin,
      end,
    })
    begin = t + 1
  }
  return out
}

/**
 * A batch from padded [N][T] arrays with end-of-episode flags, as vectorised environments give them, checked.
 *
 * Each row is cut into trajectories at its flags; what lies beyond `lengths` is left behind. A row that stops without a flag is
 * `Truncated`, and its successor's value is `nextValue` at its last step. Columns of your own stand under `columns`; a key that is none of
 * these is a problem. Problems are listed as fromSteps lists them.
 *
 * @param input  flags and columns, [N][T] each
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { fromPadded } from 'estimand'
 * const batch = fromPadded({
 *   discount: 0.99, provenance: 'on-policy', episodes: 'segments',
 *   reward: [[1, 1, 1, 0]], terminated: [[false, true, false, false]], lengths: [3]
 * })
 * pipe(batch, E.map((b) => Array.from(b.offsets))) // => E.right([0, 2, 3])
 * ```
 */
export const fromPadded = <const I extends PaddedInput>(
  input: I & Strict<I, PaddedInput>,
): E.Either<readonly Problem[], Trajectories<ColumnFacts<I> & HeaderFacts<I>>> => {
  const problems = shapeProblems(input)
  if (problems.length > 0) return E.left(problems)
  const { discount, provenance, episodes, actions = 'discrete', version = 0 }: PaddedInput = input
  const trajectories = Array.from(input.terminated).flatMap((_, i) => trajectoriesOfRow(input, i))
  return E.map((batch: object) => batch as Trajectories<ColumnFacts<I> & HeaderFacts<I>>)(
    fromSteps({ discount, provenance, episodes, actions, version, trajectories }),
  )
}
