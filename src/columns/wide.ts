import { exponential, powerOfTwo, withinReach } from './exponential.ts'

/** A number of any size, m 2^e: products and sums of ratios in it neither overflow nor underflow. m is 0, or of a size near 1. */
export interface Wide {
  readonly m: number
  readonly e: number
}

/** A column of numbers that may be of any size: factor_k exp(log_k). */
export interface WideColumn {
  readonly factor: Float64Array
  readonly log: Float64Array
}

/** x 2^e, rounded once. */
const timesPowerOfTwo = (x: number, e: number): number => {
  if (e > 2200) return x * Infinity
  if (e < -2200) return 0
  // Three factors, of which the first two are exact wherever the result is a number.
  const third = Math.trunc(e / 3)
  return x * powerOfTwo(third) * powerOfTwo(third) * powerOfTwo(e - 2 * third)
}

const normal = (m: number, e: number): Wide => {
  if (m === 0 || !Number.isFinite(m)) return { m, e: 0 }
  const octaves = Math.floor(Math.log2(Math.abs(m)))
  return { m: timesPowerOfTwo(m, -octaves), e: e + octaves }
}

/** A float64 as a wide number. */
export const wide = (x: number): Wide => normal(x, 0)

/** The nearest float64: Infinity, or 0 without a sign, where there is none. */
export const narrow = ({ m, e }: Wide): number => (m === 0 || !Number.isFinite(m) ? m : timesPowerOfTwo(m, e) + 0)

/** Below it a product may have lost digits on the way, or all of them. */
const tiny = 1e-290

/** Whether one of the numbers begin <= k < end is so small that digits may have been lost. */
export const isTiny = (x: Float64Array, begin: number, end: number): boolean => {
  // Of its size: signs are not foreseen, which would cost more than the work.
  for (let k = begin; k < end; k++) if (Math.abs(x[k]) < tiny) return true
  return false
}

/** Logs beyond this are as good as this: no product with a few float64 brings them back into range. */
const mostLog = 1e9

/** ln 2 in two parts; the first has so few digits that its product with a number of octaves is exact. */
const octaveHigh = 0.6931471803691238
const octaveLow = 1.9082149292705877e-10

/** exp log. */
export const wideExponential = (log: number): Wide => {
  if (log === -Infinity || Number.isNaN(log)) return { m: log === -Infinity ? 0 : log, e: 0 }
  const l = Math.min(Math.max(log, -mostLog), mostLog)
  const octaves = Math.round(l / Math.LN2)
  return normal(exponential(l - octaves * octaveHigh - octaves * octaveLow), octaves)
}

/** a b. */
export const times = (a: Wide, b: Wide): Wide => normal(a.m * b.m, a.e + b.e)

/** a + b. */
export const plus = (a: Wide, b: Wide): Wide => {
  if (b.m === 0) return a.m === 0 ? { m: a.m + b.m, e: 0 } : a
  if (a.m === 0) return b
  const [more, less] = a.e >= b.e ? [a, b] : [b, a]
  return normal(more.m + timesPowerOfTwo(less.m, less.e - more.e), more.e)
}

/** factor exp log, as the nearest float64. */
export const narrowAt = ({ factor, log }: WideColumn, k: number): number =>
  withinReach(log[k]) ? factor[k] * exponential(log[k]) : narrow(times(wide(factor[k]), wideExponential(log[k])))

/** The numbers of a column as float64: Infinity or 0 where there is none. */
export const narrowed = (column: WideColumn): Float64Array => column.factor.map((_, k) => narrowAt(column, k))

/** The k-th number of a column as a wide number. */
export const wideAt = ({ factor, log }: WideColumn, k: number): Wide =>
  withinReach(log[k]) ? wide(factor[k] * exponential(log[k])) : times(wide(factor[k]), wideExponential(log[k]))

/** Log of the k-th number of a column. */
export const logAt = ({ factor, log }: WideColumn, k: number): number => (factor[k] === 1 ? log[k] : log[k] + Math.log(factor[k]))

/** Whether the k-th number of a column is above a bound. */
export const isAbove = (column: WideColumn, k: number, bound: number): boolean =>
  withinReach(column.log[k]) ? narrowAt(column, k) > bound : logAt(column, k) > Math.log(bound)

/** Whether the k-th number of a column is below a bound. */
export const isBelow = (column: WideColumn, k: number, bound: number): boolean =>
  withinReach(column.log[k]) ? narrowAt(column, k) < bound : logAt(column, k) < Math.log(bound)

/** c times the k-th number of a column times scale: in float64 where that is as good, so that the bits are those of the quick way. */
export const productAt = (c: number, column: WideColumn, k: number, scale: number): number => {
  if (withinReach(column.log[k])) {
    const quick = c * narrowAt(column, k) * scale
    if (Number.isFinite(quick) && Math.abs(quick) > tiny) return quick
  }
  return narrow(times(times(wide(c), wide(scale)), wideAt(column, k)))
}
