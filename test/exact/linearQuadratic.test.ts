import * as E from 'fp-ts/lib/Either.js'
import { describeProblems, type Problem } from 'estimand'
import {
  linearGaussianLogProb,
  linearGaussianScore,
  linearGaussianScoreWithoutNormaliser,
  linearQuadratic,
  linearQuadraticExpectation,
  linearQuadraticTruth,
  quadraturePoints,
} from 'estimand/exact'
import type { LinearQuadratic, LinearQuadraticMoments, QuadratureOptions, Weigh } from 'estimand/exact'
import { describe, expect, it } from 'vitest'
import { gaussHermite, tensorProduct } from '../../src/exact/gaussHermite.ts'
import { readVectors } from '../vectors/read.ts'
import { gap, problemIn } from '../vectors/setting.ts'

interface StoredRollout {
  readonly states: readonly (readonly number[])[]
  readonly actions: readonly (readonly number[])[]
  readonly rewards: readonly number[]
  readonly logProbs: readonly number[]
  readonly scores: readonly (readonly number[])[]
  readonly results: Readonly<Record<string, readonly number[]>>
}
interface StoredProblem {
  readonly id: string
  readonly T: number
  readonly b: number
  readonly quadraturePoints: number
  readonly truth: { readonly J: number; readonly gradK: readonly (readonly number[])[]; readonly gradLogSigma: number }
  readonly estimators: Readonly<Record<string, Omit<LinearQuadraticMoments, 'quadraturePoints'> & { readonly unbiased: boolean }>>
  readonly rollouts: readonly StoredRollout[]
}

const { lqr } = readVectors<{ lqr: readonly StoredProblem[] }>('mdp.json')

const right = <A>(result: E.Either<readonly Problem[], A>): A => {
  if (E.isLeft(result)) throw new Error(describeProblems(result.left))
  return result.right
}

const scalar = { T: 1, gamma: 1, Amat: [[0]], Bmat: [[1]], W: [[0]], mean0: [1], cov0: [[0]], Qcost: [[1]], Rcost: [[1]], K: [[-1]], logSigma: 0 }
const planar = {
  T: 2,
  gamma: 0.9,
  Amat: [
    [1, 0.1],
    [0, 1],
  ],
  Bmat: [[0], [1]],
  W: [
    [0.1, 0],
    [0, 0.1],
  ],
  mean0: [1, 0],
  cov0: [
    [1, 0],
    [0, 1],
  ],
  Qcost: [
    [1, 0],
    [0, 1],
  ],
  Rcost: [[0.1]],
  K: [[-0.5, -0.5]],
  logSigma: -1,
}

/** Weights from (t, gamma^t, G_t, R_0) of each step, over the rollouts of a batch. */
const weighBy =
  (weight: (power: number, toGo: number, whole: number) => number): Weigh =>
  ({ count, offsets, reward, discount }) => {
    const weights = new Float64Array(reward.length)
    for (let i = 0; i < count; i++) {
      const [begin, end] = [offsets[i], offsets[i + 1]]
      const toGo = new Float64Array(end - begin + 1)
      for (let t = end - begin - 1; t >= 0; t--) toGo[t] = reward[begin + t] + discount * toGo[t + 1]
      for (let t = 0; t < end - begin; t++) weights[begin + t] = weight(discount ** t, toGo[t], toGo[0]) / count
    }
    return weights
  }

const rtgOuter = weighBy((power, toGo) => power * toGo)
const flatBaseline = (b: number): Weigh => weighBy((power, toGo) => power * toGo - b)

/** Weights and score of every row of the file. */
const estimators = (b: number): Readonly<Record<string, readonly [Weigh, QuadratureOptions]>> => ({
  total_return: [weighBy((_power, _toGo, whole) => whole), {}],
  rtg_outer: [rtgOuter, {}],
  rtg_no_outer: [weighBy((_power, toGo) => toGo), {}],
  const_baseline_rtg_flat: [flatBaseline(b), {}],
  rtg_outer_dropped_normaliser: [rtgOuter, { score: linearGaussianScoreWithoutNormaliser }],
  const_baseline_rtg_flat_dropped_normaliser: [flatBaseline(b), { score: linearGaussianScoreWithoutNormaliser }],
})

/** J by its own recursion on mean and covariance, apart from anything that differentiates. */
const objective = ({ T, gamma, Amat, Bmat, W, mean0, cov0, Qcost, Rcost, K, logSigma }: LinearQuadratic): number => {
  const n = mean0.length
  const d = K.length
  const of = (rows: number, columns: number, entry: (i: number, j: number) => number) =>
    Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_x, j) => entry(i, j)))
  const sum = (count: number, term: (k: number) => number): number => Array.from({ length: count }, (_, k) => term(k)).reduce((a, b) => a + b, 0)
  const F = of(n, n, (i, j) => Amat[i][j] + sum(d, (k) => Bmat[i][k] * K[k][j]))
  const variance = Math.exp(2 * logSigma)
  let mean = [...mean0]
  let cov = cov0.map((row) => [...row])
  let J = 0
  for (let t = 0; t < T; t++) {
    const actionMean = K.map((row) => sum(n, (j) => row[j] * mean[j]))
    const actionCov = of(d, d, (i, j) => sum(n, (k) => sum(n, (l) => K[i][k] * cov[k][l] * K[j][l])) + (i === j ? variance : 0))
    const cost =
      sum(n, (i) => sum(n, (j) => Qcost[i][j] * (cov[i][j] + mean[i] * mean[j]))) +
      sum(d, (i) => sum(d, (j) => Rcost[i][j] * (actionCov[i][j] + actionMean[i] * actionMean[j])))
    J -= gamma ** t * cost
    const [m, c] = [mean, cov]
    mean = F.map((row) => sum(n, (j) => row[j] * m[j]))
    cov = of(n, n, (i, j) => sum(n, (k) => sum(n, (l) => F[i][k] * c[k][l] * F[j][l])) + variance * sum(d, (k) => Bmat[i][k] * Bmat[j][k]) + W[i][j])
  }
  return J
}

/** Five-point differences: their error is h^4, far below the tolerance at h = 1e-3. */
const derivative = (f: (x: number) => number): number => {
  const h = 1e-3
  return (f(-2 * h) - 8 * f(-h) + 8 * f(h) - f(2 * h)) / (12 * h)
}

describe('linear-quadratic truth', () => {
  for (const stored of lqr)
    it(stored.id, () => {
      const problem = right(linearQuadratic(problemIn(stored)))
      const { J, gradK, gradLogSigma } = linearQuadraticTruth(problem)
      expect(Math.abs(J - stored.truth.J)).toBeLessThan(1e-9)
      expect(gap(gradK.flat(), stored.truth.gradK.flat())).toBeLessThan(1e-9)
      expect(Math.abs(gradLogSigma - stored.truth.gradLogSigma)).toBeLessThan(1e-9)
    })

  it('the gradient is the derivative of the objective by its own recursion', () => {
    for (const stored of lqr) {
      const problem = right(linearQuadratic(problemIn(stored)))
      const { J, gradK, gradLogSigma } = linearQuadraticTruth(problem)
      expect(Math.abs(objective(problem) - J), stored.id).toBeLessThan(1e-11)
      const size = 1 + Math.max(...gradK.flat().map(Math.abs), Math.abs(gradLogSigma))
      for (const [i, row] of gradK.entries())
        for (const [j, slope] of row.entries()) {
          const moved = (x: number): LinearQuadratic => ({ ...problem, K: problem.K.map((r, k) => r.map((y, l) => (k === i && l === j ? y + x : y))) })
          expect(Math.abs(derivative((x) => objective(moved(x))) - slope) / size, `${stored.id} K[${i}][${j}]`).toBeLessThan(1e-8)
        }
      const slope = derivative((x) => objective({ ...problem, logSigma: problem.logSigma + x }))
      expect(Math.abs(slope - gradLogSigma) / size, `${stored.id} logSigma`).toBeLessThan(1e-8)
    }
  })
})

describe('linear-quadratic expectations: every row of the file', () => {
  for (const stored of lqr)
    it(stored.id, () => {
      const problem = right(linearQuadratic(problemIn(stored)))
      expect(quadraturePoints(problem)).toBe(stored.quadraturePoints)
      const known = estimators(stored.b)
      expect(Object.keys(stored.estimators).filter((id) => !(id in known))).toEqual([])
      for (const [id, row] of Object.entries(stored.estimators)) {
        const [weigh, options] = known[id]
        const found = right(linearQuadraticExpectation(problem, weigh, options))
        expect(found.quadraturePoints).toBe(stored.quadraturePoints)
        expect(gap(found.expectation, row.expectation), `${id}: expectation`).toBeLessThan(1e-9)
        expect(gap(found.bias, row.bias), `${id}: bias`).toBeLessThan(1e-9)
        expect(gap(found.covDiag, row.covDiag), `${id}: covDiag`).toBeLessThan(1e-9)
        expect(Math.abs(found.covTrace - row.covTrace), `${id}: covTrace`).toBeLessThan(1e-9)
        expect(Math.max(...found.bias.map(Math.abs)) < 1e-9, `${id}: unbiased`).toBe(row.unbiased)
      }
    })

  it('without the normaliser, log sigma is off by d times the expected sum of the weights, K by nothing', () => {
    const stored = lqr[0]
    const problem = right(linearQuadratic(problemIn(stored)))
    // With a score that is 1 throughout, the estimate is the sum of the weights.
    const ones: QuadratureOptions = { score: ({ K }) => () => new Float64Array(K.length * K[0].length + 1).fill(1) }
    const sumOfWeights = (weigh: Weigh): number => right(linearQuadraticExpectation(problem, weigh, ones)).expectation[0]
    for (const weigh of [rtgOuter, flatBaseline(stored.b)]) {
      const { bias } = right(linearQuadraticExpectation(problem, weigh, { score: linearGaussianScoreWithoutNormaliser }))
      const off = problem.K.length * sumOfWeights(weigh)
      expect(gap(bias, [...bias.slice(1).map(() => 0), off])).toBeLessThan(1e-12)
    }
  })
})

describe('stored rollouts', () => {
  it('log-probs, scores and gradients', () => {
    for (const stored of lqr) {
      const problem = right(linearQuadratic(problemIn(stored)))
      const [logProb, score, without] = [linearGaussianLogProb(problem), linearGaussianScore(problem), linearGaussianScoreWithoutNormaliser(problem)]
      for (const { states, actions, rewards, logProbs, scores, results } of stored.rollouts) {
        expect(gap(states.map((s, t) => logProb(s, actions[t])), logProbs), `${stored.id}: logProbs`).toBeLessThan(1e-9)
        for (const [t, s] of states.entries()) expect(gap(score(s, actions[t]), scores[t]), `${stored.id}: scores`).toBeLessThan(1e-9)
        const known = estimators(stored.b)
        const one = { count: 1, offsets: Int32Array.of(0, rewards.length), reward: Float64Array.from(rewards), logProb: Float64Array.from(logProbs) }
        for (const [id, gradient] of Object.entries(results)) {
          const [weigh, options] = known[id]
          const weights = weigh({ ...one, discount: problem.gamma })
          const by = options.score === undefined ? score : without
          const found = gradient.map((_, c) => states.reduce((sum, s, t) => sum + weights[t] * by(s, actions[t])[c], 0))
          expect(gap(found, gradient), `${stored.id}: ${id}`).toBeLessThan(1e-9)
        }
      }
    }
  })
})

describe('quadrature', () => {
  it('integrates the moments of the standard normal up to degree 2 order - 1', () => {
    for (let order = 1; order <= 32; order++) {
      const { points, weights } = gaussHermite(order)
      expect(points.length).toBe(order)
      let moment = 1
      for (let degree = 0; degree < 2 * order; degree++) {
        // E x^k = (k - 1)!!, 0 for odd k.
        const sizes = points.map((x, k) => weights[k] * Math.abs(x) ** degree)
        const size = sizes.reduce((a, b) => a + b, 0)
        const found = points.reduce((sum, x, k) => sum + weights[k] * x ** degree, 0)
        expect(Math.abs(found - (degree % 2 === 0 ? moment : 0)) / Math.max(size, 1), `order ${order}, degree ${degree}`).toBeLessThan(1e-12)
        if (degree % 2 === 0) moment *= degree + 1
      }
    }
  })

  it('has the known points of order 3, and products of them', () => {
    const rule = gaussHermite(3)
    expect(gap(rule.points, [-Math.sqrt(3), 0, Math.sqrt(3)])).toBeLessThan(1e-14)
    expect(gap(rule.weights, [1 / 6, 2 / 3, 1 / 6])).toBeLessThan(1e-14)
    const { points, weights } = tensorProduct(rule, 2)
    expect(points.length).toBe(18)
    expect(Array.from(weights).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 14)
    expect(Array.from(weights).reduce((sum, w, k) => sum + w * points[2 * k] ** 2 * points[2 * k + 1] ** 2, 0)).toBeCloseTo(1, 13)
    expect(Array.from(weights).reduce((sum, w, k) => sum + w * points[2 * k] * points[2 * k + 1], 0)).toBeCloseTo(0, 14)
  })

  it('order 3 suffices for the expectation, 4 does not for the variance, 5 does, 7 adds nothing', () => {
    const problem = right(linearQuadratic({ ...scalar, T: 2, gamma: 0.9, Amat: [[0.8]], W: [[0.3]], cov0: [[0.5]] }))
    const at = (order: number) => right(linearQuadraticExpectation(problem, rtgOuter, { order }))
    const reference = at(7)
    const relative = (a: number): number => Math.abs(a - reference.covTrace) / reference.covTrace
    expect(gap(at(3).expectation, reference.expectation)).toBeLessThan(1e-11)
    expect(relative(at(4).covTrace)).toBeGreaterThan(1e-6)
    expect(relative(at(5).covTrace)).toBeLessThan(1e-12)
  })

  it('a noiseless world has nothing but the action noise', () => {
    const problem = right(linearQuadratic({ ...scalar, T: 3, Amat: [[1]] }))
    const { expectation, bias } = right(linearQuadraticExpectation(problem, rtgOuter))
    expect(expectation.every(Number.isFinite)).toBe(true)
    expect(Math.max(...bias.map(Math.abs))).toBeLessThan(1e-11)
  })
})

describe('bad problems are refused, with every reason', () => {
  const refusal = (input: unknown): string => {
    const checked = linearQuadratic(input)
    if (E.isRight(checked)) throw new Error('accepted')
    return describeProblems(checked.left)
  }
  it.each([
    ['no object', 3, 'linearQuadratic: expected an object with T, gamma, Amat, ..., got 3'],
    ['no horizon', { ...scalar, T: 0 }, 'T: expected an integer >= 1, got 0'],
    ['half a step', { ...scalar, T: 1.5 }, 'T: expected an integer >= 1, got 1.5'],
    ['discount', { ...scalar, gamma: 1.1 }, 'gamma: expected a number in [0, 1], got 1.1'],
    ['no mean', { ...scalar, mean0: [] }, 'mean0: expected an array of numbers, one per state dimension, got []'],
    ['no gain', { ...scalar, K: undefined }, 'K: expected a matrix by rows, one row per action dimension, got undefined'],
    ['gain of another width', { ...scalar, K: [[1, 2]] }, 'K[0]: expected 1 numbers, got 2'],
    ['no dynamics', { ...scalar, Amat: undefined }, 'Amat: expected a matrix of 1 x 1 numbers, by rows, got undefined'],
    ['rows missing', { ...planar, Amat: [[1, 0]] }, 'Amat: expected 2 rows, got 1'],
    ['a row that is none', { ...scalar, Bmat: [3] }, 'Bmat[0]: expected an array of 1 numbers, got 3'],
    ['infinite entry', { ...scalar, Bmat: [[Infinity]] }, 'Bmat[0][0]: expected a finite number, got Infinity'],
    ['text', { ...scalar, mean0: ['1'] }, 'mean0[0]: expected a finite number, got "1"'],
    ['negative variance', { ...scalar, W: [[-1]] }, 'W: expected a covariance: a matrix without negative eigenvalues, got [[-1]]'],
    [
      'correlation above 1',
      {
        ...planar,
        cov0: [
          [1, 2],
          [2, 1],
        ],
      },
      'cov0: expected a covariance: a matrix without negative eigenvalues, got [[1,2],[2,1]]',
    ],
    [
      'correlation without variance',
      {
        ...planar,
        cov0: [
          [0, 1],
          [1, 1],
        ],
      },
      'cov0: expected a covariance: a matrix without negative eigenvalues, got [[0,1],[1,1]]',
    ],
    [
      'asymmetric cost',
      {
        ...planar,
        Qcost: [
          [1, 1],
          [0, 1],
        ],
      },
      "Qcost: expected a symmetric matrix; (X + X')/2 stands for the same quadratic form, got [[1,1],[0,1]]",
    ],
    ['deviation 0', { ...scalar, logSigma: -Infinity }, 'logSigma: expected a number in [-300, 300], got -Infinity'],
    ['baseline', { ...scalar, b: null }, 'b: expected a finite number, got null'],
    ['contradicting size', { ...scalar, stateDim: 2 }, 'stateDim: expected 1, the length of mean0, got 2'],
    ['contradicting size', { ...scalar, actionDim: 2 }, 'actionDim: expected 1, the length of K, got 2'],
    ['several', { ...scalar, T: -1, gamma: NaN, Rcost: [[NaN]] }, 'T: expected an integer >= 1, got -1\ngamma: expected a number in [0, 1], got NaN\nRcost[0][0]: expected a finite number, got NaN'],
  ])('%s', (_name, input, text) => {
    expect(refusal(input)).toBe(text)
  })

  it('singular covariances and indefinite costs are fine, the baseline 0', () => {
    const singular = { ...planar, W: [[1, 1], [1, 1]], cov0: [[0, 0], [0, 0]], Qcost: [[1, 0], [0, -1]] }
    const problem = right(linearQuadratic(singular))
    expect(problem.b).toBe(0)
    expect(Math.max(...right(linearQuadraticExpectation(problem, rtgOuter)).bias.map(Math.abs))).toBeLessThan(1e-9)
  })
})

describe('expectations that are refused', () => {
  const refusal = (options: QuadratureOptions, weigh: Weigh = rtgOuter): string => {
    const result = linearQuadraticExpectation(right(linearQuadratic({ ...planar, T: 4 })), weigh, options)
    if (E.isRight(result)) throw new Error('accepted')
    return describeProblems(result.left)
  }
  it('too many points', () => {
    expect(refusal({})).toBe(
      'linearQuadratic: expected at most 600000 quadrature points, got 244140625; raise limit, or take a shorter horizon or a lower order',
    )
    expect(refusal({ order: 2, limit: 4095 })).toContain('at most 4095 quadrature points, got 4096;')
  })
  it('order and limit', () => {
    expect(refusal({ order: 0, limit: 0 })).toBe('order: expected an integer in [1, 32], got 0\nlimit: expected a number > 0, got 0')
    expect(refusal({ order: 2.5 })).toBe('order: expected an integer in [1, 32], got 2.5')
  })
  it('weights that are no numbers, or too few', () => {
    expect(refusal({ order: 2 }, ({ reward }) => reward.map(() => NaN))).toBe(
      'weigh: expected weights with finite moments, got an infinite or undefined moment',
    )
    expect(() => refusal({ order: 2 }, () => new Float64Array(3))).toThrow('weigh: expected 4096 weights, one per step, got 3')
  })
})
