import * as E from 'fp-ts/lib/Either.js'
import type { EndInput } from './ends.ts'
import { offPolicy, segments } from './facts.ts'
import type { BatchHeader, ColumnFacts, HeaderFacts, StepColumn } from './fromSteps.ts'
import { bootstrapOf, columnProblems, driftProblems, endProblems, headerProblems, isTime, mayBeImpossible, stepColumns, timeExpected, checkedEnd, countProblems, mostSteps, strangeProblems } from './fromSteps.ts'
import { columnsInputNames } from './names.ts'
import type { Numbers } from './numbers.ts'
import { isNumbers, numberIn, plainNumbers, shownNumber } from './numbers.ts'
import type { OwnColumns } from './ownColumns.ts'
import { ownNameProblems, ownNames } from './ownColumns.ts'
import type { Problem } from './problem.ts'
import { shown } from './problem.ts'
import type { Strict } from './strict.ts'
import type { Axes, Trajectories } from './trajectories.ts'
import { keyPath } from './vocabulary.ts'

/** Input of fromColumns: flat columns, trajectory after trajectory, and where each begins. */
export interface ColumnsInput extends BatchHeader, Readonly<Partial<Record<StepColumn, Numbers>>> {
  /** Trajectory i has the entries offsets[i] <= k < offsets[i + 1]. [N + 1] */
  readonly offsets: Numbers
  /** How each trajectory ends. [N] */
  readonly ends: readonly EndInput[]
  /** Time index of the first step of each trajectory. Default 0. [N] */
  readonly startTime?: Numbers
  /** Number of each trajectory's group. [N] */
  readonly group?: Numbers
  /** Columns of your own, by name: `{ mine: [...] }`. [sum L_i] each */
  readonly columns?: OwnColumns
}

const offsetProblems = (given: unknown): readonly Problem[] => {
  if (!isNumbers(given) || given.length < 2) return [{ path: 'offsets', expected: 'an array of at least two positions', got: shown(given) }]
  const offsets = Array.from(given, numberIn)
  return offsets.flatMap((offset, i): readonly Problem[] => {
    if (!Number.isInteger(offset)) return [{ path: `offsets[${i}]`, expected: 'an integer', got: shownNumber(offset) }]
    if (i === 0) return offset === 0 ? [] : [{ path: 'offsets[0]', expected: '0', got: shown(offset) }]
    if (Number(offset) > mostSteps) return [{ path: `offsets[${i}]`, expected: `at most ${mostSteps}, the steps that a batch can hold`, got: shown(offset) }]
    // A predecessor that is no position has a problem of its own.
    return !Number.isInteger(offsets[i - 1]) || Number(offset) > Number(offsets[i - 1])
      ? []
      : [{ path: `offsets[${i}]`, expected: `more than offsets[${i - 1}] = ${String(offsets[i - 1])}, since no trajectory is empty`, got: shown(offset) }]
  })
}

const trajectoryProblems = (input: ColumnsInput, N: number): readonly Problem[] => {
  const { ends, startTime, group, episodes } = input
  const given: readonly unknown[] = Array.isArray(ends) ? ends : []
  const starts: Numbers = isNumbers(startTime) ? startTime : []
  const groups: Numbers = isNumbers(group) ? group : []
  return [
    ...(given.length === N ? [] : [{ path: 'ends', expected: `${N} ends, one per trajectory`, got: Array.isArray(ends) ? String(ends.length) : shown(ends) }]),
    ...given.slice(0, N).flatMap((end, i) => endProblems(`ends[${i}]`, end, episodes, input.value !== undefined)),
    ...(startTime === undefined || starts.length === N ? [] : [{ path: 'startTime', expected: `${N} entries, one per trajectory`, got: shown(startTime) }]),
    ...(group === undefined || groups.length === N ? [] : [{ path: 'group', expected: `${N} integers, one per trajectory`, got: shown(group) }]),
    ...Array.from(groups).flatMap((g, i) => (Number.isInteger(numberIn(g)) ? [] : [{ path: `group[${i}]`, expected: 'an integer', got: shownNumber(g) }])),
    ...Array.from(starts, numberIn).flatMap((time, i): readonly Problem[] => {
      if (!isTime(time)) return [{ path: `startTime[${i}]`, expected: timeExpected(time), got: shownNumber(time) }]
      return Number(time) > 0 && episodes === 'complete'
        ? [{ path: `startTime[${i}]`, expected: "0, since episodes is 'complete' (or say 'segments')", got: shown(time) }]
        : []
    }),
  ]
}

const problemsOf = (input: ColumnsInput): readonly Problem[] => {
  const misplaced = offsetProblems(input.offsets)
  const strange = strangeProblems(input, columnsInputNames)
  if (misplaced.length > 0) return [...headerProblems(input), ...strange, ...misplaced]
  const N = input.offsets.length - 1
  const steps = Number(input.offsets[N])
  const discrete = input.actions !== 'continuous'
  const ours = stepColumns.filter((name) => input[name] !== undefined)
  const own = ownNames(input.columns)
  const misnamed = ownNameProblems('columns', input.columns)
  return [
    ...headerProblems(input),
    ...strange,
    ...countProblems(`offsets[${N}]`, steps, ours.length + own.length === 0),
    ...ours.flatMap((name) => columnProblems(name, name, input[name], steps, discrete, mayBeImpossible(name, input.provenance, ours))),
    ...misnamed,
    ...(misnamed.length > 0 ? [] : own.flatMap((name) => columnProblems(keyPath('columns', name), null, input.columns?.[name], steps, discrete, false))),
    ...trajectoryProblems(input, N),
    ...(input.provenance === 'on-policy' ? driftProblems('', input) : []),
    ...(input.provenance === 'off-policy' && input.behaviourLogProb !== undefined && input.logProb === undefined
      ? [{ path: 'logProb', expected: 'the current log-probs, since provenance is off-policy', got: 'undefined' }]
      : []),
  ]
}

/**
 * A batch from flat columns and the positions at which trajectories begin, checked: the quick way for large batches.
 *
 * Facts follow from the columns that are given, as in fromSteps, and problems are listed in the same way: unknown keys, offsets that do not
 * fit, columns of another length, numbers that are not finite. The columns are copied; those of your own stand under `columns`.
 *
 * @param input  offsets, ends, and the columns. [sum L_i] each
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { describeProblems, fromColumns, terminated } from 'estimand'
 * const batch = fromColumns({
 *   discount: 1, provenance: 'on-policy', episodes: 'complete',
 *   offsets: [0, 2, 2], reward: [1, 2], ends: [terminated, terminated]
 * })
 * pipe(batch, E.mapLeft(describeProblems))
 * // => E.left('offsets[2]: expected more than offsets[1] = 2, since no trajectory is empty, got 2')
 * ```
 */
export const fromColumns = <const I extends ColumnsInput>(
  input: I & Strict<I, ColumnsInput>,
): E.Either<readonly Problem[], Trajectories<ColumnFacts<I> & HeaderFacts<I>>> => {
  const problems = problemsOf(input ?? {})
  if (problems.length > 0) return E.left(problems)
  const { offsets, ends, startTime, group, discount, version = 0, actions = 'discrete' }: ColumnsInput = input
  const given: ColumnsInput = input
  const names = stepColumns.filter((name) => given[name] !== undefined)
  const copied = (column: Numbers | undefined): Float64Array => Float64Array.from(plainNumbers(column ?? []))
  const columns: Record<string, Float64Array> = Object.fromEntries([
    ...names.map((name) => [name, copied(given[name])] as const),
    ...ownNames(given.columns).map((name) => [name, copied(given.columns?.[name])] as const),
  ])
  const checkedEnds = ends.map(checkedEnd)
  if (names.includes('behaviourLogProb')) columns['logProb'] ??= columns['behaviourLogProb']
  if (names.includes('value')) columns['bootstrapValue'] = Float64Array.from(checkedEnds, bootstrapOf)
  if (group !== undefined) columns['group'] = copied(group)
  const axes: Axes = Object.fromEntries(
    Object.keys(columns).map((name) => [name, name === 'bootstrapValue' || name === 'group' ? 'per trajectory' : 'per step']),
  )
  const batch: object = {
    count: ends.length,
    offsets: Int32Array.from(plainNumbers(offsets)),
    startTime: startTime === undefined ? new Int32Array(ends.length) : Int32Array.from(plainNumbers(startTime)),
    ends: checkedEnds,
    discount,
    version,
    currentVersion: version,
    actionSpace: actions,
    axes,
    provenance: input.provenance === 'on-policy' ? 'on-policy' : offPolicy,
    episodes: input.episodes === 'complete' ? 'complete' : segments,
    ...columns,
  }
  return E.right(batch as Trajectories<ColumnFacts<I> & HeaderFacts<I>>)
}
