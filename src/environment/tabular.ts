import { kinds } from '../trajectories/argument.ts'
import { refuseFields } from '../trajectories/fields.ts'
import { optionProblems } from '../trajectories/keys.ts'
import type { Problem } from '../trajectories/problem.ts'
import { describeProblems, shown } from '../trajectories/problem.ts'
import type { Environment } from './environment.ts'
import { ending, environmentOfColumns } from './environment.ts'
import type { Random } from './random.ts'
import { uniform } from './random.ts'
import type { Discrete } from './space.ts'
import { discrete } from './space.ts'

/** What may follow an action in a state. */
export interface Branch {
  readonly probability: number
  readonly next: number
  readonly reward: number
  readonly terminated: boolean
}

/** An environment as tables: finitely many states, observed as they are. */
export interface Tables<S extends number, A extends number> {
  readonly name: string
  readonly states: S
  readonly actions: A
  /** Probability of each first state. [S] */
  readonly start: readonly number[]
  /** What may follow action a in state s. [S][A][] */
  readonly branches: readonly (readonly (readonly Branch[])[])[]
}

const sumsToOne = (path: string, probabilities: readonly number[]): readonly Problem[] => {
  const sum = probabilities.reduce((a, b) => a + b, 0)
  const holds = probabilities.every((p) => p >= 0) && Math.abs(sum - 1) <= 1e-9
  return holds ? [] : [{ path, expected: 'probabilities that sum to 1', got: shown(probabilities) }]
}

const branchKeys = ['probability', 'next', 'reward', 'terminated']

/** What is wrong with branches before their numbers are looked at; null: nothing. */
const strangeBranches = (path: string, all: readonly Branch[]): readonly Problem[] | null => {
  if (!Array.isArray(all)) return [{ path, expected: 'an array of branches', got: shown(all) }]
  const problems = all.flatMap((branch: unknown, k) => optionProblems(`${path}[${k}]`, branch, branchKeys, '{ probability: 1, next: 0, reward: 0, terminated: false }'))
  return problems.length === 0 ? null : problems
}

const problemsOf = ({ states, actions, start, branches }: Tables<number, number>): readonly Problem[] => [
  ...(start.length === states ? sumsToOne('start', start) : [{ path: 'start', expected: `${states} probabilities`, got: String(start.length) }]),
  ...(branches.length === states ? [] : [{ path: 'branches', expected: `${states} rows, one per state`, got: String(branches.length) }]),
  ...branches.flatMap((row, s) =>
    row.length === actions
      ? row.flatMap((all, a) => strangeBranches(`branches[${s}][${a}]`, all) ?? [
          ...sumsToOne(`branches[${s}][${a}]`, all.map(({ probability }) => probability)),
          ...all.flatMap(({ next, reward }, k): readonly Problem[] => [
            ...(Number.isInteger(next) && next >= 0 && next < states
              ? []
              : [{ path: `branches[${s}][${a}][${k}].next`, expected: `a state from 0 to ${states - 1}`, got: shown(next) }]),
            ...(Number.isFinite(reward) ? [] : [{ path: `branches[${s}][${a}][${k}].reward`, expected: 'a finite number', got: shown(reward) }]),
          ]),
        ])
      : [{ path: `branches[${s}]`, expected: `${actions} entries, one per action`, got: String(row.length) }],
  ),
]

const tableFields = {
  name: kinds.text,
  states: { expected: 'how many states there are', holds: () => true },
  actions: { expected: 'how many actions there are', holds: () => true },
  start: kinds.numbers,
  branches: kinds.list,
} as const

/** Running sums; the last is 1 whatever rounding made of it. */
const cumulated = (probabilities: readonly number[]): readonly number[] => {
  let sum = 0
  return probabilities.map((p, k) => (k === probabilities.length - 1 ? 1 : (sum += p)))
}

/** First k from `from` on whose running sum exceeds a uniform draw; one choice needs no draw. */
const drawn = (sums: Float64Array, from: number, to: number, random: Random): number => {
  if (to - from === 1) return from
  const u = uniform(random, 0, 1)
  let k = from
  while (u >= sums[k]) k++
  return k
}

/**
 * An environment of finitely many states from tables. Its state is a number, which is observed as it is; `oneHot` makes it a vector.
 *
 * @param tables  first states, and what may follow each action
 * @throws TypeError with every problem: probabilities that do not sum to 1, states that are none, rewards that are not finite
 *
 * @example
 * ```ts
 * import { lockStep, tabular } from 'estimand/environment'
 * const coin = tabular({
 *   name: 'coin', states: 1, actions: 1, start: [1],
 *   branches: [[[{ probability: 0.5, next: 0, reward: 1, terminated: true }, { probability: 0.5, next: 0, reward: 0, terminated: true }]]],
 * })
 * const run = lockStep(coin, { copies: 1, seed: 1 })
 * let heads = 0
 * for (let k = 0; k < 1000; k++) { run.step([0]); heads += run.reward[0] }
 * heads > 400 && heads < 600 // => true
 * ```
 */
export const tabular = <const S extends number, const A extends number>(tables: Tables<S, A>): Environment<Discrete<S>, Discrete<A>, never> => {
  refuseFields('tabular', tables, tableFields)
  const { name, states, actions, start, branches } = tables
  const problems = problemsOf(tables)
  if (problems.length > 0) throw new TypeError(`${name}: ${describeProblems(problems)}`)
  // A branch of probability 0 at the end of its list would be taken whenever rounding leaves a gap.
  const lists = branches.flatMap((row) => row.map((all) => all.filter(({ probability }) => probability > 0)))
  const flat = lists.flat()
  const offsets = new Int32Array(lists.length + 1)
  for (const [k, all] of lists.entries()) offsets[k + 1] = offsets[k] + all.length
  const sums = Float64Array.from(lists.flatMap((all) => cumulated(all.map(({ probability }) => probability))))
  const next = Int32Array.from(flat, (branch) => branch.next)
  const pay = Float64Array.from(flat, (branch) => branch.reward)
  const over = Uint8Array.from(flat, ({ terminated }) => (terminated ? ending.Terminated : ending.none))
  const first = start.flatMap((p, s) => (p > 0 ? [s] : []))
  const firstSums = Float64Array.from(cumulated(first.map((s) => start[s])))
  return environmentOfColumns({
    name,
    observation: discrete(states),
    action: discrete(actions),
    stateSize: 1,
    open: ({ state, action, reward, end, random }) => ({
      reset: (from, to) => {
        for (let i = from; i < to; i++) state[i] = first[drawn(firstSums, 0, first.length, random[i])]
      },
      step: (from, to) => {
        for (let i = from; i < to; i++) {
          const pair = state[i] * actions + action[i]
          const k = drawn(sums, offsets[pair], offsets[pair + 1], random[i])
          state[i] = next[k]
          reward[i] = pay[k]
          end[i] = over[k]
        }
      },
      observe: (into, from, to) => {
        for (let i = from; i < to; i++) into[i] = state[i]
      },
    }),
  })
}
