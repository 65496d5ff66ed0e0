import type { Model } from './model.ts'

/** Trajectories one after the other, with their probabilities, as flat arrays. Overwritten when the next ones come. */
export interface Enumerated {
  count: number
  /** Where each trajectory begins. [capacity + 1] */
  readonly offsets: Int32Array
  /** Probability of each trajectory. [capacity] */
  readonly probability: Float64Array
  /** Which move each step is; the last one tells whether a terminal state was entered, or the horizon reached. [capacity T] */
  readonly move: Int32Array
}

/** Room for so many trajectories. */
export const roomForTrajectories = (capacity: number, T: number): Enumerated => ({
  count: 0,
  offsets: new Int32Array(capacity + 1),
  probability: new Float64Array(capacity),
  move: new Int32Array(capacity * T),
})

/**
 * Every way on from a state at some time, until the episode is over or time `stop` is reached.
 *
 * @param path   where the move of each time is written
 * @param found  called with the time that a way ends at, its probability, and the state that it has reached; -1 where the episode is over
 */
const waysOn = ({ S, A, T, moves }: Model, stop: number, path: Int32Array, found: (time: number, p: number, s: number) => void) => {
  const { begin, probability, next } = moves
  const go = (t: number, s: number, reached: number): void => {
    if (t === stop) return found(t, reached, s)
    const row = (t === T - 1 ? S + s : s) * A
    const end = begin[row + A]
    for (let m = begin[row]; m < end; m++) {
      const p = reached * probability[m]
      if (p === 0) continue
      path[t] = m
      if (next[m] === -1) found(t + 1, p, -1)
      else go(t + 1, next[m], p)
    }
  }
  return go
}

/** Writes a trajectory behind those that are there. */
const append = (to: Enumerated, path: Int32Array, length: number, p: number): void => {
  const { offsets, move, probability } = to
  const i = to.count++
  const from = offsets[i]
  for (let t = 0; t < length; t++) move[from + t] = path[t]
  offsets[i + 1] = from + length
  probability[i] = p
}

/** Every trajectory of non-zero probability, of which there are so many. */
export const enumerateAll = (model: Model, count: number): Enumerated => {
  const all = roomForTrajectories(count, model.T)
  const path = new Int32Array(model.T)
  const go = waysOn(model, model.T, path, (length, p) => append(all, path, length, p))
  for (const [s, p] of model.start) go(0, s, p)
  return all
}

/** What is done with trajectories as they are found. */
export interface Visitor {
  /** Time at which trajectories are told apart by what they did before and what they do from then on. */
  readonly parting: number
  /** The moves before the parting, in place of what follows; the state that they lead to; their probability. */
  readonly beginning: (path: Int32Array, s: number, p: number) => void
  /** Some trajectories that are over at the parting or before; overwritten by the next ones. */
  readonly ended: (block: Enumerated) => void
}

/** Every trajectory of non-zero probability: those that go on after the parting by their beginnings, the others in blocks of at most so many. */
export const enumerate = (model: Model, { parting, beginning, ended }: Visitor, capacity: number): void => {
  const path = new Int32Array(model.T)
  const block = roomForTrajectories(parting === 0 ? 0 : capacity, parting)
  const flush = (): void => {
    ended(block)
    block.count = 0
  }
  const go = waysOn(model, parting, path, (time, p, s) => {
    if (s >= 0) return beginning(path, s, p)
    append(block, path, time, p)
    if (block.count === capacity) flush()
  })
  for (const [s, p] of model.start) go(0, s, p)
  if (block.count > 0) flush()
}

/** Every way on from a state at some time, each behind as many moves 0; probabilities are those of the way on. */
export const enumerateFrom = (model: Model, time: number, s: number, count: number): Enumerated => {
  const ways = roomForTrajectories(count, model.T)
  const path = new Int32Array(model.T)
  waysOn(model, model.T, path, (length, p) => append(ways, path, length, p))(time, s, 1)
  return ways
}

/** The first trajectory of all and the last one: no two differ more. */
export const firstAndLast = ({ S, A, T, start, moves }: Model): Enumerated => {
  const { begin, probability, next } = moves
  const two = roomForTrajectories(2, T)
  const path = new Int32Array(T)
  for (const which of ['first', 'last'] as const) {
    const oneOf = <X>(some: readonly X[]): X => some[which === 'first' ? 0 : some.length - 1]
    let t = 0
    for (let [s] = oneOf(start); s !== -1; s = next[path[t++]]) {
      const row = (t === T - 1 ? S + s : s) * A
      const moved = Array.from({ length: begin[row + A] - begin[row] }, (_, k) => begin[row] + k)
      path[t] = oneOf(moved.filter((m) => probability[m] > 0))
    }
    append(two, path, t, 1)
  }
  return two
}
