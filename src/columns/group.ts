import type { Layout } from './spread.ts'

/** Steps that are finished together, so that what one pass writes is still near when the next one reads it. */
const enough = 4096

/** Where a group of trajectories ends that begins with the first: it has some thousand steps, and as a rule whole fours of trajectories. */
export const groupEnd = ({ count, offsets }: Layout, first: number): number => {
  let stop = first + 1
  while (stop < count && ((stop - first) % 4 !== 0 || offsets[stop] - offsets[first] < enough)) stop++
  return stop
}

/** float64 numbers in a line of a processor's cache. */
export const line = 8

/** Steps from which on trajectories that begin at the same time are set apart by lines. */
export const long = 513
