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
 * Every trajectory of non-zero probability, in blocks, with memory for one block only.
 *
 * @param model     the MDP and the policy that samples
 * @param capacity  trajectories in a block
 * @param visit     called with each block; what it is given is overwritten by the next
 */
export const enumerate = ({ S, A, T, start, moves }: Model, capacity: number, visit: (block: Enumerated) => void): void => {
  const { begin, probability, next } = moves
  const block = roomForTrajectories(capacity, T)
  const { offsets, move } = block
  const path = new Int32Array(T)
  const full = (): void => {
    visit(block)
    block.count = 0
  }
  const emit = (length: number, p: number): void => {
    const i = block.count++
    const from = offsets[i]
    for (let t = 0; t < length; t++) move[from + t] = path[t]
    offsets[i + 1] = from + length
    block.probability[i] = p
    if (block.count === capacity) full()
  }
  const go = (t: number, s: number, reached: number): void => {
    const row = (t === T - 1 ? S + s : s) * A
    const stop = begin[row + A]
    for (let m = begin[row]; m < stop; m++) {
      const p = reached * probability[m]
      if (p === 0) continue
      path[t] = m
      if (next[m] === -1) emit(t + 1, p)
      else go(t + 1, next[m], p)
    }
  }
  for (const [s, p] of start) go(0, s, p)
  if (block.count > 0) full()
}

/** Every trajectory of non-zero probability, kept. */
export const enumerateAll = (model: Model, count: number): Enumerated => {
  let all = roomForTrajectories(0, model.T)
  enumerate(model, count, (block) => {
    all = { ...block }
  })
  return all
}
