import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'
import type { JumpableRandomGenerator } from 'pure-rand/types/JumpableRandomGenerator'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'

/** A stream of random numbers, of pure-rand: what is drawn from it is drawn once. */
export type Random = RandomGenerator

/**
 * A uniform draw.
 *
 *     low + (high - low) U,   U uniform on [0, 1) in steps of 2^-53
 *
 * @param random  the stream to draw from
 * @param low     least value
 * @param high    bound above
 *
 * @example
 * ```ts
 * import { streamsOf, uniform } from 'estimand/environment'
 * const [random] = streamsOf(1, 1)
 * const x = uniform(random, 2, 3)
 * x >= 2 && x < 3 // => true
 * ```
 */
export const uniform = (random: Random, low: number, high: number): number => low + (high - low) * uniformFloat64(random)

/**
 * One stream per copy: stream i is the seed's generator, 2^64 (i + 1) draws on. So streams do not overlap, and that of copy i does not
 * depend on how many copies there are.
 *
 * @param seed   a 32-bit integer
 * @param count  how many streams
 *
 * @example
 * ```ts
 * import { streamsOf, uniform } from 'estimand/environment'
 * uniform(streamsOf(7, 2)[1], 0, 1) === uniform(streamsOf(7, 100)[1], 0, 1) // => true
 * ```
 */
export const streamsOf = (seed: number, count: number): readonly Random[] => {
  // The first draws after seeding are nearly the seed itself: the first jump mixes them.
  let random: JumpableRandomGenerator = xoroshiro128plus(seed)
  return Array.from({ length: count }, () => {
    random = random.clone()
    random.jump()
    return random.clone()
  })
}

/** A stream as numbers, and back. */
export const savedStream = (random: Random): readonly number[] => [...random.getState()]
/** Puts a stream back to where it was, itself: others hold it too. */
export const rewind = (random: Random, before: Random): void => {
  // A generator of pure-rand is its state and nothing else.
  Object.assign(random, before)
}
export const restoredStream = (state: readonly number[]): Random => xoroshiro128plusFromState(state)
