import type { Model } from './model.ts'

/** Trajectories one after the other, with their probabilities, as flat arrays. Overwritten when the next ones come. */
export interface Enumerated {
  count: number
  /** Where each trajectory begins. [capacity + 1] */
  readonly offsets: Int32Array
  /** Probability of each trajectory; 0 where it is below the numbers. [capacity] */
  readonly probability: Float64Array
  /** Its logarithm, which does not underflow. [capacity] */
  readonly logProbability: Float64Array
  /** Which move each step is; the last one tells whether a terminal state was entered, or the horizon reached. [steps] */
  readonly move: Int32Array
}

/** Room for so many trajectories, which have so many steps together. */
export const roomForTrajectories = (capacity: number, steps: number): Enumerated => ({
  count: 0,
  offsets: new Int32Array(capacity + 1),
  probability: new Float64Array(capacity),
  logProbability: new Float64Array(capacity),
  move: new Int32Array(steps),
})

/** How a way has been found: the time that it ends at, its probability and the logarithm of it, and the state that it has reached; -1 where the episode is over. */
type Found = (time: number, p: number, logP: number, s: number) => void

/**
 * Every way on from a state at some time, until the episode is over or time `stop` is reached. Without recursion: horizons may be long.
 *
 * @param path  where the move of each time is written
 */
const waysOn = ({ S, A, T, moves }: Model, stop: number, path: Int32Array, found: Found) => {
  const { begin, probability, logProbability, next } = moves
  // By time: the move that comes next and where those of its state end, and what the way before it amounts to.
  const [at, end] = [new Int32Array(stop), new Int32Array(stop)]
  const [reached, logReached] = [new Float64Array(stop), new Float64Array(stop)]
  const arrive = (t: number, s: number, p: number, logP: number): void => {
    const row = (t === T - 1 ? S + s : s) * A
    at[t] = begin[row]
    end[t] = begin[row + A]
    reached[t] = p
    logReached[t] = logP
  }
  return (from: number, start: number, share: number, logShare: number): void => {
    if (from === stop) return found(from, share, logShare, start)
    arrive(from, start, share, logShare)
    for (let t = from; t >= from; ) {
      if (at[t] === end[t]) {
        t--
        continue
      }
      const m = (path[t] = at[t]++)
      const p = reached[t] * probability[m]
      const logP = logReached[t] + logProbability[m]
      t++
      if (next[m] === -1 || t === stop) found(t--, p, logP, next[m])
      else arrive(t, next[m], p, logP)
    }
  }
}

/** Writes a trajectory behind those that are there. */
const append = (to: Enumerated, path: Int32Array, length: number, p: number, logP: number): void => {
  const { offsets, move, probability, logProbability } = to
  const i = to.count++
  const from = offsets[i]
  for (let t = 0; t < length; t++) move[from + t] = path[t]
  offsets[i + 1] = from + length
  probability[i] = p
  logProbability[i] = logP
}

/** Every trajectory of non-zero probability, of which there are so many with so many steps. */
export const enumerateAll = (model: Model, { trajectories, steps }: { readonly trajectories: number; readonly steps: number }): Enumerated => {
  const all = roomForTrajectories(trajectories, steps)
  const path = new Int32Array(model.T)
  const go = waysOn(model, model.T, path, (length, p, logP) => append(all, path, length, p, logP))
  for (const [s, p] of model.start) go(0, s, p, Math.log(p))
  return all
}

/** What is done with trajectories as they are found. */
export interface Visitor {
  /** Time at which trajectories are told apart by what they did before and what they do from then on. */
  readonly parting: number
  /** The moves before the parting, in place of what follows; the state that they lead to; their probability and its logarithm. */
  readonly beginning: (path: Int32Array, s: number, p: number, logP: number) => void
  /** Some trajectories that are over at the parting or before; overwritten by the next ones. */
  readonly ended: (block: Enumerated) => void
}

/** Every trajectory of non-zero probability: those that go on after the parting by their beginnings, the others in blocks of at most so many. */
export const enumerate = (model: Model, { parting, beginning, ended }: Visitor, capacity: number): void => {
  const path = new Int32Array(model.T)
  const block = roomForTrajectories(parting === 0 ? 0 : capacity, capacity * parting)
  const flush = (): void => {
    ended(block)
    block.count = 0
  }
  const go = waysOn(model, parting, path, (time, p, logP, s) => {
    if (s >= 0) return beginning(path, s, p, logP)
    append(block, path, time, p, logP)
    if (block.count === capacity) flush()
  })
  for (const [s, p] of model.start) go(0, s, p, Math.log(p))
  if (block.count > 0) flush()
}

/** Every way on from a state at some time, each behind as many moves 0; probabilities are those of the way on. */
export const enumerateFrom = (model: Model, time: number, s: number, count: number): Enumerated => {
  const ways = roomForTrajectories(count, count * model.T)
  const path = new Int32Array(model.T)
  waysOn(model, model.T, path, (length, p, logP) => append(ways, path, length, p, logP))(time, s, 1, 0)
  return ways
}

/** The first trajectory of all and the last one: no two differ more. */
export const firstAndLast = ({ S, A, T, start, moves }: Model): Enumerated => {
  const { begin, next } = moves
  const two = roomForTrajectories(2, 2 * T)
  const path = new Int32Array(T)
  for (const which of ['first', 'last'] as const) {
    let t = 0
    for (let [s] = start[which === 'first' ? 0 : start.length - 1]; s !== -1; s = next[path[t++]]) {
      const row = (t === T - 1 ? S + s : s) * A
      path[t] = which === 'first' ? begin[row] : begin[row + A] - 1
    }
    append(two, path, t, 1, 0)
  }
  return two
}
