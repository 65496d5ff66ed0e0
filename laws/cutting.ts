import * as E from 'fp-ts/lib/Either.js'
import * as fc from 'fast-check'
import { describeProblems, fromSteps, terminated, timeLimit, truncated } from '../src/index.ts'
import type { AllFacts, AnyEstimator, Estimator, Steps, Trajectories } from '../src/index.ts'
import { softmaxPolicy, trajectories, truth } from '../src/exact/index.ts'
import type { Mdp, PossibleTrajectory } from '../src/exact/index.ts'
import type { LawWorld } from './arbitraries/worlds.ts'
import { worldsUpTo } from './arbitraries/worlds.ts'
import { estimatorIn } from './estimatorIn.ts'
import type { Law } from './law.ts'
import { fails, holds } from './law.ts'
import { gradientTable, worldTable } from './report.ts'
import { exactly, gap } from './settings.ts'
import { weightsOf } from './weights.ts'

/** What a cut trajectory is continued by: the true value of its successor, or something else, which a mutant would take. */
export type Bootstrap = (V: readonly (readonly number[])[], t: number, s: number) => number

/** The value that the table has of the successor. */
export const trueValue: Bootstrap = (V, t, s) => V[t][s]

/** A trajectory as segments: cut before time `at`, if it lasts that long. */
const segmentsOf = (
  { states, actions, rewards, terminated: entered }: PossibleTrajectory,
  at: number,
  mdp: Mdp,
  V: readonly (readonly number[])[],
  logs: { readonly target: Float64Array },
  bootstrap: Bootstrap,
): readonly Steps[] => {
  const piece = (from: number, to: number): Steps => ({
    reward: rewards.slice(from, to),
    behaviourLogProb: states.slice(from, to).map((s, j) => logs.target[s * mdp.A + actions[from + j]]),
    value: states.slice(from, to).map((s, j) => V[from + j][s]),
    startTime: from,
    end: to < rewards.length ? truncated({ value: bootstrap(V, to, states[to]) }) : entered ? terminated : timeLimit,
  })
  return at < rewards.length ? [piece(0, at), piece(at, rewards.length)] : [piece(0, rewards.length)]
}

/**
 * E ghat of an estimator that couples nothing, on episodes that are cut before some time. [S A]
 *
 * @param V          values of each (t, s) that the batch carries, and that a cut trajectory is continued by. [T][S]
 * @param bootstrap  what of them it is continued by
 */
export const expectationOfSegments = (mdp: Mdp, V: readonly (readonly number[])[], e: AnyEstimator, at: number, bootstrap: Bootstrap): readonly number[] => {
  const { probability, logProbability } = softmaxPolicy(mdp.theta)
  const gradient = Array.from(probability, () => 0)
  for (const trajectory of trajectories(mdp, 'target')) {
    const segments = segmentsOf(trajectory, at, mdp, V, { target: logProbability }, bootstrap)
    const batch = fromSteps({ discount: mdp.gamma, provenance: 'on-policy', episodes: 'segments', trajectories: segments })
    if (E.isLeft(batch)) throw new TypeError(describeProblems(batch.left))
    // Which facts the batch has is decided at run time; weightsOf refuses an estimator that needs others.
    const weights = weightsOf(e, batch.right as unknown as Trajectories<AllFacts>)
    // A mean over the segments, of which the trajectory is the sum.
    const factor = trajectory.probability * segments.length
    for (const [k, s] of trajectory.states.entries()) {
      for (let a = 0; a < mdp.A; a++) gradient[s * mdp.A + a] -= factor * weights[k] * probability[s * mdp.A + a]
      gradient[s * mdp.A + trajectory.actions[k]] += factor * weights[k]
    }
  }
  return gradient
}

/**
 * Law `cuttingIsNeutral`: cutting episodes anywhere, with the true value at the cut, changes no expectation.
 *
 *     E ghat(segments) = grad J       values exact, trajectories cut before any time
 *
 * It sees a truncation that is taken for a termination, a bootstrap from the wrong state, and a time index that starts anew.
 *
 * @param e          an estimator that accepts segments and is unbiased with exact values, reduced by meanOverTrajectories
 * @param bootstrap  what is taken for the successor's value; default: the true one
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { gae, reduce, meanOverTrajectories } from 'estimand'
 * import { cuttingIsNeutral, tryLaw } from 'estimand/laws'
 * tryLaw({ runs: 20, seed: 1 })(cuttingIsNeutral(pipe(gae({ lambda: 0.5 }), reduce(meanOverTrajectories))))._tag // => 'held'
 * ```
 */
export const cuttingIsNeutral = <N, B extends string>(
  e: Estimator<N, B>,
  bootstrap: Bootstrap = trueValue,
): Law<{ readonly world: LawWorld; readonly at: number }> => {
  const any = estimatorIn('cuttingIsNeutral', e)
  return {
    name: 'cuttingIsNeutral',
    states: 'E ghat(segments) = grad J with the true value at the cut',
    cases: fc.record({ world: worldsUpTo({ states: 2, behaviour: 'the target' }), at: fc.integer({ min: 1, max: 2 }) }),
    verdict: ({ world: { mdp }, at }) => {
      const { gradJ, V } = truth(mdp)
      const actual = expectationOfSegments(mdp, V, any, at, bootstrap)
      return gap(gradJ, actual) < exactly ? holds : fails(`${worldTable(mdp)}\ncut before time ${at}\n${gradientTable(mdp.A, gradJ, actual)}`)
    },
  }
}
