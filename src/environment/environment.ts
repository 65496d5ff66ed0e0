import { kinds, oneOf } from '../trajectories/argument.ts'
import { optional, refuseFields } from '../trajectories/fields.ts'
import { refuseUnknown } from '../trajectories/keys.ts'
import { shown } from '../trajectories/problem.ts'
import { aSpace, ofAnyForm, refuseOther } from './kinds.ts'
import type { Random } from './random.ts'
import type { Space } from './space.ts'

/** How a step ends its episode, as a number in a flat column: not at all, or with the End of that name. */
export const ending = { none: 0, Terminated: 1, Truncated: 2, TimeLimit: 3 } as const

/** Memory of copies of one environment that run in lock-step. Whoever runs them owns it; row i belongs to copy i. */
export interface Copies {
  /** How many. */
  readonly count: number
  /** The state of each copy. [count stateSize] */
  readonly state: Float64Array
  /** The action that each copy takes. [count sizeOf(action)] */
  readonly action: Float64Array
  /** r_t of the last step. [count] */
  readonly reward: Float64Array
  /** How the last step ended the episode: a number of `ending`. [count] */
  readonly end: Uint8Array
  /** Index, in its episode, of the step that is being taken. [count] */
  readonly time: Int32Array
  /** Sum of the rewards of the episode so far, as the environment itself pays them. [count] */
  readonly score: Float64Array
  /** Random numbers of each copy. [count] */
  readonly random: readonly Random[]
  /**
   * Whether what outlives an episode, such as running moments, goes on changing. `stands still` in an evaluation: what a change has learnt
   * is given to it in its memory after `open`, and it is to use that and leave it as it is. Default: goes on.
   */
  readonly learning?: 'goes on' | 'stands still'
}

/** What a run learns from all that it has seen, by what it bears on. Rewards: on those alone, so that a policy acts as before. */
export type Learnt = 'observations' | 'rewards'

/** Numbers that an environment or a change to it remembers from step to step, by a name for the record. */
export interface Memory {
  readonly name: string
  readonly values: Float64Array | Int32Array
  /** What the change that it belongs to says that it learns; `changed` writes it. */
  readonly learns?: readonly Learnt[]
}

/** What moves copies. Each function works on the copies from `from` to before `to`, and allocates nothing. */
export interface Dynamics {
  /** Puts copies into first states. */
  readonly reset: (from: number, to: number) => void
  /** Moves copies by their actions: writes their state, reward and end. */
  readonly step: (from: number, to: number) => void
  /** Writes what is observed of the states, row i for copy i. */
  readonly observe: (into: Float32Array, from: number, to: number) => void
  /** What is remembered besides the columns of `Copies`. */
  readonly memory: readonly Memory[]
}

/**
 * An environment: its spaces, and how its copies move. A value; what changes lives in the memory of who runs it.
 *
 * @typeParam O  space of the observations
 * @typeParam A  space of the actions
 * @typeParam L  what a run of it learns from all that it has seen; never: nothing, so that every run is the same environment
 */
export interface Environment<out O extends Space, out A extends Space, out L extends string = string> {
  readonly name: string
  /** What has been changed about it, innermost first. */
  readonly changes: readonly string[]
  /** What its runs learn from all that they have seen. */
  readonly learns: readonly L[]
  readonly observation: O
  readonly action: A
  /** How many numbers its state is. */
  readonly stateSize: number
  /** What becomes of an action outside its space: an error, or the environment's own affair (as Pendulum clips its torque). */
  readonly outside: 'refused' | 'passed on'
  /** Prepares to move copies that live in the given memory. */
  readonly open: (copies: Copies) => Dynamics
}

/** An environment of any spaces. */
export type AnyEnvironment = Environment<Space, Space>

/** What an environment is made of, by loops over flat columns. */
export interface ColumnsDefinition<O extends Space, A extends Space> {
  readonly name: string
  readonly observation: O
  readonly action: A
  /** How many numbers the state is, an integer >= 1. */
  readonly stateSize: number
  /** Default: refused. */
  readonly outside?: 'refused' | 'passed on'
  /** Loops over the copies in the given memory; what they remember besides may be left out. */
  readonly open: (copies: Copies) => Omit<Dynamics, 'memory'> & Partial<Pick<Dynamics, 'memory'>>
}

/**
 * An environment written as loops over flat columns: the fastest form, which the built-in ones have. `step` writes state, reward and end
 * of every row in its range.
 *
 * @param definition  spaces, size of the state, and the loops
 * @throws RangeError if the size of the state is no integer >= 1
 *
 * @example
 * ```ts
 * import { box, discrete, ending, environmentOfColumns, lockStep } from 'estimand/environment'
 * const counter = environmentOfColumns({
 *   name: 'counter', observation: box([1]), action: discrete(2), stateSize: 1,
 *   open: ({ state, action, reward, end }) => ({
 *     reset: (from, to) => { state.fill(0, from, to) },
 *     step: (from, to) => {
 *       for (let i = from; i < to; i++) {
 *         state[i] += action[i]
 *         reward[i] = state[i]
 *         end[i] = state[i] === 3 ? ending.Terminated : ending.none
 *       }
 *     },
 *     observe: (into, from, to) => { for (let i = from; i < to; i++) into[i] = state[i] },
 *   }),
 * })
 * const run = lockStep(counter, { copies: 2, seed: 1 })
 * run.step([0, 1])
 * run.reward // => [0, 1]
 * ```
 */
export const environmentOfColumns = <const O extends Space, const A extends Space>(definition: ColumnsDefinition<O, A>): Environment<O, A, never> => {
  refuseFields('environmentOfColumns', definition, { ...ofAnyForm, outside: optional(oneOf('refused', 'passed on')), open: kinds.function })
  const { name, observation, action, stateSize, outside = 'refused', open } = definition
  if (!(Number.isInteger(stateSize) && stateSize >= 1)) throw new RangeError(`${name}: stateSize: expected an integer >= 1, got ${shown(stateSize)}`)
  return {
    name,
    changes: [],
    learns: [],
    observation,
    action,
    stateSize,
    outside,
    open: (copies) => {
      const { score, reward } = copies
      const dynamics = open(copies)
      refuseFields(`${name}: open`, dynamics, { reset: kinds.function, step: kinds.function, observe: kinds.function, memory: optional(kinds.list) })
      const { reset, step, observe, memory = [] } = dynamics
      return {
        reset: (from, to) => {
          reset(from, to)
          // A loop, here and in other resets: mostly it is one copy, for which fill costs more.
          for (let i = from; i < to; i++) score[i] = 0
        },
        step: (from, to) => {
          step(from, to)
          // Here, beneath every change of the reward.
          for (let i = from; i < to; i++) score[i] += reward[i]
        },
        observe,
        memory,
      }
    },
  }
}

/** What a change to an environment replaces; what it leaves out stays as it is. */
export interface Change<O extends Space, A extends Space, L extends Learnt = never> {
  /** What the change is called, such as `timeLimit(500)`. */
  readonly word: string
  readonly observation: O
  readonly action: A
  readonly outside?: 'refused' | 'passed on'
  /** What it learns from all that a run has seen, and keeps in its memory from episode to episode. Default: nothing. */
  readonly learns?: readonly L[]
  /** The parts that change, given those of the environment within; `memory` is what the change itself remembers. */
  readonly open: (inner: Dynamics, copies: Copies) => Partial<Dynamics>
}

const changeFields = {
  word: kinds.text,
  observation: aSpace,
  action: aSpace,
  outside: optional(oneOf('refused', 'passed on')),
  learns: optional({ expected: "an array of what it learns: 'observations', 'rewards'", holds: (x) => Array.isArray(x) && x.every((one) => one === 'observations' || one === 'rewards') }),
  open: kinds.function,
} as const

/**
 * An environment with a change to it: what every combinator here is written with.
 *
 * @param inner   the environment to change
 * @param change  its name, the new spaces, and the parts that change
 *
 * @example
 * ```ts
 * import { cartPole, changed } from 'estimand/environment'
 * const inner = cartPole()
 * const costs = changed(inner, {
 *   word: 'costs', observation: inner.observation, action: inner.action,
 *   open: ({ step }, { reward }) => ({
 *     step: (from, to) => {
 *       step(from, to)
 *       for (let i = from; i < to; i++) reward[i] = -reward[i]
 *     },
 *   }),
 * })
 * costs.changes // => ['timeLimit(500)', 'costs']
 * ```
 */
export const changed = <O extends Space, A extends Space, Inner extends string, L extends Learnt = never>(
  inner: Environment<Space, Space, Inner>,
  change: Change<O, A, L>,
): Environment<O, A, Inner | NoInfer<L>> => {
  refuseFields('changed', change, changeFields)
  refuseOther(`changed: ${change.word}`, inner)
  return {
    name: inner.name,
    changes: [...inner.changes, change.word],
    learns: [...inner.learns, ...(change.learns ?? [])],
    observation: change.observation,
    action: change.action,
    stateSize: inner.stateSize,
    outside: change.outside ?? inner.outside,
    open: (copies) => {
      const within = inner.open(copies)
      const replaced = change.open(within, copies)
      refuseUnknown(`${change.word}: open`, replaced, ['reset', 'step', 'observe', 'memory'])
      const { memory = [], ...parts } = replaced
      return { ...within, ...parts, memory: [...within.memory, ...memory.map((one) => ({ ...one, learns: change.learns ?? [] }))] }
    },
  }
}
