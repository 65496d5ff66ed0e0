/**
 * Lesson 2. Is a policy gradient with one and the same return for all just imitation?
 *
 *     cloning     ghat = (1/N) sum_i sum_t 1 z_it         z_it = grad log pi(a_it|s_it)
 *     REINFORCE   ghat = (1/N) sum_i sum_t R_i z_it       with R_i = c: c times the line above
 *
 * Batch by batch, yes. On average both are 0 then: imitating oneself teaches nothing. Imitating somebody else does.
 */
import assert from 'node:assert/strict'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { cloning, describeProblems, estimate, fromSteps, importance, meanOverTrajectories, reduce, takenAsOne, terminated, totalReturn } from 'estimand'
import type { CompleteEpisodes, Estimator, OffPolicy, OnPolicy, Problem, Reward, Trajectories } from 'estimand'
import { exact, worlds } from 'estimand/exact'

const refuse = (problems: readonly Problem[]): never => {
  throw new TypeError(describeProblems(problems))
}
const close = (actual: readonly number[], expected: readonly number[]): void => {
  for (const [k, x] of expected.entries()) assert.ok(Math.abs((actual[k] ?? NaN) - x) < 1e-12, `${actual[k]} is not ${x}`)
}

const reinforce = pipe(totalReturn, reduce(meanOverTrajectories))
const own = pipe(cloning, reduce(meanOverTrajectories))

// 1. Two trajectories, both with return 6. REINFORCE weighs every step with 6/2, cloning with 1/2: the same, 6 times over.
const batch = fromSteps({
  discount: 1,
  provenance: 'on-policy',
  episodes: 'complete',
  trajectories: [
    { reward: [2, 4], end: terminated },
    { reward: [6], end: terminated },
  ],
})
const weights = (e: Estimator<Reward & CompleteEpisodes & OnPolicy, string>): number[] => [...pipe(batch, E.map(estimate(e)), E.getOrElseW(refuse))]
assert.deepEqual(weights(reinforce), [3, 3, 3])
assert.deepEqual(weights(own), [0.5, 0.5, 0.5])

// 2. In expectation: a world of two steps where each earns 1, so R = 2 whatever is done. J is constant, its gradient is 0, and so is
//    the expectation of both estimators. What remains is noise: with c = 2 REINFORCE has c^2 = 4 times the variance of cloning.
const { mdp } = worlds.constantReturnIsNotCloning
const reinforced = pipe(reinforce, exact({ mdp }), E.getOrElseW(refuse))
const imitated = pipe(own, exact({ mdp }), E.getOrElseW(refuse))
close(reinforced.expectation, [0, 0, 0, 0])
close(imitated.expectation, [0, 0, 0, 0])
close([reinforced.covTrace], [4 * imitated.covTrace])

// 3. Data of another policy, used as if they were one's own: that is cloning. pi is (0.8, 0.2) then (0.3, 0.7), the other policy mu is
//    (0.5, 0.5) then (0.6, 0.4). E_mu[z] = mu - pi = (-0.3, 0.3) and (0.3, -0.3): a step from pi towards mu.
const other = pipe(cloning, importance(takenAsOne), reduce(meanOverTrajectories))
const cloned = pipe(other, exact({ mdp, sampling: 'behaviour' }), E.getOrElseW(refuse))
close(cloned.expectation, [-0.3, 0.3, 0.3, -0.3])
assert.deepEqual(other.reasons.map(({ name }) => name), ['cloning', 'ratio taken as one'])

// 4. That other people's data are used is to be said aloud, since it is a bias of its own. Without the word it does not compile.
export const unsaid = (expert: Trajectories<OffPolicy>) =>
  // @ts-expect-error off-policy: add importance(...) to the pipeline, or sample again
  estimate(own)(expert)
export const said = (expert: Trajectories<OffPolicy>) => estimate(other)(expert)

console.log(`one batch, R = 6 throughout: REINFORCE ${weights(reinforce).join(', ')}; cloning ${weights(own).join(', ')}`)
console.log(`expectation at constant return: 0, and variance ${reinforced.covTrace.toFixed(2)} for nothing (cloning ${imitated.covTrace.toFixed(2)})`)
console.log(`cloning another policy: (${cloned.expectation.map((x) => x.toFixed(1)).join(', ')}) = mu - pi`)

// Try: put causality between totalReturn and reduce in step 1. Predict the weights; are they still a multiple of cloning's?
