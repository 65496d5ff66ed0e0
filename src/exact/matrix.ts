/** A matrix by rows. */
export type Matrix = readonly (readonly number[])[]

/** X Y. */
export const times = (x: Matrix, y: Matrix): Matrix =>
  x.map((row) => (y[0] ?? []).map((_, j) => row.reduce((sum, value, k) => sum + value * y[k][j], 0)))

/** X + Y. */
export const plus = (x: Matrix, y: Matrix): Matrix => x.map((row, i) => row.map((value, j) => value + y[i][j]))

/** factor X. */
export const scaled = (factor: number, x: Matrix): Matrix => x.map((row) => row.map((value) => factor * value))

/** X'. */
export const transposed = (x: Matrix): Matrix => (x[0] ?? []).map((_, j) => x.map((row) => row[j]))

/** Sum of the diagonal. */
export const trace = (x: Matrix): number => x.reduce((sum, row, i) => sum + row[i], 0)

/** Largest absolute entry. */
export const largest = (x: Matrix): number => x.flat().reduce((most, value) => Math.max(most, Math.abs(value)), 0)

/** A share of the largest entry below which a pivot is rounding. */
const rounding = 1e-15

/**
 * Lower triangular L with L L' = X, for a symmetric positive semidefinite X. A direction without variance gets a column of zeros. For
 * any other X the product differs from X, which is how to tell.
 */
export const choleskyFactor = (x: Matrix): Matrix => {
  const least = rounding * largest(x)
  const factor = x.map((row) => row.map(() => 0))
  for (let j = 0; j < x.length; j++) {
    const rest = (i: number): number => factor[j].slice(0, j).reduce((left, value, k) => left - factor[i][k] * value, x[i][j])
    const pivot = rest(j)
    if (pivot <= least) continue
    const root = Math.sqrt(pivot)
    for (let i = j; i < x.length; i++) factor[i][j] = rest(i) / root
  }
  return factor
}
