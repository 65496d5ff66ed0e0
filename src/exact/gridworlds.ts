import * as E from 'fp-ts/lib/Either.js'
import type { Problem } from '../trajectories/problem.ts'
import { namedProblems } from '../trajectories/vocabulary.ts'
import type { Mdp } from './mdp.ts'
import { mdp } from './mdp.ts'
import { gridNames, lakeNames } from './names.ts'

/** What a gridworld leaves to its user: horizon, discount, where it starts, and the policies. */
export interface GridOptions {
  /** Most decisions of an episode. Enumeration grows with its power: keep it short. */
  readonly horizon: number
  /** gamma in [0, 1]. */
  readonly discount: number
  /** Number of the first state, row by row. Default: the start of the map. */
  readonly start?: number
  /** Logits of the target policy. [S][4] Default: all 0. */
  readonly theta?: readonly (readonly number[])[]
  /** Logits of the behaviour policy. [S][4] Default: those of the target policy. */
  readonly thetaBehaviour?: readonly (readonly number[])[]
}

interface Grid {
  readonly rows: number
  readonly columns: number
  readonly start: number
  readonly terminal: readonly boolean[]
  /** Where a move ends that would land on a cell, and what it earns. */
  readonly landing: (cell: number) => { readonly next: number; readonly reward: number }
  /** Directions that an action may turn out to be, equally likely. */
  readonly outcomes: (action: number) => readonly (readonly [number, number])[]
}

const inside = (rows: number, columns: number, state: number, [down, right]: readonly [number, number]): number => {
  const row = Math.min(Math.max(Math.floor(state / columns) + down, 0), rows - 1)
  const column = Math.min(Math.max((state % columns) + right, 0), columns - 1)
  return row * columns + column
}

const gridMdp = (grid: Grid, options: GridOptions): E.Either<readonly Problem[], Mdp> => {
  const { horizon, discount, start = grid.start, theta, thetaBehaviour } = options
  const S = grid.rows * grid.columns
  if (!(Number.isInteger(start) && start >= 0 && start < S)) return E.left([{ path: 'start', expected: `a state in 0 .. ${S - 1}`, got: String(start) }])
  const states = Array.from({ length: S }, (_, s) => s)
  const zero = () => states.map(() => 0)
  const P = states.map(() => [0, 1, 2, 3].map(zero))
  const R = states.map(() => [0, 1, 2, 3].map(zero))
  for (const s of states)
    for (const a of [0, 1, 2, 3]) {
      const outcomes = grid.outcomes(a)
      if (grid.terminal[s]) P[s][a][s] = 1
      else
        for (const direction of outcomes) {
          const { next, reward } = grid.landing(inside(grid.rows, grid.columns, s, direction))
          P[s][a][next] += 1 / outcomes.length
          R[s][a][next] = reward
        }
    }
  const rho = zero()
  rho[start] = 1
  const flat = states.map(() => [0, 0, 0, 0])
  return mdp({
    S,
    A: 4,
    T: horizon,
    gamma: discount,
    rewardKind: 'sas',
    terminal: grid.terminal,
    rho,
    P,
    R,
    theta: theta ?? flat,
    thetaBehaviour: thetaBehaviour ?? theta ?? flat,
  })
}

const lake = ['SFFF', 'FHFH', 'FFFH', 'HFFG'].join('')
const lakeDirections: readonly (readonly [number, number])[] = [
  [0, -1],
  [1, 0],
  [0, 1],
  [-1, 0],
]

/**
 * FrozenLake 4x4, with gymnasium's dynamics: actions left, down, right, up; on slippery ice each turns out to be itself or one of its
 * neighbours, a third each; holes and the goal end the episode; the goal pays 1.
 *
 * Source: gymnasium 1.3.0, FrozenLake-v1; the test compares every transition with its table.
 *
 * @param options  slippery (default true), horizon, discount, start, policies
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { frozenLake, truth } from 'estimand/exact'
 * pipe(frozenLake({ horizon: 1, discount: 1, start: 14, slippery: false }), E.map((lake) => truth(lake).J)) // => E.right(0.25)
 * ```
 */
export const frozenLake = (options: GridOptions & { readonly slippery?: boolean }): E.Either<readonly Problem[], Mdp> => {
  const malformed = namedProblems('frozenLake', options, lakeNames, 'frozenLake({ horizon: 3, discount: 1 })')
  if (malformed.length > 0) return E.left(malformed)
  return gridMdp(
    {
      rows: 4,
      columns: 4,
      start: 0,
      terminal: Array.from(lake, (cell) => cell === 'H' || cell === 'G'),
      landing: (next) => ({ next, reward: lake[next] === 'G' ? 1 : 0 }),
      outcomes: (action) =>
        options.slippery === false
          ? [lakeDirections[action]]
          : [lakeDirections[(action + 3) % 4], lakeDirections[action], lakeDirections[(action + 1) % 4]],
    },
    options,
  )
}

const cliffDirections: readonly (readonly [number, number])[] = [
  [-1, 0],
  [0, 1],
  [1, 0],
  [0, -1],
]
const isCliff = (state: number): boolean => state > 36 && state < 47

/**
 * CliffWalking, with gymnasium's dynamics: a 4x12 grid, actions up, right, down, left, -1 a step, -100 and back to the start for a step
 * off the cliff; the goal ends the episode.
 *
 * Source: gymnasium 1.3.0, CliffWalking-v1; Sutton and Barto 2018, example 6.6. The test compares every transition with its table.
 *
 * @param options  horizon, discount, start, policies
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { cliffWalking, truth } from 'estimand/exact'
 * pipe(cliffWalking({ horizon: 1, discount: 1 }), E.map((cliff) => truth(cliff).J)) // => E.right(-25.75)
 * ```
 */
export const cliffWalking = (options: GridOptions): E.Either<readonly Problem[], Mdp> => {
  const malformed = namedProblems('cliffWalking', options, gridNames, 'cliffWalking({ horizon: 3, discount: 1 })')
  if (malformed.length > 0) return E.left(malformed)
  return gridMdp(
    {
      rows: 4,
      columns: 12,
      start: 36,
      terminal: Array.from({ length: 48 }, (_, s) => s === 47),
      landing: (cell) => (isCliff(cell) ? { next: 36, reward: -100 } : { next: cell, reward: -1 }),
      outcomes: (action) => [cliffDirections[action]],
    },
    options,
  )
}
