import type { Model } from './model.ts'
import { picker } from './picker.ts'

/** Trajectories one after the other, with their probabilities, as flat arrays. Overwritten when the next ones come. */
export interface Enumerated {
  count: number
  /** Where each trajectory begins. [capacity + 1] */
  readonly offsets: Int32Array
  /** Probability of each trajectory; 0 where it is below the numbers. [capacity] */
  readonly probability: Float64Array
  /** Its logarithm where it is below `surelyNormal`; elsewhere nothing. [capacity] */
  readonly logProbability: Float64Array
  /** No probability is below it. */
  least: number
  /** Which move each step is; the last one tells whether a terminal state was entered, or the horizon reached. [steps] */
  readonly move: Int32Array
}

/** Products of probabilities that are not below it are as exact as each of them, and so are those of them and numbers that are not tiny. */
export const surelyNormal = 1e-260

/** The logarithm of the probability of one of them, which does not underflow. */
export const logProbabilityOf = ({ probability, logProbability }: Pick<Enumerated, 'probability' | 'logProbability'>, i: number): number =>
  probability[i] < surelyNormal ? logProbability[i] : Math.log(probability[i])

/** Room for so many trajectories, which have so many steps together. */
export const roomForTrajectories = (capacity: number, steps: number): Enumerated => ({
  count: 0,
  offsets: new Int32Array(capacity + 1),
  probability: new Float64Array(capacity),
  logProbability: new Float64Array(capacity),
  least: 1,
  move: new Int32Array(steps),
})

/** How a way has been found: the time that it ends at, its probability, and the state that it has reached; -1 where the episode is over. */
type Found = (time: number, p: number, s: number) => void

/**
 * Every way on from a state at some time, until the episode is over or time `stop` is reached. Without recursion: horizons may be long.
 *
 * @param path  where the move of each time is written
 */
const waysOn = ({ S, A, T, moves }: Model, stop: number, path: Int32Array, found: Found) => {
  const { begin, probability, next } = moves
  // By time: the move that is tried, where those of its state end, and the probability of the way before it.
  const at = new Int32Array(stop)
  const end = new Int32Array(stop)
  const reached = new Float64Array(stop)
  return (from: number, start: number, share: number): void => {
    if (from === stop) return found(from, share, start)
    let t = from
    let s = start
    let p = share
    for (;;) {
      // Down to the first way of all that lead on from here.
      for (;;) {
        const row = (t === T - 1 ? S + s : s) * A
        const m = begin[row]
        at[t] = m
        end[t] = begin[row + A]
        reached[t] = p
        if (next[m] === -1 || t + 1 === stop) break
        path[t++] = m
        p *= probability[m]
        s = next[m]
      }
      // Its last steps, and up to where there is another one to take.
      for (;;) {
        const m = at[t]
        if (m === end[t]) {
          if (t-- === from) return
          at[t]++
          continue
        }
        path[t] = m
        p = reached[t] * probability[m]
        s = next[m]
        t++
        if (s !== -1 && t !== stop) break
        found(t--, p, s)
        at[t]++
      }
    }
  }
}

/** The logarithm of the probability of a way, where its probability cannot tell. */
const logOf = ({ moves: { logProbability } }: Model, path: Int32Array, from: number, stop: number, p: number, logShare: number): number => {
  if (p >= surelyNormal) return Math.log(p)
  let log = logShare
  for (let t = from; t < stop; t++) log += logProbability[path[t]]
  return log
}

/** Writes a trajectory behind those that are there; of its moves, those before `begun` have no part in its probability. */
const append = (to: Enumerated, model: Model, path: Int32Array, begun: number, length: number, p: number, logShare: number): void => {
  const { offsets, move, probability } = to
  const i = to.count++
  const from = offsets[i]
  for (let t = 0; t < length; t++) move[from + t] = path[t]
  offsets[i + 1] = from + length
  probability[i] = p
  if (p < surelyNormal) to.logProbability[i] = logOf(model, path, begun, length, p, logShare)
  if (p < to.least) to.least = p
}

/** Every trajectory of non-zero probability, of which there are so many with so many steps. */
export const enumerateAll = (model: Model, { trajectories, steps }: { readonly trajectories: number; readonly steps: number }): Enumerated => {
  const all = roomForTrajectories(trajectories, steps)
  const path = new Int32Array(model.T)
  for (const [s, start] of model.start) waysOn(model, model.T, path, (length, p) => append(all, model, path, 0, length, p, Math.log(start)))(0, s, start)
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
    block.least = 1
  }
  for (const [first, start] of model.start) {
    const logStart = Math.log(start)
    waysOn(model, parting, path, (time, p, s) => {
      if (s >= 0) return beginning(path, s, p, logOf(model, path, 0, parting, p, logStart))
      append(block, model, path, 0, time, p, logStart)
      if (block.count === capacity) flush()
    })(0, first, start)
  }
  if (block.count > 0) flush()
}

/** Every way on from a state at some time, each behind as many moves 0; probabilities are those of the way on. */
export const enumerateFrom = (model: Model, time: number, s: number, count: number): Enumerated => {
  const ways = roomForTrajectories(count, count * model.T)
  const path = new Int32Array(model.T)
  waysOn(model, model.T, path, (length, p) => append(ways, model, path, time, length, p, 0))(time, s, 1)
  return ways
}

/** Which of so many possible moves is taken next. */
type Choice = (moves: number) => number

const followed = (model: Model, choose: Choice, to: Enumerated, path: Int32Array): void => {
  const { S, A, T, start, moves } = model
  const { begin, next } = moves
  let t = 0
  for (let [s] = start[choose(start.length)]; s !== -1; s = next[path[t++]]) {
    const row = (t === T - 1 ? S + s : s) * A
    path[t] = begin[row] + choose(begin[row + A] - begin[row])
  }
  append(to, model, path, 0, t, 1, 0)
}

/** So many trajectories: the first of all and the last one, for no two differ more, and others in between; some may come twice. */
export const fewOf = (model: Model, count: number): Enumerated => {
  const few = roomForTrajectories(count, count * model.T)
  const path = new Int32Array(model.T)
  const pick = picker()
  const choices: readonly Choice[] = [() => 0, (moves) => moves - 1]
  for (let i = 0; i < count; i++) followed(model, choices[i] ?? pick, few, path)
  return few
}
