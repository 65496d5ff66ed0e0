import type { Model } from './model.ts'

/** How much there is to go through, counted without going through it. */
export interface Extent {
  /** Trajectories of non-zero probability. */
  readonly trajectories: number
  /** Steps of all of them together. */
  readonly steps: number
}

/**
 * The horizon, counted backwards: how many ways lead on from each state at time t, and how many steps all of them have from there.
 *
 *     n_t(s) = sum over moves: 1 if the episode is over, else n_{t+1}(s')
 *     l_t(s) = sum over moves: 1 if the episode is over, else n_{t+1}(s') + l_{t+1}(s')
 */
function* backwards({ S, A, T, moves: { begin, next } }: Model): Generator<{ readonly time: number; readonly ways: Float64Array; readonly steps: Float64Array }, void> {
  let [ways, steps] = [new Float64Array(S).fill(1), new Float64Array(S)]
  let [nextWays, nextSteps] = [new Float64Array(S), new Float64Array(S)]
  for (let time = T - 1; time >= 0; time--) {
    for (let s = 0; s < S; s++) {
      const row = (time === T - 1 ? S + s : s) * A
      const end = begin[row + A]
      let [n, l] = [0, 0]
      for (let m = begin[row]; m < end; m++) {
        const over = next[m] === -1
        const on = over ? 1 : ways[next[m]]
        n += on
        l += over ? 1 : on + steps[next[m]]
      }
      nextWays[s] = n
      nextSteps[s] = l
    }
    ;[ways, nextWays, steps, nextSteps] = [nextWays, ways, nextSteps, steps]
    yield { time, ways, steps }
  }
}

/** How much there is to go through, in a time that grows with the horizon. */
export const extentOf = (model: Model): Extent => {
  let extent = { trajectories: 0, steps: 0 }
  for (const { time, ways, steps } of backwards(model))
    if (time === 0) extent = model.start.reduce((sum, [s]) => ({ trajectories: sum.trajectories + ways[s], steps: sum.steps + steps[s] }), extent)
  return extent
}

/**
 * The earliest time from which on there are at most so many ways from each state, or the last decision; and how many they are. [S]
 *
 * There are no fewer ways from an earlier time: whatever can be done in the time that is left can be done in more.
 */
export const partingOf = (model: Model, most: number): { readonly time: number; readonly ways: Float64Array } => {
  let found = { time: model.T, ways: new Float64Array(model.S) }
  for (const { time, ways } of backwards(model)) {
    if (time < model.T - 1 && ways.some((count) => count > most)) break
    found = { time, ways: ways.slice() }
  }
  return found
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
