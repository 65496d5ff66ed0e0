import { expect, it } from 'vitest'
import { bySize } from '../../src/backend/index.ts'
import { box } from '../../src/environment/space.ts'
import { mlp, policyOutput, scalarMlp, simdMlp } from '../../src/network/index.ts'
import type { MlpEngine } from '../../src/network/index.ts'

/** 3 * 2 + 2 = 8 parameters: 80 numbers are ten rows. */
const shape = { observation: box([3]), hidden: [], outputs: [policyOutput(2)] } as const

const spied = (calls: string[]): MlpEngine => (given) => {
  const { forward, vectorJacobianProduct } = scalarMlp(given)
  return {
    forward: (parameters, observations, n) => {
      calls.push(`forward ${n}`)
      return forward(parameters, observations, n)
    },
    vectorJacobianProduct: (parameters, observations, n, cotangent, gradient) => {
      calls.push(`derivative ${n}`)
      vectorJacobianProduct(parameters, observations, n, cotangent, gradient)
    },
  }
}

it.each(['float32', 'float64'] as const)('large calls of %s', (precision) => {
  const calls: string[] = []
  const network = mlp({ ...shape, precision, engine: bySize(spied(calls), 80) })
  const theta = network.init(1)
  expect(network.parameterCount).toBe(8)
  for (const n of [1, 9, 10, 11, 9]) {
    const plain = mlp({ ...shape, precision, engine: n < 10 ? simdMlp : scalarMlp })
    const observations = Float64Array.from({ length: 3 * n }, (_, k) => Math.sin(k))
    const cotangent = Float64Array.from({ length: 2 * n }, (_, k) => Math.cos(k))
    const [gradient, expected] = [theta.slice(), theta.slice()]
    expect(network.forward(theta, observations, n)).toEqual(plain.forward(theta, observations, n))
    network.vectorJacobianProduct(theta, observations, n, cotangent, gradient)
    plain.vectorJacobianProduct(theta, observations, n, cotangent, expected)
    expect(gradient).toEqual(expected)
  }
  expect(calls).toEqual(precision === 'float64' ? [] : ['forward 10', 'derivative 10', 'forward 11', 'derivative 11'])
})
