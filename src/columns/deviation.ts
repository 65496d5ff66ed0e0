/** Sum of the numbers begin <= k < end, or of all: four sums at once, since a single one would wait for itself. */
export const sum = (x: ArrayLike<number>, begin = 0, end = x.length): number => {
  let a = 0
  let b = 0
  let c = 0
  let d = 0
  let k = begin
  for (; k + 3 < end; k += 4) {
    a += x[k]
    b += x[k + 1]
    c += x[k + 2]
    d += x[k + 3]
  }
  for (; k < end; k++) a += x[k]
  return a + b + (c + d)
}

/** Where numbers lie, and how far they are from there. */
export interface Spread {
  readonly mean: number
  readonly deviation: number
}

/**
 * Mean and standard deviation of some numbers, sqrt(sum (x - mean)^2 / (n - ddof)); of a single number the deviation is 0. Right where
 * `isOrdinary` says so of the deviation: squares of smaller or larger numbers are none.
 *
 * The mean is put right by the mean of what is left (Chan, Golub, LeVeque 1983, corrected two-pass), so that it is as exact as the numbers
 * are near each other.
 *
 * @param x     the numbers, at least one. [n]
 * @param ddof  0: of a population, 1: of a sample
 */
export const spreadOf = (x: ArrayLike<number>, ddof: 0 | 1): Spread => {
  const n = x.length
  const near = sum(x) / n
  let a = 0
  let b = 0
  let c = 0
  let d = 0
  let aa = 0
  let bb = 0
  let cc = 0
  let dd = 0
  let k = 0
  for (; k + 3 < n; k += 4) {
    const p = x[k] - near
    const q = x[k + 1] - near
    const r = x[k + 2] - near
    const s = x[k + 3] - near
    a += p
    b += q
    c += r
    d += s
    aa += p * p
    bb += q * q
    cc += r * r
    dd += s * s
  }
  for (; k < n; k++) {
    const p = x[k] - near
    a += p
    aa += p * p
  }
  const left = a + b + (c + d)
  const squares = aa + bb + (cc + dd) - left * (left / n)
  return { mean: near + left / n, deviation: n <= ddof || squares <= 0 ? 0 : Math.sqrt(squares / (n - ddof)) }
}

/** Whether a deviation has been computed from squares that neither overflow nor vanish. */
export const isOrdinary = (deviation: number): boolean => deviation > 2 ** -450 && deviation < 2 ** 450

/** Largest absolute value; 0 of none. */
export const largest = (x: ArrayLike<number>): number => {
  let most = 0
  for (let k = 0; k < x.length; k++) most = Math.max(most, Math.abs(x[k]))
  return most
}

/**
 * A power of two by which numbers of a size are multiplied before they are squared or added up; 1 where that is not needed. It rounds
 * nothing, so that what is divided by it again is what ordinary numbers give.
 */
export const unitFor = (size: number): number => {
  if (size === 0 || (size > 2 ** -400 && size < 2 ** 400)) return 1
  return size < 1 ? 2 ** Math.min(-Math.floor(Math.log2(size)), 1000) : 2 ** -Math.min(Math.floor(Math.log2(Math.min(size, Number.MAX_VALUE))), 1000)
}
