import * as E from 'fp-ts/lib/Either.js'
import type { End, EndInput } from './ends.ts'
import { cutOf, endOf, terminated } from './ends.ts'
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
import { isRecord } from './keys.ts'
import { cutNames, stepsInputNames, trajectoryNames } from './names.ts'
import type { Numbers } from './numbers.ts'
import { isNumbers, numberIn, plainNumbers, shownNumber } from './numbers.ts'
import type { OwnColumns, OwnFacts } from './ownColumns.ts'
import { ownNameProblems, ownNames } from './ownColumns.ts'
import type { Problem } from './problem.ts'
import { shown } from './problem.ts'
import type { Strict, StrictEach } from './strict.ts'
import type { Axes, Batch, Trajectories } from './trajectories.ts'
import type { Vocabulary } from './vocabulary.ts'
import { keyPath, keyProblems } from './vocabulary.ts'

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
  /** Columns of your own, by name: `{ mine: [...] }`. [L] each */
  readonly columns?: OwnColumns
  /** Number of the trajectory's group. */
  readonly group?: number | bigint
  /** Time index of the first step, 0 unless the trajectory is a segment. */
  readonly startTime?: number | bigint
  /** How many steps, where no column says so (a trajectory for cloning). */
  readonly length?: number
  readonly end: EndInput
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
  Carries<T, 'group', Group> &
  OwnFacts<T>

/** The facts that the header amounts to. */
export type HeaderFacts<I extends Pick<BatchHeader, 'provenance' | 'episodes'>> = (I['provenance'] extends 'on-policy' ? OnPolicy : OffPolicy) &
  (I['episodes'] extends 'complete' ? CompleteEpisodes : Segments)

/** Names of the per-step columns that a batch can be given. */
export const stepColumns = ['reward', 'logProb', 'behaviourLogProb', 'value', 'actionValue', 'referenceLogProb', 'rolloutLogProb'] as const
/** Name of a per-step column that a batch can be given. */
export type StepColumn = (typeof stepColumns)[number]

const isLogProb = (name: StepColumn | null): boolean => name !== null && name.endsWith('ogProb')

/** Float32 networks return log-probs of certain actions a little above 0. */
const rounding = 1e-6

/** Beyond so many wrong numbers in a column, one line stands for the rest. */
const mostWrong = 10_000

/** What is wrong with what a batch says of itself. */
export const headerProblems = (header: BatchHeader): readonly Problem[] => {
  const problems: Problem[] = []
  const refuse = (path: string, expected: string, got: unknown) => problems.push({ path, expected, got: shown(got) })
  const { discount, provenance, episodes, actions = 'discrete', version = 0 } = header
  if (!(typeof discount === 'number' && discount >= 0 && discount <= 1)) refuse('discount', 'a number in [0, 1]', discount)
  if (provenance !== 'on-policy' && provenance !== 'off-policy') refuse('provenance', "'on-policy' or 'off-policy'", provenance)
  if (episodes !== 'complete' && episodes !== 'segments')
    refuse('episodes', `'complete' or 'segments'${isNumbers(episodes) ? ' (episodes themselves stand under trajectories)' : ''}`, episodes)
  if (actions !== 'discrete' && actions !== 'continuous')
    refuse('actions', `'discrete' or 'continuous'${isNumbers(actions) ? ' (of actions themselves, weights need the log-probs alone)' : ''}`, actions)
  if (!Number.isInteger(version)) refuse('version', 'an integer', version)
  return problems
}

/** Whether a log-prob may be -Infinity: that of the current policy, for an action that another policy took, where a ratio of 0 is to be made of it. */
export const mayBeImpossible = (name: StepColumn, provenance: BatchHeader['provenance'], names: readonly StepColumn[]): boolean =>
  name === 'logProb' && provenance === 'off-policy' && names.includes('behaviourLogProb')

/**
 * What is wrong with a column that should have so many entries.
 *
 * @param name        which of ours it is; null: one of the user's own
 * @param impossible  whether it may hold -Infinity
 */
export const columnProblems = (path: string, name: StepColumn | null, column: unknown, length: number, discrete: boolean, impossible: boolean): readonly Problem[] => {
  if (!isNumbers(column)) return [{ path, expected: 'an array of numbers', got: shown(column) }]
  const problems: Problem[] = []
  if (column.length !== length) problems.push({ path, expected: `${length} entries, one per step`, got: String(column.length) })
  if (column.length > mostSteps) return problems
  for (let t = 0; t < column.length; t++) {
    const x: unknown = column[t]
    if (x === -Infinity && impossible) continue
    const number = typeof x === 'bigint' ? numberIn(x) : x
    if (typeof number !== 'number' || !Number.isFinite(number)) problems.push({ path: `${path}[${t}]`, expected: 'a finite number', got: shownNumber(x) })
    else if (discrete && isLogProb(name) && number > rounding)
      problems.push({ path: `${path}[${t}]`, expected: "a log-probability <= 0 (for densities say actions: 'continuous')", got: shown(x) })
    if (problems.length > mostWrong) return [...problems, { path, expected: 'finite numbers in what follows', got: 'more that are wrong' }]
  }
  return problems
}

/** What is wrong with the end of a trajectory. */
export const endProblems = (path: string, given: unknown, episodes: string, needsValue: boolean): readonly Problem[] => {
  const end = endOf(given)
  if (end === null) return [{ path, expected: 'terminated, timeLimit or truncated({ value })', got: shown(given) }]
  if (end._tag !== 'Truncated') return []
  const { within = '', cut = {} } = cutOf(given) ?? {}
  const at = `${path}${within}`
  return [
    ...(episodes === 'complete' ? [{ path, expected: "a true end, since episodes is 'complete' (or say 'segments')", got: 'truncated' }] : []),
    ...keyProblems(at, cut, cutNames),
    ...(needsValue && !Number.isFinite(end.value)
      ? [{ path: `${at}.value`, expected: 'the finite value of the successor, since steps carry value', got: shownNumber(end.value) }]
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
  for (let t = 0; t < Math.min(logProb.length, behaviourLogProb.length, mostSteps); t++) {
    const [now, then] = [numberIn(logProb[t]), numberIn(behaviourLogProb[t])]
    if (typeof now === 'number' && typeof then === 'number' && Math.abs(now - then) > rounding)
      problems.push({
        path: `${prefix}logProb[${t}]`,
        expected: `behaviourLogProb[${t}] = ${then}, since provenance is 'on-policy' (or say 'off-policy')`,
        got: shown(now),
      })
    if (problems.length > mostWrong) break
  }
  return problems
}

/** Columns that a trajectory has, ours first. */
const columnsOf = (steps: Steps): readonly unknown[] => [...stepColumns.map((name) => steps[name]), ...ownNames(steps.columns).map((name) => steps.columns?.[name])]

/** Length of a trajectory: the first of its columns that is an array says it; without any, `length` does. */
const lengthOf = (steps: Steps): number => columnsOf(steps).find(isNumbers)?.length ?? steps.length ?? 0

/** Names of the columns that some trajectory has: those that all must have. */
interface Names {
  readonly ours: readonly StepColumn[]
  readonly own: readonly string[]
  readonly grouped: boolean
}

const trajectoryProblems = (path: string, steps: Steps, { ours, own, grouped }: Names, header: BatchHeader): readonly Problem[] => {
  if (!isRecord(steps)) return [{ path, expected: 'an object of columns', got: shown(steps) }]
  const length = lengthOf(steps)
  const discrete = header.actions !== 'continuous'
  const strange = keyProblems(path, steps, trajectoryNames).map((problem) => declared(problem, path, steps))
  const problems: Problem[] = [...strange]
  // What a misspelt column is the length of is no trajectory without steps.
  if (!(Number.isInteger(length) && length >= 1) && (length !== 0 || strange.length === 0)) problems.push({ path, expected: 'at least one step', got: shown(length) })
  if (steps.length !== undefined && steps.length !== length)
    problems.push({ path: `${path}.length`, expected: `${length}, as its columns have`, got: shown(steps.length) })
  const look = (at: string, name: StepColumn | null, column: unknown): void => {
    if (column === undefined) problems.push({ path: at, expected: 'a column, as other trajectories have', got: 'undefined' })
    else problems.push(...columnProblems(at, name, column, length, discrete, name !== null && mayBeImpossible(name, header.provenance, ours)))
  }
  for (const name of ours) look(`${path}.${name}`, name, steps[name])
  const misnamed = ownNameProblems(`${path}.columns`, steps.columns)
  problems.push(...misnamed)
  if (misnamed.length === 0) for (const name of own) look(keyPath(`${path}.columns`, name), null, steps.columns?.[name])
  const start = numberIn(steps.startTime ?? 0)
  if (!isTime(start)) problems.push({ path: `${path}.startTime`, expected: timeExpected(start), got: shownNumber(start) })
  else if (Number(start) > 0 && header.episodes === 'complete')
    problems.push({ path: `${path}.startTime`, expected: "0, since episodes is 'complete' (or say 'segments')", got: shown(start) })
  if (grouped && !Number.isInteger(numberIn(steps.group)))
    problems.push({ path: `${path}.group`, expected: 'an integer, as other trajectories have', got: shownNumber(steps.group) })
  problems.push(...endProblems(`${path}.end`, steps.end, header.episodes, ours.includes('value')))
  if (header.provenance === 'on-policy') problems.push(...driftProblems(`${path}.`, steps))
  if (header.provenance === 'off-policy' && ours.includes('behaviourLogProb') && !ours.includes('logProb'))
    problems.push({ path: `${path}.logProb`, expected: 'the current log-probs, since provenance is off-policy', got: 'undefined' })
  return problems
}

/** Of an array under a name that means nothing to us: where columns of one's own stand. */
const declared = (problem: Problem, path: string, part: object): Problem => {
  const key = problem.path.slice(path === '' ? 0 : path.length + 1)
  return problem.expected.startsWith('one of ') && isNumbers((part as Readonly<Record<string, unknown>>)[key])
    ? { ...problem, expected: `${problem.expected}, or columns: { ${key}: [...] } for a column of your own` }
    : problem
}

/** Keys of a part of an input that has columns, where they are none of ours. */
export const strangeProblems = (part: object, words: Vocabulary): readonly Problem[] => keyProblems('', part, words).map((problem) => declared(problem, '', part))

/** Positions of steps are kept in 32 bits. */
export const mostSteps = 2 ** 31 - 1

/** A column of float64 of so many steps takes 1 GiB: a number alone does not promise more. */
export const mostBareSteps = 2 ** 27

/** What is wrong with a number of steps that columns bear out, or that stands alone. */
export const countProblems = (path: string, steps: number, bare: boolean): readonly Problem[] =>
  bare && steps > mostBareSteps
    ? [{ path, expected: `at most ${mostBareSteps} steps where no column has them`, got: shown(steps) }]
    : steps > mostSteps
      ? [{ path, expected: `at most ${mostSteps} steps in all`, got: shown(steps) }]
      : []

/** Every problem of an input to fromSteps; empty where there is none. */
const problemsOf = (input: StepsInput, names: Names): readonly Problem[] => {
  const { trajectories } = input
  const strange = keyProblems('', input, stepsInputNames)
  if (!Array.isArray(trajectories)) return [...strange, { path: 'trajectories', expected: 'an array', got: shown(trajectories) }]
  const total = Array.from(trajectories).reduce((sum: number, steps: Steps | null) => {
    const length: unknown = typeof steps === 'object' && steps !== null ? lengthOf(steps) : 0
    return typeof length === 'number' ? sum + length : sum
  }, 0)
  return [
    ...headerProblems(input),
    ...strange,
    ...countProblems('trajectories', total, names.ours.length + names.own.length === 0),
    ...(trajectories.length === 0 ? [{ path: 'trajectories', expected: 'at least one trajectory', got: '0' }] : []),
    ...Array.from(trajectories).flatMap((steps: Steps, i) => trajectoryProblems(`trajectories[${i}]`, steps, names, input)),
  ]
}

/**
 * A batch from plain arrays, one object per trajectory, checked.
 *
 * Which facts the batch carries follows from the columns that are given: `reward` makes it carry Reward, and so on. Columns of your own
 * are declared, `columns: { mine: [...] }` in each trajectory; a key that is none of these is a problem. All problems are listed at once,
 * each by path, what is expected and what was found: unknown keys, NaN and infinite numbers (but a logProb of -Infinity off-policy, a ratio of 0), log-probs of discrete actions above 0, unequal
 * lengths, empty trajectories, contradictions between header and trajectories. 64-bit integers are read where a number can hold them. An end
 * is a value, such as `terminated`, or a word, as in JSON: `'terminated'`, `'timeLimit'`, `{ truncated: { value: 1.5 } }`.
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
  input: I & Strict<I, StepsInput> & { readonly trajectories: StrictEach<I['trajectories'][number], Steps> },
): E.Either<readonly Problem[], Trajectories<ColumnFacts<I['trajectories'][number]> & HeaderFacts<I>>> => {
  const given: readonly Steps[] = Array.isArray(input?.trajectories) ? Array.from(input.trajectories) : []
  const names: Names = {
    ours: stepColumns.filter((name) => given.some((steps) => steps?.[name] !== undefined)),
    own: [...new Set(given.flatMap((steps) => ownNames(steps?.columns)))],
    grouped: given.some((steps) => steps?.group !== undefined),
  }
  const problems = problemsOf(input ?? {}, names)
  if (problems.length > 0) return E.left(problems)
  return E.right(laidOut(input, names) as Trajectories<ColumnFacts<I['trajectories'][number]> & HeaderFacts<I>>)
}

/** The bootstrap value of an end: that of the successor where a trajectory was cut, else 0. */
export const bootstrapOf = (end: End): number => (end._tag === 'Truncated' ? (end.value ?? 0) : 0)

/** The end of an input that has been looked at. */
export const checkedEnd = (given: EndInput): End => endOf(given) ?? terminated

const laidOut = (input: StepsInput, { ours, own, grouped }: Names): Batch & Pick<OnPolicy | OffPolicy, 'provenance'> & Pick<CompleteEpisodes | Segments, 'episodes'> => {
  const { trajectories, discount, version = 0, actions = 'discrete' } = input
  const count = trajectories.length
  const offsets = new Int32Array(count + 1)
  for (const [i, steps] of trajectories.entries()) offsets[i + 1] = offsets[i] + lengthOf(steps)
  const columns: Record<string, Float64Array> = {}
  const joined = (of: (steps: Steps) => Numbers | undefined): Float64Array => {
    const column = new Float64Array(offsets[count])
    for (const [i, steps] of trajectories.entries()) column.set(plainNumbers(of(steps) ?? []), offsets[i])
    return column
  }
  for (const name of ours) columns[name] = joined((steps) => steps[name])
  for (const name of own) columns[name] = joined((steps) => steps.columns?.[name])
  const ends = trajectories.map(({ end }) => checkedEnd(end))
  if (ours.includes('behaviourLogProb')) columns['logProb'] ??= columns['behaviourLogProb']
  if (ours.includes('value')) columns['bootstrapValue'] = Float64Array.from(ends, bootstrapOf)
  if (grouped) columns['group'] = Float64Array.from(trajectories, ({ group }) => Number(group ?? 0))
  const axes: Axes = Object.fromEntries(
    Object.keys(columns).map((name) => [name, name === 'bootstrapValue' || name === 'group' ? 'per trajectory' : 'per step']),
  )
  return {
    count,
    offsets,
    startTime: Int32Array.from(trajectories, ({ startTime = 0 }) => Number(startTime)),
    ends,
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
