import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import { bySize } from '../../src/backend/index.ts'
import { streamsOf, uniform } from '../../src/environment/index.ts'
import { box } from '../../src/environment/space.ts'
import type { Box } from '../../src/environment/space.ts'
import { beside, mlp, policyOutput, scalarMlp, simdMlp, tabular, valueOutput, withLogDeviation } from '../../src/network/index.ts'
import { actingOf, valuingOf } from '../../src/policy/network.ts'
import type { Network } from '../../src/policy/network.ts'
import { seed } from '../seed/seed.ts'

const observation = box([3])
const hidden = [9, 6]
const one = (engine = simdMlp) => mlp({ observation, hidden, outputs: [policyOutput(2), valueOutput], engine })
const subjects: readonly (readonly [string, Network<Box<readonly [3]>, readonly [number, ...number[]]>])[] = [
  ['simdMlp', one()],
  ['scalarMlp, which has no acting', one(scalarMlp)],
  ['two networks', pipe(one(), beside(one()))],
  ['a policy and a value apart', pipe(mlp({ observation, hidden, outputs: [policyOutput(2)] }), beside(mlp({ observation, hidden, outputs: [valueOutput] })))],
  ['means and deviations', withLogDeviation(one(), -1)],
  ['means, deviations and a value apart', withLogDeviation(pipe(mlp({ observation, hidden, outputs: [policyOutput(2)] }), beside(mlp({ observation, hidden, outputs: [valueOutput] }))), -1)],
  ['means and deviations of two', withLogDeviation(pipe(one(), beside(one())), -1)],
  ['by size', one(bySize(scalarMlp, 2000))],
]

describe.each(subjects)('%s', (_, network) => {
  const [random] = streamsOf(seed, 1)
  const numbers = (count: number) => Float32Array.from({ length: count }, () => uniform(random, -1, 1))
  const theta = network.init(1)
  const [P] = network.outputs

  it('acting is the first block of forward, to the last bit, for calls of every size in turn', () => {
    const sizes = [1, 4, 3, 100, 2]
    const observations = sizes.map((n) => numbers(3 * n))
    const expected = sizes.map((n, k) => Array.from(network.forward(theta, observations[k], n).subarray(0, n * P)))
    const act = actingOf(network)(theta)
    expect(sizes.map((n, k) => Array.from(act(observations[k], n).subarray(0, n * P)))).toEqual(expected)
    const values = sizes.map((n, k) => Array.from(network.forward(theta, observations[k], n).subarray(n * P, n * (P + network.outputs[1]))))
    const value = valuingOf(network)(theta)
    expect(sizes.map((n, k) => Array.from(value(observations[k], n).subarray(0, n * network.outputs[1])))).toEqual(values)
    // Another policy is another one.
    const other = actingOf(network)(network.init(2))
    expect(Array.from(other(observations[1], 4).subarray(0, 4 * P))).not.toEqual(expected[1])
    expect(Array.from(actingOf(network)(theta)(observations[1], 4).subarray(0, 4 * P))).toEqual(expected[1])
  })
  it('is held to the lengths of its arrays, and no derivative follows it', () => {
    const act = actingOf(network)(theta)
    expect(() => act(numbers(3), 2)).toThrow(/observations: expected at least 6 numbers, got 3/)
    expect(() => actingOf(network)(theta.subarray(1))(numbers(3), 1)).toThrow(/parameters: expected \d+ numbers/)
    const x = numbers(3)
    const width = network.outputs.reduce((a, b) => a + b, 0)
    network.forward(theta, x, 1)
    const again = network.acting?.(theta)
    if (again !== undefined) expect(() => network.vectorJacobianProduct(theta, x, 1, numbers(width), new Float32Array(theta.length))).toThrow(/call forward/)
  })
})

it('values alone are computed where they share nothing with the policy', () => {
  const apart = pipe(mlp({ observation, hidden, outputs: [policyOutput(2)] }), beside(mlp({ observation, hidden, outputs: [valueOutput] })))
  expect([one().valuing, pipe(one(), beside(one())).valuing]).toEqual([undefined, undefined])
  expect([apart.valuing, withLogDeviation(apart).valuing].map((valuing) => typeof valuing)).toEqual(['function', 'function'])
  expect(() => apart.valuing?.(new Float32Array(3))).toThrow(/parameters: expected \d+ numbers, got 3/)
})

it('networks without it have none: their forward is as quick', () => {
  expect(tabular({ states: 2, actions: 2 }).acting).toBeUndefined()
})
