import * as E from 'fp-ts/lib/Either.js'
import type { End } from './ends.ts'
import type {
  ActionValue,
  BehaviourLogProb,
  CompleteEpisodes,
  Group,
  LogProb,
  OffPolicy,
  OnPolicy,
  ReferenceLogProb,
  Reward,
  RolloutLogProb,
  Segments,
  StateValue,
} from './facts.ts'
import { offPolicy, segments } from './facts.ts'
import type { Problem } from './problem.ts'
import { shown } from './problem.ts'
import type { Axes, Batch, Trajectories } from './trajectories.ts'

/** Numbers of the steps of one trajectory: a plain or a typed array. */
export type Numbers = ArrayLike<number>

/** One trajectory, given as plain arrays: every column has one entry per step. */
export interface Steps {
  /** r_t, the reward of decision t. [L] */
  readonly reward?: Numbers
  /**
   * log pi(a_t|s_t) of the current policy, nats; on-policy, it may be left out where behaviourLogProb is given. Off-policy, -Infinity beside a finite
   * behaviourLogProb is an action that has become impossible: a ratio of 0. [L]
   */
  readonly logProb?: Numbers
  /** log mu(a_t|s_t), recorded when the action was drawn, nats. [L] */
  readonly behaviourLogProb?: Numbers
  /** V(s_t, t). [L] */
  readonly value?: Numbers
  /** Q(s_t, a_t, t). [L] */
  readonly actionValue?: Numbers
  /** log pi_ref(a_t|s_t), nats. [L] */
  readonly referenceLogProb?: Numbers
  /** log-probability that the sampling engine reported, nats. [L] */
  readonly rolloutLogProb?: Numbers
  /** Number of the trajectory's group. */
  readonly group?: number
  /** Time index of the first step, 0 unless the trajectory is a segment. */
  readonly startTime?: number
  /** How many steps, where no column says so (a trajectory for cloning). */
  readonly length?: number
  readonly end: End
}

/** What a batch says of itself besides its trajectories. */
export interface BatchHeader {
  /** gamma in [0, 1]. */
  readonly discount: number
  /** `on-policy` if the current policy sampled the batch at its current parameters. */
  readonly provenance: 'on-policy' | 'off-policy'
  /** `complete` if every trajectory is a whole episode. */
  readonly episodes: 'complete' | 'segments'
  /** Log-probs of discrete actions are at most 0; densities of continuous ones may exceed it. Default: discrete. */
  readonly actions?: 'discrete' | 'continuous'
  /** Version of the parameters that sampled the batch. Default 0. */
  readonly version?: number
}

/** Input of fromSteps. */
export interface StepsInput extends BatchHeader {
  readonly trajectories: readonly Steps[]
}

/** A column that every trajectory is known to have; one that may be missing makes no fact. */
type Carries<T, Key extends string, Fact> = [T] extends [{ readonly [K in Key]: unknown }] ? Fact : unknown

/** The facts that columns of these names amount to. */
export type ColumnFacts<T> = Carries<T, 'reward', Reward> &
  Carries<T, 'logProb', LogProb> &
  Carries<T, 'behaviourLogProb', BehaviourLogProb> &
  Carries<T, 'value', StateValue> &
  Carries<T, 'actionValue', ActionValue> &
  Carries<T, 'referenceLogProb', ReferenceLogProb> &
  Carries<T, 'rolloutLogProb', RolloutLogProb> &
  Carries<T, 'group', Group>

/** The facts that the header amounts to. */
export type HeaderFacts<I extends Pick<BatchHeader, 'provenance' | 'episodes'>> = (I['provenance'] extends 'on-policy' ? OnPolicy : OffPolicy) &
  (I['episodes'] extends 'complete' ? CompleteEpisodes : Segments)

/** Names of the per-step columns that a batch can be given. */
export const stepColumns = ['reward', 'logProb', 'behaviourLogProb', 'value', 'actionValue', 'referenceLogProb', 'rolloutLogProb'] as const
/** Name of a per-step column that a batch can be given. */
export type StepColumn = (typeof stepColumns)[number]

const isLogProb = (name: StepColumn): boolean => name.endsWith('ogProb')

/** Float32 networks return log-probs of certain actions a little above 0. */
const rounding = 1e-6

/** Whether something is a plain or a typed array. */
export const isNumbers = (x: unknown): x is Numbers => Array.isArray(x) || (ArrayBuffer.isView(x) && !(x instanceof DataView))

/** What is wrong with what a batch says of itself. */
export const headerProblems = (header: BatchHeader): readonly Problem[] => {
  const problems: Problem[] = []
  const refuse = (path: string, expected: string, got: unknown) => problems.push({ path, expected, got: shown(got) })
  const { discount, provenance, episodes, actions = 'discrete', version = 0 } = header
  if (!(typeof discount === 'number' && discount >= 0 && discount <= 1)) refuse('discount', 'a number in [0, 1]', discount)
  if (provenance !== 'on-policy' && provenance !== 'off-policy') refuse('provenance', "'on-policy' or 'off-policy'", provenance)
  if (episodes !== 'complete' && episodes !== 'segments') refuse('episodes', "'complete' or 'segments'", episodes)
  if (actions !== 'discrete' && actions !== 'continuous') refuse('actions', "'discrete' or 'continuous'", actions)
  if (!Number.isInteger(version)) refuse('version', 'an integer', version)
  return problems
}

/** Whether a log-prob may be -Infinity: that of the current policy, for an action that another policy took, where a ratio of 0 is to be made of it. */
export const mayBeImpossible = (name: StepColumn, provenance: BatchHeader['provenance'], names: readonly StepColumn[]): boolean =>
  name === 'logProb' && provenance === 'off-policy' && names.includes('behaviourLogProb')

/** What is wrong with a column that should have so many entries. */
export const columnProblems = (
  path: string,
  name: StepColumn,
  column: unknown,
  length: number,
  discrete: boolean,
  impossible: boolean,
): readonly Problem[] => {
  if (!isNumbers(column)) return [{ path, expected: 'an array of numbers', got: shown(column) }]
  const problems: Problem[] = []
  if (column.length !== length) problems.push({ path, expected: `${length} entries, one per step`, got: String(column.length) })
  for (let t = 0; t < column.length; t++) {
    const x: unknown = column[t]
    if (x === -Infinity && impossible) continue
    if (typeof x !== 'number' || !Number.isFinite(x)) problems.push({ path: `${path}[${t}]`, expected: 'a finite number', got: shown(x) })
    else if (discrete && isLogProb(name) && x > rounding)
      problems.push({ path: `${path}[${t}]`, expected: "a log-probability <= 0 (for densities say actions: 'continuous')", got: shown(x) })
  }
  return problems
}

/** What is wrong with the end of a trajectory. */
export const endProblems = (path: string, end: End | undefined, episodes: string, needsValue: boolean): readonly Problem[] => {
  const tag: unknown = end?._tag
  if (end === undefined || (tag !== 'Terminated' && tag !== 'TimeLimit' && tag !== 'Truncated'))
    return [{ path, expected: 'terminated, timeLimit or truncated({ value })', got: shown(end) }]
  if (end._tag !== 'Truncated') return []
  return [
    ...(episodes === 'complete' ? [{ path, expected: "a true end, since episodes is 'complete' (or say 'segments')", got: 'truncated' }] : []),
    ...(needsValue && !Number.isFinite(end.value)
      ? [{ path: `${path}.value`, expected: 'the finite value of the successor, since steps carry value', got: shown(end.value) }]
      : []),
  ]
}

/** Time indices are kept in 32 bits, with room for the steps that follow. */
export const isTime = (x: unknown): boolean => Number.isInteger(x) && Number(x) >= 0 && Number(x) <= 2 ** 30

/** What is expected of a time index that is none. */
export const timeExpected = (x: unknown): string => (Number.isInteger(x) && Number(x) > 0 ? 'an integer up to 2^30' : 'an integer >= 0')

/** Where the current policy and the one that sampled differ, which on-policy data do not allow. */
export const driftProblems = (prefix: string, { logProb, behaviourLogProb }: Pick<Steps, 'logProb' | 'behaviourLogProb'>): readonly Problem[] => {
  if (!isNumbers(logProb) || !isNumbers(behaviourLogProb)) return []
  const problems: Problem[] = []
  for (let t = 0; t < Math.min(logProb.length, behaviourLogProb.length); t++)
    if (typeof logProb[t] === 'number' && typeof behaviourLogProb[t] === 'number' && Math.abs(logProb[t] - behaviourLogProb[t]) > rounding)
      problems.push({
        path: `${prefix}logProb[${t}]`,
        expected: `behaviourLogProb[${t}] = ${behaviourLogProb[t]}, since provenance is 'on-policy' (or say 'off-policy')`,
        got: shown(logProb[t]),
      })
  return problems
}

/** Length of a trajectory: the first of its columns that is an array says it; without any, `length` does. */
const lengthOf = (steps: Steps): number => {
  for (const name of stepColumns) {
    const column: unknown = steps[name]
    if (isNumbers(column)) return column.length
  }
  return steps.length ?? 0
}

const trajectoryProblems = (path: string, steps: Steps, names: readonly StepColumn[], header: BatchHeader, grouped: boolean): readonly Problem[] => {
  if (typeof steps !== 'object' || steps === null) return [{ path, expected: 'an object of columns', got: shown(steps) }]
  const length = lengthOf(steps)
  const discrete = header.actions !== 'continuous'
  const problems: Problem[] = []
  if (!(Number.isInteger(length) && length >= 1)) problems.push({ path, expected: 'at least one step', got: shown(length) })
  if (steps.length !== undefined && steps.length !== length)
    problems.push({ path: `${path}.length`, expected: `${length}, as its columns have`, got: shown(steps.length) })
  for (const name of stepColumns) {
    const column: unknown = steps[name]
    const at = `${path}.${name}`
    if (names.includes(name)) {
      if (column === undefined) problems.push({ path: at, expected: 'a column, as other trajectories have', got: 'undefined' })
      else problems.push(...columnProblems(at, name, column, length, discrete, mayBeImpossible(name, header.provenance, names)))
    }
  }
  const start = steps.startTime ?? 0
  if (!isTime(start)) problems.push({ path: `${path}.startTime`, expected: timeExpected(start), got: shown(start) })
  else if (start > 0 && header.episodes === 'complete')
    problems.push({ path: `${path}.startTime`, expected: "0, since episodes is 'complete' (or say 'segments')", got: shown(start) })
  if (grouped && !Number.isInteger(steps.group)) problems.push({ path: `${path}.group`, expected: 'an integer, as other trajectories have', got: shown(steps.group) })
  problems.push(...endProblems(`${path}.end`, steps.end, header.episodes, names.includes('value')))
  if (header.provenance === 'on-policy') problems.push(...driftProblems(`${path}.`, steps))
  if (header.provenance === 'off-policy' && names.includes('behaviourLogProb') && !names.includes('logProb'))
    problems.push({ path: `${path}.logProb`, expected: 'the current log-probs, since provenance is off-policy', got: 'undefined' })
  return problems
}

/** Positions of steps are kept in 32 bits. */
const mostSteps = 2 ** 31 - 1

/** Every problem of an input to fromSteps; empty where there is none. */
const problemsOf = (input: StepsInput, names: readonly StepColumn[]): readonly Problem[] => {
  const { trajectories } = input
  if (!Array.isArray(trajectories)) return [{ path: 'trajectories', expected: 'an array', got: shown(trajectories) }]
  const total = Array.from(trajectories).reduce((sum: number, steps: Steps | null) => {
    const length: unknown = typeof steps === 'object' && steps !== null ? lengthOf(steps) : 0
    return typeof length === 'number' ? sum + length : sum
  }, 0)
  const grouped = trajectories.some((steps: Steps | null | undefined) => steps?.group !== undefined)
  return [
    ...headerProblems(input),
    ...(total > mostSteps ? [{ path: 'trajectories', expected: `at most ${mostSteps} steps in all`, got: shown(total) }] : []),
    ...(trajectories.length === 0 ? [{ path: 'trajectories', expected: 'at least one trajectory', got: '0' }] : []),
    ...Array.from(trajectories).flatMap((steps: Steps, i) => trajectoryProblems(`trajectories[${i}]`, steps, names, input, grouped)),
  ]
}

/**
 * A batch from plain arrays, one object per trajectory, checked.
 *
 * Which facts the batch carries follows from the columns that are given: `reward` makes it carry Reward, and so on. All problems are
 * listed at once, each by path, what is expected and what was found: NaN and infinite numbers (but a logProb of -Infinity off-policy,
 * a ratio of 0), log-probs of discrete actions above 0, unequal lengths, empty trajectories, contradictions between header and trajectories.
 *
 * @param input  discount, provenance, episodes, and the trajectories
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { fromSteps, describeProblems, timeLimit } from 'estimand'
 * const batch = fromSteps({
 *   discount: 0.9, provenance: 'on-policy', episodes: 'complete',
 *   trajectories: [{ reward: [1, NaN], end: timeLimit }]
 * })
 * pipe(batch, E.mapLeft(describeProblems)) // => E.left('trajectories[0].reward[1]: expected a finite number, got NaN')
 * ```
 */
export const fromSteps = <const I extends StepsInput>(
  input: I,
): E.Either<readonly Problem[], Trajectories<ColumnFacts<I['trajectories'][number]> & HeaderFacts<I>>> => {
  const given: readonly Steps[] = Array.isArray(input?.trajectories) ? input.trajectories : []
  const names = stepColumns.filter((name) => given.some((steps) => steps?.[name] !== undefined))
  const problems = problemsOf(input ?? {}, names)
  if (problems.length > 0) return E.left(problems)
  return E.right(laidOut(input, names) as Trajectories<ColumnFacts<I['trajectories'][number]> & HeaderFacts<I>>)
}

/** The bootstrap value of an end: that of the successor where a trajectory was cut, else 0. */
export const bootstrapOf = (end: End): number => (end._tag === 'Truncated' ? (end.value ?? 0) : 0)

const laidOut = (input: StepsInput, names: readonly StepColumn[]): Batch & Pick<OnPolicy | OffPolicy, 'provenance'> & Pick<CompleteEpisodes | Segments, 'episodes'> => {
  const { trajectories, discount, version = 0, actions = 'discrete' } = input
  const count = trajectories.length
  const offsets = new Int32Array(count + 1)
  for (const [i, steps] of trajectories.entries()) offsets[i + 1] = offsets[i] + lengthOf(steps)
  const columns: Record<string, Float64Array> = {}
  for (const name of names) {
    const column = new Float64Array(offsets[count])
    for (const [i, steps] of trajectories.entries()) column.set(steps[name] ?? [], offsets[i])
    columns[name] = column
  }
  if (names.includes('behaviourLogProb')) columns['logProb'] ??= columns['behaviourLogProb']
  if (names.includes('value')) columns['bootstrapValue'] = Float64Array.from(trajectories, ({ end }) => bootstrapOf(end))
  const grouped = trajectories.some(({ group }) => group !== undefined)
  if (grouped) columns['group'] = Float64Array.from(trajectories, ({ group }) => group ?? 0)
  const axes: Axes = Object.fromEntries(
    Object.keys(columns).map((name) => [name, name === 'bootstrapValue' || name === 'group' ? 'per trajectory' : 'per step']),
  )
  return {
    count,
    offsets,
    startTime: Int32Array.from(trajectories, ({ startTime = 0 }) => startTime),
    ends: trajectories.map(({ end }) => end),
    discount,
    version,
    currentVersion: version,
    actionSpace: actions,
    axes,
    provenance: input.provenance === 'on-policy' ? 'on-policy' : offPolicy,
    episodes: input.episodes === 'complete' ? 'complete' : segments,
    ...columns,
  }
}
