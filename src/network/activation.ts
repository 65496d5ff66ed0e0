import type { Floats } from '../policy/floats.ts'

/** Functions that a hidden layer can apply. */
export type Activation = 'tanh' | 'relu'

/** tanh(x) = x P(x^2) / Q(x^2) to 4e-8 of itself, fitted on [0, 9]; beyond it tanh is 1 in float32. Coefficients from the constant one on. */
export const tanhFit = {
  saturated: 9,
  numerator: [0.9999999797216466, 0.13381096459917083, 0.0034956702863425462, 2.0610352969311962e-5, 1.3356261139394817e-8],
  denominator: [1, 0.467144121587353, 0.02587729982081637, 0.00032857657252598655, 7.777247461739369e-7],
} as const

const { saturated, numerator: [p0, p1, p2, p3, p4], denominator: [q0, q1, q2, q3, q4] } = tanhFit

/** tanh by the fit. Quicker than Math.tanh, and plenty for float32 storage; float64 networks call Math.tanh. */
export const quickTanh = (x: number): number => {
  if (x > saturated) return 1
  if (x < -saturated) return -1
  const u = x * x
  const p = p0 + u * (p1 + u * (p2 + u * (p3 + u * p4)))
  const q = q0 + u * (q1 + u * (q2 + u * (q3 + u * q4)))
  return (x * p) / q
}

/** x <- f(x), the first `count` numbers. What is NaN stays so, and is seen. */
export const activate = (f: Activation, x: Floats, count: number): void => {
  if (f === 'relu') for (let k = 0; k < count; k++) x[k] = x[k] < 0 ? 0 : x[k]
  else if (x instanceof Float32Array) for (let k = 0; k < count; k++) x[k] = quickTanh(x[k])
  else for (let k = 0; k < count; k++) x[k] = Math.tanh(x[k])
}

/** cotangent <- cotangent f', by the function's values y: 1 - y^2 for tanh, 1 where y > 0 for relu. */
export const activateBack = (f: Activation, y: Floats, cotangent: Floats, count: number): void => {
  if (f === 'relu') {
    for (let k = 0; k < count; k++) if (y[k] <= 0) cotangent[k] = 0
  } else for (let k = 0; k < count; k++) cotangent[k] *= 1 - y[k] * y[k]
}
