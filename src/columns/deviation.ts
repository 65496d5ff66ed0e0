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
  let squares = 0
  for (let k = 0; k < n; k++) squares += (x[k] - m) * (x[k] - m)
  return Math.sqrt(squares / (n - ddof))
}

/**
 * Mean of some numbers; of none it is 0.
 */
export const mean = (x: ArrayLike<number>): number => {
  let total = 0
  for (let k = 0; k < x.length; k++) total += x[k]
  return x.length === 0 ? 0 : total / x.length
}

/** Equal numbers have deviation 0 by definition; their rounded mean may differ from them. */
const allEqual = (x: ArrayLike<number>): boolean => {
  for (let k = 1; k < x.length; k++) if (x[k] !== x[0]) return false
  return true
}
