import type { Model } from './model.ts'

/** First and second moments of a gradient estimate, gathered draw by draw with their probabilities. */
export interface Moments {
  /** E g. [D] */
  readonly first: Float64Array
  /** E g_k^2, or E g_k g_l where all of it is asked for. [D] or [D D] */
  readonly second: Float64Array
}

/** Draws to be gathered: the steps of each stand in a row. */
export interface Draws {
  readonly count: number
  /** Where each draw begins. [count + 1] */
  readonly offsets: Int32Array
  /** Probability of each draw. [count] */
  readonly probability: Float64Array
  readonly state: Int32Array
  readonly action: Int32Array
}

/** What gathers moments of g = sum_t W_t grad log pi(a_t|s_t) for a tabular softmax policy. */
export interface Gatherer extends Moments {
  /** Adds draws whose weights are factor W. */
  readonly add: (weights: Float64Array, factor: number, draws: Draws) => void
}

/**
 * A gatherer for a model; only the states that a draw visits are touched.
 *
 *     g_sb = sum_t W_t 1[s_t = s] (1[a_t = b] - pi(b|s))
 */
export const gatherer = ({ S, A, target }: Model, covariance: 'diagonal' | 'full'): Gatherer => {
  const D = S * A
  const first = new Float64Array(D)
  const second = new Float64Array(covariance === 'full' ? D * D : D)
  // Of the draw at hand: what each state and action has gathered, what each state has, and which states there are.
  const gathered = new Float64Array(D)
  const sums = new Float64Array(S)
  const visited = new Int32Array(S)
  const isVisited = new Uint8Array(S)
  const addProducts = (visits: number, p: number): void => {
    const g = (s: number, l: number): number => gathered[l] - target[l] * sums[s]
    for (let i = 0; i < visits; i++)
      for (let k = visited[i] * A; k < (visited[i] + 1) * A; k++)
        for (let j = 0; j < visits; j++)
          for (let l = visited[j] * A; l < (visited[j] + 1) * A; l++) second[k * D + l] += p * g(visited[i], k) * g(visited[j], l)
  }
  const add: Gatherer['add'] = (weights, factor, { count, offsets, probability, state, action }) => {
    for (let i = 0; i < count; i++) {
      const p = probability[i]
      const stop = offsets[i + 1]
      let visits = 0
      for (let k = offsets[i]; k < stop; k++) {
        const s = state[k]
        if (isVisited[s] === 0) {
          isVisited[s] = 1
          visited[visits++] = s
        }
        const w = factor * weights[k]
        gathered[s * A + action[k]] += w
        sums[s] += w
      }
      if (covariance === 'full') addProducts(visits, p)
      for (let j = 0; j < visits; j++) {
        const s = visited[j]
        const sum = sums[s]
        for (let k = s * A; k < (s + 1) * A; k++) {
          const g = gathered[k] - target[k] * sum
          first[k] += p * g
          if (covariance === 'diagonal') second[k] += p * g * g
          gathered[k] = 0
        }
        sums[s] = 0
        isVisited[s] = 0
      }
    }
  }
  return { first, second, add }
}
