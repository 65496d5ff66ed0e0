import { asLoss } from 'estimand'
import { pipe } from 'fp-ts/lib/function.js'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { describe, expect, it } from 'vitest'
import { box } from '../../src/environment/space.ts'
import type { Box, Discrete } from '../../src/environment/space.ts'
import { beside, mlp, policyOutput, tabular, valueOutput, withLogDeviation } from '../../src/network/index.ts'
import { categorical, gaussian, policyOf, slice } from '../../src/policy/index.ts'
import type { Policy } from '../../src/policy/index.ts'

const observation = box([4])
const hidden = [8, 8]
const network = mlp({ observation, hidden, outputs: [policyOutput(2)], precision: 'float64' })
const policy = policyOf(network, categorical(2))

const numbers = (count: number, seed: number): Float64Array => {
  const random = xoroshiro128plus(seed)
  random.jump()
  return Float64Array.from({ length: count }, () => random.next() / 2 ** 31)
}
/** Parameters that are large enough to make a difference. */
const theta = network.init(1).map((x) => x * 3 + 0.1)

describe('a policy', () => {
  const n = 5
  const observations = numbers(4 * n, 1)

  it('has the spaces of its parts, in its type too', () => {
    const typed: Policy<Box<readonly [4]>, Discrete<2>, readonly [2]> = policy
    expect(typed.observation).toBe(observation)
    expect(typed.action).toEqual({ _tag: 'Discrete', n: 2 })
    // @ts-expect-error: another number of actions
    expect(() => policyOf(network, categorical(3))).toThrow(/mlp\(4-8-8-2\) has 2 outputs, categorical\(3\) has 3 parameters/)
    // @ts-expect-error: observations of another size
    const other: Policy<Box<readonly [3]>, Discrete<2>, readonly [2]> = policy
    expect(other).toBe(policy)
  })

  it('samples what it says: the log-probability of the action, the same for the same random numbers', () => {
    const draw = () => {
      const [actions, logProb] = [new Int32Array(n), new Float64Array(n)]
      policy.sample(theta, observations, n, xoroshiro128plus(7), actions, logProb)
      return { actions, logProb }
    }
    const { actions, logProb } = draw()
    const again = new Float64Array(n)
    policy.logProb(theta, observations, actions, n, again)
    expect(again).toEqual(logProb)
    expect(draw()).toEqual({ actions, logProb })
  })

  it('its gradient is the slope of the sum of its terms', () => {
    const actions = Int32Array.of(0, 1, 1, 0, 1)
    const reference = numbers(2 * n, 3)
    const terms = { weights: numbers(n, 2), entropy: 0.3, kl: { reference, direction: 'toReference', weight: 0.7 } } as const
    const gradient = new Float64Array(network.parameterCount)
    policy.gradient(theta, observations, actions, n, terms, gradient)
    const [logProb, entropy, kl] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)]
    const objective = (parameters: Float64Array): number => {
      policy.logProb(parameters, observations, actions, n, logProb)
      const outputs = network.forward(parameters, observations, n)
      policy.head.entropy(outputs, n, entropy)
      policy.head.kl(outputs, reference, n, kl)
      return logProb.reduce((sum, l, i) => sum + terms.weights[i] * l + terms.entropy * entropy[i] - terms.kl.weight * kl[i], 0)
    }
    for (let k = 0; k < gradient.length; k++) {
      const at = (h: number): number => objective(Float64Array.from(theta, (x, j) => (j === k ? x + h : x)))
      expect(gradient[k]).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 7)
    }
  })

  it('divergence of two settings of parameters, by hand for a table: p = (1/2, 1/2), q = (1/4, 3/4)', () => {
    const table = policyOf(tabular({ states: 2, actions: 2 }), categorical(2))
    const out = new Float64Array(3)
    table.kl(Float64Array.of(0, 0, 0, 0), Float64Array.of(0, Math.log(3), 5, 5), Int32Array.of(0, 1, 0), 3, out)
    const expected = 0.5 * Math.log(2) + 0.5 * Math.log(2 / 3)
    expect(out[0]).toBeCloseTo(expected, 14)
    expect(Array.from(out)).toEqual([out[0], 0, out[0]])
  })

  it('divergence does not mistake its one scratch for both settings', () => {
    const out = new Float64Array(n)
    policy.kl(theta, theta.map((x) => 2 * x), observations, n, out)
    expect(out.every((kl) => kl > 1e-6)).toBe(true)
    policy.kl(theta, theta, observations, n, out)
    expect(out.every((kl) => kl === 0)).toBe(true)
  })

  it('outputs behind the head have no part in its gradient', () => {
    const shared = policyOf(mlp({ observation, hidden, outputs: [policyOutput(2), valueOutput], precision: 'float64' }), categorical(2))
    const parameters = shared.network.init(1)
    const gradient = new Float64Array(parameters.length)
    const terms = { weights: numbers(n, 2) }
    shared.gradient(parameters, observations, Int32Array.of(0, 1, 1, 0, 1), n, terms, gradient)
    expect(slice(shared.network, gradient, 'value.weight').every((g) => g === 0)).toBe(true)
    expect(slice(shared.network, gradient, 'policy.weight').some((g) => g !== 0)).toBe(true)
    // Where what stood in the cotangent before would show.
    shared.gradient(parameters, observations, Int32Array.of(0, 1, 1, 0, 1), n, { weights: new Float64Array(n) }, gradient)
    expect(gradient.every((g) => g === 0)).toBe(true)
  })

  it('one level down: a policy and a value on one trunk, in one gradient', () => {
    const joint = mlp({ observation, hidden, outputs: [policyOutput(2), valueOutput], precision: 'float64' })
    const head = categorical(2)
    const parameters = joint.init(1).map((x) => x + 0.1)
    const actions = Int32Array.of(0, 1, 1, 0, 1)
    const weights = numbers(n, 2)
    const targets = numbers(n, 4)
    // To ascend: sum W log pi - 1/2 sum (V - target)^2.
    const logProb = new Float64Array(n)
    const objective = (at: Float64Array): number => {
      const outputs = joint.forward(at, observations, n)
      head.logProb(outputs, actions, n, logProb)
      return logProb.reduce((sum, l, i) => sum + weights[i] * l - (outputs[2 * n + i] - targets[i]) ** 2 / 2, 0)
    }
    const cotangent = new Float64Array(3 * n)
    const outputs = joint.forward(parameters, observations, n)
    head.gradient(outputs, actions, n, { weights }, cotangent)
    for (let i = 0; i < n; i++) cotangent[2 * n + i] = targets[i] - outputs[2 * n + i]
    const gradient = new Float64Array(parameters.length)
    joint.vectorJacobianProduct(parameters, observations, n, cotangent, gradient)
    for (let k = 0; k < gradient.length; k++) {
      const at = (h: number): number => objective(Float64Array.from(parameters, (x, j) => (j === k ? x + h : x)))
      expect(gradient[k]).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 7)
    }
  })

  it('separate trunks: a Gaussian policy beside a value', () => {
    const both = pipe(
      withLogDeviation(mlp({ observation, hidden, outputs: [policyOutput(2)] }), -0.5),
      beside(mlp({ observation, hidden, outputs: [valueOutput] })),
    )
    const { sample, network: joint } = policyOf(both, gaussian(2))
    const outputs: readonly [4, 1] = joint.outputs
    expect(outputs).toEqual([4, 1])
    const [actions, logProb] = [new Float32Array(2 * n), new Float64Array(n)]
    sample(joint.init(1), observations, n, xoroshiro128plus(1), actions, logProb)
    expect(actions.every(Number.isFinite) && logProb.every(Number.isFinite)).toBe(true)
  })

  it('refuses too few weights', () => {
    const out = new Float64Array(network.parameterCount)
    expect(() => policy.gradient(theta, observations, new Int32Array(n), n, { weights: new Float64Array(2) }, out)).toThrow('policy: weights: expected at least 5 numbers, got 2')
  })

  it('weights of a loss do not fit where an objective is ascended', () => {
    const out = new Float64Array(network.parameterCount)
    const loss = asLoss(Float64Array.of(1))
    // @ts-expect-error: -W, which would move the policy down
    policy.gradient(theta, observations, Int32Array.of(0), 1, { weights: loss }, out)
    expect(out.some((g) => g !== 0)).toBe(true)
  })
})
