/**
 * Lesson 6. The data are another policy's, or one's own of yesterday. What makes up for it, and at what price?
 *
 *     E_pi[f] = E_mu[rho f],   rho = prod_t pi(a_t|s_t) / mu(a_t|s_t)       where mu > 0 wherever pi > 0
 *
 * The full ratio is right and its variance grows exponentially with the length. Every shorter ratio is quieter and biased, and the bias
 * can turn the update around. Clipping the ratio is no cure: it constrains nothing.
 */
import assert from 'node:assert/strict'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import {
  causality,
  clip,
  describeProblems,
  estimate,
  fromSteps,
  importance,
  meanOverTrajectories,
  perDecision,
  perStep,
  perTrajectory,
  prefix,
  reduce,
  takenAsOne,
  terminated,
  totalReturn,
} from 'estimand'
import type { Problem } from 'estimand'
import { bandit, exact, softmaxPolicy, worlds } from 'estimand/exact'

const refuse = (problems: readonly Problem[]): never => {
  throw new TypeError(describeProblems(problems))
}
const close = (actual: readonly number[], expected: readonly number[], tolerance = 1e-12): void => {
  for (const [k, x] of expected.entries()) assert.ok(Math.abs((actual[k] ?? NaN) - x) < tolerance, `${actual[k]} is not ${x}`)
}

const toGo = pipe(totalReturn, causality)
const words = {
  perTrajectory: pipe(toGo, importance(perTrajectory), reduce(meanOverTrajectories)),
  perDecision: pipe(toGo, importance(perDecision), reduce(meanOverTrajectories)),
  prefix: pipe(toGo, importance(prefix), reduce(meanOverTrajectories)),
  perStep: pipe(toGo, importance(perStep), reduce(meanOverTrajectories)),
  takenAsOne: pipe(toGo, importance(takenAsOne), reduce(meanOverTrajectories)),
  clipped: pipe(toGo, importance(perStep), clip({ epsilon: 0.2 }), reduce(meanOverTrajectories)),
}

// 1. One trajectory: rewards 1 and 4, so G = (5, 4); ratios 0.5 / 0.25 = 2 and 0.6 / 0.4 = 1.5. Five words, five weights.
const batch = pipe(
  fromSteps({
    discount: 1,
    provenance: 'off-policy',
    episodes: 'complete',
    trajectories: [
      { reward: [1, 4], logProb: [0.5, 0.6].map(Math.log), behaviourLogProb: [0.25, 0.4].map(Math.log), end: terminated },
    ],
  }),
  E.getOrElseW(refuse),
)
close([...estimate(words.perTrajectory)(batch)], [15, 12]) // 3 * 5, 3 * 4
close([...estimate(words.perDecision)(batch)], [14, 12]) //   2 * 1 + 3 * 4, 3 * 4: each reward has the ratio of what led to it
close([...estimate(words.prefix)(batch)], [10, 12]) //        2 * 5, 3 * 4
close([...estimate(words.perStep)(batch)], [10, 6]) //        2 * 5, 1.5 * 4
close([...estimate(words.takenAsOne)(batch)], [5, 4])

// 2. Which of them is right? In this world the first action leads to a second choice, or quits for 0.5. pi chooses well there (0.95) and
//    earns 0.9; mu chooses badly (0.1) and earns -0.8. So grad J at the first state is (0.1, -0.1): go on.
const setting = { mdp: worlds.timestepRatioFlipsSign.mdp, sampling: 'behaviour' } as const
const first = pipe(
  Object.entries(words).map(([word, e]) => [word, pipe(e, exact(setting), E.getOrElseW(refuse))] as const),
  Object.fromEntries<{ readonly expectation: readonly number[] }>,
)
const target = pipe(words.perTrajectory, exact(setting), E.getOrElseW(refuse)).target.value
close(target, [0.1, -0.1, 0.0475, -0.0475])
for (const word of ['perTrajectory', 'perDecision']) close(first[word].expectation, target)
//    The ratio of the step alone credits the first action with what mu earned afterwards: 1/4 (-0.8 - 0.5) = -0.325: quit.
for (const word of ['prefix', 'perStep', 'takenAsOne', 'clipped']) close(first[word].expectation, [-0.325, 0.325])
const cosine = (x: readonly number[], y: readonly number[]): number =>
  x.reduce((sum, v, k) => sum + v * y[k], 0) / (Math.hypot(...x) * Math.hypot(...y))
close([cosine(first['perStep'].expectation, target)], [-0.8317], 5e-5)

// 3. The price of being right. pi = (0.7, 0.3), mu = (0.5, 0.5): E_mu[rho^2] = 0.7^2 / 0.5 + 0.3^2 / 0.5 = 1.16 a step. Of N trajectories
//    only N / 1.16^T are worth anything.
const worth = [1, 2, 4, 6].map((T) => 1 / 1.16 ** T)
close(worth, [0.862, 0.743, 0.552, 0.41], 5e-4)
//    Not that other data are always worse: here mu goes where the reward is, and off-policy has 1/81 of the variance of on-policy.
const better = { mdp: worlds.offPolicyLessVariance.mdp }
const onPolicy = pipe(totalReturn, reduce(meanOverTrajectories), exact(better), E.getOrElseW(refuse))
const offPolicy = pipe(words.perTrajectory, exact({ ...better, sampling: 'behaviour' }), E.getOrElseW(refuse))
close([onPolicy.covTrace, offPolicy.covTrace], [0.1458, 0.0018])

// 4. Clipping zeroes gradients beyond the band; it does not keep anybody inside. mu = (0.1, 0.9), A = (1, -1/9), epsilon = 0.2. Ascend the
//    exact clipped gradient: at ratio 1.2 the first action has had enough, but the second still pushes until its ratio is 0.8. With two
//    actions that is pi_1 = 0.72, so pi_0 = 0.28 and its ratio is 2.8.
let logits: readonly number[] = [0.1, 0.9].map(Math.log)
const probabilities = (): readonly number[] => Array.from(softmaxPolicy([logits]).probability)
for (let k = 0; k < 2000; k++) {
  const arm = bandit([1, -1 / 9], probabilities(), [0.1, 0.9])
  const { expectation } = pipe(words.clipped, exact({ mdp: arm, sampling: 'behaviour' }), E.getOrElseW(refuse))
  if (expectation.every((x) => x === 0)) break
  logits = logits.map((x, a) => x + 0.05 * expectation[a])
}
const [p0, p1] = probabilities()
close([p0 / 0.1, p1 / 0.9], [2.8, 0.8], 0.01)

// 5. Without a ratio there is nothing to clip.
export const nothingToClip = () =>
  // @ts-expect-error clip: needs a ratio; put importance(perStep) before it
  pipe(toGo, clip({ epsilon: 0.2 }))

console.log(`grad J at the first state ${target[0].toFixed(1)}; perTrajectory ${first['perTrajectory'].expectation[0].toFixed(3)}, perStep ${first['perStep'].expectation[0].toFixed(3)}`)
console.log(`of 100 trajectories at T = 1, 2, 4, 6 worth: ${worth.map((x) => (100 * x).toFixed(0)).join(', ')}`)
console.log(`exact ascent of the clipped gradient, epsilon 0.2, ends at ratios ${(p0 / 0.1).toFixed(2)} and ${(p1 / 0.9).toFixed(2)}`)

// Try: in step 4 set epsilon to 0.1. Predict both ratios at the end, on paper, before you run it.
