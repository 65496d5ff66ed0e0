import * as fc from 'fast-check'
import { exactly, tenths } from '../../laws/arbitraries/numbers.ts'
import type { Space } from '../../src/environment/space.ts'
import type { Actions, Head } from '../../src/policy/index.ts'
import { categorical, fixedGaussian, gaussian } from '../../src/policy/index.ts'
import { gaussHermite, tensorProduct } from '../../src/exact/gaussHermite.ts'
import type { Dual } from './dual.ts'
import { constant, exp, log, minus, over, plus, times, total } from './dual.ts'

/** A head, and what it ought to be: its density from the definition, and expectations under it without a formula of the head's. */
export interface Subject {
  readonly head: Head<number, Space>
  /** Parameters of one distribution. [P] */
  readonly row: fc.Arbitrary<readonly number[]>
  /** An action of the space. [sizeOf(action)] */
  readonly action: fc.Arbitrary<readonly number[]>
  /** Log-density, from the definition. */
  readonly logDensity: (parameters: readonly Dual[], action: readonly Dual[]) => Dual
  /** E f(a), a drawn from the distribution: a sum or a quadrature that is exact for polynomials of the head's own degree. */
  readonly expectation: (parameters: readonly Dual[], f: (action: readonly Dual[]) => Dual) => Dual
  /** The array that holds actions. */
  readonly actions: (numbers: readonly number[]) => Actions
}

const numbers = (bound: number, count: number): fc.Arbitrary<readonly number[]> => exactly(count, tenths(-bound, bound))

export const categoricalSubject = (K: number): Subject => {
  const logDensity: Subject['logDensity'] = (x, [a]) => minus(x[a.value], log(total(x.map(exp))))
  return {
    head: categorical(K),
    row: numbers(3, K),
    action: fc.integer({ min: 0, max: K - 1 }).map((a) => [a]),
    logDensity,
    expectation: (x, f) => total(x.map((_, a) => times(exp(logDensity(x, [constant(a)])), f([constant(a)])))),
    actions: (a) => Int32Array.from(a),
  }
}

/** Exact to degree 7: the square of z^3 is the highest that the laws ask for. */
const rule = gaussHermite(4)

const gaussianOf = (head: Head<number, Space>, d: number, logDeviation: (x: readonly Dual[], j: number) => Dual): Subject => ({
  head,
  row: fc.tuple(numbers(3, d), exactly(head.parameters - d, tenths(-1, 1).map((x) => 0.7 * x))).map(([means, logs]) => [...means, ...logs]),
  action: numbers(3, d),
  logDensity: (x, action) =>
    total(
      action.map((a, j) => {
        const sigma = exp(logDeviation(x, j))
        const z = over(minus(a, x[j]), sigma)
        // The density itself, with its normaliser, and then its logarithm; z stays below 30, so that nothing underflows.
        return log(over(exp(times(constant(-0.5), times(z, z))), times(sigma, constant(Math.sqrt(2 * Math.PI)))))
      }),
    ),
  expectation: (x, f) => {
    const { points, weights } = tensorProduct(rule, d)
    return total(
      Array.from(weights, (w, k) =>
        times(
          constant(w),
          f(Array.from({ length: d }, (_, j) => plus(x[j], times(exp(logDeviation(x, j)), constant(points[k * d + j]))))),
        ),
      ),
    )
  },
  actions: (a) => Float64Array.from(a),
})

export const gaussianSubject = (d: number): Subject => gaussianOf(gaussian(d), d, (x, j) => x[d + j])

export const fixedGaussianSubject = (deviation: readonly number[]): Subject =>
  gaussianOf(fixedGaussian(deviation), deviation.length, (_, j) => constant(Math.log(deviation[j])))
