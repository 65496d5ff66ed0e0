import { sizeOf } from '../environment/space.ts'
import type { Floats, Observations } from '../policy/floats.ts'
import type { Engine } from '../policy/network.ts'
import { sumOf } from '../policy/network.ts'
import { scratchOf } from '../policy/scratch.ts'
import type { Kernel } from '../simd/emit.ts'
import { assemble, importedMemory } from '../simd/emit.ts'
import { hasSimd } from '../simd/support.ts'
import type { Memory, Module } from '../simd/webAssembly.ts'
import { webAssembly } from '../simd/webAssembly.ts'
import { refuseArgument } from '../trajectories/argument.ts'
import type { MlpEngine, MlpShape } from './mlpShape.ts'
import { anMlpShape } from './mlpShape.ts'
import { scalarMlp } from './scalarMlp.ts'
import { constants, relu, reluBack, tanh, tanhBack } from './simd/activation.ts'
import { columnSums, product, transpose } from './simd/product.ts'

/** The next multiple of 4: rows of that many numbers are whole vectors. */
const up = (n: number): number => (n + 3) & ~3

/** One dense layer: y = x W + b, with a row of `stride` numbers where `outputs` are asked for; the others stay 0. */
interface Dense {
  readonly inputs: number
  readonly outputs: number
  readonly stride: number
  /** Numbers from a row of x to the next. */
  readonly inputStride: number
  /** Where weight and bias stand in the parameters of the caller. */
  readonly weight: number
  readonly bias: number
}

/** Hidden layers first, then a layer for each block of outputs. */
const layersOf = ({ observation, hidden, outputs, slices }: MlpShape): readonly Dense[] => {
  const inputs = sizeOf(observation)
  const widths = [inputs, ...hidden]
  return [...hidden, ...outputs].map((size, l) => {
    const below = Math.min(l, hidden.length)
    return {
      inputs: widths[below],
      outputs: size,
      stride: up(size),
      inputStride: below === 0 ? inputs : up(widths[below]),
      weight: slices[2 * l].offset,
      bias: slices[2 * l + 1].offset,
    }
  })
}

const forwardName = ({ inputStride, stride }: Dense): string => `forward ${inputStride} ${stride}`
const gradientName = ({ inputStride, stride }: Dense): string => `gradient ${inputStride} ${stride}`
const backName = ({ inputs, stride }: Dense): string => `back ${stride} ${up(inputs)}`

/** The products that a layer takes: its output, the gradient of its weight, the cotangent of its input. */
const productsOf = (layer: Dense): readonly Kernel[] => {
  const { inputs, inputStride, stride } = layer
  const below = up(inputs)
  return [
    product({ name: forwardName(layer), left: 'as it is', leftRow: inputStride, rightRow: stride, outRow: stride, columns: stride }),
    product({ name: gradientName(layer), left: 'transposed', leftRow: inputStride, rightRow: stride, outRow: stride, columns: stride }),
    product({ name: backName(layer), left: 'as it is', leftRow: stride, rightRow: below, outRow: below, columns: below }),
  ]
}

/** WebAssembly, which has been found to be here. */
const here = () => {
  const found = webAssembly()
  if (found === undefined) throw new Error('simdMlp: no WebAssembly here; take scalarMlp')
  return found
}

/** Modules by the layers that they are made for: code is made once for networks of one shape. */
const modules = new Map<string, Module>()
/** Shapes that are remembered; more than a program has, fewer than a property test makes. */
const mostModules = 64

const moduleOf = (layers: readonly Dense[]): Module => {
  const key = layers.map(({ inputs, inputStride, stride }) => `${inputs} ${inputStride} ${stride}`).join(', ')
  const known = modules.get(key)
  if (known !== undefined) return known
  const kernels = new Map([...layers.flatMap(productsOf), transpose, columnSums, tanh, tanhBack, relu, reluBack].map((one) => [one.name, one]))
  const made = new (here().Module)(assemble([...kernels.values()]))
  if (modules.size >= mostModules) modules.clear()
  modules.set(key, made)
  return made
}

/** Bytes of a page of WebAssembly's memory, and how many of them there can be. */
const page = 65536
const mostPages = 65536

/** A part of the memory: where it lies, and a view of it. */
export interface Region {
  readonly name: string
  /** In bytes. */
  readonly at: number
  readonly numbers: Float32Array
}

/** Numbers between regions, which nothing may ever write to. */
const gap = 16

/** Regions one after the other in a memory that is large enough; a gap stands before each and behind the last. */
const regionsIn = (name: string, lengths: Readonly<Record<string, number>>): { readonly memory: Memory; readonly regions: ReadonlyMap<string, Region> } => {
  const places: [string, number, number][] = []
  let at = 4 * gap + 4 * up(constants.length)
  for (const [region, length] of Object.entries(lengths)) {
    places.push([region, at, length])
    at += 4 * (up(length) + gap)
  }
  const pages = Math.ceil(at / page)
  if (pages > mostPages) throw new RangeError(`${name}: expected at most 4 GiB for a call, got ${(at / 2 ** 30).toFixed(1)}; pass fewer observations at a time`)
  const memory = ((): Memory => {
    try {
      return new (here().Memory)({ initial: pages, maximum: pages })
    } catch (cause) {
      throw new RangeError(`${name}: no room for ${(at / 2 ** 20).toFixed(0)} MiB; pass fewer observations at a time`, { cause })
    }
  })()
  new Float32Array(memory.buffer).set(constants)
  return { memory, regions: new Map(places.map(([region, start, length]) => [region, { name: region, at: start, numbers: new Float32Array(memory.buffer, start, length) }])) }
}

type Call = (...integers: readonly number[]) => void

/** Numbers of an array that several passes work on while they are near. */
const near = 32768

/** What has room for calls of so many rows. */
const roomFor = (shape: MlpShape, layers: readonly Dense[], rows: number) => {
  const { hidden, name, activation } = shape
  const L = hidden.length
  const [{ inputs }] = layers
  const widest = Math.max(...layers.map(({ stride, inputs: from }) => Math.max(stride, up(from))))
  /** Rows that go through all layers together: what one has written is still near when the next one reads it. The order of sums stays. */
  const part = Math.max(64, up(Math.floor(near / widest)))
  const lengths = Object.fromEntries([
    ['observations', rows * inputs],
    ['zeros', widest],
    ['panel', 8 * Math.max(widest, part)],
    ...layers.flatMap(({ inputs: from, stride }, l) => [
      [`weight ${l}`, up(from) * stride],
      [`bias ${l}`, stride],
      [`transposed ${l}`, up(from) * stride],
      [`weight gradient ${l}`, up(from) * stride],
      [`bias gradient ${l}`, stride],
      [`out ${l}`, rows * stride],
      [`cotangent ${l}`, rows * stride],
    ]),
  ])
  const { memory, regions } = regionsIn(name, lengths)
  const region = (which: string): Region => regions.get(which) as Region // Every name that is asked for is one of the above.
  const { exports } = new (here().Instance)(moduleOf(layers), { [importedMemory]: { [importedMemory]: memory } })
  const call = (which: string): Call => exports[which] as Call
  const zeros = region('zeros').at
  const panel = region('panel').at
  const activate = call(activation)
  const activateBack = call(`${activation}Back`)
  const turn = call('transpose')
  const sums = call('columnSums')
  const observations = region('observations')
  const parts = layers.map((layer, l) => ({
    ...layer,
    weights: region(`weight ${l}`),
    biases: region(`bias ${l}`),
    transposed: region(`transposed ${l}`).at,
    weightGradient: region(`weight gradient ${l}`),
    biasGradient: region(`bias gradient ${l}`),
    out: region(`out ${l}`),
    cotangent: region(`cotangent ${l}`),
    input: l === 0 || L === 0 ? observations : region(`out ${Math.min(l, L) - 1}`),
    forward: call(forwardName(layer)),
    gradient: call(gradientName(layer)),
    back: call(backName(layer)),
  }))
  type Part = (typeof parts)[number]

  /** Adds what rows done <= i < done + n say of the gradients of a layer's weight and bias. */
  const gradientOf = (done: number, n: number, { inputs: from, inputStride, stride, input, cotangent, weightGradient, biasGradient, gradient }: Part): void => {
    const at = cotangent.at + 4 * stride * done
    gradient(from, n, input.at + 4 * inputStride * done, at, weightGradient.at, done === 0 ? zeros : weightGradient.at, done === 0 ? 0 : 4 * stride, panel)
    sums(n, stride, at, biasGradient.at, done === 0 ? zeros : biasGradient.at)
  }
  /** The cotangent of a layer's input in those rows, added to what stands there unless it is the first. */
  const pass = (done: number, n: number, { inputs: from, outputs, stride, cotangent, transposed, back }: Part, below: Part, order: 'first' | 'further'): void => {
    const to = below.cotangent.at + 4 * up(from) * done
    back(n, outputs, cotangent.at + 4 * stride * done, transposed, to, order === 'first' ? zeros : to, order === 'first' ? 0 : 4 * up(from), panel)
  }

  return {
    rows,
    memory,
    regions: [...regions.values()],
    observations: observations.numbers,
    parts,
    /** The first `count` layers. */
    forward: (given: number, count: number): void => {
      // Four rows together take little longer than one, so two or three are done as four: there is room, and nobody reads the others.
      const n = given % 4 > 1 ? up(given) : given
      for (let done = 0; done < n; done += part) {
        const some = Math.min(part, n - done)
        for (let l = 0; l < count; l++) {
          const { inputs: from, inputStride, stride, input, weights, biases, out, forward } = parts[l]
          const to = out.at + 4 * stride * done
          forward(some, from, input.at + 4 * inputStride * done, weights.at, to, biases.at, 0, panel)
          if (l < L) activate(some * stride, to, 0)
        }
      }
    },
    backward: (n: number): void => {
      if (L > 0) for (let l = 1; l < parts.length; l++) turn(up(parts[l].inputs), parts[l].stride, parts[l].weights.at, parts[l].transposed)
      for (let done = 0; done < n; done += part) {
        const some = Math.min(part, n - done)
        for (let l = L; l < parts.length; l++) {
          gradientOf(done, some, parts[l])
          if (L > 0) pass(done, some, parts[l], parts[L - 1], l === L ? 'first' : 'further')
        }
        for (let l = L - 1; l >= 0; l--) {
          const { stride, out, cotangent } = parts[l]
          activateBack(some * stride, out.at + 4 * stride * done, cotangent.at + 4 * stride * done)
          gradientOf(done, some, parts[l])
          // Nobody asks for the gradient at the observations.
          if (l > 0) pass(done, some, parts[l], parts[l - 1], 'first')
        }
      }
    },
  }
}
type Room = ReturnType<typeof roomFor>

/** Rows of `width` numbers to rows of `stride`, or back: of those that are no whole vectors, one number after the other. */
const spread = (rows: number, width: number, stride: number, from: Floats, start: number, into: Float32Array): void => {
  if (width === stride) into.set(from.subarray(start, start + rows * width))
  else for (let i = 0; i < rows; i++) for (let j = 0; j < width; j++) into[i * stride + j] = from[start + i * width + j]
}
const gather = (rows: number, width: number, stride: number, from: Float32Array, into: Floats, start: number): void => {
  if (width === stride) into.set(from.subarray(0, rows * width), start)
  else for (let i = 0; i < rows; i++) for (let j = 0; j < width; j++) into[start + i * width + j] = from[i * stride + j]
}

const copyInto = (into: Float32Array, from: Observations, count: number): void => {
  if (count > 64 && from instanceof Float32Array) into.set(from.length === count ? from : from.subarray(0, count))
  else for (let k = 0; k < count; k++) into[k] = from[k]
}

/** Fewest rows that room is made for; there is always room for whole fours. */
const leastRows = 16

/** An engine with its memory in sight, for tests of what it writes to. */
export const openSimd = (shape: MlpShape): { readonly engine: Engine; readonly room: () => Room } => {
  const layers = layersOf(shape)
  const inputs = sizeOf(shape.observation)
  const L = shape.hidden.length
  const total = sumOf(shape.outputs)
  const out = scratchOf((length) => new Float32Array(length))
  const firstBlock = scratchOf((length) => new Float32Array(length))
  let room: Room = roomFor(shape, layers, leastRows)
  /** Larger memory instead of memory that grows: growing would leave views of nothing. */
  const makeRoom = (n: number): void => {
    if (n > room.rows) room = roomFor(shape, layers, up(Math.max(n, 2 * room.rows)))
  }
  const read = (parameters: Floats): void => {
    for (const { inputs: from, outputs, stride, weight, bias, weights, biases } of room.parts) {
      spread(from, outputs, stride, parameters, weight, weights.numbers)
      spread(1, outputs, stride, parameters, bias, biases.numbers)
    }
  }
  return {
    room: () => room,
    engine: {
      acting: (parameters) => {
        read(parameters)
        let known = room
        const [first] = shape.outputs
        return (observations, n) => {
          makeRoom(n)
          if (room !== known) read(parameters)
          known = room
          copyInto(room.observations, observations, n * inputs)
          const y = firstBlock(n * first)
          if (n === 0) return y
          room.forward(n, L + 1)
          gather(n, first, room.parts[L].stride, room.parts[L].out.numbers, y, 0)
          return y
        }
      },
      forward: (parameters, observations, n) => {
        makeRoom(n)
        read(parameters)
        copyInto(room.observations, observations, n * inputs)
        const y = out(n * total)
        if (n === 0) return y
        room.forward(n, layers.length)
        let at = 0
        for (let l = L; l < layers.length; l++) {
          gather(n, layers[l].outputs, layers[l].stride, room.parts[l].out.numbers, y, at)
          at += n * layers[l].outputs
        }
        return y
      },
      vectorJacobianProduct: (_parameters, _observations, n, cotangent, gradient) => {
        if (n === 0) {
          gradient.fill(0)
          return
        }
        let at = 0
        for (let l = L; l < layers.length; l++) {
          spread(n, layers[l].outputs, layers[l].stride, cotangent, at, room.parts[l].cotangent.numbers)
          at += n * layers[l].outputs
        }
        room.backward(n)
        for (const { inputs: from, outputs, stride, weight, bias, weightGradient, biasGradient } of room.parts) {
          gather(from, outputs, stride, weightGradient.numbers, gradient, weight)
          gather(1, outputs, stride, biasGradient.numbers, gradient, bias)
        }
      },
    },
  }
}

/**
 * The engine in WebAssembly with vectors of 128 bits, whose code is made for the shape of the network when the network is made.
 *
 * About ten times as quick as plain loops. Numbers are float32 throughout, summed as such: outputs and gradients differ from those of plain
 * loops by some 1e-6 of the greatest. The same numbers give the same bits on every machine and version. Where there is no SIMD, or a
 * network is of float64, it is `scalarMlp`.
 *
 * @param shape  of the network
 * @throws       RangeError from a call with so many observations that memory cannot hold them
 *
 * @example
 * ```ts
 * import { box } from 'estimand/environment'
 * import { mlp, policyOutput, simdMlp } from 'estimand/network'
 * const network = mlp({ observation: box([1]), hidden: [], outputs: [policyOutput(1)], engine: simdMlp })
 * network.forward(Float32Array.of(2, 1), Float32Array.of(3), 1) // => [7]
 * ```
 */
export const simdMlp: MlpEngine = (shape) => {
  refuseArgument('simdMlp', shape, anMlpShape)
  return shape.precision === 'float32' && hasSimd() ? openSimd(shape).engine : scalarMlp(shape)
}
