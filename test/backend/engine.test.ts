import type * as tfjs from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { tryLaw } from '../../laws/law.ts'
import { testLaw } from '../../laws/vitest.ts'
import { tfjsEngine } from '../../src/backend/index.ts'
import { nodeUtil } from '../../src/backend/restoreUtil.ts'
import { box } from '../../src/environment/space.ts'
import { mlp, policyOutput, scalarMlp, valueOutput } from '../../src/network/index.ts'
import { seed } from '../seed/seed.ts'
import { agreesWithLoops } from './laws.ts'
import { subjects, wasm } from './subjects.ts'

const shape = { observation: box([3]), hidden: [8, 5], outputs: [policyOutput(2), valueOutput] } as const
const numbers = (count: number): Float32Array => Float32Array.from({ length: count }, (_, k) => Math.sin(k + 1))

describe.each(subjects)('$name', ({ name, backend, tf, engine }) => {
  testLaw(agreesWithLoops(name, engine), { seed, runs: 100 })

  const network = mlp({ ...shape, engine })
  const theta = network.init(1)

  it('the same call gives the same bits, and derivatives may be asked for more than once', () => {
    const [x, c] = [numbers(21), numbers(21)]
    const gradients = [new Float32Array(theta.length), new Float32Array(theta.length)]
    const first = Float32Array.from(network.forward(theta, x, 7))
    expect(network.forward(theta, x, 7)).toEqual(first)
    for (const gradient of gradients) network.vectorJacobianProduct(theta, x, 7, c, gradient)
    expect(gradients[1]).toEqual(gradients[0])
    expect(gradients[0].some((g) => g !== 0)).toBe(true)
  })

  it('takes every kind of array, and arrays that are longer than needed', () => {
    const integers = Int32Array.of(1, -2, 3, 0, 2, 1)
    const expected = Float32Array.from(network.forward(theta, Float32Array.from(integers), 2))
    const gradient = new Float32Array(theta.length)
    network.forward(theta, integers, 2)
    network.vectorJacobianProduct(theta, integers, 2, numbers(6), gradient)
    for (const observations of [integers, Float64Array.from(integers), Float32Array.of(...integers, 9, 9)]) {
      const wide = Float64Array.from(theta)
      const other = new Float64Array(theta.length)
      expect(network.forward(wide, observations, 2)).toEqual(expected)
      network.vectorJacobianProduct(wide, observations, 2, Float64Array.of(...numbers(6), 9), other)
      expect(other).toEqual(Float64Array.from(gradient))
    }
  })

  it('no rows are no outputs and no gradient', () => {
    const none = new Float32Array(0)
    const gradient = new Float32Array(theta.length).fill(1)
    expect(network.forward(theta, none, 0).length).toBe(0)
    network.vectorJacobianProduct(theta, none, 0, none, gradient)
    expect(gradient.every((g) => g === 0)).toBe(true)
  })

  it('parameters that are NaN show in the outputs', () => {
    const broken = theta.slice()
    broken[0] = NaN
    expect(network.forward(broken, numbers(3), 1).every(Number.isNaN)).toBe(true)
  })

  it('stays with its backend while another is set, and leaves that one set', async () => {
    const used: string[] = []
    const matMul: typeof tfjs.matMul = (...operands) => {
      used.push(tf.getBackend())
      return tf.matMul(...operands)
    }
    await tf.setBackend(backend)
    const spied = mlp({ ...shape, engine: tfjsEngine({ ...tf, matMul }) })
    await tf.setBackend('cpu')
    const gradient = new Float32Array(theta.length)
    const x = numbers(3)
    spied.forward(theta, x, 1)
    spied.vectorJacobianProduct(theta, x, 1, numbers(3), gradient)
    expect(tf.getBackend()).toBe('cpu')
    expect(new Set(used)).toEqual(new Set([backend]))
  })

  it('refuses float64, and a tfjs that is not ready', () => {
    expect(() => mlp({ ...shape, engine, precision: 'float64' })).toThrow(
      "mlp(3-8-5-2+1): precision: tfjs computes in float32, got 'float64'; take the engine scalarMlp, or leave precision out",
    )
    expect(() => tfjsEngine({ ...tf, getBackend: () => '' })).toThrow('tfjsEngine: tfjs has no backend ready; await tf.ready() first')
  })
})

it('tfjs-node finds the functions that Node 23 no longer has', () => {
  const util = nodeUtil() as { isNullOrUndefined?: unknown }
  const { isNullOrUndefined } = util
  try {
    delete util.isNullOrUndefined
    tfjsEngine({ ...wasm.tf, getBackend: () => 'wasm' })
    expect(util.isNullOrUndefined).toBeUndefined()
    tfjsEngine({ ...wasm.tf, getBackend: () => 'tensorflow' })
    expect(util.isNullOrUndefined).toBeTypeOf('function')
  } finally {
    if (isNullOrUndefined !== undefined) util.isNullOrUndefined = isNullOrUndefined
  }
})

/** The wasm backend takes all the operations that there are. */
describe('a wrong operation is seen', () => {
  const { tf } = wasm
  const identity = <T extends tfjs.Tensor>(x: tfjs.Tensor | tfjs.TensorLike): T => tf.mul(x, tf.scalar(1))
  const reshaped = <T extends tfjs.Tensor>(x: T | tfjs.TensorLike): T => tf.reshape(x, [...tf.transpose(x).shape]) as T
  const mutants: readonly (readonly [string, Partial<typeof tfjs>])[] = [
    ['biases left out', { add: identity }],
    ['biases without gradient', { ones: (dimensions) => tf.zeros(dimensions) }],
    ['tanh left out', { tanh: identity }],
    ['the other form of tanh, off by a factor', { sigmoid: (x) => tf.mul(tf.sigmoid(x), tf.scalar(0.999)) }],
    ['relu left out', { relu: identity }],
    ['the derivative of relu is 1', { step: (x) => tf.onesLike(x) }],
    ['the derivative of tanh is 1 - y', { square: identity }],
    ['transposed as if it were a reshape', { transpose: reshaped }],
  ]
  it.each(mutants)('%s', async (_, mutant) => {
    await tf.setBackend('wasm')
    expect(tryLaw({ seed, runs: 100 })(agreesWithLoops('mutant', tfjsEngine({ ...tf, ...mutant })))._tag).toBe('failed')
  })
  it('and the loops in float32 are held to the same', () => {
    expect(tryLaw({ seed, runs: 100 })(agreesWithLoops('scalarMlp', scalarMlp))._tag).toBe('held')
  })
})
