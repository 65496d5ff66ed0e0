/**
 * Lesson 4. Good compared with what?
 *
 *     W = R - b        E[b Z] = b E[Z] = 0 for a number b that was chosen before the data
 *
 * A constant changes nothing on average. The mean of the batch is no constant: the own return is in it, and part of the signal goes.
 * Leaving the own one out repairs that. Whether the variance gets smaller is another matter.
 */
import assert from 'node:assert/strict'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import {
  baseline,
  batchMean,
  claimScale,
  constant,
  describeProblems,
  estimate,
  fromSteps,
  leaveOneOut,
  meanOverTrajectories,
  reduce,
  terminated,
  totalReturn,
} from 'estimand'
import type { CompleteEpisodes, Estimator, OnPolicy, Problem, Reward } from 'estimand'
import { exact, worlds } from 'estimand/exact'

const refuse = (problems: readonly Problem[]): never => {
  throw new TypeError(describeProblems(problems))
}
const close = (actual: readonly number[], expected: readonly number[]): void => {
  for (const [k, x] of expected.entries()) assert.ok(Math.abs((actual[k] ?? NaN) - x) < 1e-12, `${actual[k]} is not ${x}`)
}

type FromOwnData<Bias extends string> = Estimator<Reward & CompleteEpisodes & OnPolicy, Bias>
const none: FromOwnData<never> = pipe(totalReturn, reduce(meanOverTrajectories))
const minus = (b: number): FromOwnData<never> => pipe(totalReturn, baseline(constant(b)), reduce(meanOverTrajectories))
const mean: FromOwnData<'own sample'> = pipe(totalReturn, baseline(batchMean), reduce(meanOverTrajectories))
const others: FromOwnData<never> = pipe(totalReturn, baseline(leaveOneOut), reduce(meanOverTrajectories))

// 1. Three trajectories of one step with returns 1, 2, 6. Their mean is 3; the means of the other two are 4, 3.5 and 1.5.
const batch = fromSteps({
  discount: 1,
  provenance: 'on-policy',
  episodes: 'complete',
  trajectories: [1, 2, 6].map((r) => ({ reward: [r], end: terminated })),
})
const weights = (e: FromOwnData<string>): number[] => [...pipe(batch, E.map(estimate(e)), E.getOrElseW(refuse))]
close(weights(minus(1)), [0, 1 / 3, 5 / 3])
close(weights(mean), [-2 / 3, -1 / 3, 3 / 3])
close(weights(others), [-3 / 3, -1.5 / 3, 4.5 / 3])
//    Line 3 is line 2 times 3/2: R - (mean of the others) = N/(N-1) (R - mean). Same direction, and the scale is the whole difference.

// 2. A bandit, pi = (0.9, 0.1), rewards (1, 0): grad J = (0.09, -0.09). A constant is neutral, the batch mean takes (N-1)/N of it,
//    because 1/N of the mean is the own return, which is credited and subtracted at once. At N = 1 nothing is left.
const { mdp } = worlds.meanBaselineRaisesVariance
const at = (batchSize: number) => (e: FromOwnData<string>) => pipe(e, exact({ mdp, batchSize }), E.getOrElseW(refuse))
for (const b of [0, 0.9, -5]) close(at(1)(minus(b)).expectation, [0.09, -0.09])
for (const N of [1, 2, 3, 4]) {
  close(at(N)(mean).expectation, [(0.09 * (N - 1)) / N, (-0.09 * (N - 1)) / N])
  close(at(N)(others).expectation, [0.09, -0.09])
}

// 3. Variance: the mean return 0.9 is a bad baseline here. R - 0.9 is 0.1 for the frequent action and -0.9 for the rare one, whose
//    score is large: 0.0018 becomes 0.1152. The best constant is E[Z^2 R] / E[Z^2] = 0.1, and with it the variance is 0.
close([at(1)(none).covTrace, at(1)(minus(0.9)).covTrace, at(1)(minus(0.1)).covTrace], [0.0018, 0.1152, 0])

// 4. The batch mean looks four times as quiet as leave-one-out at N = 2. All of that is shrinkage: half the gradient, a quarter of the
//    variance. Neither beats no baseline at all, in this bandit.
close([at(2)(none).covTrace, at(2)(mean).covTrace, at(2)(others).covTrace], [0.0009, 0.01845, 0.0738])

// 5. Somebody may want the batch mean none the less, and state what it is: a claim that the laws check.
const shrunk = pipe(mean, claimScale({ factor: (N) => (N - 1) / N, text: '(N-1)/N' }))
assert.equal(shrunk.claim?.factor(4, 1), 0.75)

// 6. What may not be said: that it has no bias.
export const unbiased = (): FromOwnData<never> =>
  // @ts-expect-error Type '"own sample"' is not assignable to type 'never'
  mean

console.log(`returns 1, 2, 6: minus the mean ${weights(mean).map((w) => w.toFixed(2)).join(', ')}; minus the others' ${weights(others).map((w) => w.toFixed(2)).join(', ')}`)
console.log(`grad J 0.09; the batch mean expects ${[1, 2, 3, 4].map((N) => at(N)(mean).expectation[0].toFixed(4)).join(', ')} at N = 1, 2, 3, 4`)
console.log(`variance without a baseline ${at(1)(none).covTrace.toFixed(4)}, minus the mean return ${at(1)(minus(0.9)).covTrace.toFixed(4)}, minus the best constant 0`)

// Try: make the policy in step 2 (0.5, 0.5), with bandit([1, 0], [0.5, 0.5]). Predict which constant is best then, and where the mean is.
