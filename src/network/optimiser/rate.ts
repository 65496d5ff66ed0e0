import { refuseUnknown } from '../../trajectories/keys.ts'
import { checked, range } from '../../weighting/options.ts'

/** A learning rate as a function of how many updates were made before. */
export type Rate = (update: number) => number

/** A rate that goes from one number to another. */
export interface RateOptions {
  /** Rate of update 0. */
  readonly from: number
  /** Rate of update `updates` and after. Default: 0. */
  readonly to?: number
  /** How many updates it takes, an integer >= 1. */
  readonly updates: number
}

const between = (word: string, options: RateOptions, shape: (part: number) => number): Rate => {
  refuseUnknown(word, options, ['from', 'to', 'updates'], `${word}({ from: 1e-3, updates: 100 })`)
  const { from, to = 0, updates } = options
  checked(`${word}: from`, from, range.notNegative)
  checked(`${word}: to`, to, range.notNegative)
  checked(`${word}: updates`, updates, range.count)
  return (update) => to + (from - to) * shape(Math.min(Math.max(update / updates, 0), 1))
}

/**
 * The same rate at every update.
 *
 * @param rate  a number >= 0
 *
 * @example
 * ```ts
 * import { constantRate } from 'estimand/network'
 * constantRate(0.01)(7) // => 0.01
 * ```
 */
export const constantRate = (rate: number): Rate => {
  checked('constantRate', rate, range.notNegative)
  return () => rate
}

/**
 * A rate that falls (or rises) in a straight line.
 *
 *     rate(u) = to + (from - to) (1 - u / updates),    to from there on
 *
 * @param options  from, to, updates
 *
 * @example
 * ```ts
 * import { linearRate } from 'estimand/network'
 * const rate = linearRate({ from: 0.5, updates: 4 })
 * ;[rate(0), rate(1), rate(4), rate(9)] // => [0.5, 0.375, 0, 0]
 * ```
 */
export const linearRate = (options: RateOptions): Rate => between('linearRate', options, (part) => 1 - part)

/**
 * A rate that falls along half a cosine, slowly at both ends.
 *
 *     rate(u) = to + (from - to) (1 + cos(pi u / updates)) / 2,    to from there on
 *
 * Source: Loshchilov and Hutter 2017, SGDR, eq. 5, without restarts.
 *
 * @param options  from, to, updates
 *
 * @example
 * ```ts
 * import { cosineRate } from 'estimand/network'
 * const rate = cosineRate({ from: 1, to: 0.5, updates: 2 })
 * ;[rate(0), rate(1), rate(2), rate(9)] // => [1, 0.75, 0.5, 0.5]
 * ```
 */
export const cosineRate = (options: RateOptions): Rate => between('cosineRate', options, (part) => (1 + Math.cos(Math.PI * part)) / 2)
