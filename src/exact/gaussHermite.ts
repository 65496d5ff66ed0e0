/** Points and weights that stand for an expectation: E f(x) = sum_k weight_k f(point_k). */
export interface Quadrature {
  /** Points, one after the other. [count dimension] */
  readonly points: Float64Array
  /** Weights, which sum to 1. [count] */
  readonly weights: Float64Array
  readonly dimension: number
}

/** Orthonormal Hermite polynomials h_0 .. h_n of the standard normal at x. */
const hermite = (n: number, x: number): readonly number[] => {
  const h = [1, x]
  for (let k = 1; k < n; k++) h.push((x * h[k] - Math.sqrt(k) * h[k - 1]) / Math.sqrt(k + 1))
  return h
}

const halvings = 100

const rootBetween = (n: number, from: number, to: number): number => {
  const rises = hermite(n, from)[n] < 0
  let [low, high] = [from, to]
  for (let k = 0; k < halvings; k++) {
    const middle = (low + high) / 2
    if (hermite(n, middle)[n] < 0 === rises) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** Roots of h_n. Those of h_{n-1} lie between them, so each is found by halving. */
const rootsOf = (n: number): readonly number[] => {
  if (n === 0) return []
  const bound = 2 * Math.sqrt(n) + 1
  const fences = [-bound, ...rootsOf(n - 1), bound]
  const roots = Array.from({ length: n }, (_, k) => rootBetween(n, fences[k], fences[k + 1]))
  // They are symmetric about 0; rounding is not.
  return roots.map((root, k) => (root - roots[n - 1 - k]) / 2)
}

/**
 * Gauss-Hermite quadrature of a standard normal variable: exact for polynomials up to degree 2 order - 1.
 *
 *     E f(x) = sum_k w_k f(x_k),   h_n(x_k) = 0,   w_k = 1 / (n h_{n-1}(x_k)^2)
 *
 * Source: Golub and Welsch 1969, Calculation of Gauss quadrature rules; Abramowitz and Stegun 1964, 25.4.46.
 *
 * @param order  number of points, an integer >= 1
 */
export const gaussHermite = (order: number): Quadrature => {
  const points = Float64Array.from(rootsOf(order))
  return { points, weights: points.map((x) => 1 / (order * hermite(order, x)[order - 1] ** 2)), dimension: 1 }
}

/**
 * The product of a one-dimensional rule with itself: independent variables, order^dimension points.
 *
 * @param rule       a rule of dimension 1
 * @param dimension  number of variables, an integer >= 1
 */
export const tensorProduct = ({ points, weights }: Quadrature, dimension: number): Quadrature => {
  const order = points.length
  const count = order ** dimension
  const digit = (k: number, i: number): number => Math.floor(k / order ** i) % order
  return {
    points: Float64Array.from({ length: count * dimension }, (_, k) => points[digit(Math.floor(k / dimension), k % dimension)]),
    weights: Float64Array.from({ length: count }, (_, k) => {
      let product = 1
      for (let i = 0; i < dimension; i++) product *= weights[digit(k, i)]
      return product
    }),
    dimension,
  }
}
