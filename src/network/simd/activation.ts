import type { Kernel, Statement, V128 } from '../../simd/emit.ts'
import { add, andNot, assign, atMost, f32x4, increase, kernel, lessThan, load, loop, set, store, times } from '../../simd/emit.ts'
import { tanhFit } from '../activation.ts'

/** Numbers that the kernels read from the beginning of the memory: V8 makes a constant in code anew at every use. */
export const constants: readonly number[] = [1, -1, tanhFit.saturated, -tanhFit.saturated, ...tanhFit.numerator, ...tanhFit.denominator]
const [one, minusOne, most, least, numerator] = [0, 1, 2, 3, 4]
const denominator = numerator + tanhFit.numerator.length

/** Vectors of a turn: they share what is read from the constants, and neither waits for the other. */
const atOnce = 2

/**
 * x <- tanh(x), at most 1 in size. Arguments: how many numbers, a multiple of 4; where they lie; where the constants lie, which is told at
 * run time since the engine would otherwise keep an address for each. What is NaN stays so, and is seen.
 */
export const tanh: Kernel = kernel('tanh', ['i32', 'i32', 'i32'], ([count, at, constantsAt], local) => {
  const end = local('i32')
  const c = local('v128')
  const vectors = Array.from({ length: atOnce }, () => ({ x: local('v128'), square: local('v128'), p: local('v128'), q: local('v128') }))
  type Vector = (typeof vectors)[number]
  const turn = (some: readonly Vector[]): readonly Statement[] => {
    const each = (of: (vector: Vector) => Statement): readonly Statement[] => some.map(of)
    const withConstant = (which: number, of: (vector: Vector) => Statement): readonly Statement[] => [set(c, f32x4.loadSplat(constantsAt, 4 * which)), ...each(of)]
    /** sum_k c_k square^k, its coefficients from number `first` of the constants on. */
    const polynomial = (first: number, { length }: readonly number[], to: 'p' | 'q'): readonly Statement[] => [
      ...withConstant(first + length - 1, (v) => set(v[to], c)),
      ...Array.from({ length: length - 1 }, (_, k) => withConstant(first + length - 2 - k, (v) => set(v[to], f32x4.add(f32x4.multiply(v[to], v.square), c)))).flat(),
    ]
    return [
      ...some.map(({ x }, k) => set(x, load(at, 16 * k))),
      ...withConstant(most, ({ x }) => set(x, f32x4.least(x, c))),
      ...withConstant(least, ({ x }) => set(x, f32x4.greatest(x, c))),
      ...each(({ x, square }) => set(square, f32x4.multiply(x, x))),
      ...polynomial(denominator, tanhFit.denominator, 'q'),
      ...polynomial(numerator, tanhFit.numerator, 'p'),
      ...each(({ x, p, q }) => set(x, f32x4.divide(f32x4.multiply(x, p), q))),
      ...withConstant(minusOne, ({ x }) => set(x, f32x4.greatest(x, c))),
      ...withConstant(one, ({ x }) => set(x, f32x4.least(x, c))),
      ...some.map(({ x }, k) => store(at, x, 16 * k)),
      increase(at, 16 * some.length),
    ]
  }
  return [
    assign(end, add(at, times(count, 4))),
    loop(atMost(add(at, 16 * atOnce), end), turn(vectors)),
    loop(lessThan(at, end), turn(vectors.slice(0, 1))),
  ]
})

/** x <- max(x, 0). Arguments as those of tanh. */
export const relu: Kernel = kernel('relu', ['i32', 'i32'], ([count, at], local) => {
  const end = local('i32')
  return [assign(end, add(at, times(count, 4))), loop(lessThan(at, end), [store(at, f32x4.greatest(load(at), f32x4.zero)), increase(at, 16)])]
})

/** cotangent <- cotangent f', by the function's values y. Arguments: how many numbers, where y and the cotangent lie. */
const back = (name: string, of: (y: V128, cotangent: V128) => V128): Kernel =>
  kernel(name, ['i32', 'i32', 'i32'], ([count, values, cotangents], local) => {
    const [end, y] = [local('i32'), local('v128')]
    const body: readonly Statement[] = [
      set(y, load(values)),
      store(cotangents, of(y, load(cotangents))),
      increase(values, 16),
      increase(cotangents, 16),
    ]
    return [assign(end, add(values, times(count, 4))), loop(lessThan(values, end), body)]
  })

export const tanhBack = back('tanhBack', (y, cotangent) => f32x4.multiply(cotangent, f32x4.subtract(f32x4.loadSplat(add(0, 0), 4 * one), f32x4.multiply(y, y))))
export const reluBack = back('reluBack', (y, cotangent) => andNot(cotangent, f32x4.atMost(y, f32x4.zero)))
