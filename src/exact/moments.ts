import type { Moments } from './centre.ts'
import { logProbabilityOf, surelyNormal } from './enumerate.ts'
import type { Model } from './model.ts'

/** Draws to be gathered: the steps of each stand in a row. */
export interface Draws {
  readonly count: number
  /** Where each draw begins. [count + 1] */
  readonly offsets: Int32Array
  /** Probability of each draw, but for a factor that all of them share. [count] */
  readonly probability: Float64Array
  /** Its logarithm where it may have underflowed: see `Enumerated`. [count] */
  readonly logProbability: Float64Array
  /** No probability is below it. */
  readonly least: number
  /** s A + a of each step. */
  readonly pair: Int32Array
}

/** What gathers moments of g = sum_t W_t grad log pi(a_t|s_t) for a tabular softmax policy. */
export interface Gatherer {
  /** Adds draws whose weights are factor W, and whose probabilities are to be multiplied by `share`, the logarithm of which goes with it. */
  readonly add: (weights: Float64Array, factor: number, draws: Draws, share: number, logShare: number) => void
  /** The moments of all that was added, about the centre. */
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

/** Which states a draw has visited: the first numbers of their rows. */
interface Visits {
  readonly row: Int32Array
  readonly isVisited: Uint8Array
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
  { row: visited, isVisited }: Visits,
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

/** What `addCarefully` needs besides. */
interface Care {
  /** What is subtracted from g before it is squared. [D] */
  readonly centre: Float64Array
  /** States where that is not 0, so that a draw that does not visit them counts as well: the first numbers of their rows. */
  readonly centred: Int32Array
  /** E (g - centre) of the draws that were added here. [D] */
  readonly first: Float64Array
}

const careFor = (centre: Float64Array | null, D: number, A: number): Care => {
  const rows: number[] = []
  if (centre !== null) for (let row = 0; row < D; row += A) if (centre.subarray(row, row + A).some((c) => c !== 0)) rows.push(row)
  return { centre: centre ?? new Float64Array(D), centred: Int32Array.from(rows), first: new Float64Array(D) }
}

/**
 * As `addVisited`, slower, for g - centre and for probabilities that may underflow while what they are multiplied by is large: each
 * factor is a fourth root, and so is a normal number wherever the product is one.
 *
 *     p x = (x p^1/4 p^1/4) p^1/4 p^1/4,   p x^2 = (x p^1/4 p^1/4)^2
 */
const addCarefully = (
  { A, target, second, gathered }: Sums,
  { row: visited, isVisited }: Visits,
  { centre, centred, first }: Care,
  full: boolean,
  weights: Float64Array,
  factor: number,
  draws: Draws,
  logShare: number,
): void => {
  const { count, offsets, pair } = draws
  const D = gathered.length
  for (let i = 0; i < count; i++) {
    const root = Math.exp((logShare + logProbabilityOf(draws, i)) / 4)
    let visits = 0
    const visit = (row: number): void => {
      if (isVisited[row / A] === 1) return
      isVisited[row / A] = 1
      visited[visits++] = row
    }
    for (const row of centred) visit(row)
    for (let k = offsets[i]; k < offsets[i + 1]; k++) {
      visit(pair[k] - (pair[k] % A))
      gathered[pair[k]] += factor * weights[k]
    }
    for (let j = 0; j < visits; j++) {
      const row = visited[j]
      let sum = 0
      for (let k = row; k < row + A; k++) sum += gathered[k]
      for (let k = row; k < row + A; k++) {
        const x = (gathered[k] - target[k] * sum - centre[k]) * root * root
        gathered[k] = x
        first[k] += x * root * root
        if (!full) second[k] += x * x
      }
    }
    if (full)
      for (let j = 0; j < visits; j++)
        for (let k = visited[j]; k < visited[j] + A; k++)
          for (let h = 0; h < visits; h++) for (let l = visited[h]; l < visited[h] + A; l++) second[k * D + l] += gathered[k] * gathered[l]
    for (let j = 0; j < visits; j++) {
      gathered.fill(0, visited[j], visited[j] + A)
      isVisited[visited[j] / A] = 0
    }
  }
}

/** sum_a G_sa (1[a = b] - pi(b|s)) for each s and b. */
const scoresOf = (gathered: Float64Array, target: Float64Array, A: number): Float64Array => {
  const scores = gathered.slice()
  for (let row = 0; row < scores.length; row += A) {
    let sum = 0
    for (let k = row; k < row + A; k++) sum += gathered[k]
    for (let k = row; k < row + A; k++) scores[k] -= target[k] * sum
  }
  return scores
}

/**
 * A gatherer for a model; where there are many states, only those that a draw visits are touched.
 *
 *     g_sb = sum_t W_t 1[s_t = s] (1[a_t = b] - pi(b|s))
 *
 * @param centre  what is subtracted from g; null: nothing. [S A]
 */
export const gatherer = ({ S, A, target }: Model, covariance: 'diagonal' | 'full', centre: Float64Array | null): Gatherer => {
  const D = S * A
  const full = covariance === 'full'
  const sums: Sums = { A, target, first: new Float64Array(D), second: new Float64Array(full ? D * D : D), gathered: new Float64Array(D) }
  const visits = { row: new Int32Array(S), isVisited: new Uint8Array(S) }
  // Made when it is first needed, which mostly is never.
  let care: Care | null = null
  return {
    moments: () => {
      const first = scoresOf(sums.first, target, A)
      if (care !== null) for (let k = 0; k < D; k++) first[k] += care.first[k]
      return { first, second: sums.second }
    },
    add: (weights, factor, draws, share, logShare) => {
      if (centre !== null || share * draws.least < surelyNormal) addCarefully(sums, visits, (care ??= careFor(centre, D, A)), full, weights, factor, draws, logShare)
      else if (full || S >= many) addVisited(sums, visits, full, weights, factor, draws, share)
      else addDense(sums, weights, factor, draws, share)
    },
  }
}
