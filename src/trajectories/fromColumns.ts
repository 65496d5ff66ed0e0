import * as E from 'fp-ts/lib/Either.js'
import type { End } from './ends.ts'
import { offPolicy, segments } from './facts.ts'
import type { BatchHeader, ColumnFacts, HeaderFacts, Numbers, StepColumn } from './fromSteps.ts'
import { bootstrapOf, columnProblems, driftProblems, endProblems, headerProblems, isNumbers, isTime, mayBeImpossible, stepColumns, timeExpected } from './fromSteps.ts'
import type { Problem } from './problem.ts'
import { shown } from './problem.ts'
import type { Axes, Trajectories } from './trajectories.ts'

/** Input of fromColumns: flat columns, trajectory after trajectory, and where each begins. */
export interface ColumnsInput extends BatchHeader, Readonly<Partial<Record<StepColumn, Numbers>>> {
  /** Trajectory i has the entries offsets[i] <= k < offsets[i + 1]. [N + 1] */
  readonly offsets: Numbers
  /** How each trajectory ends. [N] */
  readonly ends: readonly End[]
  /** Time index of the first step of each trajectory. Default 0. [N] */
  readonly startTime?: Numbers
  /** Number of each trajectory's group. [N] */
  readonly group?: Numbers
}

const offsetProblems = (offsets: unknown): readonly Problem[] => {
  if (!isNumbers(offsets) || offsets.length < 2) return [{ path: 'offsets', expected: 'an array of at least two positions', got: shown(offsets) }]
  return Array.from(offsets).flatMap((offset, i): readonly Problem[] => {
    if (!Number.isInteger(offset)) return [{ path: `offsets[${i}]`, expected: 'an integer', got: shown(offset) }]
    if (i === 0) return offset === 0 ? [] : [{ path: 'offsets[0]', expected: '0', got: shown(offset) }]
    // A predecessor that is no position has a problem of its own.
    return !Number.isInteger(offsets[i - 1]) || offset > offsets[i - 1]
      ? []
      : [{ path: `offsets[${i}]`, expected: `more than offsets[${i - 1}] = ${offsets[i - 1]}, since no trajectory is empty`, got: shown(offset) }]
  })
}

const trajectoryProblems = (input: ColumnsInput, N: number): readonly Problem[] => {
  const { ends, startTime, group, episodes } = input
  const given: readonly (End | undefined)[] = Array.isArray(ends) ? ends : []
  const starts: Numbers = isNumbers(startTime) ? startTime : []
  const groups: Numbers = isNumbers(group) ? group : []
  return [
    ...(given.length === N ? [] : [{ path: 'ends', expected: `${N} ends, one per trajectory`, got: Array.isArray(ends) ? String(ends.length) : shown(ends) }]),
    ...given.slice(0, N).flatMap((end, i) => endProblems(`ends[${i}]`, end, episodes, input.value !== undefined)),
    ...(startTime === undefined || starts.length === N ? [] : [{ path: 'startTime', expected: `${N} entries, one per trajectory`, got: shown(startTime) }]),
    ...(group === undefined || groups.length === N ? [] : [{ path: 'group', expected: `${N} integers, one per trajectory`, got: shown(group) }]),
    ...Array.from(groups).flatMap((g, i) => (Number.isInteger(g) ? [] : [{ path: `group[${i}]`, expected: 'an integer', got: shown(g) }])),
    ...Array.from(starts).flatMap((time, i): readonly Problem[] => {
      if (!isTime(time)) return [{ path: `startTime[${i}]`, expected: timeExpected(time), got: shown(time) }]
      return time > 0 && episodes === 'complete'
        ? [{ path: `startTime[${i}]`, expected: "0, since episodes is 'complete' (or say 'segments')", got: shown(time) }]
        : []
    }),
  ]
}

const problemsOf = (input: ColumnsInput): readonly Problem[] => {
  const misplaced = offsetProblems(input.offsets)
  if (misplaced.length > 0) return [...headerProblems(input), ...misplaced]
  const N = input.offsets.length - 1
  const steps = input.offsets[N]
  const discrete = input.actions !== 'continuous'
  const names = stepColumns.filter((name) => input[name] !== undefined)
  return [
    ...headerProblems(input),
    ...names.flatMap((name) => columnProblems(name, name, input[name], steps, discrete, mayBeImpossible(name, input.provenance, names))),
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
 * Facts follow from the columns that are given, as in fromSteps, and problems are listed in the same way: offsets that do not fit,
 * columns of another length, numbers that are not finite. The columns are copied.
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
  input: I,
): E.Either<readonly Problem[], Trajectories<ColumnFacts<I> & HeaderFacts<I>>> => {
  const problems = problemsOf(input ?? {})
  if (problems.length > 0) return E.left(problems)
  const { offsets, ends, startTime, group, discount, version = 0, actions = 'discrete' } = input
  const names = stepColumns.filter((name) => input[name] !== undefined)
  const columns: Record<string, Float64Array> = Object.fromEntries(names.map((name) => [name, Float64Array.from(input[name] ?? [])]))
  if (names.includes('behaviourLogProb')) columns['logProb'] ??= columns['behaviourLogProb']
  if (names.includes('value')) columns['bootstrapValue'] = Float64Array.from(ends, bootstrapOf)
  if (group !== undefined) columns['group'] = Float64Array.from(group)
  const axes: Axes = Object.fromEntries(
    Object.keys(columns).map((name) => [name, name === 'bootstrapValue' || name === 'group' ? 'per trajectory' : 'per step']),
  )
  const batch: object = {
    count: ends.length,
    offsets: Int32Array.from(offsets),
    startTime: startTime === undefined ? new Int32Array(ends.length) : Int32Array.from(startTime),
    ends: [...ends],
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
