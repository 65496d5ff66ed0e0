import { describe, expect, it } from 'vitest'
import { bySize, tfjsEngine } from '../../src/backend/index.ts'
import { streamsOf, uniform } from '../../src/environment/index.ts'
import { box } from '../../src/environment/space.ts'
import { adam, mlp, policyOutput, scalarMlp, simdMlp } from '../../src/network/index.ts'
import type { MlpEngine } from '../../src/network/index.ts'
import { categorical, policyOf } from '../../src/policy/index.ts'
import { subjects, wasm } from './subjects.ts'

/** Always the same: in one seed of thirty a draw falls so close to a probability that rounding decides which action it is. */
const seed = 271828

const n = 64
const updates = 50

/**
 * Mean probability of the better action before each update: action 1 is right where the first number is positive. REINFORCE with the
 * batch's mean as baseline, actions sampled from the policy itself, Adam.
 */
const curve = (engine: MlpEngine, from: number, rate = 0.01): readonly number[] => {
  const network = mlp({ observation: box([4]), hidden: [64, 64], outputs: [policyOutput(2)], engine })
  const policy = policyOf(network, categorical(2))
  const [random] = streamsOf(from, 1)
  const theta = network.init(from)
  const { init, ascend } = adam()
  const state = init(theta)
  const gradient = new Float32Array(theta.length)
  const actions = new Int32Array(n)
  const logProb = new Float64Array(n)
  const weights = new Float64Array(n)
  return Array.from({ length: updates }, () => {
    const observations = Float32Array.from({ length: 4 * n }, () => uniform(random, -1, 1))
    const better = Int32Array.from({ length: n }, (_, i) => (observations[4 * i] > 0 ? 1 : 0))
    policy.logProb(theta, observations, better, n, logProb)
    const value = logProb.reduce((sum, l) => sum + Math.exp(l), 0) / n
    policy.sample(theta, observations, n, random, actions, logProb)
    const right = actions.filter((a, i) => a === better[i]).length / n
    for (let i = 0; i < n; i++) weights[i] = ((actions[i] === better[i] ? 1 : 0) - right) / n
    policy.gradient(theta, observations, actions, n, { weights }, gradient)
    ascend(state, theta, gradient, rate)
    return value
  })
}

const distance = (a: readonly number[], b: readonly number[]): number => Math.max(...a.map((x, k) => Math.abs(x - b[k])))

/** Rounding of 6e-8 a number, through 50 updates that each go on from the last. */
const rounding = 1e-4

describe('the same seed gives the same curve for 50 updates', () => {
  const loops = curve(scalarMlp, seed)

  it('that learns', () => {
    expect(loops[0]).toBeCloseTo(0.5, 1)
    expect(loops[updates - 1]).toBeGreaterThan(0.9)
  })

  it('typed arrays and simd', () => {
    expect(distance(curve(simdMlp, seed), loops)).toBeLessThan(rounding)
    // Two engines they are.
    expect(distance(curve(simdMlp, seed), loops)).toBeGreaterThan(0)
  })

  it.each(subjects)('typed arrays and $name', ({ engine }) => {
    expect(distance(curve(engine, seed), loops)).toBeLessThan(rounding)
  })

  it.each(subjects)('simd for acting and $name for updates', ({ engine }) => {
    let large = 0
    const counted: MlpEngine = (shape) => {
      const { forward, vectorJacobianProduct } = engine(shape)
      return { forward, vectorJacobianProduct: (...given) => (large++, vectorJacobianProduct(...given)) }
    }
    expect(distance(curve(bySize(counted, n), seed), loops)).toBeLessThan(rounding)
    expect(large).toBe(updates)
  })

  it('and another seed, another rate or a wrong derivative gives another', async () => {
    const { tf } = wasm
    await tf.setBackend('wasm')
    expect(distance(curve(scalarMlp, seed + 1), loops)).toBeGreaterThan(10 * rounding)
    expect(distance(curve(scalarMlp, seed, 0.0101), loops)).toBeGreaterThan(10 * rounding)
    const mutant = tfjsEngine({ ...tf, square: (x) => tf.mul(tf.square(x), tf.scalar(0.9)) })
    expect(distance(curve(mutant, seed), loops)).toBeGreaterThan(10 * rounding)
  })
})
