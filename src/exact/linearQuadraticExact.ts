import * as E from 'fp-ts/lib/Either.js'
import type { Estimator } from '../estimator/estimator.ts'
import { estimatorProblem } from '../estimator/estimator.ts'
import { unmetNeeds } from '../estimator/needs.ts'
import { timeLimit } from '../trajectories/ends.ts'
import type { AllFacts, BehaviourLogProb, CompleteEpisodes, OnPolicy, Reward } from '../trajectories/facts.ts'
import type { Problem } from '../trajectories/problem.ts'
import { select } from '../trajectories/select.ts'
import type { Axes, Trajectories } from '../trajectories/trajectories.ts'
import { isOurs } from '../weighting/ours.ts'
import { couples, isAloneAsTogether } from './coupling.ts'
import type { LinearQuadratic } from './linearQuadratic.ts'
import type { LinearQuadraticMoments, QuadratureOptions, Rollouts } from './linearQuadraticExpectation.ts'
import { linearQuadraticExpectation } from './linearQuadraticExpectation.ts'

/** The facts that rollouts of a linear-quadratic problem carry. */
export type LinearQuadraticFacts = Reward & BehaviourLogProb & CompleteEpisodes & OnPolicy

const axes: Axes = { reward: 'per step', logProb: 'per step', behaviourLogProb: 'per step' }

const batchOf = ({ count, offsets, reward, logProb, discount }: Rollouts): Trajectories<LinearQuadraticFacts> => ({
  count,
  offsets,
  startTime: new Int32Array(count),
  ends: Array.from({ length: count }, () => timeLimit),
  discount,
  version: 0,
  currentVersion: 0,
  actionSpace: 'continuous',
  axes,
  provenance: 'on-policy',
  episodes: 'complete',
  reward,
  logProb,
  behaviourLogProb: logProb,
})

/**
 * The exact moments of an estimator on a linear-quadratic problem with a Gaussian policy: Gauss-Hermite quadrature over every noise,
 * exact as long as the weights are polynomials in the rewards.
 *
 *     E ghat = E sum_t W_t grad log pi(a_t|s_t),   pi = N(K s, sigma^2),   gradient in K (row-major) and log sigma
 *
 * Estimators that couple trajectories are refused: the quadrature goes through rollouts one by one. One with a word of your own in it is
 * tried on each rollout alone.
 * Source: exact for polynomials of degree up to 2 order - 1 in each noise; Golub, Welsch 1969.
 *
 * @param problem  a checked problem
 * @param options  points per noise, limit, and the score
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { totalReturn, reduce, meanOverTrajectories } from 'estimand'
 * import { linearQuadratic, exactOnLinearQuadratic } from 'estimand/exact'
 * const problem = { T: 1, gamma: 1, Amat: [[0]], Bmat: [[1]], W: [[0]], mean0: [1], cov0: [[0]], Qcost: [[1]], Rcost: [[1]], K: [[-1]], logSigma: 0 }
 * pipe(
 *   linearQuadratic(problem),
 *   E.chain((lq) => exactOnLinearQuadratic(lq)(pipe(totalReturn, reduce(meanOverTrajectories)))),
 *   E.map(({ bias }) => bias.every((b) => Math.abs(b) < 1e-12))
 * ) // => E.right(true)
 * ```
 */
export const exactOnLinearQuadratic =
  (problem: LinearQuadratic, options: QuadratureOptions = {}) =>
  <B extends string>(e: Estimator<LinearQuadraticFacts, B>): E.Either<readonly Problem[], LinearQuadraticMoments> => {
    const malformed = estimatorProblem('estimator', e)
    if (malformed !== null) return E.left([malformed])
    if (e.coupling !== 'none')
      return E.left([
        { path: 'estimator', expected: 'an estimator that does not couple trajectories', got: `coupling ${e.coupling}; use exact on a finite MDP` },
      ])
    const none = batchOf({ count: 1, offsets: Int32Array.of(0, 0), reward: new Float64Array(0), logProb: new Float64Array(0), discount: 1 })
    const unmet = unmetNeeds(e.needs, none)
    if (unmet.length > 0) return E.left(unmet.map((got) => ({ path: 'estimator', expected: 'facts that rollouts carry', got })))
    if (isOurs(e)) return linearQuadraticExpectation(problem, (rollouts) => e.estimate(batchOf(rollouts)), options)
    const any = e as Estimator<unknown, B>
    const ofOne = new Float64Array(problem.T)
    let keepsItsWord = true
    const moments = linearQuadraticExpectation(
      problem,
      (rollouts) => {
        const batch = batchOf(rollouts) as unknown as Trajectories<AllFacts>
        const weights = any.estimate(batch)
        keepsItsWord &&= isAloneAsTogether(any, batch, weights, (i) => select([i])(batch), ofOne)
        return weights
      },
      options,
    )
    return keepsItsWord ? moments : E.left([{ path: 'estimator', ...couples }])
  }
