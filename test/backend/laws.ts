import * as fc from 'fast-check'
import { fails, holds } from '../../laws/law.ts'
import type { Law, Verdict } from '../../laws/law.ts'
import { streamsOf, uniform } from '../../src/environment/index.ts'
import { box } from '../../src/environment/space.ts'
import { mlp } from '../../src/network/index.ts'
import type { MlpEngine } from '../../src/network/index.ts'

/** A network, and a call of it with numbers from a seed: raw numbers would shrink to zeros, at the kink of relu. */
export interface Call {
  readonly inputs: number
  readonly hidden: readonly number[]
  readonly outputs: readonly number[]
  readonly activation: 'tanh' | 'relu'
  readonly n: number
  readonly seed: number
}

const width = fc.integer({ min: 1, max: 40 })

/** Widths and rows on both sides of the size from which on tanh is computed in another way. */
const calls: fc.Arbitrary<Call> = fc.record({
  inputs: fc.integer({ min: 1, max: 6 }),
  hidden: fc.array(width, { maxLength: 3 }),
  outputs: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 }),
  activation: fc.constantFrom('tanh', 'relu'),
  n: fc.integer({ min: 1, max: 80 }),
  seed: fc.integer({ min: 0, max: 1e6 }),
})

/**
 * Float32 stores 24 bits: one rounding is 6e-8, tanh is good to 3e-7, and sums of up to 80 terms through four layers carry some of each.
 * A mistake in a formula is a million times that.
 */
const tolerance = 1e-5

const compared = (what: string, expected: ArrayLike<number>, actual: ArrayLike<number>): Verdict => {
  const most = Array.from(expected).reduce((a, x) => Math.max(a, Math.abs(x)), 1)
  for (let k = 0; k < expected.length; k++)
    if (!(Math.abs(expected[k] - actual[k]) <= tolerance * most)) return fails(`${what}, entry ${k}: expected ${expected[k]}, got ${actual[k]}`)
  return holds
}

/** Law: outputs and derivative are those of plain loops in float64, to the rounding of float32. */
export const agreesWithLoops = (name: string, engine: MlpEngine): Law<Call> => ({
  name: `agreesWithLoops(${name})`,
  states: 'forward and vectorJacobianProduct = those of scalarMlp in float64, to 1e-5 of the greatest entry',
  cases: calls,
  verdict: ({ inputs, hidden, outputs: [first, ...rest], activation, n, seed }) => {
    const [random] = streamsOf(seed, 1)
    const numbers = (count: number): Float32Array => Float32Array.from({ length: count }, () => uniform(random, -1, 1))
    const output = (size: number, k: number) => ({ name: `output${k}`, size, gain: 1 })
    const options = { observation: box([inputs]), hidden, outputs: [output(first, 0), ...rest.map((size, k) => output(size, k + 1))], activation } as const
    const network = mlp({ ...options, engine })
    const exact = mlp({ ...options, precision: 'float64' })
    const theta = numbers(network.parameterCount)
    const [observations, parameters] = [numbers(n * inputs), Float64Array.from(theta)]
    const outputs = network.forward(theta, observations, n)
    const expected = exact.forward(parameters, observations, n)
    const forward = outputs.length === expected.length ? compared('output', expected, outputs) : fails(`${outputs.length} outputs`)
    if (forward._tag === 'fails') return forward
    const cotangent = numbers(expected.length)
    // What stands in it before makes no difference.
    const gradient = new Float32Array(theta.length).fill(7)
    const expectedGradient = new Float64Array(theta.length)
    network.vectorJacobianProduct(theta, observations, n, cotangent, gradient)
    exact.vectorJacobianProduct(parameters, observations, n, cotangent, expectedGradient)
    return compared('gradient', expectedGradient, gradient)
  },
})
