import type { Floats } from '../../policy/floats.ts'

/**
 * How parameters move along gradients. Its state is plain data: numbers and arrays of them, which the caller keeps, stores and restores.
 *
 * @typeParam S  the state
 */
export interface Optimiser<S> {
  readonly name: string
  /** The state before the first step, for such parameters. */
  readonly init: (parameters: Floats) => S
  /** Moves the parameters up the gradient of an objective; they and the state change in place. */
  readonly ascend: (state: S, parameters: Floats, gradient: Floats, rate: number) => void
  /** Moves the parameters down the gradient of a loss; they and the state change in place. */
  readonly descend: (state: S, parameters: Floats, gradient: Floats, rate: number) => void
}

/** Zeros of the length and precision of others. */
export const zerosLike = (x: Floats): Floats => (x instanceof Float32Array ? new Float32Array(x.length) : new Float64Array(x.length))

/** Throws unless a step has as many numbers everywhere, and a rate. */
export const refuseUneven = (name: string, parameters: Floats, gradient: Floats, state: Floats, rate: number): void => {
  if (gradient.length !== parameters.length || state.length !== parameters.length)
    throw new RangeError(`${name}: expected gradient and state of ${parameters.length} numbers, got ${gradient.length} and ${state.length}`)
  if (!Number.isFinite(rate)) throw new RangeError(`${name}: rate: expected a finite number, got ${rate}`)
}
