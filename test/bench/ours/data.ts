/**
 * A number in [low, high) from two integers, the same here and in peers/data.py: a hash (the finaliser of MurmurHash3), so that both sides
 * of a comparison work on the same data and no branch can be foreseen.
 *
 * @param column  which column it is for
 * @param k       position in the column
 */
export const datum = (column: number, k: number, low: number, high: number): number => {
  let h = (k + Math.imul(column, 0x9e3779b9)) | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return low + (high - low) * (((h ^ (h >>> 16)) >>> 0) / 2 ** 32)
}

/** A column of such numbers. */
export const columnOf = (column: number, length: number, low: number, high: number): Float64Array =>
  Float64Array.from({ length }, (_, k) => datum(column, k, low, high))

/** Mean of the absolute values. */
export const meanSize = (x: ArrayLike<number>): number => {
  let sum = 0
  for (let k = 0; k < x.length; k++) sum += Math.abs(x[k])
  return sum / x.length
}
