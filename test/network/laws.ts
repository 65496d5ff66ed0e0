import * as fc from 'fast-check'
import { exactly, tenths } from '../../laws/arbitraries/numbers.ts'
import { fails, holds } from '../../laws/law.ts'
import type { Law, Verdict } from '../../laws/law.ts'
import type { Space } from '../../src/environment/space.ts'
import type { Network } from '../../src/policy/index.ts'
import { constant, slopes, times, total, variables } from '../policy/dual.ts'
import type { Dual } from '../policy/dual.ts'

/** A network, and the function that it ought to be. */
export interface Subject {
  readonly network: Network<Space, readonly number[]>
  /** An observation. [sizeOf(observation)] */
  readonly observation: fc.Arbitrary<readonly number[]>
  /** The output blocks of one observation. */
  readonly definition: (parameters: readonly Dual[], observation: readonly number[]) => readonly (readonly Dual[])[]
}

/** Some observations, parameters, and a cotangent for all outputs. */
export interface Case {
  readonly observations: readonly (readonly number[])[]
  readonly parameters: readonly number[]
  /** Blocks, as the outputs are. */
  readonly cotangent: readonly number[]
}

/** Off the tenths, so that no sum is 0 but for rounding: there relu has a kink. */
export const number = tenths(-2, 2).map((x) => x + 0.0123)

const casesOf = ({ network, observation }: Subject): fc.Arbitrary<Case> => {
  const width = network.outputs.reduce((a, b) => a + b, 0)
  return fc.integer({ min: 1, max: 5 }).chain((n) =>
    fc.record({
      observations: exactly(n, observation),
      parameters: exactly(network.parameterCount, number),
      cotangent: exactly(n * width, number),
    }),
  )
}

const compared = (what: string, expected: ArrayLike<number>, actual: ArrayLike<number>, tolerance: number): Verdict => {
  if (expected.length !== actual.length) return fails(`${what}: expected ${expected.length} numbers, got ${actual.length}`)
  for (let k = 0; k < expected.length; k++)
    if (!(Math.abs(expected[k] - actual[k]) <= tolerance * Math.max(1, Math.abs(expected[k]))))
      return fails(`${what}, entry ${k}: expected ${expected[k]}, got ${actual[k]}`)
  return holds
}

const flat = (observations: readonly (readonly number[])[]): Float64Array => Float64Array.from(observations.flat())

const forward = ({ network }: Subject, { observations, parameters }: Case): Float64Array =>
  Float64Array.from(network.forward(Float64Array.from(parameters), flat(observations), observations.length))

const pullback = ({ network }: Subject, { observations, parameters, cotangent }: Case): Float64Array => {
  const [theta, x, n] = [Float64Array.from(parameters), flat(observations), observations.length]
  // What stands in it before makes no difference.
  const gradient = new Float64Array(network.parameterCount).fill(7)
  network.forward(theta, x, n)
  network.vectorJacobianProduct(theta, x, n, Float64Array.from(cotangent), gradient)
  return gradient
}

/** Block after block, row after row. */
const inBlocks = <A>(rows: readonly (readonly (readonly A[])[])[]): readonly A[] =>
  rows[0].flatMap((_, block) => rows.flatMap((row) => row[block]))

/** Law: outputs are the defined function, block after block. */
export const outputsAreDefined = (s: Subject, tolerance = 1e-12): Law<Case> => ({
  name: `outputsAreDefined(${s.network.name})`,
  states: 'forward(theta, s)_b = f_b(theta, s)',
  cases: casesOf(s),
  verdict: (sample) =>
    compared(
      'output',
      inBlocks(sample.observations.map((x) => s.definition(sample.parameters.map(constant), x))).map(({ value }) => value),
      forward(s, sample),
      tolerance,
    ),
})

/** Law: the vector-Jacobian product is the derivative of the defined function, by dual numbers. */
export const pullbackIsTheDerivative = (s: Subject, tolerance = 1e-11): Law<Case> => ({
  name: `pullbackIsTheDerivative(${s.network.name})`,
  states: "vectorJacobianProduct(c) = d/d theta (c'f), by dual numbers",
  cases: casesOf(s),
  verdict: (sample) => {
    const theta = variables(sample.parameters)
    const outputs = inBlocks(sample.observations.map((x) => s.definition(theta, x)))
    const scalar = total(outputs.map((y, k) => times(constant(sample.cotangent[k]), y)))
    return compared('gradient', slopes(scalar, theta.length), pullback(s, sample), tolerance)
  },
})

const step = 1e-5

/** Law: the vector-Jacobian product is the slope of the network's own outputs. Not where they have kinks. */
export const pullbackIsTheSlope = (s: Subject): Law<Case> => ({
  name: `pullbackIsTheSlope(${s.network.name})`,
  states: "vectorJacobianProduct(c) = (c'f(theta + h) - c'f(theta - h)) / 2h",
  cases: casesOf(s),
  verdict: (sample) => {
    const at = (k: number, h: number): number =>
      forward(s, { ...sample, parameters: sample.parameters.map((x, j) => (j === k ? x + h : x)) }).reduce((sum, y, j) => sum + sample.cotangent[j] * y, 0)
    return compared('gradient', sample.parameters.map((_, k) => (at(k, step) - at(k, -step)) / (2 * step)), pullback(s, sample), 1e-7)
  },
})
