import { describe, expect, it } from 'vitest'
import { box, discrete } from '../../src/environment/space.ts'
import { quickTanh } from '../../src/network/activation.ts'
import { mlp, policyOutput, valueOutput } from '../../src/network/index.ts'
import { orthogonal } from '../../src/network/orthogonal.ts'
import { streamsOf } from '../../src/environment/random.ts'
import { slice } from '../../src/policy/index.ts'
import { scratchOf } from '../../src/policy/scratch.ts'

const observation = box([4])
const shape = { observation, hidden: [64, 64], outputs: [policyOutput(2), valueOutput] } as const
const numbers = (count: number): Float32Array => Float32Array.from({ length: count }, (_, k) => Math.sin(k))

describe('initial parameters', () => {
  const network = mlp(shape)
  const theta = network.init(1)

  it('are float32, the same for the same seed and others for another', () => {
    expect(theta).toBeInstanceOf(Float32Array)
    expect(network.init(1)).toEqual(theta)
    expect(network.init(2)).not.toEqual(theta)
    expect(mlp({ ...shape, precision: 'float64' }).init(1)).toBeInstanceOf(Float64Array)
  })

  it('slices lie one after the other and cover all', () => {
    expect(network.slices.map(({ name, shape: size, offset }) => [name, size, offset])).toEqual([
      ['hidden0.weight', [4, 64], 0],
      ['hidden0.bias', [64], 256],
      ['hidden1.weight', [64, 64], 320],
      ['hidden1.bias', [64], 4416],
      ['policy.weight', [64, 2], 4480],
      ['policy.bias', [2], 4608],
      ['value.weight', [64, 1], 4610],
      ['value.bias', [1], 4674],
    ])
    expect(network.parameterCount).toBe(4675)
    expect(() => slice(network, theta, 'critic.weight')).toThrow(/no slice 'critic.weight'; it has hidden0.weight, .*value.bias/)
  })

  it('weights are orthogonal with gains sqrt 2, 0.01 and 1; biases are 0', () => {
    const gain = { 'hidden0.weight': Math.SQRT2, 'hidden1.weight': Math.SQRT2, 'policy.weight': 0.01, 'value.weight': 1 }
    for (const [name, expected] of Object.entries(gain)) {
      const found = network.slices.find((one) => one.name === name)
      const [rows, columns] = found?.shape ?? []
      const w = slice(network, theta, name)
      const [few, long, at] = rows <= columns ? [rows, columns, (i: number, k: number) => w[i * columns + k]] : [columns, rows, (i: number, k: number) => w[k * columns + i]]
      for (let i = 0; i < few; i++)
        for (let j = 0; j <= i; j++) {
          let dot = 0
          for (let k = 0; k < long; k++) dot += at(i, k) * at(j, k)
          expect(Math.abs(dot - (i === j ? expected ** 2 : 0)), `${name} ${i} ${j}`).toBeLessThan(1e-6 * expected ** 2)
        }
    }
    for (const name of ['hidden0.bias', 'policy.bias', 'value.bias']) expect(slice(network, theta, name).every((b) => b === 0)).toBe(true)
  })

  it('gains may be chosen', () => {
    const other = mlp({ observation, hidden: [8], outputs: [{ name: 'value', size: 1, gain: 3 }], gain: 0.5 })
    const norm = (w: ArrayLike<number>): number => Math.sqrt(Array.from(w, (x) => x * x).reduce((a, b) => a + b, 0))
    const parameters = other.init(1)
    expect(norm(slice(other, parameters, 'value.weight'))).toBeCloseTo(3, 5)
    expect(norm(slice(other, parameters, 'hidden0.weight'))).toBeCloseTo(0.5 * 2, 5)
  })

  it('orthogonal matrices have no preferred direction: the mean of many is near 0', () => {
    // The entry of a 2 x 2 rotation or reflection is cos of a uniform angle: mean 0, variance 1/2. Five standard errors of 4000: 0.056.
    const [random] = streamsOf(1, 1)
    const sum = new Float64Array(4)
    for (let i = 0; i < 4000; i++) orthogonal(random, 2, 2, 1).forEach((x, k) => (sum[k] += x))
    expect(sum.every((x) => Math.abs(x / 4000) < 0.056)).toBe(true)
  })
})

describe('batches from 1 to 4096', () => {
  const network = mlp(shape)
  const exact = mlp({ ...shape, precision: 'float64' })
  const theta = network.init(1)

  it.each([1, 2, 3, 4, 7, 128, 1001, 4096])('%d rows: float32 agrees with float64, forward and back', (n) => {
    const observations = numbers(4 * n)
    const outputs = network.forward(theta, observations, n)
    const reference = exact.forward(Float64Array.from(theta), observations, n)
    expect(outputs.length).toBe(3 * n)
    expect(Math.max(...outputs.map((y, k) => Math.abs(y - reference[k])))).toBeLessThan(2e-6)
    const cotangent = numbers(3 * n)
    const gradient = new Float32Array(theta.length)
    const expected = new Float64Array(theta.length)
    const parameters = Float64Array.from(theta)
    network.vectorJacobianProduct(theta, observations, n, cotangent, gradient)
    exact.forward(parameters, observations, n)
    exact.vectorJacobianProduct(parameters, observations, n, cotangent, expected)
    const most = expected.reduce((a, g) => Math.max(a, Math.abs(g)), 0)
    expect(gradient.every((g, k) => Math.abs(g - expected[k]) < 1e-5 * most)).toBe(true)
  })

  it('no rows are no outputs and no gradient', () => {
    const gradient = new Float32Array(theta.length).fill(1)
    expect(network.forward(theta, new Float32Array(0), 0).length).toBe(0)
    const none = new Float32Array(0)
    network.forward(theta, none, 0)
    network.vectorJacobianProduct(theta, none, 0, none, gradient)
    expect(gradient.every((g) => g === 0)).toBe(true)
  })
})

describe('memory', () => {
  it('the same size is answered in the same array, a smaller size in the same memory', () => {
    const network = mlp(shape)
    const theta = network.init(1)
    const large = network.forward(theta, numbers(512), 128)
    const small = network.forward(theta, numbers(16), 4)
    expect(small.buffer).toBe(large.buffer)
    expect(network.forward(theta, numbers(512), 128)).toBe(large)
    expect(network.forward(theta, numbers(16), 4)).toBe(small)
    expect(network.forward(theta, numbers(4096), 1024).buffer).not.toBe(large.buffer)
  })

  it('scratch: one array for a length, new memory only beyond the greatest', () => {
    const made: number[] = []
    const scratch = scratchOf((length) => {
      made.push(length)
      return new Float64Array(length)
    })
    const [eight, three] = [scratch(8), scratch(3)]
    expect([scratch(8), scratch(3), scratch(0).length]).toEqual([eight, three, 0])
    expect(scratch(3)).toBe(three)
    expect(three.buffer).toBe(eight.buffer)
    expect(made).toEqual([0, 8])
    scratch(9)
    expect(scratch(8).buffer).toBe(scratch(9).buffer)
    expect(made).toEqual([0, 8, 9])
  })
})

describe('what is refused', () => {
  const refusal = (options: unknown): (() => unknown) => () => mlp({ ...shape, ...(options as object) })
  it('sizes', () => {
    expect(refusal({ hidden: [64, 0] })).toThrow('mlp: hidden[1]: expected an integer >= 1, got 0')
    expect(refusal({ hidden: [2.5] })).toThrow('mlp: hidden[0]: expected an integer >= 1, got 2.5')
    expect(refusal({ hidden: [-1] })).toThrow('mlp: hidden[0]: expected an integer >= 1, got -1')
    expect(refusal({ hidden: [2 ** 20, 2 ** 20] })).toThrow(/mlp: expected at most 2\^28 parameters, got 10995\d+; make the layers narrower/)
    expect(refusal({ outputs: [] })).toThrow('mlp: number of outputs: expected an integer >= 1, got 0')
    expect(refusal({ outputs: [policyOutput(0)] })).toThrow('mlp: outputs[0].size: expected an integer >= 1, got 0')
    expect(refusal({ outputs: [valueOutput, valueOutput] })).toThrow('mlp: outputs: expected different names')
    expect(refusal({ observation: discrete(5) })).toThrow('mlp: observation: expected a box, got Discrete<5>; make indices into vectors with oneHot')
  })
  it('names of what there is not', () => {
    expect(refusal({ activation: 'gelu' })).toThrow(`mlp: activation: expected 'tanh' or 'relu', got "gelu"`)
    expect(refusal({ precision: 'float16' })).toThrow(`mlp: precision: expected 'float32' or 'float64', got "float16"`)
    expect(() => mlp(shape).init(0.5)).toThrow('mlp(4-64-64-2+1): seed: expected an integer of 32 bits, got 0.5')
  })
  it('arrays of other lengths, and a derivative of what was not computed', () => {
    const network = mlp(shape)
    const theta = network.init(1)
    const x = numbers(8)
    const gradient = new Float32Array(theta.length)
    expect(() => network.forward(theta.subarray(1), x, 2)).toThrow('mlp(4-64-64-2+1): parameters: expected 4675 numbers, got 4674')
    expect(() => network.forward(theta, x, 3)).toThrow('mlp(4-64-64-2+1): observations: expected at least 12 numbers, got 8')
    expect(() => network.forward(theta, x, -1)).toThrow('mlp(4-64-64-2+1): n: expected an integer >= 0, got -1')
    expect(() => network.vectorJacobianProduct(theta, x, 2, numbers(6), gradient)).toThrow('call forward(parameters, observations, n) first')
    network.forward(theta, x, 2)
    expect(() => network.vectorJacobianProduct(theta.slice(), x, 2, numbers(6), gradient)).toThrow('the last forward was of other arrays')
    expect(() => network.vectorJacobianProduct(theta, x, 1, numbers(6), gradient)).toThrow('the last forward was of other arrays')
    expect(() => network.vectorJacobianProduct(theta, x, 2, numbers(5), gradient)).toThrow('cotangent: expected at least 6 numbers, got 5')
    expect(() => network.vectorJacobianProduct(theta, x, 2, numbers(6), gradient.subarray(1))).toThrow('gradient: expected 4675 numbers, got 4674')
  })
})

describe('quickTanh', () => {
  it('is tanh to 4e-8, odd, within [-1, 1]', () => {
    let [off, most] = [0, 0]
    for (let k = 0; k <= 240_000; k++) {
      const x = k / 20_000
      const y = quickTanh(x)
      off = Math.max(off, Math.abs(y - Math.tanh(x)), Math.abs(y + quickTanh(-x)))
      most = Math.max(most, y)
    }
    expect(off).toBeLessThan(4e-8)
    expect(most).toBeLessThanOrEqual(1)
  })
  it('has the slope 1 at 0, keeps NaN, and ends at 1', () => {
    expect(quickTanh(1e-20)).toBeCloseTo(1e-20, 27)
    expect(quickTanh(NaN)).toBeNaN()
    expect([quickTanh(Infinity), quickTanh(-Infinity), quickTanh(0)]).toEqual([1, -1, 0])
  })
})
