import * as E from 'fp-ts/lib/Either.js'
import type { Kind } from '../trajectories/argument.ts'
import { hasParts, kinds, refuseArgument } from '../trajectories/argument.ts'
import type { End } from '../trajectories/ends.ts'
import { terminated, timeLimit, truncated } from '../trajectories/ends.ts'
import type { Problem } from '../trajectories/problem.ts'
import { shown } from '../trajectories/problem.ts'
import { isRecord, refuseUnknown } from '../trajectories/keys.ts'
import type { AnyEnvironment, Copies, Environment, Memory } from './environment.ts'
import { ending } from './environment.ts'
import { EnvironmentFailure } from './failure.ts'
import { aRun, isEnvironment, refuseOther } from './kinds.ts'
import { expectedCopies } from './memory.ts'
import type { Random } from './random.ts'
import { restoredStream, rewind, savedStream, streamsOf } from './random.ts'
import type { Space } from './space.ts'
import { sizeOf } from './space.ts'

/** How an environment is to be run. */
export interface LockStepOptions {
  /** How many copies, an integer >= 1. */
  readonly copies: number
  /** A 32-bit integer: the same seed and the same actions give the same run. What copy i sees does not depend on `copies`. */
  readonly seed: number
  /** What follows an end: the next episode by itself (the default), or a wait for `reset`. */
  readonly onEnd?: 'reset' | 'wait'
}

/**
 * Copies of an environment that move together, a step each at a time. The columns are views of its memory: they keep their
 * identity, and each step overwrites them.
 */
export interface LockStep<out O extends Space, out A extends Space> {
  readonly environment: Environment<O, A>
  readonly copies: number
  /** What the next actions answer. After an end, what the next episode begins with. [copies sizeOf(observation)] */
  readonly observation: Float32Array
  /** What followed the last actions. After an end too: the last observation of the episode, never of the next. [copies sizeOf(observation)] */
  readonly successor: Float32Array
  /** r_t of the last step. [copies] */
  readonly reward: Float64Array
  /** How the last step ended the episode: a number of `ending`, never two at once. [copies] */
  readonly end: Uint8Array
  /** Index, in its episode, of the next step. [copies] */
  readonly time: Int32Array
  /** Steps of the episode that the last step belonged to, that one included. [copies] */
  readonly episodeLength: Int32Array
  /** Sum of the rewards of the same steps as the environment itself pays them, before any change to rewards. [copies] */
  readonly episodeReturn: Float64Array
  /** The state that the next step starts from. [copies stateSize] */
  readonly state: Float64Array
  /** What environment and changes remember besides, such as running moments. */
  readonly memory: readonly Memory[]
  /**
   * Moves every copy by its action: [copies sizeOf(action)], row after row.
   *
   * @throws EnvironmentFailure for an action outside its space, a NaN, a copy that waits for reset
   */
  readonly step: (actions: ArrayLike<number>) => void
  /** Begins a new episode: in copy i, or in all. */
  readonly reset: (i?: number) => void
  /** All that a run is, as plain data for JSON: `resumed` goes on from it. */
  readonly save: () => SavedRun
  /** Remembers where the run is, in place of what it remembered before, for `goBack` after a step that failed. */
  readonly mark: () => void
  /** Goes back to where the run was marked, to the last bit. */
  readonly goBack: () => void
}

/** A run as plain data. */
export interface SavedRun {
  readonly environment: string
  readonly changes: readonly string[]
  readonly copies: number
  readonly onEnd: 'reset' | 'wait'
  readonly columns: Readonly<Record<string, readonly number[]>>
  readonly memory: readonly { readonly name: string; readonly values: readonly number[] }[]
  /** State of each copy's stream. [copies][4] */
  readonly random: readonly (readonly number[])[]
}

/** Everything that a step writes, by name: what is saved. */
type Columns = Omit<Copies, 'count' | 'action' | 'random' | 'learning'> & {
  readonly observation: Float32Array
  readonly successor: Float32Array
  readonly episodeLength: Int32Array
  readonly episodeReturn: Float64Array
}

const roomFor = ({ stateSize, observation }: AnyEnvironment, count: number): Columns => ({
  state: new Float64Array(count * stateSize),
  reward: new Float64Array(count),
  end: new Uint8Array(count),
  time: new Int32Array(count),
  score: new Float64Array(count),
  observation: new Float32Array(count * sizeOf(observation)),
  successor: new Float32Array(count * sizeOf(observation)),
  episodeLength: new Int32Array(count),
  episodeReturn: new Float64Array(count),
})

/**
 * 0, or NaN if any entry is NaN or infinite: one comparison then tells of all. Four sums, as an addition waits for the one before it; and
 * a function for each kind of array, as one for both is compiled to ask at every entry.
 */
const finiteness = (column: Float64Array): number => {
  let [a, b, c, d] = [0, 0, 0, 0]
  const whole = column.length - (column.length % 4)
  for (let k = 0; k < whole; k += 4) {
    a += column[k] - column[k]
    b += column[k + 1] - column[k + 1]
    c += column[k + 2] - column[k + 2]
    d += column[k + 3] - column[k + 3]
  }
  for (let k = whole; k < column.length; k++) a += column[k] - column[k]
  return a + b + c + d
}
const finiteness32 = (column: Float32Array): number => {
  let [a, b, c, d] = [0, 0, 0, 0]
  const whole = column.length - (column.length % 4)
  for (let k = 0; k < whole; k += 4) {
    a += column[k] - column[k]
    b += column[k + 1] - column[k + 1]
    c += column[k + 2] - column[k + 2]
    d += column[k + 3] - column[k + 3]
  }
  for (let k = whole; k < column.length; k++) a += column[k] - column[k]
  return a + b + c + d
}

const firstWrong = (column: ArrayLike<number>): number => {
  let k = 0
  while (k < column.length && Number.isFinite(column[k])) k++
  return k
}

/** Checks actions, and copies them into the column; separate functions, so that each loop stays as it was compiled. */
const intake = ({ action: space, outside, name }: AnyEnvironment, action: Float64Array, time: Int32Array): ((actions: ArrayLike<number>) => void) => {
  const size = sizeOf(space)
  const expectLength = (actions: ArrayLike<number>): void => {
    if (actions.length !== action.length)
      throw new RangeError(`${name}: step: expected ${action.length} numbers, ${size} for each of ${action.length / size} copies, got ${actions.length}`)
  }
  if (space._tag === 'Discrete') {
    const { n } = space
    const refuse = (copy: number, got: unknown): never => {
      throw new EnvironmentFailure({ environment: name, copy, step: time[copy] }, `expected an action from 0 to ${n - 1}, an integer, got ${shown(got)}; number the actions from 0`)
    }
    return (actions) => {
      expectLength(actions)
      for (let i = 0; i < action.length; i++) {
        const a = actions[i]
        if (!(a >= 0 && a < n && Math.floor(a) === a)) refuse(i, a)
        action[i] = a
      }
    }
  }
  // Never infinite: a number between them is finite.
  const low = Float64Array.from(space.low, (x) => (outside === 'refused' ? Math.max(x, -Number.MAX_VALUE) : -Number.MAX_VALUE))
  const high = Float64Array.from(space.high, (x) => (outside === 'refused' ? Math.min(x, Number.MAX_VALUE) : Number.MAX_VALUE))
  const refuse = (i: number, k: number, got: unknown): never => {
    const expected = Number.isFinite(got) ? `a number in [${space.low[k]}, ${space.high[k]}]` : 'a finite number'
    const remedy = Number.isFinite(got) ? 'clip the actions with clipAction(environment), or bound the policy' : 'the policy that chose it has probably diverged'
    throw new EnvironmentFailure({ environment: name, copy: i, step: time[i] }, `expected ${expected} as action[${k}], got ${shown(got)}; ${remedy}`)
  }
  return (actions) => {
    expectLength(actions)
    for (let i = 0; i < action.length / size; i++)
      for (let k = 0; k < size; k++) {
        const a = actions[i * size + k]
        if (!(a >= low[k] && a <= high[k])) refuse(i, k, a)
        action[i * size + k] = a
      }
  }
}

/** A column of what is remembered, by its place in the list, as another run has it. */
export type Remembered = readonly [place: number, values: ArrayLike<number>]

/** How a run begins: with new episodes, with new episodes and what another has learnt, or where another was. */
interface Begin {
  readonly episodes: 'new' | 'old'
  readonly learning: NonNullable<Copies['learning']>
  readonly memory: readonly Remembered[]
}

const afresh: Begin = { episodes: 'new', learning: 'goes on', memory: [] }

/** Numbers and streams as they were at a time, in room that is taken once. */
const marking = (arrays: readonly (Columns[keyof Columns])[], random: readonly Random[]) => {
  const kept = arrays.map((array) => array.slice())
  const streams = [...random]
  return {
    mark: (): void => {
      for (let k = 0; k < arrays.length; k++) kept[k].set(arrays[k])
      for (let i = 0; i < random.length; i++) streams[i] = random[i].clone()
    },
    goBack: (): void => {
      for (let k = 0; k < arrays.length; k++) arrays[k].set(kept[k])
      for (let i = 0; i < random.length; i++) rewind(random[i], streams[i])
    },
  }
}

const running = <O extends Space, A extends Space>(
  environment: Environment<O, A>,
  columns: Columns,
  random: readonly Random[],
  onEnd: 'reset' | 'wait',
  begin: Begin,
): LockStep<O, A> => {
  const count = random.length
  const { name, stateSize } = environment
  const { state, reward, end, time, score, observation, successor, episodeLength, episodeReturn } = columns
  const m = sizeOf(environment.observation)
  const action = new Float64Array(count * sizeOf(environment.action))
  const dynamics = environment.open({ count, state, action, reward, end, time, score, random, learning: begin.learning })
  for (const [k, values] of begin.memory) dynamics.memory[k].values.set(values)
  const take = intake(environment, action, time)

  const fail = (copy: number, what: string): never => {
    throw new EnvironmentFailure({ environment: name, copy, step: time[copy] }, what)
  }
  const failWhere = (what: string, column: ArrayLike<number>, size: number, cause: string): void => {
    const k = firstWrong(column)
    if (k < column.length) fail(Math.floor(k / size), `expected a finite ${what}${size > 1 ? `[${k % size}]` : ''}, got ${column[k]}; ${cause}`)
  }
  const checkFinite = (observed: Float32Array): void => {
    if (finiteness(state) + finiteness(reward) + finiteness32(observed) === 0) return
    // A change to rewards or observations may be at fault as well as the environment: say what there is.
    const within = environment.changes.length > 0 ? ` or in ${environment.changes.join(', ')}` : ''
    failWhere('state', state, stateSize, 'look for a division by 0, a root of a negative number or an overflow in reset and step of the environment')
    failWhere('reward', reward, 1, `look for it in step of the environment${within}`)
    failWhere('observation', observed, m, `look for it in observe of the environment${within}; observations are float32, at most 3.4e38`)
  }
  const start = (from: number, to: number): void => {
    time.fill(0, from, to)
    end.fill(ending.none, from, to)
    dynamics.reset(from, to)
    dynamics.observe(observation, from, to)
  }
  const refuseWaiting = (): void => {
    for (let i = 0; i < count; i++)
      if (end[i] !== ending.none)
        fail(i, `expected no step after the end of the episode; call reset(${i}) first, or run it with onEnd: 'reset'`)
  }

  /** Whether copies are being moved: still so after an exception, which has left some of them moved and others not. */
  let moving = false
  const refuseHalfway = (): void => {
    if (moving) throw new Error(`${name}: the step before failed halfway, and copies stand where no step would leave them; reset() begins all of them anew`)
  }
  const step = (actions: ArrayLike<number>): void => {
    refuseHalfway()
    if (onEnd === 'wait') refuseWaiting()
    take(actions)
    moving = true
    dynamics.step(0, count)
    dynamics.observe(successor, 0, count)
    checkFinite(successor)
    observation.set(successor)
    episodeReturn.set(score)
    let ended = 0
    for (let i = 0; i < count; i++) {
      episodeLength[i] = ++time[i]
      ended |= end[i]
    }
    if (ended !== 0 && onEnd === 'reset')
      for (let i = 0; i < count; i++)
        if (end[i] !== ending.none) {
          time[i] = 0
          dynamics.reset(i, i + 1)
          dynamics.observe(observation, i, i + 1)
        }
    moving = false
  }

  if (begin.episodes === 'new') {
    start(0, count)
    checkFinite(observation)
  }
  // Room for it is taken when it is first wanted.
  let marked: ReturnType<typeof marking> | null = null

  return {
    environment,
    copies: count,
    observation,
    successor,
    reward,
    end,
    time,
    episodeLength,
    episodeReturn,
    state,
    memory: dynamics.memory,
    step,
    reset: (i) => {
      if (i !== undefined && !(Number.isInteger(i) && i >= 0 && i < count))
        throw new RangeError(`${name}: reset: expected the number of a copy, 0 to ${count - 1}, got ${shown(i)}`)
      if (i !== undefined) refuseHalfway()
      moving = true
      start(i ?? 0, i === undefined ? count : i + 1)
      checkFinite(observation)
      moving = false
    },
    save: () => {
      refuseHalfway()
      return {
        environment: name,
        changes: environment.changes,
        copies: count,
        onEnd,
        columns: Object.fromEntries(Object.entries(columns).map(([key, column]) => [key, Array.from(column)])),
        memory: dynamics.memory.map((remembered) => ({ name: remembered.name, values: Array.from(remembered.values) })),
        random: random.map(savedStream),
      }
    },
    mark: () => {
      refuseHalfway()
      marked ??= marking([...Object.values(columns), ...dynamics.memory.map(({ values }) => values)], random)
      marked.mark()
    },
    goBack: () => {
      if (marked === null) throw new Error(`${name}: goBack: expected a run that was marked; call mark() first`)
      marked.goBack()
      moving = false
    },
  }
}

const optionProblem = (environment: AnyEnvironment, { copies, seed, onEnd = 'reset' }: LockStepOptions): string | undefined => {
  if (!(Number.isInteger(copies) && copies >= 1)) return `copies: expected an integer >= 1, got ${shown(copies)}`
  if (onEnd !== 'reset' && onEnd !== 'wait') return `onEnd: expected 'reset' or 'wait', got ${shown(onEnd)}`
  const fewer = expectedCopies(environment, copies)
  if (fewer !== null) return `copies: expected ${fewer}, got ${copies}; run fewer, more often`
  return (seed | 0) === seed || seed >>> 0 === seed ? undefined : `seed: expected a 32-bit integer, got ${shown(seed)}`
}

/**
 * Copies of an environment, run in lock-step. An episode that ends is followed by the next one, and what was observed at its end stays
 * in `successor`, so that a bootstrap value is never taken from the wrong episode. A step allocates nothing that the environment does not.
 *
 * @param environment  what to run
 * @param options      how many copies, the seed, what follows an end
 * @throws RangeError          for options that are none, and for more copies than memory holds, before any is made
 * @throws EnvironmentFailure  if the first states are not finite
 *
 * @example
 * ```ts
 * import { cartPole, lockStep } from 'estimand/environment'
 * const run = lockStep(cartPole(), { copies: 2, seed: 1 })
 * for (let t = 0; t < 100; t++) run.step([1, t % 2])
 * run.episodeLength[0] < run.episodeLength[1] // => true
 * ```
 */
export const lockStep = <O extends Space, A extends Space>(environment: Environment<O, A>, options: LockStepOptions): LockStep<O, A> => {
  refuseOther('lockStep', environment)
  refuseUnknown(`${environment.name}: lockStep`, options, ['copies', 'seed', 'onEnd'], 'lockStep(environment, { copies: 8, seed: 1 })')
  const wrong = optionProblem(environment, options)
  if (wrong !== undefined) throw new RangeError(`${environment.name}: lockStep: ${wrong}`)
  const { copies, seed, onEnd = 'reset' } = options
  return running(environment, roomFor(environment, copies), streamsOf(seed, copies), onEnd, afresh)
}

/**
 * Copies that begin new episodes with what another run has learnt, and learn nothing more: what is judged is what was trained. Memory
 * that begins anew with each episode is no part of it.
 */
export const judging = <O extends Space, A extends Space>(environment: Environment<O, A>, { copies, seed }: LockStepOptions, learnt: readonly Remembered[]): LockStep<O, A> =>
  running(environment, roomFor(environment, copies), streamsOf(seed, copies), 'reset', { episodes: 'new', learning: 'stands still', memory: learnt })

const isNumberRow = (x: unknown, length: number): x is readonly number[] =>
  Array.isArray(x) && x.length === length && x.every((one) => typeof one === 'number' && Number.isFinite(one))

/**
 * A run that goes on where a saved one was, to the last bit: the same actions give the same rest of the run.
 *
 * @param environment  what was run: the same environment with the same changes
 * @param saved        what `save` gave, also after JSON
 *
 * @example
 * ```ts
 * import * as E from 'fp-ts/lib/Either.js'
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { cartPole, lockStep, resumed } from 'estimand/environment'
 * const run = lockStep(cartPole(), { copies: 1, seed: 1 })
 * run.step([1])
 * const again = resumed(cartPole(), JSON.parse(JSON.stringify(run.save())))
 * run.step([0])
 * pipe(again, E.map((other) => { other.step([0]); return other.state[0] === run.state[0] })) // => E.right(true)
 * ```
 */
export const resumed = <O extends Space, A extends Space>(environment: Environment<O, A>, saved: unknown): E.Either<readonly Problem[], LockStep<O, A>> => {
  refuseOther('resumed', environment)
  if (!isRecord(saved)) return E.left([{ path: 'run', expected: 'a saved run', got: shown(saved) }])
  const { copies, onEnd, columns, memory, random } = saved
  const problems: Problem[] = []
  const expect = (holds: boolean, path: string, expected: string, got: unknown): void => {
    if (!holds) problems.push({ path, expected, got: shown(got) })
  }
  expect(saved['environment'] === environment.name, 'environment', environment.name, saved['environment'])
  expect(JSON.stringify(saved['changes']) === JSON.stringify(environment.changes), 'changes', shown(environment.changes), saved['changes'])
  expect(Number.isInteger(copies) && Number(copies) >= 1, 'copies', 'an integer >= 1', copies)
  expect(onEnd === 'reset' || onEnd === 'wait', 'onEnd', "'reset' or 'wait'", onEnd)
  if (problems.length > 0) return E.left(problems)
  const count = Number(copies)
  const fewer = expectedCopies(environment, count)
  if (fewer !== null) return E.left([{ path: 'copies', expected: fewer, got: shown(copies) }])
  const room = roomFor(environment, count)
  for (const [key, column] of Object.entries(room)) {
    const row = isRecord(columns) ? columns[key] : undefined
    if (isNumberRow(row, column.length)) column.set(row)
    else expect(false, `columns.${key}`, `${column.length} finite numbers`, row)
  }
  const streams = Array.isArray(random) && random.length === count && random.every((one) => isNumberRow(one, 4)) ? random : undefined
  expect(streams !== undefined, 'random', `the state of ${count} streams, four integers each`, random)
  // What is remembered has the names and lengths of a run just begun.
  const remembered = lockStep(environment, { copies: count, seed: 0 }).memory
  const rows: readonly unknown[] = Array.isArray(memory) ? memory : []
  for (const [k, { name, values }] of remembered.entries()) {
    const row = rows[k]
    if (isRecord(row) && row['name'] === name && isNumberRow(row['values'], values.length)) values.set(row['values'])
    else expect(false, `memory[${k}]`, `${values.length} numbers of ${name}`, row)
  }
  expect(rows.length === remembered.length, 'memory', `${remembered.length} entries`, rows.length)
  if (problems.length > 0 || streams === undefined) return E.left(problems)
  return E.right(running(environment, room, streams.map(restoredStream), onEnd === 'wait' ? 'wait' : 'reset', { episodes: 'old', learning: 'goes on', memory: remembered.map(({ values }, k) => [k, values]) }))
}

/** What `endOf` reads of a run. */
const whatEnds: Kind = {
  expected: aRun.expected,
  holds: (x) => hasParts(x) && kinds.numbers.holds(x['end']) && ArrayBuffer.isView(x['successor']) && isEnvironment(x['environment']),
}

/**
 * How the last step ended the episode of copy i, or null if it goes on. The observation at a cut comes along as the successor.
 *
 * @param run  copies in lock-step
 * @param i    which one
 * @throws TypeError for what is no run; RangeError for a number that is of no copy
 *
 * @example
 * ```ts
 * import { endOf, lockStep, pendulum } from 'estimand/environment'
 * const run = lockStep(pendulum(), { copies: 1, seed: 1 })
 * for (let t = 0; t < 200; t++) run.step([0])
 * endOf(run, 0)?._tag // => 'Truncated'
 * ```
 */
export const endOf = (run: Pick<LockStep<Space, Space>, 'end' | 'successor' | 'environment'>, i: number): End | null => {
  refuseArgument('endOf', run, whatEnds)
  const { end, successor, environment } = run
  if (!(Number.isInteger(i) && i >= 0 && i < end.length)) throw new RangeError(`endOf: i: expected the number of a copy, from 0 to ${end.length - 1}, got ${shown(i)}`)
  const m = sizeOf(environment.observation)
  switch (end[i]) {
    case ending.Terminated:
      return terminated
    case ending.TimeLimit:
      return timeLimit
    case ending.Truncated:
      return truncated({ successor: successor.slice(i * m, (i + 1) * m) })
    default:
      return null
  }
}
