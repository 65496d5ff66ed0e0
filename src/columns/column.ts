/** Axis of a column with one entry per step: length `sum_i L_i`, trajectory after trajectory. */
export interface PerStep {
  readonly axis: 'per step'
}
/** Axis of a column with one entry per trajectory: length N. */
export interface PerTrajectory {
  readonly axis: 'per trajectory: spread it with perStepOf'
}
/** Axis of a column with one entry per time index: length T, shared by all trajectories. */
export interface PerTime {
  readonly axis: 'per time'
}
/** The axes that a column can have. */
export type Axis = PerStep | PerTrajectory | PerTime

declare const axis: unique symbol

/**
 * A flat, read-only column of float64 numbers that knows its axis. A `Float64Array` is a column of any axis; columns of
 * different axes are different types, so that a number per trajectory never meets a number per step unless
 * `perStepOf` spreads it by name.
 */
export interface Column<out A extends Axis> {
  readonly length: number
  readonly [index: number]: number
  readonly [axis]?: A
  [Symbol.iterator](): IterableIterator<number>
}
