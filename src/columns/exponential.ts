import type { Column, PerStep } from './column.ts'
import { copyRun, differences } from './runs.ts'
import type { RatioRoom } from '../simd/exp.ts'
import { openRatioRoom, roomLength } from '../simd/exp.ts'
import { numbers, parts, table } from '../simd/expTable.ts'

/** 2^(e - 1024), exact, by doubling. */
const powersOfTwo = (() => {
  const out = new Float64Array(2048)
  out[1024] = 1
  for (let e = 1025; e < out.length; e++) out[e] = 2 * out[e - 1]
  for (let e = 1023; e >= 0; e--) out[e] = out[e + 1] / 2
  return out
})()

const { perUnit, rounder, stepHigh, stepLow, half, sixth, c4, c5, reach } = numbers

/** 2^e, -1024 <= e < 1024. */
export const powerOfTwo = (e: number): number => powersOfTwo[e + 1024]

/** Whether exp x and its products with numbers of usual size are well within the range of float64. */
export const withinReach = (x: number): boolean => x >= -reach && x <= reach

let far = 0

/**
 * How many numbers beyond reach have been given to exp so far. A caller that compares the count before and after its work knows whether a ratio may
 * have overflowed or underflowed. Nothing is counted, so nothing is paid, where all are within reach.
 */
export const farRatios = (): number => far

/** Counts a product or a quotient of ratios that may have underflowed, though none of the ratios has. */
export const countFar = (): void => {
  far++
}

/** Where the power of two is too large or too small for one factor, it takes two. */
const beyondReach = (x: number, fraction: number, octaves: number): number => {
  // exp(-Infinity) is exactly 0: nothing is lost.
  if (x !== -Infinity) far++
  if (x > 710) return Infinity
  if (x < -746) return 0
  const some = octaves >> 1
  return fraction * powersOfTwo[some + 1024] * powersOfTwo[octaves - some + 1024]
}

/**
 * exp x, wrong by at most 0.52 units in the last place; by 1 where the result is below the normal numbers.
 *
 * The same bits as `exponentials`, on every machine and version; Math.exp promises neither.
 *
 * @param x  any number: NaN gives NaN, -Infinity 0
 */
export const exponential = (x: number): number => {
  const k = x * perUnit + rounder - rounder
  const r = x - k * stepHigh - k * stepLow
  const whole = k | 0
  const entry = (whole & (parts - 1)) << 1
  const square = r * r
  const small = table[entry] + r + square * (half + r * sixth) + square * square * (c4 + r * c5)
  const scale = table[entry + 1]
  const fraction = scale + scale * small
  return x >= -reach && x <= reach ? fraction * powersOfTwo[(whole >> 7) + 1024] : beyondReach(x, fraction, whole >> 7)
}

/** Makes ratios from log ratios. A column that comes from `take`, or from `exponentials` of such a one, is in a room where that is quick. */
export interface Ratios {
  /** Room for n log ratios. Until what is made of them has been read, nobody else may take it. [n], 0 < n <= 256 */
  readonly take: (n: number) => Float64Array
  /** exp of each number, written over it, or elsewhere in the room. [n] -> [n] */
  readonly exponentials: (logRatio: Float64Array) => Float64Array
  /** min(ratio, bound), written over the ratio. [n] -> [n] */
  readonly bounded: (ratio: Float64Array, bound: number) => Float64Array
  /** 0 where credit >= 0 ? ratio > high : ratio < low, written over the ratio, which stays elsewhere. [n], [n] -> [n] */
  readonly banded: (ratio: Float64Array, credit: Column<PerStep>, low: number, high: number) => Float64Array
}

/** The first n of the numbers of a room, which is mostly all of them. */
const firstOf = (room: Float64Array, n: number): Float64Array => (n === roomLength ? room : room.subarray(0, n))

/** One by one: where there are no vectors, and the oracle of those that do. */
export const scalarRatios = (): Ratios => {
  const room = new Float64Array(roomLength)
  return {
    take: (n) => firstOf(room, n),
    exponentials: (x) => {
      for (let k = 0; k < x.length; k++) x[k] = exponential(x[k])
      return x
    },
    bounded: (ratio, bound) => {
      for (let k = 0; k < ratio.length; k++) if (ratio[k] > bound) ratio[k] = bound
      return ratio
    },
    banded: (ratio, credit, low, high) => {
      for (let k = 0; k < ratio.length; k++) if (credit[k] >= 0 ? ratio[k] > high : ratio[k] < low) ratio[k] = 0
      return ratio
    },
  }
}

/** Lengths below this are done sooner one by one. */
const worthVectors = 16

/** Two at a time, in WebAssembly; without a branch, so that it does not matter whether ratios can be foreseen. */
export const vectorRatios = (room: RatioRoom): Ratios => {
  const { logRatio, ratio, credit } = room
  const one = scalarRatios()
  /** What was last handed out of the room: asking columns for their buffers would take longer than the work. */
  let taken = logRatio
  let given = ratio
  /** Makes those that are out of the kernel's reach. */
  const mended = (n: number): Float64Array => {
    for (let k = 0; k < n; k++) if (!withinReach(logRatio[k])) ratio[k] = exponential(logRatio[k])
    return (given = firstOf(ratio, n))
  }
  const made = (n: number): Float64Array => (room.exponentials(n) ? (given = firstOf(ratio, n)) : mended(n))
  /** Works a column through in the room, run by run. */
  const inRuns = (x: Float64Array, place: Float64Array, work: (n: number, begin: number) => void): Float64Array => {
    for (let k = 0; k < x.length; k += roomLength) {
      const some = x.subarray(k, k + roomLength)
      place.set(some)
      work(some.length, k)
      some.set(firstOf(ratio, some.length))
    }
    return x
  }
  return {
    take: (n) => (taken = firstOf(logRatio, n)),
    exponentials: (x) => {
      if (x === taken) return made(x.length)
      return x.length < worthVectors ? one.exponentials(x) : inRuns(x, logRatio, made)
    },
    bounded: (x, bound) => {
      if (x !== given) return x.length < worthVectors ? one.bounded(x, bound) : inRuns(x, ratio, (n) => room.bounded(n, bound))
      room.bounded(x.length, bound)
      return x
    },
    banded: (x, c, low, high) => {
      if (x.length < worthVectors) return one.banded(x, c, low, high)
      const work = (n: number, begin: number): void => {
        copyRun(credit, 0, n, c, begin)
        room.banded(n, low, high)
      }
      if (x !== given) return inRuns(x, ratio, work)
      work(x.length, 0)
      return x
    },
  }
}

/** Of this machine; opened when they are first needed. */
let opened: Ratios | null = null
const ratiosHere = (): Ratios => {
  const room = openRatioRoom()
  return room === null ? scalarRatios() : vectorRatios(room)
}

/** Room for log ratios: see `Ratios`. */
export const takeLogRatios = (n: number): Float64Array => (opened ??= ratiosHere()).take(n)

/**
 * exp of each number of a column, written over it or elsewhere in the room that it was taken from. The same bits as `exponential`.
 *
 * @param x  any numbers. [n]
 * @returns  that column, or another one. [n]
 */
export const exponentials = (x: Float64Array): Float64Array => (opened ??= ratiosHere()).exponentials(x)

/** min(ratio, bound), written over the ratio. [n] -> [n] */
export const bounded = (ratio: Float64Array, bound: number): Float64Array => (opened ??= ratiosHere()).bounded(ratio, bound)

/** 0 where credit >= 0 ? ratio > high : ratio < low, written over the ratio, which stays elsewhere. [n], [n] -> [n] */
export const banded = (ratio: Float64Array, credit: Column<PerStep>, low: number, high: number): Float64Array =>
  (opened ??= ratiosHere()).banded(ratio, credit, low, high)

/** How many log ratios there is room for, as a constant of this module: one that is imported is no constant to the engine, and loops pay for it. */
export const mostLogRatios: number = roomLength

/** min(exp (a_k - b_k), bound) for begin <= k < end, written to `out` in the same places. */
export const writeRatios = (out: Float64Array, a: Column<PerStep>, b: Column<PerStep>, bound: number, begin: number, end: number): void => {
  for (let k = begin; k < end; k += mostLogRatios) writeRun(out, a, b, bound, k, Math.min(mostLogRatios, end - k))
}

const writeRun = (out: Float64Array, a: Column<PerStep>, b: Column<PerStep>, bound: number, begin: number, n: number): void => {
  const log = takeLogRatios(n)
  differences(log, 0, n, a, b, begin)
  copyRun(out, begin, begin + n, bounded(exponentials(log), bound), 0)
}
