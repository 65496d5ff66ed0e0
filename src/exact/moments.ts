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
  /** Probability of each draw, but for a factor that all of them share. [count] */
  readonly probability: Float64Array
  /** s A + a of each step. */
  readonly pair: Int32Array
}

/** What gathers moments of g = sum_t W_t grad log pi(a_t|s_t) for a tabular softmax policy. */
export interface Gatherer {
  /** Adds draws whose weights are factor W, and whose probabilities are to be multiplied by `share`. */
  readonly add: (weights: Float64Array, factor: number, draws: Draws, share: number) => void
  /** The moments of all that was added. */
  readonly moments: () => Moments
}

/** Where the moments are gathered, and sum_t W_t 1[s_t = s, a_t = a] of the draw at hand. */
interface Sums {
  readonly A: number
  /** pi(a|s). [S A] */
  readonly target: Float64Array
  /** E of what is gathered. g is linear in it, so one step at the end makes E g of it. */
  readonly first: Float64Array
  readonly second: Float64Array
  readonly gathered: Float64Array
}

/** States from which on it is worth while to know which ones a draw has visited. */
const many = 8

// Loops of their own, so that each is compiled for itself, and what does not change is read once.

/** Each draw: its steps, then all states. */
const addDense = ({ A, target, first, second, gathered }: Sums, weights: Float64Array, factor: number, { count, offsets, probability, pair }: Draws, share: number): void => {
  const D = gathered.length
  for (let i = 0; i < count; i++) {
    const p = share * probability[i]
    const stop = offsets[i + 1]
    for (let k = offsets[i]; k < stop; k++) {
      const w = factor * weights[k]
      gathered[pair[k]] += w
      first[pair[k]] += p * w
    }
    for (let k = 0; k < D; ) {
      const end = k + A
      let sum = 0
      for (let l = k; l < end; l++) sum += gathered[l]
      for (; k < end; k++) {
        const g = gathered[k] - target[k] * sum
        gathered[k] = 0
        second[k] += p * g * g
      }
    }
  }
}

/** Each draw: its steps, then the states that they visit; where `full`, with all products of two of their numbers. */
const addVisited = (
  { A, target, first, second, gathered }: Sums,
  visited: Int32Array,
  isVisited: Uint8Array,
  full: boolean,
  weights: Float64Array,
  factor: number,
  { count, offsets, probability, pair }: Draws,
  share: number,
): void => {
  const D = gathered.length
  for (let i = 0; i < count; i++) {
    const p = share * probability[i]
    const stop = offsets[i + 1]
    let visits = 0
    for (let k = offsets[i]; k < stop; k++) {
      const taken = pair[k]
      const s = (taken / A) | 0
      if (isVisited[s] === 0) {
        isVisited[s] = 1
        visited[visits++] = s * A
      }
      const w = factor * weights[k]
      gathered[taken] += w
      first[taken] += p * w
    }
    for (let j = 0; j < visits; j++) {
      const row = visited[j]
      let sum = 0
      for (let k = row; k < row + A; k++) sum += gathered[k]
      for (let k = row; k < row + A; k++) {
        const g = gathered[k] - target[k] * sum
        gathered[k] = g
        if (!full) second[k] += p * g * g
      }
    }
    if (full)
      for (let j = 0; j < visits; j++)
        for (let k = visited[j]; k < visited[j] + A; k++)
          for (let h = 0; h < visits; h++) for (let l = visited[h]; l < visited[h] + A; l++) second[k * D + l] += p * gathered[k] * gathered[l]
    for (let j = 0; j < visits; j++) {
      for (let k = visited[j]; k < visited[j] + A; k++) gathered[k] = 0
      isVisited[visited[j] / A] = 0
    }
  }
}

/** sum_a G_sa (1[a = b] - pi(b|s)) for each s and b. */
const scoresOf = (gathered: Float64Array, target: Float64Array, A: number): Float64Array =>
  gathered.map((own, k) => own - target[k] * gathered.subarray(k - (k % A), k - (k % A) + A).reduce((a, b) => a + b, 0))

/**
 * A gatherer for a model; where there are many states, only those that a draw visits are touched.
 *
 *     g_sb = sum_t W_t 1[s_t = s] (1[a_t = b] - pi(b|s))
 */
export const gatherer = ({ S, A, target }: Model, covariance: 'diagonal' | 'full'): Gatherer => {
  const D = S * A
  const full = covariance === 'full'
  const sums: Sums = { A, target, first: new Float64Array(D), second: new Float64Array(full ? D * D : D), gathered: new Float64Array(D) }
  const [visited, isVisited] = [new Int32Array(S), new Uint8Array(S)]
  return {
    moments: () => ({ first: scoresOf(sums.first, target, A), second: sums.second }),
    add: (weights, factor, draws, share) => {
      if (full || S >= many) addVisited(sums, visited, isVisited, full, weights, factor, draws, share)
      else addDense(sums, weights, factor, draws, share)
    },
  }
}
