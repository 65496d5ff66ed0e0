import type { F64, I32, Kernel, Local, Statement, V128 } from '../../simd/emit.ts'
import { add, f64x2, increase, kernel, lessThan, loop, set, store } from '../../simd/emit.ts'

/** Bytes of two float32 numbers, which are worked on as float64; four numbers are worked on in a turn. */
const pair = 8

/** The pairs of a turn: `of` says what is done with the one at an offset from the pointers. */
const eachTurn = (at: Local<'i32'>, end: I32, pointers: readonly Local<'i32'>[], of: (offset: number) => readonly Statement[]): Statement =>
  loop(lessThan(at, end), [...of(0), ...of(pair), ...pointers.map((pointer) => increase(pointer, 2 * pair))])

/**
 * The step of Adam, as the loops of `adam` have it. Arguments: where parameters begin and end, where gradient, mean and square lie, all in
 * whole vectors; beta1, 1 - beta1, beta2, 1 - beta2, size, floor.
 */
export const adamStep: Kernel = kernel(
  'adamStep',
  ['i32', 'i32', 'i32', 'i32', 'i32', 'f64', 'f64', 'f64', 'f64', 'f64', 'f64'],
  ([parameters, end, gradient, mean, square, ...constants], local) => {
    const [keepMean, addMean, keepSquare, addSquare, size, floor] = constants.map((x: F64) => ({ x, all: local('v128') })) as [Splat, Splat, Splat, Splat, Splat, Splat]
    const [g, m, v] = [local('v128'), local('v128'), local('v128')]
    const { add: plus, multiply, divide, root, loadSingles, storeSingles } = f64x2
    return [
      ...[keepMean, addMean, keepSquare, addSquare, size, floor].map(({ x, all }) => set(all, f64x2.splat(x))),
      eachTurn(parameters, end, [parameters, gradient, mean, square], (offset) => [
        set(g, loadSingles(gradient, offset)),
        set(m, plus(multiply(keepMean.all, loadSingles(mean, offset)), multiply(addMean.all, g))),
        set(v, plus(multiply(keepSquare.all, loadSingles(square, offset)), multiply(multiply(addSquare.all, g), g))),
        storeSingles(mean, m, offset),
        storeSingles(square, v, offset),
        storeSingles(parameters, plus(loadSingles(parameters, offset), divide(multiply(size.all, m), plus(root(v), floor.all))), offset),
      ]),
    ]
  },
)
interface Splat {
  readonly x: F64
  readonly all: Local<'v128'>
}

/** Four sums of squares: of the first number of each four, of the second one, and so on. Arguments: where numbers begin and end, where the sums go. */
export const squareSums: Kernel = kernel('squareSums', ['i32', 'i32', 'i32'], ([at, end, to], local) => {
  const [g, first, second] = [local('v128'), local('v128'), local('v128')]
  const zero = f64x2.subtract(first, first)
  const added = (sum: Local<'v128'>, offset: number): readonly Statement[] => [set(g, f64x2.loadSingles(at, offset)), set(sum, f64x2.add(sum, f64x2.multiply(g, g)))]
  const sums: readonly V128[] = [first, second]
  return [
    set(first, zero),
    set(second, zero),
    loop(lessThan(at, end), [...added(first, 0), ...added(second, pair), increase(at, 2 * pair)]),
    ...sums.map((sum, k) => store(add(to, 2 * pair * k), sum)),
  ]
})

/** x <- factor x. Arguments: where numbers begin and end, the factor. */
export const shorten: Kernel = kernel('shorten', ['i32', 'i32', 'f64'], ([at, end, factor], local) => {
  const by = local('v128')
  return [set(by, f64x2.splat(factor)), eachTurn(at, end, [at], (offset) => [f64x2.storeSingles(at, f64x2.multiply(by, f64x2.loadSingles(at, offset)), offset)])]
})
