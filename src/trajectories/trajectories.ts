import { refuseLayout } from '../columns/arguments.ts'
import type { Layout } from '../columns/spread.ts'
import type { End } from './ends.ts'

/** Axis of each column that a batch carries, by name: what lets trajectories be selected and joined. */
export type Axes = Readonly<Record<string, 'per step' | 'per trajectory'>>

/** What every batch has: N trajectories, ragged, laid out one after the other in flat columns. */
export interface Batch extends Layout {
  /** Time index, in its episode, of the first step of each trajectory; the steps that follow count on from it. [N] */
  readonly startTime: Int32Array
  /** How each trajectory ends. [N] */
  readonly ends: readonly End[]
  /** gamma in [0, 1]: weight of a reward one step later. */
  readonly discount: number
  /** Version of the parameters that sampled the batch. */
  readonly version: number
  /** Version of the parameters at which `logProb` was computed. */
  readonly currentVersion: number
  /** What its actions are, so that later log-probs can be held to the same. */
  readonly actionSpace: 'discrete' | 'continuous'
  readonly axes: Axes
}

/** A batch of trajectories that carries the named facts: `Trajectories<Reward & OnPolicy & CompleteEpisodes>`. */
export type Trajectories<Facts> = Batch & Facts

/** A batch that holds one trajectory. */
export type Trajectory<Facts> = Trajectories<Facts> & { readonly count: 1 }

/**
 * How many steps the batch holds: sum_i L_i.
 *
 * @example
 * ```ts
 * import { stepCount } from 'estimand'
 * stepCount({ count: 2, offsets: Int32Array.of(0, 2, 5) }) // => 5
 * ```
 */
export const stepCount = (layout: Layout): number => {
  refuseLayout('stepCount', layout)
  return layout.offsets[layout.count]
}

/**
 * Number of steps of the longest trajectory: max_i L_i.
 *
 * @example
 * ```ts
 * import { longest } from 'estimand'
 * longest({ count: 2, offsets: Int32Array.of(0, 2, 5) }) // => 3
 * ```
 */
export const longest = (layout: Layout): number => {
  refuseLayout('longest', layout)
  const { count, offsets } = layout
  let most = 0
  for (let i = 0; i < count; i++) if (offsets[i + 1] - offsets[i] > most) most = offsets[i + 1] - offsets[i]
  return most
}
