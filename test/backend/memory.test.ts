import { describe, expect, it } from 'vitest'
import { tfjsEngine } from '../../src/backend/index.ts'
import { box } from '../../src/environment/space.ts'
import { adam, mlp, policyOutput, valueOutput } from '../../src/network/index.ts'
import type { MlpEngine } from '../../src/network/index.ts'
import { subjects, wasm } from './subjects.ts'
import type { Subject } from './subjects.ts'

const numbers = (count: number): Float32Array => Float32Array.from({ length: count }, (_, k) => Math.sin(k + 1))

/** Bytes that the wasm backend has from the machine; it never gives any back. */
const heap = ({ tf }: Subject): number => {
  const { wasm: module } = tf.backend() as unknown as { readonly wasm?: { readonly HEAPU8: Uint8Array } }
  return module?.HEAPU8.length ?? 0
}

const held = ({ tf }: Subject): object => {
  const { numTensors, numDataBuffers, numBytes } = tf.memory()
  return { numTensors, numDataBuffers, numBytes }
}

/** Updates of batches of several sizes: layers that half of them left behind, 64 kB each, would be 32 MB after a thousand. */
const train = (engine: MlpEngine, updates: number): void => {
  const network = mlp({ observation: box([4]), hidden: [64, 64], outputs: [policyOutput(2), valueOutput], engine })
  const theta = network.init(1)
  const { init, ascend } = adam()
  const state = init(theta)
  const gradient = new Float32Array(theta.length)
  const batches = [1, 4, 256].map((n) => ({ n, observations: numbers(4 * n), cotangent: numbers(3 * n) }))
  for (let k = 0; k < updates; k++) {
    const { n, observations, cotangent } = batches[Math.min(k % 4, 2)]
    network.forward(theta, observations, n)
    network.vectorJacobianProduct(theta, observations, n, cotangent, gradient)
    ascend(state, theta, gradient, 1e-4)
  }
}

describe.each(subjects)('$name', (subject) => {
  const { tf, engine } = subject

  it('1,000 updates leave no tensor, no buffer and no byte behind', async () => {
    await tf.setBackend(subject.backend)
    const before = held(subject)
    train(engine, 20)
    const size = heap(subject)
    expect(held(subject)).toEqual(before)
    train(engine, 1000)
    expect(held(subject)).toEqual(before)
    expect(heap(subject)).toBe(size)
  })

  it('an operation that throws leaves nothing behind, and the next call works', () => {
    let broken = true
    const matMul: typeof tf.matMul = (...operands) => {
      if (broken) throw new Error('out of order')
      return tf.matMul(...operands)
    }
    const faulty = tfjsEngine({ ...tf, matMul })
    const before = held(subject)
    expect(() => train(faulty, 1)).toThrow('out of order')
    expect(held(subject)).toEqual(before)
    broken = false
    train(faulty, 1)
    expect(held(subject)).toEqual(before)
  })

  it('tensors that are not freed are counted', () => {
    const before = held(subject)
    const kept: { readonly dispose: () => unknown }[] = []
    const transpose: typeof tf.transpose = (...given) => {
      const y = tf.keep(tf.transpose(...given))
      kept.push(y)
      return y
    }
    const tanh: typeof tf.tanh = (x) => {
      const y = tf.keep(tf.tanh(x))
      kept.push(y)
      return y
    }
    const leaking = tfjsEngine({ ...tf, transpose, tanh })
    train(leaking, 4)
    expect(held(subject)).not.toEqual(before)
    for (const one of kept) one.dispose()
    expect(held(subject)).toEqual(before)
  })
})

describe('the heap of wasm', () => {
  it('grows when half a thousand buffers of 64 kB are kept', async () => {
    const { tf } = wasm
    await tf.setBackend('wasm')
    const before = heap(wasm)
    const kept = Array.from({ length: 500 }, () => tf.tensor1d(new Float32Array(16_384)))
    expect(heap(wasm)).toBeGreaterThan(before)
    for (const one of kept) one.dispose()
  })
})
