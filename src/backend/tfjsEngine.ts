import { sizeOf } from '../environment/space.ts'
import type { Activation } from '../network/activation.ts'
import type { MlpEngine } from '../network/mlpShape.ts'
import { anMlpShape } from '../network/mlpShape.ts'
import type { Floats } from '../policy/floats.ts'
import { sumOf } from '../policy/network.ts'
import { scratchOf } from '../policy/scratch.ts'
import type { Kind } from '../trajectories/argument.ts'
import { hasParts, refuseArgument } from '../trajectories/argument.ts'
import { restoreNodeUtil } from './restoreUtil.ts'
import type { Tensor, Tfjs } from './tfjs.ts'

/** What is fastest in another way on each backend of tfjs. */
interface Kernels<T> {
  /** A'B */
  readonly transposedTimes: (a: T, b: T) => T
  /** AB' */
  readonly timesTransposed: (a: T, b: T) => T
  /** @param count  how many numbers x has */
  readonly tanh: (x: T, count: number) => T
}

const flags = <T extends Tensor>(tf: Tfjs<T>): Kernels<T> => ({
  transposedTimes: (a, b) => tf.matMul(a, b, true, false),
  timesTransposed: (a, b) => tf.matMul(a, b, false, true),
  tanh: (x) => tf.tanh(x),
})

/** Up to so many numbers the one call of tanh is faster than four calls of others. */
const fewNumbers = 1024

/** Its products with a transposed matrix are plain loops, 7 to 15 times slower than to transpose first, and so is its tanh; sigmoid is not. */
const wasm = <T extends Tensor>(tf: Tfjs<T>): Kernels<T> => ({
  transposedTimes: (a, b) => tf.matMul(tf.transpose(a), b),
  timesTransposed: (a, b) => tf.matMul(a, tf.transpose(b)),
  tanh: (x, count) => {
    if (count <= fewNumbers) return tf.tanh(x)
    const two = tf.scalar(2)
    return tf.sub(tf.mul(tf.sigmoid(tf.mul(x, two)), two), tf.scalar(1))
  },
})

/** Float32 numbers of any: themselves if they are. */
const float32 = (room: (length: number) => Float32Array, numbers: Floats): Float32Array => {
  if (numbers instanceof Float32Array) return numbers
  const copy = room(numbers.length)
  copy.set(numbers)
  return copy
}

/** The module of tfjs, as a kind of argument. */
const aTfjs: Kind = {
  expected: "the module of tfjs, such as import * as tf from '@tensorflow/tfjs' gives",
  holds: (x) => hasParts(x) && typeof x['getBackend'] === 'function' && typeof x['tidy'] === 'function' && typeof x['matMul'] === 'function',
}

const floats = () => scratchOf((length) => new Float32Array(length))

/**
 * The engine on tfjs, on whichever of its backends is set: tfjs wasm, tfjs-node, webgl. In float32.
 *
 * The derivative is written out, without a tape. Parameters go in and numbers come back in every call; the activations wait in typed arrays
 * meanwhile, so that nothing stays in the memory of tfjs and nothing has to be disposed of. It stays with the backend that is set
 * now, also when another is set later.
 *
 * @param tf  a loaded tfjs whose backend is ready
 * @throws    Error if no backend is ready; RangeError for a network of float64
 *
 * @example
 * ```ts compile-only
 * import * as tf from '@tensorflow/tfjs'
 * import '@tensorflow/tfjs-backend-wasm'
 * import { tfjsEngine } from 'estimand/backend'
 * import { box } from 'estimand/environment'
 * import { mlp, policyOutput } from 'estimand/network'
 * await tf.setBackend('wasm')
 * const network = mlp({ observation: box([17]), hidden: [256, 256], outputs: [policyOutput(6)], engine: tfjsEngine(tf) })
 * ```
 */
export const tfjsEngine = <T extends Tensor>(tf: Tfjs<T>): MlpEngine => {
  refuseArgument('tfjsEngine', tf, aTfjs)
  const backend = tf.getBackend()
  if (!backend) throw new Error('tfjsEngine: tfjs has no backend ready; await tf.ready() first')
  // The backend of tfjs-node.
  if (backend === 'tensorflow') restoreNodeUtil()
  const { transposedTimes, timesTransposed, tanh } = backend === 'wasm' ? wasm(tf) : flags(tf)

  const apply = (f: Activation, x: T, count: number): T => (f === 'relu' ? tf.relu(x) : tanh(x, count))
  /** d f', by the function's values y. */
  const applyBack = (f: Activation, y: T, d: T): T => tf.mul(d, f === 'relu' ? tf.step(y) : tf.sub(tf.scalar(1), tf.square(y)))

  /** Runs on the engine's own backend and frees every tensor, also after a failure. */
  const run = (work: () => void): void => {
    const before = tf.getBackend()
    // Backends that are ready are set at once: the promise is for those that load.
    if (before !== backend) void tf.setBackend(backend)
    try {
      tf.tidy(work)
    } finally {
      if (before !== backend) void tf.setBackend(before)
    }
  }

  return (shape) => {
    refuseArgument('tfjsEngine', shape, anMlpShape)
    const { name, observation, hidden, outputs, activation, precision, slices } = shape
    if (precision === 'float64')
      throw new RangeError(`${name}: precision: tfjs computes in float32, got 'float64'; take the engine scalarMlp, or leave precision out`)
    const widths = [sizeOf(observation), ...hidden]
    const L = hidden.length
    const weight = slices.filter((_, k) => k % 2 === 0)
    const bias = slices.filter((_, k) => k % 2 === 1)
    const parameterRoom = floats()
    const cotangentRoom = floats()
    const out = floats()
    const total = sumOf(outputs)
    // Of the last forward: what each layer is given.
    const layers = widths.map(floats)

    const weightOf = (theta: Float32Array, k: number): T => {
      const { offset, shape: [from, to] } = weight[k]
      return tf.tensor2d(theta.subarray(offset, offset + from * to), [from, to])
    }
    const dense = (theta: Float32Array, k: number, x: T): T => {
      const { offset, shape: [to] } = bias[k]
      return tf.add(tf.matMul(x, weightOf(theta, k)), tf.tensor1d(theta.subarray(offset, offset + to)))
    }

    return {
      forward: (parameters, observations, n) => {
        const theta = float32(parameterRoom, parameters)
        const first = layers[0](n * widths[0])
        first.set(observations.subarray(0, first.length))
        const y = out(n * total)
        if (n === 0) return y
        run(() => {
          let x = tf.tensor2d(first, [n, widths[0]])
          for (let l = 0; l < L; l++) {
            const count = n * hidden[l]
            x = apply(activation, dense(theta, l, x), count)
            layers[l + 1](count).set(x.dataSync())
          }
          let at = 0
          for (let b = 0; b < outputs.length; b++) {
            y.set(dense(theta, L + b, x).dataSync(), at)
            at += n * outputs[b]
          }
        })
        return y
      },

      vectorJacobianProduct: (parameters, _observations, n, cotangent, gradient) => {
        if (n === 0) {
          gradient.fill(0)
          return
        }
        const theta = float32(parameterRoom, parameters)
        const top = float32(cotangentRoom, cotangent)
        run(() => {
          const row = tf.ones([1, n])
          const given = (l: number): T => tf.tensor2d(layers[l](n * widths[l]), [n, widths[l]])
          const denseBack = (k: number, x: T, d: T): void => {
            gradient.set(transposedTimes(x, d).dataSync(), weight[k].offset)
            gradient.set(tf.matMul(row, d).dataSync(), bias[k].offset)
          }
          let x = given(L)
          let d: T | undefined
          let at = 0
          for (let b = 0; b < outputs.length; b++) {
            const end = at + n * outputs[b]
            const c = tf.tensor2d(top.subarray(at, end), [n, outputs[b]])
            denseBack(L + b, x, c)
            // Nobody asks for the gradient at the observations.
            if (L > 0) {
              const part = timesTransposed(c, weightOf(theta, L + b))
              d = d === undefined ? part : tf.add(d, part)
            }
            at = end
          }
          for (let l = L - 1; l >= 0 && d !== undefined; l--) {
            d = applyBack(activation, x, d)
            x = given(l)
            denseBack(l, x, d)
            if (l > 0) d = timesTransposed(d, weightOf(theta, l))
          }
        })
      },
    }
  }
}
