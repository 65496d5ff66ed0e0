import * as fc from 'fast-check'
import { refuseArgument } from '../../src/trajectories/argument.ts'

/**
 * A number in tenths, between two integers, that shrinks towards 0. Never a raw double: nine in ten of those would be zeros in
 * disguise, and a law would see nothing.
 *
 * @param low   smallest, an integer <= 0
 * @param high  largest, an integer >= 0
 *
 * @example
 * ```ts
 * import * as fc from 'fast-check'
 * import { tenths } from 'estimand/laws'
 * fc.sample(tenths(-2, 2), { numRuns: 100, seed: 1 }).every((x) => Number.isInteger(Math.round(x * 10)) && Math.abs(x) <= 2) // => true
 * ```
 */
export const tenths = (low: number, high: number): fc.Arbitrary<number> => {
  refuseArgument('tenths: low', low, { expected: 'an integer <= 0, as in tenths(-2, 2)', holds: (x) => Number.isInteger(x) && (x as number) <= 0 })
  refuseArgument('tenths: high', high, { expected: 'an integer >= 0, as in tenths(-2, 2)', holds: (x) => Number.isInteger(x) && (x as number) >= 0 })
  return fc.integer({ min: low * 10, max: high * 10 }).map((k) => k / 10)
}

/**
 * A discount in tenths, from 0 to 1, that shrinks towards 1.
 *
 * @example
 * ```ts
 * import * as fc from 'fast-check'
 * import { discounts } from 'estimand/laws'
 * fc.sample(discounts, { numRuns: 100, seed: 1 }).every((g) => g >= 0 && g <= 1) // => true
 * ```
 */
export const discounts: fc.Arbitrary<number> = fc.integer({ min: 0, max: 10 }).map((k) => 1 - k / 10)

/** Exactly so many values. */
export const exactly = <A>(length: number, of: fc.Arbitrary<A>): fc.Arbitrary<readonly A[]> => fc.array(of, { minLength: length, maxLength: length })

/** Mostly the last of some values, shrinking towards the first. */
export const mostly = <A>(...values: readonly A[]): fc.Arbitrary<A> =>
  fc.integer({ min: 0, max: values.length + 1 }).map((k) => values[Math.min(k, values.length - 1)])
