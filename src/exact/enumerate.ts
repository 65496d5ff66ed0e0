import type { Model } from './model.ts'

/** Trajectories one after the other, with their probabilities, as flat arrays. Overwritten when the next ones come. */
export interface Enumerated {
  count: number
  /** Where each trajectory begins. [capacity + 1] */
  readonly offsets: Int32Array
  /** Probability of each trajectory. [capacity] */
  readonly probability: Float64Array
  /** Whether the trajectory entered a terminal state; otherwise it reached the horizon. [capacity] */
  readonly terminated: Uint8Array
  readonly state: Int32Array
  readonly action: Int32Array
  readonly reward: Float64Array
}

const room = (capacity: number, T: number): Enumerated => ({
  count: 0,
  offsets: new Int32Array(capacity + 1),
  probability: new Float64Array(capacity),
  terminated: new Uint8Array(capacity),
  state: new Int32Array(capacity * T),
  action: new Int32Array(capacity * T),
  reward: new Float64Array(capacity * T),
})

/**
 * Every trajectory of non-zero probability, in blocks, with memory for one block only.
 *
 * @param model     the MDP and the policy that samples
 * @param capacity  trajectories in a block
 * @param visit     called with each block; what it is given is overwritten by the next
 */
export const enumerate = (model: Model, capacity: number, visit: (block: Enumerated) => void): void => {
  const { A, T, start, branches, lastBranches, samples } = model
  const block = room(capacity, T)
  const state = new Int32Array(T)
  const action = new Int32Array(T)
  const reward = new Float64Array(T)
  const emit = (length: number, probability: number, terminated: boolean): void => {
    const i = block.count++
    const begin = block.offsets[i]
    for (let t = 0; t < length; t++) {
      block.state[begin + t] = state[t]
      block.action[begin + t] = action[t]
      block.reward[begin + t] = reward[t]
    }
    block.offsets[i + 1] = begin + length
    block.probability[i] = probability
    block.terminated[i] = terminated ? 1 : 0
    if (block.count === capacity) {
      visit(block)
      block.count = 0
    }
  }
  const go = (t: number, s: number, probability: number): void => {
    state[t] = s
    const last = t === T - 1
    for (let a = 0; a < A; a++) {
      const taken = probability * samples[s * A + a]
      if (taken === 0) continue
      const follows = (last ? lastBranches : branches)[s * A + a]
      for (let b = 0; b < follows.length; b++) {
        const branch = follows[b]
        action[t] = a
        reward[t] = branch.reward
        if (last || branch.ends) emit(t + 1, taken * branch.probability, branch.ends)
        else go(t + 1, branch.next, taken * branch.probability)
      }
    }
  }
  for (const [s, probability] of start) go(0, s, probability)
  if (block.count > 0) visit(block)
}

/** Every trajectory of non-zero probability, kept. */
export const enumerateAll = (model: Model, count: number): Enumerated => {
  let all = room(0, model.T)
  enumerate(model, count, (block) => {
    all = { ...block }
  })
  return all
}
