/**
 * Standard deviation of some numbers, sqrt(sum (x - mean)^2 / (n - ddof)). That of a single number, or of none, is 0.
 *
 * @param x     the numbers. [n]
 * @param ddof  0: of a population, 1: of a sample
 */
export const deviation = (x: ArrayLike<number>, ddof: 0 | 1): number => {
  const n = x.length
  if (n <= ddof || allEqual(x)) return 0
  const m = mean(x)
  let a = 0
  let b = 0
  let c = 0
  let d = 0
  let k = 0
  for (; k + 3 < n; k += 4) {
    a += (x[k] - m) * (x[k] - m)
    b += (x[k + 1] - m) * (x[k + 1] - m)
    c += (x[k + 2] - m) * (x[k + 2] - m)
    d += (x[k + 3] - m) * (x[k + 3] - m)
  }
  for (; k < n; k++) a += (x[k] - m) * (x[k] - m)
  return Math.sqrt((a + b + (c + d)) / (n - ddof))
}

/**
 * Mean of some numbers; of none it is 0.
 */
export const mean = (x: ArrayLike<number>): number => (x.length === 0 ? 0 : sum(x) / x.length)

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

/** Equal numbers have deviation 0 by definition; their rounded mean may differ from them. */
const allEqual = (x: ArrayLike<number>): boolean => {
  for (let k = 1; k < x.length; k++) if (x[k] !== x[0]) return false
  return true
}
