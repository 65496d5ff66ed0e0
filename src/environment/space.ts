import type { Problem } from '../trajectories/problem.ts'
import { kinds, refuseArgument } from '../trajectories/argument.ts'
import { refuseUnknown } from '../trajectories/keys.ts'
import { shown } from '../trajectories/problem.ts'
import { aSpace } from './kinds.ts'

/** Arrays of real numbers of one shape, between bounds: `Box<readonly [4]>` holds four numbers. */
export interface Box<out Shape extends readonly number[]> {
  readonly _tag: 'Box'
  readonly shape: Shape
  /** Least value of each number, row by row; may be -Infinity. */
  readonly low: readonly number[]
  /** Greatest value of each number, row by row; may be Infinity. */
  readonly high: readonly number[]
}

/** One of n things, numbered from 0: `Discrete<2>` is 0 or 1. */
export interface Discrete<out N extends number> {
  readonly _tag: 'Discrete'
  readonly n: N
}

/** What observations or actions are taken from. */
export type Space = Box<readonly number[]> | Discrete<number>

/** What one element of a space looks like to the code of an environment: a number, or the numbers of a box in a row. */
export type ElementOf<S extends Space> = S extends Discrete<number> ? number : readonly number[]

/** Bounds of a box: one number for all entries, or one each. */
export interface Bounds {
  readonly low: number | readonly number[]
  readonly high: number | readonly number[]
}

const spread = (name: string, bound: number | readonly number[], size: number): readonly number[] => {
  const row = typeof bound === 'number' ? Array.from({ length: size }, () => bound) : [...bound]
  if (row.length !== size) throw new RangeError(`box: ${name}: expected ${size} numbers, as the shape has, got ${row.length}`)
  if (row.some((x) => Number.isNaN(x))) throw new RangeError(`box: ${name}: expected numbers, got NaN`)
  return row
}

/**
 * The space of arrays of a shape.
 *
 * @param shape   sizes, integers >= 1; the type keeps them
 * @param bounds  low and high; without them there are none
 * @throws RangeError if a size is no integer >= 1, or low exceeds high
 *
 * @example
 * ```ts
 * import { box } from 'estimand/environment'
 * const torque = box([1], { low: -2, high: 2 })
 * torque.high // => [2]
 * ```
 */
export const box = <const Shape extends readonly number[]>(shape: Shape, bounds: Bounds = { low: -Infinity, high: Infinity }): Box<Shape> => {
  refuseArgument('box', shape, { expected: 'an array of sizes, such as box([4])', holds: Array.isArray })
  refuseUnknown('box', bounds, ['low', 'high'], 'box([2], { low: -1, high: 1 })')
  for (const size of shape)
    if (!(Number.isInteger(size) && size >= 1)) throw new RangeError(`box: shape: expected integers >= 1, got ${shown(shape)}`)
  const size = shape.reduce((a, b) => a * b, 1)
  const low = spread('low', bounds.low, size)
  const high = spread('high', bounds.high, size)
  for (const [k, least] of low.entries())
    if (least > high[k]) throw new RangeError(`box: low[${k}]: expected at most high[${k}] = ${high[k]}, got ${least}`)
  return { _tag: 'Box', shape, low, high }
}

/**
 * The space of n things.
 *
 * @param n  how many, an integer >= 1; the type keeps it
 * @throws RangeError if n is none
 *
 * @example
 * ```ts
 * import { discrete } from 'estimand/environment'
 * discrete(2) // => { _tag: 'Discrete', n: 2 }
 * ```
 */
export const discrete = <const N extends number>(n: N): Discrete<N> => {
  if (!(Number.isInteger(n) && n >= 1)) throw new RangeError(`discrete: expected an integer >= 1, got ${shown(n)}`)
  return { _tag: 'Discrete', n }
}

/**
 * How many numbers an element of a space takes in a flat column: 1 for a discrete space.
 *
 * @example
 * ```ts
 * import { box, sizeOf } from 'estimand/environment'
 * sizeOf(box([2, 3])) // => 6
 * ```
 */
export const sizeOf = (space: Space): number => {
  refuseArgument('sizeOf', space, aSpace)
  return space._tag === 'Box' ? space.shape.reduce((a, b) => a * b, 1) : 1
}

/**
 * A space in words.
 *
 * @example
 * ```ts
 * import { box, describeSpace } from 'estimand/environment'
 * describeSpace(box([4])) // => 'Box<[4]>'
 * ```
 */
export const describeSpace = (space: Space): string => {
  refuseArgument('describeSpace', space, aSpace)
  return space._tag === 'Box' ? `Box<[${space.shape.join(', ')}]>` : `Discrete<${space.n}>`
}

/**
 * What keeps a policy and an environment apart where the compiler could not look: empty if the spaces have one shape. Bounds may differ.
 *
 * @param path      what the space is of, such as `policy.observation`
 * @param expected  the space that is needed
 * @param got       the space that is there
 *
 * @example
 * ```ts
 * import { box, spaceProblems } from 'estimand/environment'
 * spaceProblems('policy.observation', box([3]), box([4]))
 * // => [{ path: 'policy.observation', expected: 'Box<[3]>, as the environment has', got: 'Box<[4]>' }]
 * ```
 */
export const spaceProblems = (path: string, expected: Space, got: Space): readonly Problem[] => {
  refuseArgument('spaceProblems', path, kinds.text)
  refuseArgument('spaceProblems: expected', expected, aSpace)
  refuseArgument('spaceProblems: got', got, aSpace)
  return describeSpace(expected) === describeSpace(got)
    ? []
    : [{ path, expected: `${describeSpace(expected)}, as the environment has`, got: describeSpace(got) }]
}
