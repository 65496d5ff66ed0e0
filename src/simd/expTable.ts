/** Parts that an octave of the exponential is cut into. */
export const parts = 128

/** Binary places of the fixed-point numbers that the table is made with. */
const places = 256n

/** The greatest whole number whose square is at most n > 0, by Newton's method from above. */
const rootOf = (n: bigint): bigint => {
  let x = 1n << BigInt((n.toString(2).length + 1) >> 1)
  for (;;) {
    const next = (x + n / x) >> 1n
    if (next >= x) return x
    x = next
  }
}

/** 2^(1/128): seven square roots of 2. */
const step = Array.from({ length: Math.log2(parts) }).reduce<bigint>((x) => rootOf(x << places), 2n << places)

/**
 * 2^(j/128) for 0 <= j < 128 to about 106 bits: at 2j the rest, relative to the number at 2j + 1, which is the nearest of float64.
 *
 * Made from whole numbers, so that it is the same on every machine.
 */
export const table: Float64Array = (() => {
  const out = new Float64Array(2 * parts)
  let power = 1n << places
  for (let j = 0; j < parts; j++) {
    const nearest = Number(power)
    out[2 * j] = Number(power - BigInt(nearest)) / nearest
    out[2 * j + 1] = nearest / Number(1n << places)
    power = (power * step) >> places
  }
  return out
})()

/**
 * exp x = 2^(k/128) exp r,  k = round(128 x / ln 2),  r = x - k ln 2 / 128,  |r| <= ln 2 / 256
 *
 * exp r - 1 is taken from its Taylor series to r^5 / 5!: what is left out is below 2^-60 of the result.
 */
export const numbers = {
  /** 128 / ln 2. */
  perUnit: parts / Math.LN2,
  /** 1.5 2^52: adding it rounds to whole numbers, which then stand in the lowest bits. */
  rounder: 6755399441055744,
  /** ln 2 / 128 in two parts; the first has so few digits that its product with k is exact. */
  stepHigh: 0.6931471803691238 / parts,
  stepLow: 1.9082149292705877e-10 / parts,
  half: 1 / 2,
  sixth: 1 / 6,
  c4: 1 / 24,
  c5: 1 / 120,
  /** Up to here in absolute value nothing overflows and nothing loses digits on the way. */
  reach: 600,
} as const
