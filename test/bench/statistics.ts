/** A median with the range that it comes from. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
  /** How many numbers. */
  readonly n: number
}

/**
 * The median: of an even number of numbers, the mean of the two in the middle. What was never reached is Infinity.
 *
 * @throws RangeError for no numbers, or a NaN
 */
export const median = (numbers: readonly number[]): number => {
  if (numbers.length === 0) throw new RangeError('median: expected at least one number')
  if (numbers.some(Number.isNaN)) throw new RangeError('median: expected numbers, got NaN')
  const sorted = numbers.toSorted((a, b) => (a === b ? 0 : a - b))
  const middle = sorted.length >> 1
  const high = sorted[middle]
  const low = sorted.length % 2 === 1 ? high : sorted[middle - 1]
  // Equal infinities would give NaN below.
  return low === high ? low : low + (high - low) / 2
}

/** Median, least and greatest. */
export const spread = (numbers: readonly number[]): Spread => ({
  median: median(numbers),
  min: Math.min(...numbers),
  max: Math.max(...numbers),
  n: numbers.length,
})

/** The ratio of two sides that took turns. */
export interface Ratio {
  /** Of the medians: never outside the ratios of the rounds. */
  readonly ofMedians: number
  readonly min: number
  readonly max: number
}

/**
 * How many times the other side's number ours is.
 *
 * @param ours    a number for each round
 * @param theirs  as many
 * @throws RangeError unless each round has both
 */
export const ratio = (ours: readonly number[], theirs: readonly number[]): Ratio => {
  if (ours.length !== theirs.length) throw new RangeError(`ratio: expected as many rounds on both sides, got ${ours.length} and ${theirs.length}`)
  const rounds = ours.map((x, k) => x / theirs[k]).filter((x) => !Number.isNaN(x))
  return { ofMedians: median(ours) / median(theirs), min: Math.min(...rounds), max: Math.max(...rounds) }
}
