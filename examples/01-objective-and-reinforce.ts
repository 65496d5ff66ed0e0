/**
 * Lesson 1. What is being improved, and how can its gradient be estimated without knowing the world?
 *
 *     J = E[R],   R = sum_t gamma^t r_t                       what the policy pi earns on average
 *     grad J = E[R Z],   Z = sum_t grad log pi(a_t|s_t)       since grad p(tau) = p(tau) grad log p(tau)
 *
 * In log p(tau) the world's own probabilities are terms without parameters: their gradient is 0, so Z needs the policy alone.
 * REINFORCE is the right-hand side as a mean over N trajectories: the weight of every step is W = R / N.
 */
import assert from 'node:assert/strict'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { describeProblems, estimate, fromSteps, meanOverTrajectories, reduce, terminated, totalReturn } from 'estimand'
import type { CompleteEpisodes, OnPolicy, Problem, Reward, Segments, Trajectories } from 'estimand'
import { bandit, exact, trajectories, truth, worlds } from 'estimand/exact'

const refuse = (problems: readonly Problem[]): never => {
  throw new TypeError(describeProblems(problems))
}
const close = (actual: readonly number[], expected: readonly number[]): void => {
  for (const [k, x] of expected.entries()) assert.ok(Math.abs((actual[k] ?? NaN) - x) < 1e-12, `${actual[k]} is not ${x}`)
}

const reinforce = pipe(totalReturn, reduce(meanOverTrajectories))

// 1. A batch of two trajectories, discount 1/2. The first returns 1 + 1/2 * 2 = 2, the second 4. N = 2, so W is 2/2, 2/2 and 4/2.
const batch = fromSteps({
  discount: 0.5,
  provenance: 'on-policy',
  episodes: 'complete',
  trajectories: [
    { reward: [1, 2], end: terminated },
    { reward: [4], end: terminated },
  ],
})
const W = pipe(batch, E.map(estimate(reinforce)), E.getOrElseW(refuse))
assert.deepEqual([...W], [1, 1, 2])

// 2. The identity on paper. A bandit pays 1 for action 0 and nothing for action 1; pi = (0.7, 0.3), a softmax of two logits.
//    J = 0.7, dJ/dtheta_0 = pi_0 (1 - pi_0) = 0.21. And E[R Z] = 0.7 * 1 * (1 - 0.7, -0.3) + 0.3 * 0 * ... = (0.21, -0.21).
const arm = bandit([1, 0], [0.7, 0.3])
close([truth(arm).J], [0.7])
close(truth(arm).gradJ, [0.21, -0.21])

// 3. The same for the estimator as it stands: exact() sums its estimate over every trajectory, each with its probability.
const onArm = pipe(reinforce, exact({ mdp: arm }), E.getOrElseW(refuse))
close(onArm.expectation, [0.21, -0.21])

// 4. Two steps: quit for 1, or go on and get 1.5, each with probability 1/2. J = 1.25, and
//    E[R Z] in the first state = 1/2 * 1 * (1/2, -1/2) + 1/2 * 1.5 * (-1/2, 1/2) = (-1/8, 1/8): go on more often.
const world = worlds.lengthNormalisationFlipsSign.mdp
close([truth(world).J], [1.25])
assert.equal(trajectories(world, 'target').length, 3)
const onWorld = pipe(reinforce, exact({ mdp: world }), E.getOrElseW(refuse))
close(onWorld.expectation, [-0.125, 0.125, 0, 0, 0, 0])
close(onWorld.bias, [0, 0, 0, 0, 0, 0])

// 5. A return is known only when its episode is over. Pieces of episodes have none, and the compiler says so.
export const onPieces = (pieces: Trajectories<Reward & OnPolicy & Segments>) =>
  // @ts-expect-error segments: a return needs complete episodes; use gae, nStep or vtrace, or sample whole episodes
  estimate(reinforce)(pieces)
export const onEpisodes = (episodes: Trajectories<Reward & OnPolicy & CompleteEpisodes>) => estimate(reinforce)(episodes)

console.log(`W of two trajectories that return 2 and 4: ${[...W].join(', ')}`)
console.log(`bandit:    E[R Z] = (${onArm.expectation.map((x) => x.toFixed(2)).join(', ')}) = grad J`)
console.log(`two steps: E[R Z] = (${onWorld.expectation.slice(0, 2).map((x) => x.toFixed(3)).join(', ')}) = grad J at the first state`)

// Try: add 10 to both rewards of the bandit. Predict what becomes of the expectation, and of covTrace.
