import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'
import { fillNormal } from '../policy/normal.ts'

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
  for (let i = 0; i < few; i++) {
    const x = v.subarray(i * long, (i + 1) * long)
    for (let pass = 0; pass < 2; pass++)
      for (let j = 0; j < i; j++) {
        const y = v.subarray(j * long, (j + 1) * long)
        let dot = 0
        for (let k = 0; k < long; k++) dot += x[k] * y[k]
        for (let k = 0; k < long; k++) x[k] -= dot * y[k]
      }
    let square = 0
    for (let k = 0; k < long; k++) square += x[k] * x[k]
    const length = Math.sqrt(square)
    for (let k = 0; k < long; k++) x[k] /= length
  }
  return Float64Array.from({ length: rows * columns }, (_, at) => {
    const r = Math.floor(at / columns)
    const c = at % columns
    return gain * (rows <= columns ? v[r * long + c] : v[c * long + r])
  })
}
