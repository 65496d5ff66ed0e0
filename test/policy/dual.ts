/** A number with its derivatives by some variables, carried along by the rules of calculus: forward-mode differentiation. */
export interface Dual {
  readonly value: number
  readonly by: readonly number[]
}

export const constant = (value: number): Dual => ({ value, by: [] })

/** Each number as a variable of its own. */
export const variables = (values: ArrayLike<number>): readonly Dual[] =>
  Array.from(values, (value, k) => ({ value, by: Array.from({ length: values.length }, (_, j) => (j === k ? 1 : 0)) }))

const chain = (value: number, parts: readonly (readonly [number, Dual])[]): Dual => ({
  value,
  by: Array.from({ length: Math.max(...parts.map(([, x]) => x.by.length)) }, (_, k) => parts.reduce((sum, [slope, x]) => sum + (x.by[k] === undefined ? 0 : slope * x.by[k]), 0)),
})

export const plus = (x: Dual, y: Dual): Dual => chain(x.value + y.value, [[1, x], [1, y]])
export const minus = (x: Dual, y: Dual): Dual => chain(x.value - y.value, [[1, x], [-1, y]])
export const times = (x: Dual, y: Dual): Dual => chain(x.value * y.value, [[y.value, x], [x.value, y]])
export const over = (x: Dual, y: Dual): Dual => chain(x.value / y.value, [[1 / y.value, x], [-x.value / y.value ** 2, y]])
export const exp = (x: Dual): Dual => chain(Math.exp(x.value), [[Math.exp(x.value), x]])
export const log = (x: Dual): Dual => chain(Math.log(x.value), [[1 / x.value, x]])
/** By exponentials, not by Math.tanh. */
export const tanh = (x: Dual): Dual => minus(constant(1), over(constant(2), plus(constant(1), exp(times(constant(2), x)))))
export const relu = (x: Dual): Dual => (x.value > 0 ? x : chain(0, [[0, x]]))
export const total = (xs: readonly Dual[]): Dual => xs.reduce(plus, constant(0))
/** The derivatives by `count` variables. */
export const slopes = (x: Dual, count: number): readonly number[] => Array.from({ length: count }, (_, k) => x.by[k] ?? 0)
