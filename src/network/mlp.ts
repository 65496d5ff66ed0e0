import { streamsOf } from '../environment/random.ts'
import { aSpace } from '../environment/kinds.ts'
import type { Box } from '../environment/space.ts'
import { describeSpace, sizeOf } from '../environment/space.ts'
import type { Network } from '../policy/network.ts'
import { countOf, guarded, slicesOf } from '../policy/network.ts'
import { hasParts, kinds } from '../trajectories/argument.ts'
import type { Fields } from '../trajectories/fields.ts'
import { optional, refuseFields } from '../trajectories/fields.ts'
import { refuseUnknown } from '../trajectories/keys.ts'
import { shown } from '../trajectories/problem.ts'
import { checked, range } from '../weighting/options.ts'
import type { Activation } from './activation.ts'
import type { MlpEngine, MlpShape } from './mlpShape.ts'
import { zeros } from './mlpShape.ts'
import { orthogonal } from './orthogonal.ts'
import { simdMlp } from './simdMlp.ts'

/** One block of outputs: a linear layer on the last hidden one. */
export interface Output<Size extends number = number> {
  readonly name: string
  /** Numbers that a row of it has. */
  readonly size: Size
  /** Size of its initial weights. */
  readonly gain: number
}

/** A multilayer perceptron. */
export interface MlpOptions<Shape extends readonly number[], Outs extends readonly Output[]> {
  /** Space of the observations: a box, such as `environment.observation`. */
  readonly observation: Box<Shape>
  /** Widths of the hidden layers; [] is a linear function. */
  readonly hidden: readonly number[]
  /** Blocks of outputs, which share the hidden layers: `policyOutput(2)`, `valueOutput`. */
  readonly outputs: Outs
  /** Default: tanh. */
  readonly activation?: Activation
  /** Size of the initial weights of hidden layers. Default: sqrt 2. */
  readonly gain?: number
  /** Default: float32. */
  readonly precision?: 'float32' | 'float64'
  /** Default: `simdMlp`, vectors of 128 bits where they are to be had, plain loops elsewhere. */
  readonly engine?: MlpEngine
}

/** The sizes of output blocks. */
export type SizesOf<Outs extends readonly Output[]> = { readonly [K in keyof Outs]: Outs[K]['size'] }

/**
 * An output block for the parameters of a head, with small initial weights: the first policy is nearly the same everywhere.
 *
 * @param size  numbers that a distribution has
 *
 * @example
 * ```ts
 * import { policyOutput } from 'estimand/network'
 * policyOutput(2) // => { name: 'policy', size: 2, gain: 0.01 }
 * ```
 */
export const policyOutput = <const P extends number>(size: P): Output<P> => ({ name: 'policy', size, gain: 0.01 })

/** An output block for the value of a state. */
export const valueOutput: Output<1> = { name: 'value', size: 1, gain: 1 }

/** Beyond it an allocation would fail far from its cause. */
const mostParameters = 2 ** 28

const seedRange = { expected: 'an integer of 32 bits', holds: (x: number) => x === (x | 0) }

const mlpFields = {
  observation: aSpace,
  hidden: { expected: 'an array of widths of hidden layers, [] for none', holds: Array.isArray },
  outputs: { expected: 'an array of output blocks, such as [policyOutput(2), valueOutput]', holds: (x) => Array.isArray(x) && x.every(hasParts) },
  activation: optional(kinds.anything),
  gain: optional(kinds.anything),
  precision: optional(kinds.anything),
  engine: optional({ expected: 'an engine, such as simdMlp or that of openBackend', holds: kinds.function.holds }),
} as const satisfies Fields<MlpOptions<readonly number[], readonly Output[]>>

const shapeOf = (options: MlpOptions<readonly number[], readonly Output[]>): MlpShape => {
  refuseFields('mlp', options, mlpFields)
  const { observation, hidden, outputs, activation = 'tanh', precision = 'float32' } = options
  // A caller without a compiler may have brought the index of a discrete space, of which a network makes nothing.
  if (observation._tag !== 'Box')
    throw new RangeError(`mlp: observation: expected a box, got ${describeSpace(observation)}; make indices into vectors with oneHot`)
  const inputs = checked('mlp: size of the observation', sizeOf(observation), range.count)
  for (const [l, width] of hidden.entries()) checked(`mlp: hidden[${l}]`, width, range.count)
  checked('mlp: number of outputs', outputs.length, range.count)
  for (const [b, output] of outputs.entries()) {
    refuseUnknown(`mlp: outputs[${b}]`, output, ['name', 'size', 'gain'])
    const { size, gain } = output
    checked(`mlp: outputs[${b}].size`, size, range.count)
    checked(`mlp: outputs[${b}].gain`, gain, range.finite)
  }
  if (activation !== 'tanh' && activation !== 'relu') throw new RangeError(`mlp: activation: expected 'tanh' or 'relu', got ${shown(activation)}`)
  if (precision !== 'float32' && precision !== 'float64') throw new RangeError(`mlp: precision: expected 'float32' or 'float64', got ${shown(precision)}`)
  if (new Set(outputs.map(({ name }) => name)).size < outputs.length) throw new RangeError('mlp: outputs: expected different names')
  const widths = [inputs, ...hidden]
  const last = widths[widths.length - 1]
  const layer = (name: string, from: number, to: number) => [[`${name}.weight`, [from, to]], [`${name}.bias`, [to]]] as const
  const slices = slicesOf([
    ...hidden.flatMap((width, l) => layer(`hidden${l}`, widths[l], width)),
    ...outputs.flatMap(({ name, size }) => layer(name, last, size)),
  ])
  const parameterCount = countOf(slices)
  if (parameterCount > mostParameters) throw new RangeError(`mlp: expected at most 2^28 parameters, got ${parameterCount}; make the layers narrower`)
  return {
    name: `mlp(${[...widths, outputs.map(({ size }) => size).join('+')].join('-')})`,
    observation,
    hidden,
    outputs: outputs.map(({ size }) => size),
    activation,
    precision,
    slices,
    parameterCount,
  }
}

/**
 * A multilayer perceptron: hidden layers with an activation, then one linear layer for each block of outputs.
 *
 *     h_0 = s,   h_l = f(h_{l-1} W_l + b_l),   output_b = h_L W_b + b_b
 *
 * Weights are [in, out], row-major (PyTorch has them transposed), and start orthogonal, biases 0. Several outputs share the hidden layers; networks
 * that share nothing are put `beside` each other. Numbers are float32 unless float64 is asked for, good to about 1e-6 of the greatest; the
 * same numbers give the same bits everywhere.
 * Source: Huang et al. 2022, The 37 implementation details of PPO (orthogonal, gains sqrt 2, 0.01 and 1).
 *
 * @param options  sizes, activation, gains, precision
 * @throws         RangeError for a size that is not an integer >= 1, or for more than 2^28 parameters
 *
 * @example
 * ```ts
 * import { box } from 'estimand/environment'
 * import { mlp, policyOutput, valueOutput } from 'estimand/network'
 * const network = mlp({ observation: box([4]), hidden: [64, 64], outputs: [policyOutput(2), valueOutput] })
 * network.name // => 'mlp(4-64-64-2+1)'
 * network.parameterCount // => 4 * 64 + 64 + 64 * 64 + 64 + 64 * 2 + 2 + 64 + 1
 * network.forward(network.init(1), Float32Array.of(0, 0, 0, 0), 1) // => [0, 0, 0]
 * ```
 */
export const mlp = <const Shape extends readonly number[], const Outs extends readonly [Output, ...Output[]]>(
  options: MlpOptions<Shape, Outs>,
): Network<Box<Shape>, SizesOf<Outs>> => {
  const shape = shapeOf(options)
  const { slices, parameterCount, precision, name, hidden } = shape
  const hiddenGain = checked('mlp: gain', options.gain ?? Math.SQRT2, range.finite)
  const { engine = simdMlp } = options
  return {
    name,
    observation: options.observation,
    outputs: shape.outputs as unknown as SizesOf<Outs>, // The sizes themselves, which map cannot carry in its type.
    slices,
    parameterCount,
    init: (seed) => {
      const [random] = streamsOf(checked(`${name}: seed`, seed, seedRange), 1)
      const parameters = zeros(precision, parameterCount)
      for (const [k, { shape: dimensions, offset }] of slices.entries()) {
        const layer = k >> 1
        if (dimensions.length === 2)
          parameters.set(orthogonal(random, dimensions[0], dimensions[1], layer < hidden.length ? hiddenGain : options.outputs[layer - hidden.length].gain), offset)
      }
      return parameters
    },
    ...guarded(shape, engine(shape)),
  }
}
