import { kinds } from '../trajectories/argument.ts'
import { refuseFields } from '../trajectories/fields.ts'
import { unknownKeys } from '../trajectories/keys.ts'
import { shown } from '../trajectories/problem.ts'
import type { Copies, Environment } from './environment.ts'
import { ending, environmentOfColumns } from './environment.ts'
import { EnvironmentFailure } from './failure.ts'
import { ofAnyForm } from './kinds.ts'
import type { Random } from './random.ts'
import type { ElementOf, Space } from './space.ts'
import { sizeOf } from './space.ts'

/** What a step comes to. */
export interface Transition<State extends readonly number[]> {
  /** The next state. */
  readonly state: State
  readonly reward: number
  /** Whether the episode is over. A time limit is none of the environment's business: put `timeLimit` around it. */
  readonly terminated: boolean
}

/** An environment as pure functions of one state, a tuple of numbers. */
export interface Definition<O extends Space, A extends Space, State extends readonly number[]> {
  /** What errors call it. */
  readonly name: string
  readonly observation: O
  readonly action: A
  /** How many numbers the state is. */
  readonly stateSize: State['length']
  /** A first state. */
  readonly reset: (random: Random) => State
  /** What comes of an action in a state. */
  readonly step: (state: State, action: ElementOf<A>, random: Random) => Transition<Readonly<State>>
  /** What is observed of a state. */
  readonly observe: (state: State) => ElementOf<O>
}

/** What a step in place writes besides the state. */
export interface Outcome {
  reward: number
  terminated: boolean
}

/** An environment as functions that write into one copy's row of the runner's memory, and allocate nothing. */
export interface DefinitionInPlace<O extends Space, A extends Space> {
  /** What errors call it. */
  readonly name: string
  readonly observation: O
  readonly action: A
  /** How many numbers the state is. */
  readonly stateSize: number
  /** Writes a first state. */
  readonly reset: (state: Float64Array, random: Random) => void
  /** Moves the state, and writes reward and whether the episode is over. An action of a discrete space is `action[0]`. */
  readonly step: (state: Float64Array, action: Float64Array, outcome: Outcome, random: Random) => void
  /** Writes what is observed; of a discrete space, its number as `observation[0]`. */
  readonly observe: (state: Float64Array, observation: Float32Array) => void
}

const ofOneCopy = { ...ofAnyForm, reset: kinds.function, step: kinds.function, observe: kinds.function } as const

const rowsOf = <Column extends Float64Array | Float32Array>(column: Column, count: number): readonly Column[] => {
  const size = column.length / count
  return Array.from({ length: count }, (_, i) => column.subarray(i * size, (i + 1) * size) as Column)
}

/** Rows of the few columns that observations are written to, made when one is first seen. */
const rowsOfEach = (count: number): ((column: Float32Array) => readonly Float32Array[]) => {
  const known = new Map<Float32Array, readonly Float32Array[]>()
  return (column) => {
    const rows = known.get(column) ?? rowsOf(column, count)
    known.set(column, rows)
    return rows
  }
}

/** How many things a space numbers; Infinity for a box. */
const thingsIn = (space: Space): number => (space._tag === 'Discrete' ? space.n : Infinity)

const isThing = (x: number, n: number): boolean => x >= 0 && x < n && Math.floor(x) === x

const strangeThing = (n: number, got: unknown): string => `expected observe to give a number from 0 to ${n - 1}, as its space has, got ${shown(got)}`

const failureIn =
  (environment: string, { time }: Copies) =>
  (copy: number, what: string): never => {
    throw new EnvironmentFailure({ environment, copy, step: time[copy] }, what)
  }

/**
 * An environment written in place: its functions are given a copy's row of the runner's memory, and write there. For speed without loops.
 *
 * @param definition  spaces, size of the state, reset, step, observe
 *
 * @example
 * ```ts
 * import { box, discrete, environmentInPlace, lockStep } from 'estimand/environment'
 * const counter = environmentInPlace({
 *   name: 'counter', observation: box([1]), action: discrete(2), stateSize: 1,
 *   reset: (state) => { state[0] = 0 },
 *   step: (state, action, outcome) => {
 *     state[0] += action[0]
 *     outcome.reward = state[0]
 *     outcome.terminated = state[0] === 3
 *   },
 *   observe: (state, observation) => { observation[0] = state[0] },
 * })
 * const run = lockStep(counter, { copies: 2, seed: 1 })
 * run.step([0, 1])
 * run.reward // => [0, 1]
 * ```
 */
export const environmentInPlace = <const O extends Space, const A extends Space>(definition: DefinitionInPlace<O, A>): Environment<O, A, never> => {
  refuseFields('environmentInPlace', definition, ofOneCopy)
  const { name, observation, action, stateSize, reset, step, observe } = definition
  return environmentOfColumns({
    name,
    observation,
    action,
    stateSize,
    open: (copies) => {
      const { count, reward, end, random } = copies
      const fail = failureIn(name, copies)
      const states = rowsOf(copies.state, count)
      const actions = rowsOf(copies.action, count)
      const observed = rowsOfEach(count)
      const things = thingsIn(observation)
      // Sealed: what it has no place for, such as a flag of another name, is an error where it is written.
      const outcome: Outcome = Object.seal({ reward: 0, terminated: false })
      return {
        reset: (from, to) => {
          for (let i = from; i < to; i++) reset(states[i], random[i])
        },
        step: (from, to) => {
          for (let i = from; i < to; i++) {
            // What a step forgets to write is then not taken from another copy.
            outcome.reward = NaN
            outcome.terminated = false
            step(states[i], actions[i], outcome, random[i])
            if (typeof outcome.terminated !== 'boolean') fail(i, `expected step to write true or false as terminated, got ${shown(outcome.terminated)}`)
            reward[i] = outcome.reward
            end[i] = outcome.terminated ? ending.Terminated : ending.none
          }
        },
        observe: (into, from, to) => {
          const rows = observed(into)
          for (let i = from; i < to; i++) {
            observe(states[i], rows[i])
            if (things < Infinity && !isThing(rows[i][0], things)) fail(i, strangeThing(things, rows[i][0]))
          }
        },
      }
    },
  })
}

/**
 * An environment as pure functions of one state: the simplest form. The runner copies states to its memory and back, so what step makes is
 * its only garbage; `environmentInPlace` and `environmentOfColumns` are the faster forms.
 *
 * @param definition  spaces, size of the state, reset, step, observe
 *
 * @example
 * ```ts
 * import { box, discrete, environment, lockStep } from 'estimand/environment'
 * const counter = environment({
 *   name: 'counter', observation: box([1]), action: discrete(2), stateSize: 1,
 *   reset: () => [0],
 *   step: ([n], action) => ({ state: [n + action], reward: n + action, terminated: n + action === 3 }),
 *   observe: (state) => state,
 * })
 * const run = lockStep(counter, { copies: 2, seed: 1 })
 * run.step([0, 1])
 * run.reward // => [0, 1]
 * ```
 */
export const environment = <const O extends Space, const A extends Space, State extends readonly [] | readonly number[]>(
  definition: Definition<O, A, State>,
): Environment<O, A, never> => {
  refuseFields('environment', definition, ofOneCopy)
  const { name, observation, action, stateSize, reset, step, observe } = definition
  const size = sizeOf(observation)
  const discreteAction = action._tag === 'Discrete'
  return environmentOfColumns({
    name,
    observation,
    action,
    stateSize,
    open: (copies) => {
      const { count, state, reward, end, random } = copies
      const fail = failureIn(name, copies)
      const actions = rowsOf(copies.action, count)
      const keep = (i: number, next: unknown, whose: string): void => {
        if (!Array.isArray(next) || next.length !== stateSize)
          fail(i, `expected ${whose} to give a state of ${stateSize} numbers, as stateSize says, got ${shown(next)}`)
        else for (let k = 0; k < stateSize; k++) state[i * stateSize + k] = next[k]
      }
      // A copy for each call: what a pure function is given, nobody changes later. It has the length that State has.
      /** Once for a run: mostly all transitions are written by the same line. */
      let known = false
      const refuseOthers = (i: number, next: object): void => {
        known = true
        const [other] = unknownKeys('', next, ['state', 'reward', 'terminated'])
        if (other !== undefined) fail(i, `expected step to give { state, reward, terminated } and nothing else, got ${other.got} too; a time limit is put around it with timeLimit`)
      }
      const stateOf = (i: number): State => Array.from(state.subarray(i * stateSize, (i + 1) * stateSize)) as readonly number[] as State
      // A number for a discrete space, numbers for a box: what ElementOf says.
      const actionOf = (i: number): ElementOf<A> => (discreteAction ? actions[i][0] : Array.from(actions[i])) as ElementOf<A>
      return {
        reset: (from, to) => {
          for (let i = from; i < to; i++) keep(i, reset(random[i]), 'reset')
        },
        step: (from, to) => {
          for (let i = from; i < to; i++) {
            const next = step(stateOf(i), actionOf(i), random[i])
            if (typeof next?.reward !== 'number' || typeof next.terminated !== 'boolean')
              fail(i, `expected step to give { state, reward, terminated }, a number as reward and true or false as terminated, got ${shown(next)}`)
            if (!known) refuseOthers(i, next)
            keep(i, next.state, 'step')
            reward[i] = next.reward
            end[i] = next.terminated ? ending.Terminated : ending.none
          }
        },
        observe: (into, from, to) => {
          for (let i = from; i < to; i++) {
            const seen: number | readonly number[] = observe(stateOf(i))
            if (observation._tag === 'Discrete') {
              if (typeof seen !== 'number' || !isThing(seen, observation.n)) fail(i, strangeThing(observation.n, seen))
              else into[i] = seen
            } else if (typeof seen === 'number' || seen?.length !== size) fail(i, `expected observe to give ${size} numbers, as its space has, got ${shown(seen)}`)
            else into.set(seen, i * size)
          }
        },
      }
    },
  })
}
