/** Mean and variance of what has been seen, and of how much. */
export interface Moments {
  /** [m] */
  readonly mean: readonly number[]
  /** Of the population. [m] */
  readonly variance: readonly number[]
  /** How many have been seen. */
  readonly count: number
}

/**
 * Running moments in one array that can be saved: count, means, sums of squared deviations. It begins as if a ten-thousandth of an
 * observation of variance 1 around 0 had been seen, so that the first deviation is never 0.
 *
 * @param m  how many numbers an observation is
 */
export const emptyMoments = (m: number): Float64Array => {
  const seen = new Float64Array(1 + 2 * m)
  seen[0] = prior
  seen.fill(prior, 1 + m)
  return seen
}

const prior = 1e-4

/** Adds rows to running moments: the batch's own first, then merged (Chan, Golub, LeVeque 1983), so that no large sums cancel. */
export const seeRows = (seen: Float64Array, m: number, rows: Float32Array | Float64Array, from: number, to: number): void => {
  const n = to - from
  const before = seen[0]
  const after = before + n
  for (let j = 0; j < m; j++) {
    let mean = 0
    for (let i = from; i < to; i++) mean += rows[i * m + j]
    mean /= n
    let squares = 0
    for (let i = from; i < to; i++) {
      const off = rows[i * m + j] - mean
      squares += off * off
    }
    const off = mean - seen[1 + j]
    seen[1 + j] += (off * n) / after
    seen[1 + m + j] += squares + (off * off * before * n) / after
  }
  seen[0] = after
}

/** Running moments as plain data. */
export const momentsIn = (seen: Float64Array): Moments => {
  const m = (seen.length - 1) / 2
  return {
    count: seen[0],
    mean: Array.from(seen.subarray(1, 1 + m)),
    variance: Array.from(seen.subarray(1 + m), (squares) => squares / seen[0]),
  }
}
