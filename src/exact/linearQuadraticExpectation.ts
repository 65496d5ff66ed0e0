import * as E from 'fp-ts/lib/Either.js'
import type { Kind } from '../trajectories/argument.ts'
import { hasParts, kinds, refuseArgument } from '../trajectories/argument.ts'
import type { Fields } from '../trajectories/fields.ts'
import { optional, refuseFields } from '../trajectories/fields.ts'
import type { Problem } from '../trajectories/problem.ts'
import { linearQuadraticProblems, mostTuples } from './bounds.ts'
import type { Moments } from './centre.ts'
import { centreOf } from './centre.ts'
import type { Quadrature } from './gaussHermite.ts'
import { gaussHermite, tensorProduct } from './gaussHermite.ts'
import type { LinearGaussian, Score } from './linearGaussian.ts'
import { linearGaussianLogProb, linearGaussianScore } from './linearGaussian.ts'
import type { LinearQuadratic } from './linearQuadratic.ts'
import { linearQuadraticTruth } from './linearQuadraticTruth.ts'
import { refuseLinearQuadratic } from './made.ts'
import type { Matrix } from './matrix.ts'
import { choleskyFactor } from './matrix.ts'

/** A batch of rollouts to be weighed: flat columns, overwritten when the next batch comes. */
export interface Rollouts {
  /** How many rollouts. */
  readonly count: number
  /** Where each rollout begins. [count + 1] */
  readonly offsets: Int32Array
  /** r_t of each step. [steps] */
  readonly reward: Float64Array
  /** log pi(a_t|s_t) of each step, nats. [steps] */
  readonly logProb: Float64Array
  /** gamma. */
  readonly discount: number
}

/** W of each step of a batch, 1/count included. A rollout's W may depend on that rollout only. [steps] */
export type Weigh = (rollouts: Rollouts) => Float64Array

/** How the expectation is taken. */
export interface QuadratureOptions {
  /** Points per noise variable, an integer in [1, 32]. Default 5. */
  readonly order?: number
  /** Most points to go through. Default 600,000. */
  readonly limit?: number
  /** The score that the weights multiply. Default linearGaussianScore. */
  readonly score?: (policy: LinearGaussian) => Score
}

/** The moments of an estimator on a linear-quadratic problem. Vectors are K row-major and then log sigma. */
export interface LinearQuadraticMoments {
  /** E ghat. [d n + 1] */
  readonly expectation: readonly number[]
  /** expectation - gradient of J. [d n + 1] */
  readonly bias: readonly number[]
  /** Variance of each component, of one rollout. [d n + 1] */
  readonly covDiag: readonly number[]
  /** Sum of the variances. */
  readonly covTrace: number
  /** Rollouts that were gone through. */
  readonly quadraturePoints: number
}

const defaultOrder = 5
const highestOrder = 32
const defaultLimit = 600_000
/** Rollouts that are weighed together, and scores for which there is room. */
const [usualBlock, mostInBlock] = [1024, 2 ** 22]

const optionFields: Fields<QuadratureOptions> = { order: optional(kinds.anything), limit: optional(kinds.anything), score: optional(kinds.function) }

const sizes: Kind = {
  expected: 'a linear-quadratic problem, or { mean0, K, T } of one',
  holds: (x) => hasParts(x) && Array.isArray(x['mean0']) && Array.isArray(x['K']) && typeof x['T'] === 'number',
}

/**
 * How many rollouts the quadrature goes through: order to the power of the number of noise variables, which are those of the first
 * state, of T actions, and of T - 1 transitions (what follows the last action earns nothing).
 *
 *     order^(n + d T + n (T - 1))
 *
 * @param problem  a checked problem
 * @param order    points per noise variable
 *
 * @example
 * ```ts
 * import { quadraturePoints } from 'estimand/exact'
 * quadraturePoints({ mean0: [0], K: [[0]], T: 4 }, 5) // => 390625
 * ```
 */
export const quadraturePoints = (problem: Pick<LinearQuadratic, 'mean0' | 'K' | 'T'>, order: number = defaultOrder): number => {
  refuseArgument('quadraturePoints', problem, sizes)
  const { mean0, K, T } = problem
  return order ** (mean0.length * T + K.length * T)
}

const optionProblems = (problem: LinearQuadratic, order: number, limit: number): readonly Problem[] => {
  const wrong = [
    ...(Number.isInteger(order) && order >= 1 && order <= highestOrder
      ? []
      : [{ path: 'order', expected: `an integer in [1, ${highestOrder}]`, got: String(order) }]),
    ...(limit > 0 ? [] : [{ path: 'limit', expected: 'a number > 0', got: String(limit) }]),
  ]
  if (wrong.length > 0) return wrong
  const points = quadraturePoints(problem, order)
  const most = Math.min(limit, mostTuples)
  return points > most
    ? [{ path: 'linearQuadratic', expected: `at most ${most} quadrature points`, got: `${points}; ${most < limit ? '' : 'raise limit, or '}take a shorter horizon or a lower order` }]
    : linearQuadraticProblems(problem)
}

/** A rule for N(0, L L'): each point multiplied by L. */
const through = (factor: Matrix, { points, weights, dimension }: Quadrature): Quadrature => ({
  points: points.map((_, k) => {
    const first = k - (k % dimension)
    return factor[k % dimension].reduce((sum, value, j) => sum + value * points[first + j], 0)
  }),
  weights,
  dimension,
})

/** Adds a matrix times a vector. */
const addProduct = (to: Float64Array, matrix: Matrix, x: Float64Array): void => {
  for (let i = 0; i < matrix.length; i++) {
    const row = matrix[i]
    let sum = 0
    for (let j = 0; j < row.length; j++) sum += row[j] * x[j]
    to[i] += sum
  }
}

const quadraticForm = (matrix: Matrix, x: Float64Array): number => {
  let sum = 0
  for (let i = 0; i < matrix.length; i++) for (let j = 0; j < matrix.length; j++) sum += x[i] * matrix[i][j] * x[j]
  return sum
}

/** A rollout as it is being built: what each step has earned, and its score. */
interface Path {
  readonly reward: Float64Array
  readonly logProb: Float64Array
  /** One after the other. [T D] */
  readonly score: Float64Array
}

/** Goes through the tree of noises; rollouts that begin alike share the work of their beginning. */
const rollOut = (problem: LinearQuadratic, order: number, score: Score, emit: (path: Path, probability: number) => void): void => {
  const { T, Amat, Bmat, W, mean0, cov0, Qcost, Rcost, K, logSigma } = problem
  const n = mean0.length
  const d = K.length
  const D = d * n + 1
  const rule = gaussHermite(order)
  const stateRule = tensorProduct(rule, n)
  const starts = through(choleskyFactor(cov0), stateRule)
  const drifts = through(choleskyFactor(W), stateRule)
  const sigma = Math.exp(logSigma)
  const trembles = through(
    K.map((_, i) => K.map((_row, j) => (i === j ? sigma : 0))),
    tensorProduct(rule, d),
  )
  const logProb = linearGaussianLogProb(problem)
  const path: Path = { reward: new Float64Array(T), logProb: new Float64Array(T), score: new Float64Array(T * D) }
  const states = Array.from({ length: T }, () => new Float64Array(n))
  const actions = Array.from({ length: T }, () => new Float64Array(d))
  const means = Array.from({ length: T }, () => new Float64Array(n))
  /** Acts in the state of time t, with what is left to chance the j-th. */
  const act = (t: number, j: number): void => {
    const [state, action, mean] = [states[t], actions[t], means[t]]
    for (let i = 0; i < d; i++) action[i] = trembles.points[j * d + i]
    addProduct(action, K, state)
    path.reward[t] = -(quadraticForm(Qcost, state) + quadraticForm(Rcost, action))
    path.logProb[t] = logProb(state, action)
    path.score.set(score(state, action), t * D)
    mean.fill(0)
    addProduct(mean, Amat, state)
    addProduct(mean, Bmat, action)
  }
  const [actionCount, driftCount] = [trembles.weights.length, drifts.weights.length]
  // By time: which action and which drift come next, and the probability of the state, and of the action in it. Without recursion:
  // horizons may be long.
  const [nextAction, nextDrift] = [new Int32Array(T), new Int32Array(T)]
  const [reached, taken] = [new Float64Array(T), new Float64Array(T)]
  const arrive = (t: number, probability: number): void => {
    reached[t] = probability
    nextAction[t] = 0
    nextDrift[t] = driftCount
  }
  for (let k = 0; k < starts.weights.length; k++) {
    for (let i = 0; i < n; i++) states[0][i] = mean0[i] + starts.points[k * n + i]
    arrive(0, starts.weights[k])
    for (let t = 0; t >= 0; ) {
      if (nextDrift[t] === driftCount) {
        if (nextAction[t] === actionCount) {
          t--
          continue
        }
        const j = nextAction[t]++
        act(t, j)
        taken[t] = reached[t] * trembles.weights[j]
        if (t === T - 1) {
          emit(path, taken[t])
          continue
        }
        nextDrift[t] = 0
      }
      const next = nextDrift[t]++
      for (let i = 0; i < n; i++) states[t + 1][i] = means[t][i] + drifts.points[next * n + i]
      arrive(t + 1, taken[t] * drifts.weights[next])
      t++
    }
  }
}

/** First and second moments of sum_t W_t score_t about a centre, a block of rollouts at a time. */
const momentsAbout = (problem: LinearQuadratic, weigh: Weigh, order: number, score: Score, centre: Float64Array): Moments => {
  const { T, gamma, K, mean0 } = problem
  const D = K.length * mean0.length + 1
  const first = new Float64Array(D)
  const second = new Float64Array(D)
  const gradient = new Float64Array(D)
  const blockSize = Math.max(1, Math.min(usualBlock, Math.floor(mostInBlock / (T * D))))
  const offsets = Int32Array.from({ length: blockSize + 1 }, (_, i) => i * T)
  const reward = new Float64Array(blockSize * T)
  const logProb = new Float64Array(blockSize * T)
  const scores = new Float64Array(blockSize * T * D)
  const probability = new Float64Array(blockSize)
  let count = 0
  const flush = (): void => {
    const steps = count * T
    const weights = weigh({
      count,
      offsets: offsets.subarray(0, count + 1),
      reward: reward.subarray(0, steps),
      logProb: logProb.subarray(0, steps),
      discount: gamma,
    })
    if (weights.length !== steps) throw new RangeError(`weigh: expected ${steps} weights, one per step, got ${weights.length}`)
    for (let i = 0; i < count; i++) {
      gradient.fill(0)
      for (let k = i * T; k < (i + 1) * T; k++) {
        // Each rollout is to be estimated from alone: the batch's 1/count is taken back.
        const w = count * weights[k]
        for (let c = 0; c < D; c++) gradient[c] += w * scores[k * D + c]
      }
      const p = probability[i]
      for (let c = 0; c < D; c++) {
        const off = gradient[c] - centre[c]
        first[c] += p * off
        second[c] += p * off * off
      }
    }
    count = 0
  }
  rollOut(problem, order, score, (path, p) => {
    reward.set(path.reward, count * T)
    logProb.set(path.logProb, count * T)
    scores.set(path.score, count * T * D)
    probability[count] = p
    count++
    if (count === blockSize) flush()
  })
  if (count > 0) flush()
  return { first, second }
}

/**
 * The exact moments of a score-function estimator on a linear-quadratic problem, by Gauss-Hermite quadrature over all its noise.
 *
 *     E ghat = sum_xi p(xi) sum_t W_t(xi) grad log pi(a_t|s_t)      xi: every combination of the noises' quadrature points
 *
 * Exact, up to rounding, wherever W is a polynomial of the rewards and the order suffices: order q integrates degree 2q - 1 in each
 * noise; weights that are linear in the rewards need order 3 for the expectation and 5 for the variance. Where W is no polynomial
 * (ratios, clipping) it is an approximation. The rollouts are streamed: memory does not grow with their number.
 * Source: Davis and Rabinowitz 1984, Methods of numerical integration, sections 2.7 and 5.6.
 *
 * @param problem  a checked problem
 * @param weigh    weights of a batch of rollouts; each rollout's must not depend on the others, but for the 1/count
 * @param options  order, limit, score
 * @returns        the moments of one rollout, or what stands in the way
 * @throws         RangeError if weigh does not return a weight per step
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { linearQuadratic, linearQuadraticExpectation } from 'estimand/exact'
 * const scalar = { T: 1, gamma: 1, Amat: [[0]], Bmat: [[1]], W: [[0]], mean0: [1], cov0: [[0]], Qcost: [[1]], Rcost: [[1]], K: [[-1]], logSigma: 0 }
 * pipe(
 *   linearQuadratic(scalar),
 *   E.chain((problem) => linearQuadraticExpectation(problem, ({ reward, count }) => reward.map((r) => r / count))),
 *   E.map(({ expectation }) => expectation.map((x) => x.toFixed(9)))
 * ) // => E.right(['2.000000000', '-2.000000000'])
 * ```
 */
export const linearQuadraticExpectation = (
  problem: LinearQuadratic,
  weigh: Weigh,
  options: QuadratureOptions = {},
): E.Either<readonly Problem[], LinearQuadraticMoments> => {
  refuseLinearQuadratic('linearQuadraticExpectation', problem)
  refuseArgument('linearQuadraticExpectation: weigh', weigh, { ...kinds.function, expected: 'a function from rollouts to a weight for each step' })
  refuseFields('linearQuadraticExpectation: options', options, optionFields)
  const { order = defaultOrder, limit = defaultLimit, score = linearGaussianScore } = options
  const problems = optionProblems(problem, order, limit)
  if (problems.length > 0) return E.left(problems)
  const about = (centre: Float64Array): Moments => momentsAbout(problem, weigh, order, score(problem), centre)
  const plain = about(new Float64Array(problem.K.length * problem.mean0.length + 1))
  const centre = centreOf(plain)
  const { first, second } = centre === null ? plain : about(centre)
  const { gradK, gradLogSigma } = linearQuadraticTruth(problem)
  const target = [...gradK.flat(), gradLogSigma]
  const expectation = Array.from(plain.first)
  const covDiag = Array.from(first, (mean, c) => Math.max(second[c] - mean * mean, 0))
  const covTrace = covDiag.reduce((a, b) => a + b, 0)
  return [...expectation, covTrace].every(Number.isFinite)
    ? E.right({ expectation, bias: expectation.map((x, c) => x - target[c]), covDiag, covTrace, quadraturePoints: quadraturePoints(problem, order) })
    : E.left([{ path: 'weigh', expected: 'weights with finite moments', got: 'an infinite or undefined moment' }])
}
