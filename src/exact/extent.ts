import type { Model } from './model.ts'

/** How much there is to go through, counted without going through it. */
export interface Extent {
  /** Trajectories of non-zero probability. */
  readonly trajectories: number
  /** Steps of all of them together. */
  readonly steps: number
}

/** How many ways lead on from each state, and how many steps all of them have. [S] each */
interface Ways {
  ways: Float64Array
  steps: Float64Array
}

/**
 * One time further back from the horizon.
 *
 *     n_t(s) = sum over moves: 1 if the episode is over, else n_{t+1}(s')
 *     l_t(s) = sum over moves: 1 if the episode is over, else n_{t+1}(s') + l_{t+1}(s')
 */
const stepBack = ({ S, A, T, moves: { begin, next } }: Model, time: number, after: Ways, to: Ways): void => {
  for (let s = 0; s < S; s++) {
    const row = (time === T - 1 ? S + s : s) * A
    const end = begin[row + A]
    let n = 0
    let l = 0
    for (let m = begin[row]; m < end; m++) {
      const then = next[m]
      const on = then === -1 ? 1 : after.ways[then]
      n += on
      l += then === -1 ? 1 : on + after.steps[then]
    }
    to.ways[s] = n
    to.steps[s] = l
  }
}

/** The horizon, counted backwards for as long as it is asked to go on. `ways` is overwritten after the next time. */
const backwards = (model: Model, goesOn: (time: number, found: Ways) => boolean): void => {
  const { S, T } = model
  let after = { ways: new Float64Array(S), steps: new Float64Array(S) }
  let found = { ways: new Float64Array(S), steps: new Float64Array(S) }
  for (let time = T - 1; time >= 0; time--) {
    stepBack(model, time, after, found)
    if (!goesOn(time, found)) return
    const spare = after
    after = found
    found = spare
  }
}

/** How much there is to go through, in a time that grows with the horizon. */
export const extentOf = (model: Model): Extent => {
  let trajectories = 0
  let steps = 0
  backwards(model, (time, found) => {
    if (time === 0)
      for (const [s] of model.start) {
        trajectories += found.ways[s]
        steps += found.steps[s]
      }
    return true
  })
  return { trajectories, steps }
}

/**
 * The earliest time from which on there are at most so many ways from each state, or the last decision; and how many they are. [S]
 *
 * There are no fewer ways from an earlier time: whatever can be done in the time that is left can be done in more.
 */
export const partingOf = (model: Model, most: number): { readonly time: number; readonly ways: Float64Array } => {
  const last = model.T - 1
  let time = last
  const ways = new Float64Array(model.S)
  backwards(model, (now, found) => {
    if (now < last && found.ways.some((count) => count > most)) return false
    time = now
    ways.set(found.ways)
    return true
  })
  return { time, ways }
}

/** x y for square matrices of a size, by rows; nothing times infinitely many ways is nothing. */
const product = (x: Float64Array, y: Float64Array, size: number): Float64Array<ArrayBuffer> => {
  const out = new Float64Array(size * size)
  for (let i = 0; i < size; i++)
    for (let k = 0; k < size; k++) {
      const factor = x[i * size + k]
      if (factor !== 0) for (let j = 0; j < size; j++) if (y[k * size + j] !== 0) out[i * size + j] += factor * y[k * size + j]
    }
  return out
}

/** n_0 by powers of the matrix that counts moves from state to state; one state more stands for episodes that are over. */
const waysByPowers = ({ S, A, T, moves: { begin, next } }: Model): Float64Array => {
  const size = S + 1
  let power = new Float64Array(size * size)
  let ways = new Float64Array(size)
  for (let s = 0; s < S; s++) {
    for (let m = begin[s * A]; m < begin[(s + 1) * A]; m++) power[s * size + (next[m] === -1 ? S : next[m])]++
    ways[s] = begin[(S + s + 1) * A] - begin[(S + s) * A]
  }
  power[size * size - 1] = 1
  ways[S] = 1
  for (let left = T - 1; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) {
      const [matrix, column] = [power, ways]
      ways = Float64Array.from(column, (_, i) => column.reduce((sum, n, j) => (n === 0 || matrix[i * size + j] === 0 ? sum : sum + matrix[i * size + j] * n), 0))
    }
    if (left > 1) power = product(power, power, size)
  }
  return ways
}

/** How many trajectories of non-zero probability a model has, however long its horizon. */
export const countTrajectories = (model: Model): number => {
  const { S, T, moves, start } = model
  if (T * moves.next.length <= 2 * Math.log2(T) * (S + 1) ** 3 || T < 1000) return extentOf(model).trajectories
  const ways = waysByPowers(model)
  return start.reduce((total, [s]) => total + ways[s], 0)
}
