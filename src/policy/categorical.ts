import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'
import type { Discrete } from '../environment/space.ts'
import { discrete } from '../environment/space.ts'
import { checked, range } from '../weighting/options.ts'
import type { Actions, Floats } from './floats.ts'
import { needLength, needRows, refuseInfiniteWeight, refuseNaN } from './floats.ts'
import type { Head, KlPenalty } from './head.ts'

/**
 * Distributions read from rows of logits; row i has place i modulo their number. What a place holds is known by its logits, and is not
 * computed again when the same row comes back: a gradient follows the log-probs of the same rows.
 */
interface Rows {
  /** Places, a power of two, minus 1. */
  readonly mask: number
  /** NaN in the first number of a place that holds nothing. [places K] */
  readonly logits: Float64Array
  /** Logits minus the greatest of them. [places K] */
  readonly shifted: Float64Array
  /** exp(shifted). [places K] */
  readonly mass: Float64Array
  /** [places] */
  readonly total: Float64Array
  /** [places] */
  readonly logTotal: Float64Array
}

/** Numbers that logits may take, and places that are worth while: both powers of two. */
const mostNumbers = 4096
const mostPlaces = 512

const rowsOf = (K: number): Rows => {
  const places = Math.min(mostPlaces, Math.max(1, mostNumbers / 2 ** Math.ceil(Math.log2(K))))
  const [logits, shifted, mass] = [new Float64Array(places * K).fill(NaN), new Float64Array(places * K), new Float64Array(places * K)]
  return { mask: places - 1, logits, shifted, mass, total: new Float64Array(places), logTotal: new Float64Array(places) }
}

/**
 * Reads row i to its place. Nothing overflows, for the greatest logit is moved to 0. A NaN or an infinite logit ends as a NaN total.
 */
const read = (rows: Rows, logits: Floats, i: number, K: number): void => {
  const { logits: known, shifted, mass } = rows
  const place = i & rows.mask
  const to = place * K
  const at = i * K
  let same = 0
  while (same < K && known[to + same] === logits[at + same]) same++
  if (same === K) return
  let most = logits[at]
  for (let k = 1; k < K; k++) if (logits[at + k] > most) most = logits[at + k]
  let total = 0
  for (let k = 0; k < K; k++) {
    const logit = logits[at + k]
    const x = logit - most
    known[to + k] = logit
    shifted[to + k] = x
    total += mass[to + k] = Math.exp(x)
  }
  if (Number.isNaN(total)) known[to] = NaN
  refuseNaN('categorical', i, total)
  rows.total[place] = total
  rows.logTotal[place] = Math.log(total)
}

const refuseAction = (i: number, a: number, K: number): void => {
  if (!(Number.isInteger(a) && a >= 0 && a < K)) throw new RangeError(`categorical: action of row ${i}: expected an integer from 0 to ${K - 1}, got ${a}`)
}

const refuseInfinite = (i: number, kl: number): void => {
  if (kl === Infinity)
    throw new RangeError(`categorical: row ${i}: the divergence is infinite, for one distribution never takes an action that the other takes; leave the penalty out`)
}

// Loops of their own below: each is compiled once, small, and what calls them hardly needs to be.

/** Reads as many rows as have places of their own, of those from <= i < n; says where the next ones begin. */
const readRows = (rows: Rows, logits: Floats, from: number, n: number, K: number): number => {
  const to = Math.min(from + rows.mask + 1, n)
  for (let i = from; i < to; i++) read(rows, logits, i, K)
  return to
}

const sampleRows = ({ mask, shifted, mass, total, logTotal }: Rows, from: number, to: number, K: number, random: RandomGenerator, into: Actions, logProb: Floats): void => {
  for (let i = from; i < to; i++) {
    const place = i & mask
    const at = place * K
    let left = uniformFloat64(random) * total[place]
    let a = 0
    for (let k = 0; k < K; k++) {
      // Rounding can leave a little at the end: it goes to the last action that has any mass.
      if (mass[at + k] > 0) a = k
      left -= mass[at + k]
      if (left < 0) break
    }
    into[i] = a
    logProb[i] = shifted[at + a] - logTotal[place]
  }
}

const logProbRows = ({ mask, shifted, logTotal }: Rows, from: number, to: number, K: number, taken: Actions, out: Floats): void => {
  for (let i = from; i < to; i++) {
    refuseAction(i, taken[i], K)
    const place = i & mask
    out[i] = shifted[place * K + taken[i]] - logTotal[place]
  }
}

/** A mass of 0 adds nothing, even if its logarithm is infinite. */
const entropyOf = ({ shifted, mass, total, logTotal }: Rows, place: number, K: number): number => {
  const at = place * K
  let sum = 0
  for (let k = 0; k < K; k++) if (mass[at + k] > 0) sum += mass[at + k] * shifted[at + k]
  return logTotal[place] - sum / total[place]
}

const entropyRows = (rows: Rows, from: number, to: number, K: number, out: Floats): void => {
  for (let i = from; i < to; i++) out[i] = entropyOf(rows, i & rows.mask, K)
}

/** Of two rows in one place. Rounding may leave -1e-17, of which nobody should have to take a root. */
const divergence = (p: Rows, q: Rows, place: number, K: number): number => {
  const at = place * K
  const shift = q.logTotal[place] - p.logTotal[place]
  let sum = 0
  for (let k = 0; k < K; k++) if (p.mass[at + k] > 0) sum += p.mass[at + k] * (p.shifted[at + k] - q.shifted[at + k] + shift)
  return Math.max(0, sum / p.total[place])
}

const divergenceRows = (p: Rows, q: Rows, from: number, to: number, K: number, out: Floats): void => {
  for (let i = from; i < to; i++) out[i] = divergence(p, q, i & p.mask, K)
}

const fisherRows = ({ mask, mass, total }: Rows, from: number, to: number, K: number, vector: Floats, out: Floats): void => {
  for (let i = from; i < to; i++) {
    const place = i & mask
    const row = place * K
    const at = i * K
    let mean = 0
    for (let k = 0; k < K; k++) mean += mass[row + k] * vector[at + k]
    mean /= total[place]
    for (let k = 0; k < K; k++) out[at + k] = (mass[row + k] / total[place]) * (vector[at + k] - mean)
  }
}

/** W grad log p + entropy grad H. */
const gradientRows = (rows: Rows, from: number, to: number, K: number, taken: Actions, weights: Floats, entropy: number, out: Floats): void => {
  const { mask, shifted, mass } = rows
  for (let i = from; i < to; i++) {
    refuseAction(i, taken[i], K)
    const place = i & mask
    const row = place * K
    const at = i * K
    const w = weights[i]
    refuseInfiniteWeight('categorical', i, w)
    const total = rows.total[place]
    const logTotal = rows.logTotal[place]
    const H = entropy === 0 ? 0 : entropyOf(rows, place, K)
    for (let k = 0; k < K; k++) {
      const pk = mass[row + k] / total
      // 0 log 0 = 0: an action that is never taken has no say in the entropy.
      out[at + k] = -w * pk - (entropy === 0 || pk === 0 ? 0 : entropy * pk * (shifted[row + k] - logTotal + H))
    }
    out[at + taken[i]] += w
  }
}

/** out -= weight grad KL between p and its reference q. */
const penaltyRows = (p: Rows, q: Rows, from: number, to: number, K: number, direction: KlPenalty['direction'], weight: number, out: Floats): void => {
  for (let i = from; i < to; i++) {
    const place = i & p.mask
    const row = place * K
    const at = i * K
    const total = p.total[place]
    if (direction === 'fromReference') {
      refuseInfinite(i, divergence(q, p, place, K))
      for (let k = 0; k < K; k++) out[at + k] -= weight * (p.mass[row + k] / total - q.mass[row + k] / q.total[place])
    } else {
      const off = divergence(p, q, place, K)
      refuseInfinite(i, off)
      const shift = q.logTotal[place] - p.logTotal[place] - off
      for (let k = 0; k < K; k++) if (p.mass[row + k] > 0) out[at + k] -= weight * (p.mass[row + k] / total) * (p.shifted[row + k] - q.shifted[row + k] + shift)
    }
  }
}

/**
 * The categorical distribution over K actions, by logits.
 *
 *     p_k = exp(x_k) / sum_j exp(x_j)
 *     d log p_a / dx_k = 1{k = a} - p_k         dH / dx_k = -p_k (log p_k + H)
 *     d KL(p||q) / dx_k = p_k (log p_k/q_k - KL(p||q))      d KL(q||p) / dx_k = p_k - q_k      (F v)_k = p_k (v_k - p'v)
 *
 * Samples by inverse distribution function, one uniform number a row: equal random numbers give equal or neighbouring actions. Logits
 * may be of any finite size, and are equivalent up to a shift; -Infinity is an action that is never taken. A row with NaN, Infinity or
 * nothing but -Infinity is refused.
 * Source: Sutton and Barto 2018, section 13.2 (soft-max in action preferences).
 *
 * @param actions  K, an integer >= 1
 *
 * @example
 * ```ts
 * import { categorical } from 'estimand/policy'
 * const logProb = new Float64Array(1)
 * categorical(2).logProb(Float64Array.of(1000, 1000), Int32Array.of(1), 1, logProb)
 * logProb[0] // => -Math.LN2
 * ```
 */
export const categorical = <const K extends number>(actions: K): Head<K, Discrete<K>> => {
  checked('categorical: actions', actions, range.count)
  const K: number = actions
  const p = rowsOf(K)
  const q = rowsOf(K)
  const need = (n: number, ...distributions: readonly Floats[]): void => {
    needRows('categorical: n', n)
    for (const logits of distributions) needLength('categorical: logits', logits, n * K)
  }
  return {
    name: `categorical(${K})`,
    parameters: actions,
    action: discrete(actions),

    sample: (distribution, n, random, into, logProb) => {
      need(n, distribution)
      needLength('categorical: actions', into, n)
      needLength('categorical: logProb', logProb, n)
      for (let from = 0, to = 0; from < n; from = to) {
        to = readRows(p, distribution, from, n, K)
        sampleRows(p, from, to, K, random, into, logProb)
      }
    },

    logProb: (distribution, taken, n, out) => {
      need(n, distribution)
      needLength('categorical: actions', taken, n)
      needLength('categorical: out', out, n)
      for (let from = 0, to = 0; from < n; from = to) {
        to = readRows(p, distribution, from, n, K)
        logProbRows(p, from, to, K, taken, out)
      }
    },

    entropy: (distribution, n, out) => {
      need(n, distribution)
      needLength('categorical: out', out, n)
      for (let from = 0, to = 0; from < n; from = to) {
        to = readRows(p, distribution, from, n, K)
        entropyRows(p, from, to, K, out)
      }
    },

    kl: (one, other, n, out) => {
      need(n, one, other)
      needLength('categorical: out', out, n)
      for (let from = 0, to = 0; from < n; from = to) {
        to = readRows(p, one, from, n, K)
        readRows(q, other, from, n, K)
        divergenceRows(p, q, from, to, K, out)
      }
    },

    fisherVectorProduct: (distribution, vector, n, out) => {
      need(n, distribution)
      needLength('categorical: vector', vector, n * K)
      needLength('categorical: out', out, n * K)
      for (let from = 0, to = 0; from < n; from = to) {
        to = readRows(p, distribution, from, n, K)
        fisherRows(p, from, to, K, vector, out)
      }
    },

    gradient: (distribution, taken, n, { weights, entropy = 0, kl }, out) => {
      need(n, distribution)
      needLength('categorical: actions', taken, n)
      needLength('categorical: weights', weights, n)
      needLength('categorical: out', out, n * K)
      if (kl !== undefined) needLength('categorical: kl.reference', kl.reference, n * K)
      for (let from = 0, to = 0; from < n; from = to) {
        to = readRows(p, distribution, from, n, K)
        gradientRows(p, from, to, K, taken, weights, entropy, out)
        if (kl === undefined) continue
        readRows(q, kl.reference, from, n, K)
        penaltyRows(p, q, from, to, K, kl.direction, kl.weight, out)
      }
    },
  }
}
