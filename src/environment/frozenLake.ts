import { refuseUnknown } from '../trajectories/keys.ts'
import { shown } from '../trajectories/problem.ts'
import type { Environment } from './environment.ts'
import type { Discrete } from './space.ts'
import type { Branch } from './tabular.ts'
import { tabular } from './tabular.ts'
import type { LimitOptions } from './timeLimit.ts'
import { limitedTo } from './timeLimit.ts'

const maps = {
  '4x4': ['SFFF', 'FHFH', 'FFFH', 'HFFG'],
  '8x8': ['SFFFFFFF', 'FFFFFFFF', 'FFFHFFFF', 'FFFFFHFF', 'FFFHFFFF', 'FHHFFFHF', 'FHFFHFHF', 'FFFHFFFG'],
} as const

/** Which lake. */
export interface LakeOptions<Size extends '4x4' | '8x8'> extends LimitOptions {
  /** Default: 4x4. */
  readonly size?: Size
  /** `slippery`: an action turns out to be itself or one of its two neighbours, a third each. Default: slippery. */
  readonly ice?: 'slippery' | 'rough'
}

/** How many cells a lake has. */
export type Cells<Size extends '4x4' | '8x8'> = Size extends '8x8' ? 64 : 16

const cellCount: { readonly [Size in '4x4' | '8x8']: Cells<Size> } = { '4x4': 16, '8x8': 64 }
const usualSteps = { '4x4': 100, '8x8': 200 } as const

// left, down, right, up
const moves = [
  [0, -1],
  [1, 0],
  [0, 1],
  [-1, 0],
] as const

/** What may follow each action on a lake. [S][4][] */
export const lakeBranches = (size: '4x4' | '8x8', ice: 'slippery' | 'rough'): readonly (readonly (readonly Branch[])[])[] => {
  const map = maps[size]
  const rows = map.length
  const columns = map[0].length
  return Array.from({ length: rows * columns }, (_, s) =>
    moves.map((_move, a): readonly Branch[] => {
      const [row, column] = [Math.floor(s / columns), s % columns]
      if ('HG'.includes(map[row][column])) return [{ probability: 1, next: s, reward: 0, terminated: true }]
      const turns = ice === 'slippery' ? [(a + 3) % 4, a, (a + 1) % 4] : [a]
      return turns.map((turn) => {
        const [down, right] = moves[turn]
        const [y, x] = [Math.min(Math.max(row + down, 0), rows - 1), Math.min(Math.max(column + right, 0), columns - 1)]
        return { probability: 1 / turns.length, next: y * columns + x, reward: map[y][x] === 'G' ? 1 : 0, terminated: 'HG'.includes(map[y][x]) }
      })
    }),
  )
}

/**
 * FrozenLake-v1 and FrozenLake8x8-v1, with gymnasium's dynamics: walk left (0), down (1), right (2) or up (3) over ice to the goal, which
 * pays 1; holes end the episode. Observed: the number of the cell, row by row.
 *
 * Source: gymnasium 1.3.0; the test compares every transition of 4x4. `frozenLake` of estimand/exact is the same lake as an MDP.
 *
 * @param options  size, ice, and steps before an episode is cut as Truncated: 100, or 200 for 8x8, unless given
 *
 * @example
 * ```ts
 * import { frozenLake } from 'estimand/environment'
 * frozenLake({ size: '8x8', ice: 'rough' }).observation.n // => 64
 * ```
 */
export const frozenLake = <Size extends '4x4' | '8x8' = '4x4'>(options: LakeOptions<Size> = {}): Environment<Discrete<Cells<Size>>, Discrete<4>, never> => {
  // The type's default, where no size is given.
  refuseUnknown('frozenLake', options, ['size', 'ice', 'steps'])
  const { size = '4x4' as Size, ice = 'slippery', ...limit } = options
  if (size !== '4x4' && size !== '8x8') throw new RangeError(`frozenLake: size: expected '4x4' or '8x8', got ${shown(size)}`)
  if (ice !== 'slippery' && ice !== 'rough') throw new RangeError(`frozenLake: ice: expected 'slippery' or 'rough', got ${shown(ice)}`)
  const states = cellCount[size]
  const branches = lakeBranches(size, ice)
  const start = Array.from({ length: states }, (_, s) => (s === 0 ? 1 : 0))
  const name = size === '8x8' ? 'FrozenLake8x8-v1' : 'FrozenLake-v1'
  return limitedTo('frozenLake', usualSteps[size], limit)(tabular({ name, states, actions: 4, start, branches }))
}
