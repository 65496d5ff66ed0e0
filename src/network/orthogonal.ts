import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'
import { fillNormal } from '../policy/normal.ts'

// Small, so that they are compiled soon: they are most of what it takes to begin.

/** x -= (x y) y, of two rows. */
const subtractProjection = (v: Float64Array, x: number, y: number, length: number): void => {
  let dot = 0
  for (let k = 0; k < length; k++) dot += v[x + k] * v[y + k]
  for (let k = 0; k < length; k++) v[x + k] -= dot * v[y + k]
}

/** x /= |x|, of a row. */
const normalise = (v: Float64Array, x: number, length: number): void => {
  let square = 0
  for (let k = 0; k < length; k++) square += v[x + k] * v[x + k]
  const root = Math.sqrt(square)
  for (let k = 0; k < length; k++) v[x + k] /= root
}

/** Makes row i orthogonal to the rows before it, and of length 1: twice, for its rounding. */
const orthogonaliseRow = (v: Float64Array, i: number, length: number): void => {
  for (let pass = 0; pass < 2; pass++) for (let j = 0; j < i; j++) subtractProjection(v, i * length, j * length, length)
  normalise(v, i * length, length)
}

/** to = by from, or by from transposed; from is [rows, columns]. */
const writeScaled = (to: Float64Array, from: Float64Array, rows: number, columns: number, by: number, as: 'as it is' | 'transposed'): void => {
  const [row, column] = as === 'transposed' ? [1, rows] : [columns, 1]
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) to[r * row + c * column] = by * from[r * columns + c]
}

/**
 * A random matrix with orthogonal rows or columns, whichever are fewer, each of length `gain`; uniformly distributed among those.
 *
 *     W W' = gain^2 I  (rows <= columns),     W'W = gain^2 I  (columns <= rows)
 *
 * Gram-Schmidt on normal numbers, twice for its rounding: the Q of a QR decomposition whose R has a positive diagonal.
 * Source: Saxe, McClelland, Ganguli 2014, Exact solutions to the nonlinear dynamics of learning in deep linear neural networks.
 *
 * @param random   generator, which moves on
 * @param rows     number of rows
 * @param columns  number of columns
 * @param gain     length of the orthogonal vectors
 * @returns        row-major. [rows columns]
 */
export const orthogonal = (random: RandomGenerator, rows: number, columns: number, gain: number): Float64Array => {
  const few = Math.min(rows, columns)
  const long = Math.max(rows, columns)
  // Vectors in rows.
  const v = new Float64Array(few * long)
  fillNormal(random, v, v.length)
  for (let i = 0; i < few; i++) orthogonaliseRow(v, i, long)
  const out = new Float64Array(rows * columns)
  writeScaled(out, v, few, long, gain, rows <= columns ? 'as it is' : 'transposed')
  return out
}
