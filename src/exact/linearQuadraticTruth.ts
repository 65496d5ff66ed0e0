import { describeProblems } from '../trajectories/problem.ts'
import { linearQuadraticProblems } from './bounds.ts'
import type { LinearQuadratic } from './linearQuadratic.ts'
import { refuseLinearQuadratic } from './made.ts'
import type { Matrix } from './matrix.ts'
import { plus, scaled, times, trace, transposed } from './matrix.ts'

/** What is true of a linear-quadratic problem and its policy. */
export interface LinearQuadraticTruth {
  /** E sum_t gamma^t r_t. */
  readonly J: number
  /** dJ/dK. [d][n] */
  readonly gradK: Matrix
  /** dJ/d logSigma. */
  readonly gradLogSigma: number
}

/**
 * The objective of a linear-quadratic problem and its gradient, in closed form. It shares no code with the estimators.
 *
 *     F = A + B K,   P_T = 0,   P_t = Q + K'RK + gamma F' P_{t+1} F            cost to go, backwards
 *     M_0 = cov0 + mean0 mean0',   M_{t+1} = F M_t F' + sigma^2 B B' + W       E s_t s_t', forwards
 *     J = -sum_t gamma^t (tr((Q + K'RK) M_t) + sigma^2 tr R)
 *     dJ/dK = -2 sum_t gamma^t (R K + gamma B' P_{t+1} F) M_t
 *     dJ/d logSigma = -2 sigma^2 sum_t gamma^t tr(R + gamma B' P_{t+1} B)
 *
 * Source: Fazel et al. 2018, Global convergence of policy gradient methods for the linear quadratic regulator, lemma 1, for a finite
 * horizon and action noise.
 *
 * @param problem  a checked problem
 * @throws         RangeError where the horizon is so long that a matrix for each time does not fit in memory
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { linearQuadratic, linearQuadraticTruth } from 'estimand/exact'
 * const scalar = { T: 1, gamma: 1, Amat: [[0]], Bmat: [[1]], W: [[0]], mean0: [1], cov0: [[0]], Qcost: [[1]], Rcost: [[1]], K: [[-1]], logSigma: 0 }
 * pipe(linearQuadratic(scalar), E.map(linearQuadraticTruth)) // => E.right({ J: -3, gradK: [[2]], gradLogSigma: -2 })
 * ```
 */
export const linearQuadraticTruth = (problem: LinearQuadratic): LinearQuadraticTruth => {
  refuseLinearQuadratic('linearQuadraticTruth', problem)
  const tooLong = linearQuadraticProblems(problem)
  if (tooLong.length > 0) throw new RangeError(`linearQuadraticTruth: ${describeProblems(tooLong)}`)
  const { T, gamma, Amat, Bmat, W, mean0, cov0, Qcost, Rcost, K, logSigma } = problem
  const variance = Math.exp(2 * logSigma)
  const closedLoop = plus(Amat, times(Bmat, K))
  const noise = plus(scaled(variance, times(Bmat, transposed(Bmat))), W)
  const cost = plus(Qcost, times(transposed(K), times(Rcost, K)))
  // gamma P_{t+1} of each t, from the horizon backwards.
  const later: Matrix[] = [scaled(0, cost)]
  for (let t = T - 2; t >= 0; t--)
    later.push(scaled(gamma, plus(cost, times(transposed(closedLoop), times(later[later.length - 1], closedLoop)))))
  later.reverse()
  let J = 0
  let gradK: Matrix = scaled(0, K)
  let gradLogSigma = 0
  let moment = plus(cov0, mean0.map((x) => mean0.map((y) => x * y)))
  for (let t = 0; t < T; t++) {
    const power = gamma ** t
    const acting = times(transposed(Bmat), later[t])
    J -= power * (trace(times(cost, moment)) + variance * trace(Rcost))
    gradK = plus(gradK, scaled(-2 * power, times(plus(times(Rcost, K), times(acting, closedLoop)), moment)))
    gradLogSigma -= 2 * power * variance * trace(plus(Rcost, times(acting, Bmat)))
    moment = plus(times(closedLoop, times(moment, transposed(closedLoop))), noise)
  }
  return { J, gradK, gradLogSigma }
}
