import type { Kernel, Statement, V128 } from '../../simd/emit.ts'
import { add, andNot, assign, f32x4, increase, kernel, lessThan, load, loop, set, store, times } from '../../simd/emit.ts'
import { tanhFit } from '../activation.ts'

/** Numbers that the kernels read from the beginning of the memory: V8 makes a constant in code anew at every use. */
export const constants: readonly number[] = [1, -1, tanhFit.saturated, -tanhFit.saturated, ...tanhFit.numerator, ...tanhFit.denominator]
const [one, minusOne, most, least, numerator] = [0, 1, 2, 3, 4]
const denominator = numerator + tanhFit.numerator.length

const constant = (which: number): V128 => f32x4.loadSplat(add(0, 0), 4 * which)

/** sum_k c_k x^k, its coefficients from number `first` of the constants on. */
const polynomial = (first: number, { length }: readonly number[], x: V128): V128 => {
  let sum = constant(first + length - 1)
  for (let k = length - 2; k >= 0; k--) sum = f32x4.add(f32x4.multiply(sum, x), constant(first + k))
  return sum
}

/** x <- tanh(x), at most 1 in size. Arguments: how many numbers, a multiple of 4, and where they lie. What is NaN stays so, and is seen. */
export const tanh: Kernel = kernel('tanh', ['i32', 'i32'], ([count, at], local) => {
  const [end, x, square] = [local('i32'), local('v128'), local('v128')]
  const quotient = f32x4.divide(f32x4.multiply(x, polynomial(numerator, tanhFit.numerator, square)), polynomial(denominator, tanhFit.denominator, square))
  return [
    assign(end, add(at, times(count, 4))),
    loop(lessThan(at, end), [
      set(x, f32x4.greatest(f32x4.least(load(at), constant(most)), constant(least))),
      set(square, f32x4.multiply(x, x)),
      store(at, f32x4.least(f32x4.greatest(quotient, constant(minusOne)), constant(one))),
      increase(at, 16),
    ]),
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

export const tanhBack = back('tanhBack', (y, cotangent) => f32x4.multiply(cotangent, f32x4.subtract(constant(one), f32x4.multiply(y, y))))
export const reluBack = back('reluBack', (y, cotangent) => andNot(cotangent, f32x4.atMost(y, f32x4.zero)))
