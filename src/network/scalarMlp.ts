import { sizeOf } from '../environment/space.ts'
import type { Floats } from '../policy/floats.ts'
import { sumOf } from '../policy/network.ts'
import { scratchOf } from '../policy/scratch.ts'
import { refuseArgument } from '../trajectories/argument.ts'
import { activate, activateBack } from './activation.ts'
import type { MlpEngine } from './mlpShape.ts'
import { anMlpShape, zeros } from './mlpShape.ts'
import { addProduct } from './product.ts'

/** y <- x W + b. */
const dense = (n: number, from: number, to: number, x: Floats, parameters: Floats, weight: number, bias: number, y: Floats, at: number): void => {
  for (let i = 0; i < n; i++) for (let j = 0; j < to; j++) y[at + i * to + j] = parameters[bias + j]
  addProduct(n, to, from, x, 0, from, 1, parameters, weight, to, 1, y, at)
}

/** The gradient of a dense layer's weight and bias: x'd, and the sums of the columns of d. */
const denseBack = (n: number, from: number, to: number, x: Floats, d: Floats, at: number, gradient: Floats, weight: number, bias: number): void => {
  addProduct(from, to, n, x, 0, 1, from, d, at, to, 1, gradient, weight)
  for (let i = 0; i < n; i++) for (let j = 0; j < to; j++) gradient[bias + j] += d[at + i * to + j]
}

/**
 * The engine in plain loops: every machine has it, and the others are measured and tested against it.
 *
 * Observations and cotangents are copied into arrays of the network's precision; after the first call of a size nothing is allocated.
 *
 * @param shape  of the network
 *
 * @example
 * ```ts
 * import { box } from 'estimand/environment'
 * import { mlp, policyOutput, scalarMlp } from 'estimand/network'
 * const network = mlp({ observation: box([1]), hidden: [], outputs: [policyOutput(1)], engine: scalarMlp })
 * network.forward(Float32Array.of(2, 1), Float32Array.of(3), 1) // => [7]
 * ```
 */
export const scalarMlp: MlpEngine = (shape) => {
  refuseArgument('scalarMlp', shape, anMlpShape)
  const { observation, hidden, outputs, activation, precision, slices } = shape
  const room = () => scratchOf((length) => zeros(precision, length))
  const inputs = sizeOf(observation)
  const widths = [inputs, ...hidden]
  const L = hidden.length
  const weight = slices.flatMap(({ offset }, k) => (k % 2 === 0 ? [offset] : []))
  const bias = slices.flatMap(({ offset }, k) => (k % 2 === 0 ? [] : [offset]))
  const layers = widths.map(room)
  const layerCotangents = widths.map(room)
  const out = room()
  const outCotangent = room()
  const total = sumOf(outputs)
  return {
    forward: (parameters, observations, n) => {
      let x = layers[0](n * inputs)
      for (let k = 0; k < x.length; k++) x[k] = observations[k]
      for (let l = 0; l < L; l++) {
        const y = layers[l + 1](n * hidden[l])
        dense(n, widths[l], hidden[l], x, parameters, weight[l], bias[l], y, 0)
        activate(activation, y, y.length)
        x = y
      }
      const y = out(n * total)
      let at = 0
      for (let b = 0; b < outputs.length; b++) {
        dense(n, widths[L], outputs[b], x, parameters, weight[L + b], bias[L + b], y, at)
        at += n * outputs[b]
      }
      return y
    },

    vectorJacobianProduct: (parameters, _observations, n, cotangent, gradient) => {
      gradient.fill(0)
      const top = outCotangent(n * total)
      for (let k = 0; k < top.length; k++) top[k] = cotangent[k]
      const x = layers[L](n * widths[L])
      let d = layerCotangents[L](n * widths[L])
      d.fill(0)
      let at = 0
      for (let b = 0; b < outputs.length; b++) {
        const to = outputs[b]
        denseBack(n, widths[L], to, x, top, at, gradient, weight[L + b], bias[L + b])
        if (L > 0) addProduct(n, widths[L], to, top, at, to, 1, parameters, weight[L + b], 1, to, d, 0)
        at += n * to
      }
      for (let l = L - 1; l >= 0; l--) {
        const to = hidden[l]
        activateBack(activation, layers[l + 1](n * to), d, d.length)
        denseBack(n, widths[l], to, layers[l](n * widths[l]), d, 0, gradient, weight[l], bias[l])
        // Nobody asks for the gradient at the observations.
        if (l === 0) break
        const below = layerCotangents[l](n * widths[l])
        below.fill(0)
        addProduct(n, widths[l], to, d, 0, to, 1, parameters, weight[l], 1, to, below, 0)
        d = below
      }
    },
  }
}
