import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Kernel, V128 } from '../../src/simd/emit.ts'
import { add, andNot, assemble, assign, atMost, f32x4, importedMemory, increase, kernel, lessThan, load, loop, repeat, set, store, subtract, times, when } from '../../src/simd/emit.ts'
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
