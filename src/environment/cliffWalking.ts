import type { Environment } from './environment.ts'
import type { Discrete } from './space.ts'
import type { Branch } from './tabular.ts'
import { tabular } from './tabular.ts'
import type { LimitOptions } from './timeLimit.ts'
import { limitedTo } from './timeLimit.ts'

const rows = 4
const columns = 12
const start = 36
const goal = 47

// up, right, down, left
const moves = [
  [-1, 0],
  [0, 1],
  [1, 0],
  [0, -1],
] as const

const landing = (s: number, [down, right]: readonly [number, number]): number => {
  const y = Math.min(Math.max(Math.floor(s / columns) + down, 0), rows - 1)
  const x = Math.min(Math.max((s % columns) + right, 0), columns - 1)
  return y * columns + x
}

/** What follows each action. [48][4][1] */
export const cliffBranches: readonly (readonly (readonly Branch[])[])[] = Array.from({ length: rows * columns }, (_, s) =>
  moves.map((move) => {
    const cell = landing(s, move)
    const fell = cell > start && cell < goal
    return [{ probability: 1, next: fell ? start : cell, reward: fell ? -100 : -1, terminated: cell === goal }]
  }),
)

/**
 * CliffWalking-v1, with gymnasium's dynamics: walk up (0), right (1), down (2) or left (3) along a cliff; -1 a step, -100 and back to the
 * start for one off the cliff; the goal ends the episode. Observed: the number of the cell, row by row.
 *
 * Source: Sutton and Barto 2018, example 6.6; gymnasium 1.3.0; the test compares every transition. `cliffWalking` of estimand/exact is
 * the same as an MDP.
 *
 * @param options  steps before an episode is cut as Truncated: no limit unless given, as in gymnasium
 *
 * @example
 * ```ts
 * import { cliffWalking } from 'estimand/environment'
 * cliffWalking().observation.n // => 48
 * ```
 */
export const cliffWalking = (options: LimitOptions = {}): Environment<Discrete<48>, Discrete<4>, never> =>
  limitedTo('cliffWalking', Infinity, options)(
    tabular({ name: 'CliffWalking-v1', states: 48, actions: 4, start: Array.from({ length: 48 }, (_, s) => (s === start ? 1 : 0)), branches: cliffBranches }),
  )
