/** First and second moments of a vector, gathered draw by draw with their probabilities. */
export interface Moments {
  /** E x. [D] */
  readonly first: Float64Array
  /** E x_k^2, or E x_k x_l where all of it is asked for. [D] or [D D] */
  readonly second: Float64Array
}

/** A share of E x^2 below which a variance that is left of it has lost too many digits. */
const least = 1 / 128

/**
 * Where variances have to be taken about the mean: E x^2 - (E x)^2 leaves rounding alone if x hardly varies. Null: nowhere.
 *
 *     Var x = E (x - c)^2 - (E (x - c))^2     for any c; no digits cancel if c is near E x
 *
 * Source: Chan, Golub and LeVeque 1983, Algorithms for computing the sample variance, section 2.
 *
 * @returns  E x where it has to be subtracted first, elsewhere 0. [D]
 */
export const centreOf = ({ first, second }: Moments): Float64Array | null => {
  const D = first.length
  const stride = second.length === D ? 1 : D + 1
  const centre = first.map((mean, k) => {
    const square = second[k * stride]
    // Said so that squares that overflow count as well.
    return mean !== 0 && Number.isFinite(mean) && !(square - mean * mean >= least * square) ? mean : 0
  })
  return centre.some((c) => c !== 0) ? centre : null
}
