import type { Box } from '../environment/space.ts'
import { box } from '../environment/space.ts'
import { kinds, refuseArgument } from '../trajectories/argument.ts'
import { checked, range } from '../weighting/options.ts'
import { shown } from '../trajectories/problem.ts'
import type { Actions, Double, Floats } from './floats.ts'
import { double, needLength, needRows, refuseInfiniteWeight, refuseNaN } from './floats.ts'
import type { Head } from './head.ts'
import { fillNormal } from './normal.ts'

/** Log standard deviations beyond this size count as this size: sigma in [2e-9, 5e8], of which no square overflows float32. */
export const logDeviationBound = 20

const halfLogTwoPi = Math.log(2 * Math.PI) / 2

const clamped = (x: number): number => (x > logDeviationBound ? logDeviationBound : x < -logDeviationBound ? -logDeviationBound : x)

/** Derivative of clamped; inside, the bounds included, it is the identity. */
const slope = (x: number): number => (x >= -logDeviationBound && x <= logDeviationBound ? 1 : 0)

/** d-dimensional, with rows of P numbers: d means, and d log deviations unless those are fixed. */
const diagonal = <P extends number, const D extends number>(
  name: string,
  dimension: D,
  P: P,
  fixed: Float64Array | undefined,
): Head<P, Box<readonly [D]>> => {
  const d: number = dimension
  const width: number = P
  /** Entry of log deviation j of row i, in `fixed` or in the distribution. */
  const first = fixed === undefined ? d : 0
  const stride = fixed === undefined ? width : 0
  // One row of noise at a time.
  const noise = new Float64Array(d)
  const need = (n: number, ...distributions: readonly Floats[]): void => {
    needRows(`${name}: n`, n)
    for (const distribution of distributions) needLength(`${name}: parameters`, distribution, n * width)
  }
  const logProbOf = (distribution: Floats, actions: Actions, i: number): number => {
    const logs = fixed ?? distribution
    let total = -d * halfLogTwoPi
    for (let j = 0; j < d; j++) {
      const log = clamped(logs[i * stride + first + j])
      const z = (actions[i * d + j] - distribution[i * width + j]) * Math.exp(-log)
      total -= (z * z) / 2 + log
    }
    refuseNaN(name, i, total)
    return total
  }
  return {
    name,
    parameters: P,
    action: box([dimension]),

    sample: (distribution, n, random, actions, logProb) => {
      need(n, distribution)
      if (actions instanceof Int32Array) throw new RangeError(`${name}: actions: expected a Float32Array or Float64Array, got an Int32Array, which would cut them`)
      needLength(`${name}: actions`, actions, n * d)
      needLength(`${name}: logProb`, logProb, n)
      const logs = fixed ?? distribution
      for (let i = 0; i < n; i++) {
        fillNormal(random, noise, d)
        for (let j = 0; j < d; j++)
          actions[i * d + j] = distribution[i * width + j] + Math.exp(clamped(logs[i * stride + first + j])) * noise[j]
        // Of the action as it was stored, which may have been rounded.
        logProb[i] = logProbOf(distribution, actions, i)
      }
    },

    logProb: (distribution, actions, n, out) => {
      need(n, distribution)
      needLength(`${name}: actions`, actions, n * d)
      needLength(`${name}: out`, out, n)
      for (let i = 0; i < n; i++) out[i] = logProbOf(distribution, actions, i)
    },

    entropy: (distribution, n, out) => {
      need(n, distribution)
      needLength(`${name}: out`, out, n)
      const logs = fixed ?? distribution
      for (let i = 0; i < n; i++) {
        let total = d * (0.5 + halfLogTwoPi)
        for (let j = 0; j < d; j++) total += clamped(logs[i * stride + first + j])
        refuseNaN(name, i, total)
        out[i] = total
      }
    },

    kl: (p, q, n, out) => {
      need(n, p, q)
      needLength(`${name}: out`, out, n)
      const logsP = fixed ?? p
      const logsQ = fixed ?? q
      for (let i = 0; i < n; i++) {
        let total = 0
        for (let j = 0; j < d; j++) {
          const logQ = clamped(logsQ[i * stride + first + j])
          const gap = clamped(logsP[i * stride + first + j]) - logQ
          const z = (p[i * width + j] - q[i * width + j]) * Math.exp(-logQ)
          total += (Math.expm1(2 * gap) - 2 * gap + z * z) / 2
        }
        refuseNaN(name, i, total)
        out[i] = Math.max(0, total)
      }
    },

    fisherVectorProduct: (distribution, vector, n, out) => {
      need(n, distribution)
      needLength(`${name}: vector`, vector, n * width)
      needLength(`${name}: out`, out, n * width)
      const logs = fixed ?? distribution
      for (let i = 0; i < n; i++)
        for (let j = 0; j < d; j++) {
          const log = logs[i * stride + first + j]
          const mean = i * width + j
          out[mean] = vector[mean] * Math.exp(-2 * clamped(log))
          if (fixed === undefined) out[mean + d] = 2 * vector[mean + d] * slope(log)
        }
    },

    gradient: (distribution, actions, n, { weights, entropy = 0, kl }, out) => {
      need(n, distribution)
      needLength(`${name}: actions`, actions, n * d)
      needLength(`${name}: weights`, weights, n)
      needLength(`${name}: out`, out, n * width)
      if (kl !== undefined) needLength(`${name}: kl.reference`, kl.reference, n * width)
      const logs = fixed ?? distribution
      for (let i = 0; i < n; i++) {
        const w = weights[i]
        refuseInfiniteWeight(name, i, w)
        for (let j = 0; j < d; j++) {
          const at = i * width + j
          const raw = logs[i * stride + first + j]
          const log = clamped(raw)
          const precision = Math.exp(-log)
          const z = (actions[i * d + j] - distribution[at]) * precision
          let byMean = w * z * precision
          let byLog = w * (z * z - 1) + entropy
          if (kl !== undefined) {
            const reference = clamped((fixed ?? kl.reference)[i * stride + first + j])
            const off = distribution[at] - kl.reference[at]
            if (kl.direction === 'toReference') {
              byMean -= kl.weight * off * Math.exp(-2 * reference)
              byLog -= kl.weight * Math.expm1(2 * (log - reference))
            } else {
              byMean -= kl.weight * off * precision * precision
              byLog += kl.weight * (Math.expm1(2 * (reference - log)) + (off * precision) ** 2)
            }
          }
          refuseNaN(name, i, byMean + byLog)
          out[at] = byMean
          if (fixed === undefined) out[at + d] = byLog * slope(raw)
        }
      }
    },
  }
}

/**
 * The Gaussian with independent components, by mean and log standard deviation: rows (mu_1 .. mu_d, l_1 .. l_d), sigma = exp(l).
 *
 *     log p(a) = sum_j  -z_j^2 / 2 - l_j - log(2 pi) / 2,     z = (a - mu) / sigma
 *     d log p / dmu = z / sigma      d log p / dl = z^2 - 1      H = sum_j l_j + log(2 pi e) / 2      F = diag(1 / sigma^2, 2)
 *     KL(p||q) = sum_j  (expm1(2 (l_p - l_q)) - 2 (l_p - l_q) + (mu_p - mu_q)^2 / sigma_q^2) / 2
 *
 * The normaliser -l is in it: without it the gradient of l is biased. Samples mu + sigma x with normal x (Box-Muller). A log
 * deviation beyond -20 or 20 counts as -20 or 20, and has gradient 0 there, as torch.clamp has; NaN is refused. Where the deviation
 * shall not depend on the state, the network adds it: `withLogDeviation`.
 * Source: Williams 1992, section 6 (Gaussian units).
 *
 * @param dimension  d, an integer >= 1
 *
 * @example
 * ```ts
 * import { gaussian } from 'estimand/policy'
 * const entropy = new Float64Array(1)
 * gaussian(1).entropy(Float64Array.of(3, 0), 1, entropy)
 * entropy[0] // => Math.log(2 * Math.PI * Math.E) / 2
 * ```
 */
export const gaussian = <const D extends number>(dimension: D): Head<Double<D>, Box<readonly [D]>> => {
  checked('gaussian: dimension', dimension, range.count)
  return diagonal(`gaussian(${dimension})`, dimension, double(dimension), undefined)
}

/**
 * The Gaussian of `gaussian` with standard deviations that are not learned: rows (mu_1 .. mu_d).
 *
 * @param deviation  sigma of each component, > 0. [d]
 *
 * @example
 * ```ts
 * import { fixedGaussian } from 'estimand/policy'
 * const head = fixedGaussian([0.5, 2])
 * const kl = new Float64Array(1)
 * head.kl(Float64Array.of(0, 0), Float64Array.of(1, 2), 1, kl)
 * kl[0] // => 2.5
 * ```
 */
export const fixedGaussian = <const S extends readonly number[]>(deviation: S): Head<S['length'], Box<readonly [S['length']]>> => {
  refuseArgument('fixedGaussian', deviation, { expected: 'an array of deviations, such as fixedGaussian([0.5, 0.5])', holds: kinds.list.holds })
  checked('fixedGaussian: number of deviations', deviation.length, range.count)
  for (const [j, sigma] of deviation.entries())
    if (!(Math.abs(Math.log(sigma)) <= logDeviationBound))
      throw new RangeError(`fixedGaussian: deviation[${j}]: expected a number from exp(-20) to exp(20), got ${shown(sigma)}`)
  const d: S['length'] = deviation.length
  return diagonal(`fixedGaussian(${deviation.join(', ')})`, d, d, Float64Array.from(deviation, Math.log))
}
