import type { Floats } from '../../policy/floats.ts'
import { assemble, importedMemory } from '../../simd/emit.ts'
import { hasSimd } from '../../simd/support.ts'
import { webAssembly } from '../../simd/webAssembly.ts'
import { adamStep, shorten, squareSums } from '../simd/moving.ts'

/** What a step of Adam is made with, besides arrays. */
export interface AdamConstants {
  readonly beta1: number
  readonly beta2: number
  /** What m is multiplied by, and what is added to the root of v. */
  readonly size: number
  readonly floor: number
}

/** The loops of optimisers. Both forms have the same bits. */
export interface Moving {
  /** m <- beta1 m + (1 - beta1) g, v <- beta2 v + (1 - beta2) g^2, theta <- theta + size m / (sqrt v + floor). */
  readonly adam: (parameters: Floats, gradient: Floats, mean: Floats, square: Floats, constants: AdamConstants) => void
  /** Shortens a gradient to `most` if its norm is finite and more than that; says what the norm was. */
  readonly clip: (gradient: Floats, most: number) => number
}

/** Not below 1: nothing is shortened. What is infinite stays so, for the caller to refuse. */
const factorFor = (norm: number, most: number): number => (norm < Infinity ? most / (norm + 1e-6) : 1)

/** One number after the other: the oracle of vectors, and where there are none. */
export const scalarMoving: Moving = {
  adam: (parameters, gradient, mean, square, { beta1, beta2, size, floor }) => {
    const addMean = 1 - beta1
    const addSquare = 1 - beta2
    for (let k = 0; k < parameters.length; k++) {
      const g = gradient[k]
      const m = beta1 * mean[k] + addMean * g
      const v = beta2 * square[k] + addSquare * g * g
      mean[k] = m
      square[k] = v
      parameters[k] += (size * m) / (Math.sqrt(v) + floor)
    }
  },
  clip: (gradient, most) => {
    // Four sums, as an addition waits for the one before it.
    let [a, b, c, d] = [0, 0, 0, 0]
    const whole = gradient.length - (gradient.length % 4)
    for (let k = 0; k < whole; k += 4) {
      a += gradient[k] * gradient[k]
      b += gradient[k + 1] * gradient[k + 1]
      c += gradient[k + 2] * gradient[k + 2]
      d += gradient[k + 3] * gradient[k + 3]
    }
    for (let k = whole; k < gradient.length; k++) a += gradient[k] * gradient[k]
    const norm = Math.sqrt(a + b + c + d)
    const factor = factorFor(norm, most)
    if (factor < 1) for (let k = 0; k < gradient.length; k++) gradient[k] *= factor
    return norm
  },
}

/** Below this, going to vectors and back takes longer than the work. */
const worthVectors = 256
/** Above this, arrays are copied for longer than vectors save, and a room for them would be kept. */
const mostNumbers = 2 ** 22

type Call = (...numbers: readonly number[]) => void

/** Room for so many numbers of each array: sums, then gradient, parameters, mean, square. */
const roomFor = (numbers: number) => {
  const found = webAssembly()
  if (found === undefined) throw new Error('vectorMoving: no WebAssembly here; take scalarMoving')
  const stride = 4 * numbers
  const pages = Math.ceil((64 + 4 * stride) / 65536)
  const memory = new found.Memory({ initial: pages, maximum: pages })
  const { exports } = new found.Instance(new found.Module(assemble([adamStep, squareSums, shorten])), { [importedMemory]: { [importedMemory]: memory } })
  const [gradient, parameters, mean, square] = [0, 1, 2, 3].map((which) => {
    const at = 64 + which * stride
    return { at, numbers: new Float32Array(memory.buffer, at, numbers) }
  })
  return { capacity: numbers, sums: new Float64Array(memory.buffer, 0, 4), gradient, parameters, mean, square, call: exports as Readonly<Record<string, Call>> }
}

/** Four numbers at a time, in a room of its own that grows with what it is asked for. */
export const vectorMoving = (): Moving => {
  let room = roomFor(2 ** 14)
  const makeRoom = (n: number): typeof room => (n <= room.capacity ? room : (room = roomFor(2 ** Math.ceil(Math.log2(n)))))
  return {
    adam: (parameters, gradient, mean, square, { beta1, beta2, size, floor }) => {
      const n = parameters.length
      const { gradient: g, parameters: theta, mean: m, square: v, call } = makeRoom(n)
      g.numbers.set(gradient)
      theta.numbers.set(parameters)
      m.numbers.set(mean)
      v.numbers.set(square)
      call['adamStep'](theta.at, theta.at + 4 * n, g.at, m.at, v.at, beta1, 1 - beta1, beta2, 1 - beta2, size, floor)
      parameters.set(theta.numbers.subarray(0, n))
      mean.set(m.numbers.subarray(0, n))
      square.set(v.numbers.subarray(0, n))
    },
    clip: (gradient, most) => {
      const n = gradient.length
      const { gradient: g, sums, call } = makeRoom(n)
      g.numbers.set(gradient)
      const whole = n - (n % 4)
      call['squareSums'](g.at, g.at + 4 * whole, 0)
      for (let k = whole; k < n; k++) sums[0] += gradient[k] * gradient[k]
      const norm = Math.sqrt(sums[0] + sums[1] + sums[2] + sums[3])
      const factor = factorFor(norm, most)
      if (factor < 1) {
        call['shorten'](g.at, g.at + 4 * n, factor)
        gradient.set(g.numbers.subarray(0, n))
      }
      return norm
    },
  }
}

/** Of this machine; opened when they are first needed. */
let opened: Moving | null = null
const movingHere = (): Moving => (opened ??= hasSimd() ? vectorMoving() : scalarMoving)

const isWorthVectors = (x: Floats): boolean => x instanceof Float32Array && x.length >= worthVectors && x.length <= mostNumbers

/** The quickest form for some arrays that go together. */
export const movingFor = (...arrays: readonly Floats[]): Moving => (arrays.every(isWorthVectors) ? movingHere() : scalarMoving)
