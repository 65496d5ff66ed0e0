import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Kernel, V128 } from '../../src/simd/emit.ts'
import { add, and, andNot, assemble, assign, atMost, choose, f32x4, f64x2, i64x2, importedMemory, increase, kernel, lessThan, load, loop, repeat, set, store, subtract, times, when } from '../../src/simd/emit.ts'
import { hasSimd } from '../../src/simd/support.ts'
import { webAssembly } from '../../src/simd/webAssembly.ts'
import { seed } from '../seed/seed.ts'

/** Runs kernels on a memory of their own. */
const opened = (...kernels: readonly Kernel[]) => {
  const found = webAssembly()
  if (found === undefined) throw new Error('no WebAssembly')
  const memory = new found.Memory({ initial: 1, maximum: 1 })
  const { exports } = new found.Instance(new found.Module(assemble(kernels)), { [importedMemory]: { [importedMemory]: memory } })
  return {
    floats: new Float32Array(memory.buffer),
    call: (name: string, ...given: readonly number[]): void => (exports[name] as (...given: readonly number[]) => void)(...given),
  }
}
const four = (x: ArrayLike<number>, at = 0): readonly number[] => [x[at], x[at + 1], x[at + 2], x[at + 3]]

it('this machine has SIMD', () => {
  expect(hasSimd()).toBe(true)
})

it('integers of every size, and addresses of every offset, are encoded as they are', () => {
  const property = fc.property(fc.integer(), fc.integer({ min: 0, max: 60_000 }), (constant, offset) => {
    // Stores four numbers where the constant, added to what makes it 16, points.
    const { floats, call } = opened(
      kernel('put', ['i32'], ([rest]) => [store(add(constant, rest), load(add(0, 0)), 4 * Math.floor(offset / 4))]),
    )
    floats.set([1, 2, 3, 4])
    call('put', 16 - constant)
    expect(four(floats, 4 + Math.floor(offset / 4))).toEqual([1, 2, 3, 4])
  })
  fc.assert(property, { seed, numRuns: 200 })
})

describe('operations of vectors', () => {
  const a = [1, -2, NaN, 0.5]
  const b = [3, 0.25, 1, NaN]
  const cases: readonly (readonly [string, (a: V128, b: V128) => V128, readonly number[]])[] = [
    ['add', f32x4.add, [4, -1.75, NaN, NaN]],
    ['subtract', f32x4.subtract, [-2, -2.25, NaN, NaN]],
    ['multiply', f32x4.multiply, [3, -0.5, NaN, NaN]],
    ['divide', f32x4.divide, [Math.fround(1 / 3), -8, NaN, NaN]],
    ['least', f32x4.least, [1, -2, NaN, 0.5]],
    ['greatest', f32x4.greatest, [3, 0.25, NaN, 0.5]],
    ['b where not a <= b', (x, y) => andNot(y, f32x4.atMost(x, y)), [0, 0, 1, NaN]],
    ['root', (_, y) => f32x4.root(y), [Math.fround(Math.sqrt(3)), 0.5, 1, NaN]],
    ['shuffle', (x, y) => f32x4.shuffle(x, y, [7, 4, 0, 1]), [NaN, 3, 1, -2]],
    ['zero', () => f32x4.zero, [0, 0, 0, 0]],
  ]
  it.each(cases)('%s', (_, of, expected) => {
    const { floats, call } = opened(kernel('of', ['i32'], ([p]) => [store(p, of(load(p), load(p, 16)), 32)]))
    floats.set([...a, ...b])
    call('of', 0)
    expect(four(floats, 8)).toEqual(expected)
  })

  const two = [1.5, -Infinity]
  const other = [-0.25, NaN]
  const ofDoubles: readonly (readonly [string, (a: V128, b: V128) => V128, readonly number[]])[] = [
    ['add', f64x2.add, [1.25, NaN]],
    ['subtract', f64x2.subtract, [1.75, NaN]],
    ['multiply', f64x2.multiply, [-0.375, NaN]],
    ['divide', f64x2.divide, [-6, NaN]],
    ['root', (x) => f64x2.root(x), [Math.sqrt(1.5), NaN]],
    ['least', f64x2.least, [-0.25, -Infinity]],
    ['both', (x, y) => and(f64x2.lessThan(y, x), x), [1.5, 0]],
    ['more', (x, y) => and(f64x2.moreThan(x, y), x), [1.5, 0]],
    ['at most', (x, y) => choose(x, y, f64x2.atMost(x, y)), [-0.25, NaN]],
    ['the first ones', (x, y) => f64x2.pairUp(x, y, 0), [1.5, -0.25]],
    ['the second ones', (x, y) => f64x2.pairUp(y, x, 1), [NaN, -Infinity]],
    ['bits moved up and added', (x) => i64x2.add(i64x2.shiftLeft(x, 1), i64x2.shiftLeft(x, 1)), [new Float64Array(BigInt64Array.of(new BigInt64Array(Float64Array.of(1.5).buffer)[0] << 2n).buffer)[0], new Float64Array(BigInt64Array.of(new BigInt64Array(Float64Array.of(-Infinity).buffer)[0] << 2n).buffer)[0]]],
  ]
  it.each(ofDoubles)('of two doubles: %s', (_, of, expected) => {
    const { floats, call } = opened(kernel('of', ['i32'], ([p]) => [store(p, of(load(p), load(p, 16)), 32)]))
    const doubles = new Float64Array(floats.buffer)
    doubles.set([...two, ...other])
    call('of', 0)
    expect(Array.from(doubles.subarray(4, 6))).toEqual(expected)
  })

  it('two singles become doubles and are rounded again, and nothing beside them is written', () => {
    const { floats, call } = opened(
      kernel('third', ['i32', 'f64'], ([p, by]) => [f64x2.storeSingles(p, f64x2.divide(f64x2.loadSingles(p, 4), f64x2.splat(by)), 12)]),
    )
    floats.set([9, 1, 2, 9, 9, 9])
    call('third', 0, 3)
    expect(Array.from(floats.subarray(0, 6))).toEqual([9, 1, 2, Math.fround(1 / 3), Math.fround(2 / 3), 9])
  })

  it('the lower half of an integer is that of its lane', () => {
    const { floats, call } = opened(kernel('half', ['i32'], ([p]) => [f64x2.storeSingles(i64x2.lowerHalf(load(p), 1), load(p, 16))]))
    const integers = new Int32Array(floats.buffer)
    integers.set([5, 6, 64, 8])
    new Float64Array(floats.buffer).set([1.5, 2.5], 2)
    call('half', 0)
    expect([floats[16], floats[17]]).toEqual([1.5, 2.5])
  })
})

it('loops run as often as they should, also not at all', () => {
  const count = kernel('count', ['i32', 'i32'], ([least, most], local) => {
    const i = local('i32')
    const sum = local('v128')
    return [
      set(sum, f32x4.zero),
      assign(i, least),
      loop(lessThan(i, most), [set(sum, f32x4.add(sum, load(add(0, 0)))), increase(i, 1)]),
      store(add(0, 0), sum, 16),
      assign(i, 3),
      set(sum, f32x4.zero),
      repeat([set(sum, f32x4.add(sum, load(add(0, 0)))), assign(i, subtract(i, 1))], i),
      store(add(0, 0), sum, 32),
      when(atMost(times(least, 2), most), [store(add(0, 0), sum, 48)], [store(add(0, 0), f32x4.zero, 48)]),
    ]
  })
  for (const [least, most, turns] of [[0, 5, 5], [4, 5, 1], [5, 5, 0], [7, 5, 0]] as const) {
    const { floats, call } = opened(count)
    floats.fill(1, 0, 4)
    call('count', least, most)
    expect([floats[4], floats[8], floats[12]]).toEqual([turns, 3, 2 * least <= most ? 3 : 0])
  }
})

it('operands of another type do not compile', () => {
  const integer = add(1, 2)
  // @ts-expect-error an integer is no vector
  f32x4.add(integer, f32x4.zero)
  // @ts-expect-error a vector is no address
  load(f32x4.zero)
  // @ts-expect-error a statement leaves nothing to store
  store(integer, store(integer, f32x4.zero))
  kernel('wrong', ['i32'], ([p], local) => {
    const v = local('v128')
    // @ts-expect-error a local of vectors takes no integer
    return [set(v, p)]
  })
})
