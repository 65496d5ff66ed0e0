import type { Local, Statement } from './emit.ts'
import { add, and, andNot, assemble, choose, f64x2, i64x2, importedMemory, increase, kernel, lessThan, load, repeat, set, store } from './emit.ts'
import { numbers, parts, table } from './expTable.ts'
import { webAssembly } from './webAssembly.ts'

const names = ['perUnit', 'rounder', 'stepHigh', 'stepLow', 'half', 'sixth', 'c4', 'c5', 'reach'] as const
type Name = (typeof names)[number] | 'index' | 'magnitude'

/** Bytes of a vector, and of an entry of the table. */
const width = 16
const constantsAt = 2 * parts * 8
const flagAt = constantsAt + (names.length + 2) * width
const logRatioAt = flagAt + width
/** Entries that are taken at once: few enough for the nearest cache, and for runtimes to copy them in registers. */
export const roomLength = 256

const ratioAt = logRatioAt + 8 * roomLength
const creditAt = ratioAt + 8 * roomLength

/** Vectors of one turn of a loop. */
const atOnce = 2

/** The steps for each vector in turn, from where the pointer stands to the end. */
const eachVector = (p: Local<'i32'>, end: Local<'i32'>, steps: (offset: number) => readonly Statement[]): Statement =>
  repeat([...Array.from({ length: atOnce }, (_, u) => steps(u * width)).flat(), increase(p, atOnce * width)], lessThan(p, end))

/** ratio = exp logRatio; the flag says where all were within reach. */
const exponentials = () =>
  kernel('exponentials', ['i32', 'i32'], ([p, end], local) => {
    const constant = Object.fromEntries([...names, 'index', 'magnitude'].map((name) => [name, local('v128')])) as unknown as Readonly<Record<Name, Local<'v128'>>>
    const all = local('v128')
    const one = (offset: number) => {
      const x = local('v128')
      const rounded = local('v128')
      const k = local('v128')
      const r = local('v128')
      const square = local('v128')
      const first = local('v128')
      const second = local('v128')
      const small = local('v128')
      const scale = local('v128')
      return [
        set(x, load(p, logRatioAt + offset)),
        set(all, and(all, f64x2.atMost(and(x, constant.magnitude), constant.reach))),
        set(rounded, f64x2.add(f64x2.multiply(x, constant.perUnit), constant.rounder)),
        set(k, f64x2.subtract(rounded, constant.rounder)),
        set(r, f64x2.subtract(f64x2.subtract(x, f64x2.multiply(k, constant.stepHigh)), f64x2.multiply(k, constant.stepLow))),
        set(square, f64x2.multiply(r, r)),
        // An entry of the table for each of the two, then the rests and the scales of both.
        set(small, i64x2.shiftLeft(and(rounded, constant.index), 4)),
        set(first, load(i64x2.lowerHalf(small, 0))),
        set(second, load(i64x2.lowerHalf(small, 1))),
        // The whole octaves of k go to the exponent; what stands below them has been taken off the table's entries.
        set(scale, i64x2.add(f64x2.pairUp(first, second, 1), i64x2.shiftLeft(rounded, 45))),
        set(
          small,
          f64x2.add(
            f64x2.add(f64x2.add(f64x2.pairUp(first, second, 0), r), f64x2.multiply(square, f64x2.add(constant.half, f64x2.multiply(r, constant.sixth)))),
            f64x2.multiply(f64x2.multiply(square, square), f64x2.add(constant.c4, f64x2.multiply(r, constant.c5))),
          ),
        ),
        store(p, f64x2.add(scale, f64x2.multiply(scale, small)), ratioAt + offset),
      ]
    }
    const zero = add(0, 0)
    return [
      ...Object.values(constant).map((name, c) => set(name, load(zero, constantsAt + c * width))),
      set(all, load(zero, constantsAt + (names.length + 1) * width)),
      eachVector(p, end, one),
      store(zero, all, flagAt),
    ]
  })

/** ratio = min(ratio, bound). */
const bounded = () =>
  kernel('bounded', ['i32', 'i32', 'f64'], ([p, end, bound], local) => {
    const most = local('v128')
    return [set(most, f64x2.splat(bound)), eachVector(p, end, (offset) => [store(p, f64x2.least(load(p, ratioAt + offset), most), ratioAt + offset)])]
  })

/** ratio = 0 where credit >= 0 ? ratio > high : ratio < low. */
const banded = () =>
  kernel('banded', ['i32', 'i32', 'f64', 'f64'], ([p, end, low, high], local) => {
    const [floor, ceiling, none, ratio] = [local('v128'), local('v128'), local('v128'), local('v128')]
    return [
      set(floor, f64x2.splat(low)),
      set(ceiling, f64x2.splat(high)),
      eachVector(p, end, (offset) => [
        set(ratio, load(p, ratioAt + offset)),
        store(
          p,
          andNot(ratio, choose(f64x2.moreThan(ratio, ceiling), f64x2.lessThan(ratio, floor), f64x2.atMost(none, load(p, creditAt + offset)))),
          ratioAt + offset,
        ),
      ]),
    ]
  })

/** A place where ratios are made, some at once. What is written to is told by n: the first n entries, 0 < n <= 256. */
export interface RatioRoom {
  /** To be written to. [256] */
  readonly logRatio: Float64Array
  /** exp of the log ratios, and what is made of it. [256] */
  readonly ratio: Float64Array
  /** To be written to. [256] */
  readonly credit: Float64Array
  /** ratio = exp logRatio; whether all of them were within reach: what was not is yet to be done. */
  readonly exponentials: (n: number) => boolean
  /** ratio = min(ratio, bound). */
  readonly bounded: (n: number, bound: number) => void
  /** ratio = 0 where credit >= 0 ? ratio > high : ratio < low. */
  readonly banded: (n: number, low: number, high: number) => void
}

/** A room in WebAssembly with vectors of 128 bits; null where there is no such thing. */
export const openRatioRoom = (): RatioRoom | null => {
  const found = webAssembly()
  if (found === undefined) return null
  try {
    const memory = new found.Memory({ initial: 1, maximum: 1 })
    const floats = new Float64Array(memory.buffer)
    const integers = new Int32Array(memory.buffer)
    floats.set(table)
    for (let j = 0; j < parts; j++) integers[4 * j + 3] -= j << 13
    for (const [c, name] of names.entries()) floats.fill(numbers[name], (constantsAt + c * width) / 8, (constantsAt + (c + 1) * width) / 8)
    const index = (constantsAt + names.length * width) / 4
    integers.set([parts - 1, 0, parts - 1, 0], index)
    integers.set([-1, 0x7fffffff, -1, 0x7fffffff], index + 4)
    const module = new found.Module(assemble([exponentials(), bounded(), banded()]))
    const { exports } = new found.Instance(module, { [importedMemory]: { [importedMemory]: memory } })
    const call = exports as Readonly<Record<string, (p: number, end: number, ...bounds: readonly number[]) => void>>
    const { exponentials: toRatios, bounded: toBounded, banded: toBanded } = call
    const [logRatio, ratio, credit] = [logRatioAt, ratioAt, creditAt].map((at) => floats.subarray(at / 8, at / 8 + roomLength))
    const [first, second] = [flagAt / 4, flagAt / 4 + 2]
    return {
      logRatio,
      ratio,
      credit,
      exponentials: (n) => {
        // The vectors that are begun are filled, so that nothing left there from before is out of reach.
        for (let k = n; k % (2 * atOnce) !== 0; k++) logRatio[k] = 0
        toRatios(0, 8 * n)
        return integers[first] !== 0 && integers[second] !== 0
      },
      bounded: (n, bound) => toBounded(0, 8 * n, bound),
      banded: (n, low, high) => toBanded(0, 8 * n, low, high),
    }
  } catch {
    return null
  }
}
