import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'
import type { Floats } from './floats.ts'

/**
 * Fills an array with independent standard normal numbers, two from two uniform ones; of an odd count the last pair's second is dropped,
 * so that nothing is kept from call to call.
 *
 *     x = sqrt(-2 log(1 - u)) cos(2 pi v),   y = sqrt(-2 log(1 - u)) sin(2 pi v)
 *
 * Source: Box and Muller 1958, A note on the generation of random normal deviates.
 *
 * @param random  generator, which moves on
 * @param into    where they go
 * @param count   how many
 */
export const fillNormal = (random: RandomGenerator, into: Floats, count: number): void => {
  for (let k = 0; k < count; k += 2) {
    // 1 - u is never 0.
    const radius = Math.sqrt(-2 * Math.log(1 - uniformFloat64(random)))
    const angle = 2 * Math.PI * uniformFloat64(random)
    into[k] = radius * Math.cos(angle)
    if (k + 1 < count) into[k + 1] = radius * Math.sin(angle)
  }
}
