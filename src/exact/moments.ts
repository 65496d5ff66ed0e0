import type { Model } from './model.ts'

/** First and second moments of a gradient estimate, gathered draw by draw with their probabilities. */
export interface Moments {
  /** E g. [D] */
  readonly first: Float64Array
  /** E g_k^2, or E g_k g_l where all of it is asked for. [D] or [D D] */
  readonly second: Float64Array
}

/** What gathers moments of sum_t W_t grad log pi(a_t|s_t) for a tabular softmax policy. */
export interface Gatherer extends Moments {
  /** Adds factor W_k z_k of steps from <= k < to to the draw at hand. */
  readonly steps: (weights: Float64Array, factor: number, from: number, to: number, state: Int32Array, action: Int32Array) => void
  /** Ends the draw at hand, whose probability is p. */
  readonly draw: (p: number) => void
}

/** A gatherer for a model; only the states that a draw visits are touched. */
export const gatherer = ({ S, A, target }: Model, covariance: 'diagonal' | 'full'): Gatherer => {
  const D = S * A
  const first = new Float64Array(D)
  const second = new Float64Array(covariance === 'full' ? D * D : D)
  const gradient = new Float64Array(D)
  const visited = new Int32Array(S)
  let visits = 0
  const isVisited = new Uint8Array(S)
  const steps: Gatherer['steps'] = (weights, factor, from, to, state, action) => {
    for (let k = from; k < to; k++) {
      const s = state[k]
      if (isVisited[s] === 0) {
        isVisited[s] = 1
        visited[visits++] = s
      }
      const w = factor * weights[k]
      const row = s * A
      for (let l = row; l < row + A; l++) gradient[l] -= w * target[l]
      gradient[row + action[k]] += w
    }
  }
  const addProducts = (p: number): void => {
    for (let i = 0; i < visits; i++)
      for (let k = visited[i] * A; k < (visited[i] + 1) * A; k++)
        for (let j = 0; j < visits; j++)
          for (let l = visited[j] * A; l < (visited[j] + 1) * A; l++) second[k * D + l] += p * gradient[k] * gradient[l]
  }
  const draw = (p: number): void => {
    if (covariance === 'full') addProducts(p)
    for (let i = 0; i < visits; i++) {
      const s = visited[i]
      for (let k = s * A; k < (s + 1) * A; k++) {
        const g = gradient[k]
        first[k] += p * g
        if (covariance === 'diagonal') second[k] += p * g * g
        gradient[k] = 0
      }
      isVisited[s] = 0
    }
    visits = 0
  }
  return { first, second, steps, draw }
}
