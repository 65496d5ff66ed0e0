import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import type { Discrete } from '../environment/space.ts'
import { discrete } from '../environment/space.ts'
import { checked, range } from '../weighting/options.ts'
import type { Floats } from './floats.ts'
import { needLength, needRows, refuseInfiniteWeight, refuseNaN } from './floats.ts'
import type { Head } from './head.ts'

/** One distribution, read from a row of logits. */
interface Row {
  /** Logits minus the greatest of them. [K] */
  readonly shifted: Float64Array
  /** exp(shifted). [K] */
  readonly mass: Float64Array
  total: number
  logTotal: number
}

const rowOf = (K: number): Row => ({ shifted: new Float64Array(K), mass: new Float64Array(K), total: 0, logTotal: 0 })

/** Nothing overflows, for the greatest logit is moved to 0. A NaN or an infinite logit ends as a NaN total. */
const read = (row: Row, logits: Floats, i: number, K: number): void => {
  const { shifted, mass } = row
  const at = i * K
  let most = logits[at]
  for (let k = 1; k < K; k++) if (logits[at + k] > most) most = logits[at + k]
  let total = 0
  for (let k = 0; k < K; k++) {
    const x = logits[at + k] - most
    shifted[k] = x
    // The greatest is exp 0, of which there is no need to ask.
    total += mass[k] = x === 0 ? 1 : Math.exp(x)
  }
  refuseNaN('categorical', i, total)
  row.total = total
  row.logTotal = Math.log(total)
}

/** A mass of 0 adds nothing, even if its logarithm is infinite. */
const entropyOf = ({ shifted, mass, total, logTotal }: Row): number => {
  let sum = 0
  for (let k = 0; k < mass.length; k++) if (mass[k] > 0) sum += mass[k] * shifted[k]
  return logTotal - sum / total
}

/** Rounding may leave -1e-17, of which nobody should have to take a root. */
const divergence = (p: Row, q: Row): number => {
  const shift = q.logTotal - p.logTotal
  let sum = 0
  for (let k = 0; k < p.mass.length; k++) if (p.mass[k] > 0) sum += p.mass[k] * (p.shifted[k] - q.shifted[k] + shift)
  return Math.max(0, sum / p.total)
}

const refuseAction = (i: number, a: number, K: number): void => {
  if (!(Number.isInteger(a) && a >= 0 && a < K)) throw new RangeError(`categorical: action of row ${i}: expected an integer from 0 to ${K - 1}, got ${a}`)
}

const refuseInfinite = (i: number, kl: number): void => {
  if (kl === Infinity)
    throw new RangeError(`categorical: row ${i}: the divergence is infinite, for one distribution never takes an action that the other takes; leave the penalty out`)
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
  const p = rowOf(K)
  const q = rowOf(K)
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
      for (let i = 0; i < n; i++) {
        read(p, distribution, i, K)
        let left = uniformFloat64(random) * p.total
        let a = 0
        for (let k = 0; k < K; k++) {
          // Rounding can leave a little at the end: it goes to the last action that has any mass.
          if (p.mass[k] > 0) a = k
          left -= p.mass[k]
          if (left < 0) break
        }
        into[i] = a
        logProb[i] = p.shifted[a] - p.logTotal
      }
    },

    logProb: (distribution, taken, n, out) => {
      need(n, distribution)
      needLength('categorical: actions', taken, n)
      needLength('categorical: out', out, n)
      for (let i = 0; i < n; i++) {
        refuseAction(i, taken[i], K)
        read(p, distribution, i, K)
        out[i] = p.shifted[taken[i]] - p.logTotal
      }
    },

    entropy: (distribution, n, out) => {
      need(n, distribution)
      needLength('categorical: out', out, n)
      for (let i = 0; i < n; i++) {
        read(p, distribution, i, K)
        out[i] = entropyOf(p)
      }
    },

    kl: (from, to, n, out) => {
      need(n, from, to)
      needLength('categorical: out', out, n)
      for (let i = 0; i < n; i++) {
        read(p, from, i, K)
        read(q, to, i, K)
        out[i] = divergence(p, q)
      }
    },

    fisherVectorProduct: (distribution, vector, n, out) => {
      need(n, distribution)
      needLength('categorical: vector', vector, n * K)
      needLength('categorical: out', out, n * K)
      for (let i = 0; i < n; i++) {
        read(p, distribution, i, K)
        const at = i * K
        let mean = 0
        for (let k = 0; k < K; k++) mean += p.mass[k] * vector[at + k]
        mean /= p.total
        for (let k = 0; k < K; k++) out[at + k] = (p.mass[k] / p.total) * (vector[at + k] - mean)
      }
    },

    gradient: (distribution, taken, n, { weights, entropy = 0, kl }, out) => {
      need(n, distribution)
      needLength('categorical: actions', taken, n)
      needLength('categorical: weights', weights, n)
      needLength('categorical: out', out, n * K)
      if (kl !== undefined) needLength('categorical: kl.reference', kl.reference, n * K)
      for (let i = 0; i < n; i++) {
        refuseAction(i, taken[i], K)
        read(p, distribution, i, K)
        const at = i * K
        const w = weights[i]
        refuseInfiniteWeight('categorical', i, w)
        const H = entropy === 0 ? 0 : entropyOf(p)
        for (let k = 0; k < K; k++) {
          const pk = p.mass[k] / p.total
          // 0 log 0 = 0: an action that is never taken has no say in the entropy.
          out[at + k] = -w * pk - (entropy === 0 || pk === 0 ? 0 : entropy * pk * (p.shifted[k] - p.logTotal + H))
        }
        out[at + taken[i]] += w
        if (kl === undefined) continue
        read(q, kl.reference, i, K)
        if (kl.direction === 'fromReference') {
          refuseInfinite(i, divergence(q, p))
          for (let k = 0; k < K; k++) out[at + k] -= kl.weight * (p.mass[k] / p.total - q.mass[k] / q.total)
        } else {
          const total = divergence(p, q)
          refuseInfinite(i, total)
          const shift = q.logTotal - p.logTotal - total
          for (let k = 0; k < K; k++) if (p.mass[k] > 0) out[at + k] -= kl.weight * (p.mass[k] / p.total) * (p.shifted[k] - q.shifted[k] + shift)
        }
      }
    },
  }
}
