import type { Kind } from '../trajectories/argument.ts'
import { shown } from '../trajectories/problem.ts'

/** Numbers of a network: float32 to train, float64 to be exact. */
export type Floats = Float32Array | Float64Array

/** Such numbers, as a kind of argument. */
export const someFloats: Kind = { expected: 'a Float32Array or Float64Array', holds: (x) => x instanceof Float32Array || x instanceof Float64Array }

/** Observations, row after row; a state's index may be an integer. */
export type Observations = Floats | Int32Array

/** Actions, row after row: an index of a discrete space, or the numbers of a box (not in integers, which would cut them). */
export type Actions = Int32Array | Floats

/** As many elements as D says; beyond 500 the compiler need not count. */
type Elements<D extends number, Found extends readonly unknown[] = []> = Found['length'] extends D
  ? Found
  : Found['length'] extends 500
    ? readonly unknown[]
    : Elements<D, [...Found, unknown]>

/** 2 D as a literal, where D is an integer from 0 to 500; number otherwise. */
export type Double<D extends number> = number extends D
  ? number
  : `${D}` extends `-${string}` | `${string}.${string}`
    ? number
    : [...Elements<D>, ...Elements<D>]['length'] & number

/** 2 d with its literal type, which the compiler cannot follow through a product. */
export const double = <D extends number>(d: D): Double<D> => (2 * d) as Double<D>

/** Typed arrays read NaN and write nothing beyond their end, silently: so lengths are checked before every loop. */
export const needLength = (name: string, array: ArrayLike<number>, needed: number): void => {
  if (!(array.length >= needed)) throw new RangeError(`${name}: expected at least ${needed} numbers, got ${shown(array.length)}`)
}

/** The number of rows itself, if it is one. */
export const needRows = (name: string, n: number): void => {
  if (!(Number.isInteger(n) && n >= 0)) throw new RangeError(`${name}: expected an integer >= 0, got ${shown(n)}`)
}

/** Throws unless the weight of a row is finite. */
export const refuseInfiniteWeight = (name: string, row: number, w: number): void => {
  if (!Number.isFinite(w)) throw new RangeError(`${name}: weight of row ${row}: expected a finite number, got ${w}; an estimate has overflowed`)
}

/** Throws if x is NaN: parameters have diverged, or a batch has a NaN in it. */
export const refuseNaN = (name: string, row: number, x: number): void => {
  if (Number.isNaN(x))
    throw new RangeError(
      `${name}: row ${row}: expected finite parameters and an action of the space, got NaN; ` +
        'the parameters have diverged (take a lower learning rate, clip the gradient) or the observation holds a NaN',
    )
}
