import { refuseColumn, refuseLayout } from './arguments.ts'
import type { Column, PerStep, PerTrajectory } from './column.ts'

/** Where the trajectories of a flat column begin and end: trajectory i holds the entries `offsets[i] <= k < offsets[i + 1]`. */
export interface Layout {
  /** N: how many trajectories. */
  readonly count: number
  /** Boundaries of the trajectories in the per-step columns. [N + 1] */
  readonly offsets: Int32Array
}

/**
 * A number per trajectory, repeated on each of its steps: `out[i, t] = column[i]`.
 *
 * @param layout  where trajectories begin and end
 * @param column  one number per trajectory. [N]
 * @returns       one number per step. [sum L_i]
 *
 * @example
 * ```ts
 * import { perStepOf } from 'estimand'
 * const layout = { count: 2, offsets: Int32Array.of(0, 1, 3) }
 * Array.from(perStepOf(layout, Float64Array.of(5, 7))) // => [5, 7, 7]
 * ```
 */
export const perStepOf = (layout: Layout, column: Column<PerTrajectory>): Float64Array & Column<PerStep> => {
  refuseLayout('perStepOf', layout)
  refuseColumn('perStepOf: column', column)
  const { count, offsets } = layout
  const out = new Float64Array(offsets[count])
  for (let i = 0; i < count; i++) out.fill(column[i], offsets[i], offsets[i + 1])
  return out
}
