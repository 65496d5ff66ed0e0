/**
 * Lesson 5. A trainer wants a loss to differentiate. Which scalar has the estimate as its gradient, and what does its value mean?
 *
 *     score form    value = sum_it W_it log pi(a_it|s_it)        W held fixed
 *     ratio form    value = sum_it scale rho_it A_it             rho = pi / mu;  clipped: min(rho A, clip(rho, 1 -+ epsilon) A)
 *
 * Both have d value / d log pi = W. The value is not J, and the second derivative is not the Hessian of J.
 */
import assert from 'node:assert/strict'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import {
  asLoss,
  clip,
  describeProblems,
  fromSteps,
  importance,
  lossWeights,
  meanOverTrajectories,
  perStep,
  ratioSurrogate,
  reduce,
  surrogate,
  terminated,
  totalReturn,
} from 'estimand'
import type { CompleteEpisodes, OnPolicy, Problem, Reward, Trajectories } from 'estimand'
import { truth, worlds } from 'estimand/exact'

const refuse = (problems: readonly Problem[]): never => {
  throw new TypeError(describeProblems(problems))
}
const close = (actual: readonly number[], expected: readonly number[], tolerance = 1e-12): void => {
  for (const [k, x] of expected.entries()) assert.ok(Math.abs((actual[k] ?? NaN) - x) < tolerance, `${actual[k]} is not ${x}`)
}

const reinforce = pipe(totalReturn, reduce(meanOverTrajectories))

// 1. Two trajectories of one step with returns 4 and -2, log-probs -1 and -3. W = (2, -1), so the value is 2 * -1 - 1 * -3 = 1, while
//    the mean return of the batch is also 1 by chance. Shift both returns by 2: the mean return becomes 3, and the value -3.
const onPolicy = (rewards: readonly [number, number]) =>
  pipe(
    fromSteps({
      discount: 1,
      provenance: 'on-policy',
      episodes: 'complete',
      trajectories: [
        { reward: [rewards[0]], logProb: [-1], end: terminated },
        { reward: [rewards[1]], logProb: [-3], end: terminated },
      ],
    }),
    E.getOrElseW(refuse),
  )
const score = surrogate(reinforce)(onPolicy([4, -2]))
assert.deepEqual([score.value, ...score.derivative], [1, 2, -1])
assert.equal(surrogate(reinforce)(onPolicy([6, 0])).value, -3)

// 2. For a trainer that descends: loss = sum lossWeights log pi. No mean is to be taken, 1/N is in the weights already.
assert.deepEqual([...lossWeights(reinforce)(onPolicy([4, -2]))], [-2, 1])

// 3. Ratio form, four trajectories of one step, mu = 0.5 throughout. While pi = mu every ratio is 1: the value is the mean of A, the
//    derivative is W of REINFORCE, and nothing is clipped. Later pi has moved: the ratios are 1.5, 1.5, 0.5, 0.5.
const perAction = pipe(totalReturn, importance(perStep))
const bare = pipe(perAction, ratioSurrogate(meanOverTrajectories))
const clipped = pipe(perAction, clip({ epsilon: 0.2 }), ratioSurrogate(meanOverTrajectories))
const A = [4, -4, 4, -4]
const at = (probabilities: readonly number[]) =>
  pipe(
    fromSteps({
      discount: 1,
      provenance: 'off-policy',
      episodes: 'complete',
      trajectories: A.map((a, i) => ({ reward: [a], logProb: [Math.log(probabilities[i] ?? 0)], behaviourLogProb: [Math.log(0.5)], end: terminated })),
    }),
    E.getOrElseW(refuse),
  )
const start = at([0.5, 0.5, 0.5, 0.5])
const moved = at([0.75, 0.75, 0.25, 0.25])
close([...bare(start).derivative], [1, -1, 1, -1])
close([...clipped(start).derivative], [1, -1, 1, -1])
close([...bare(moved).derivative], [1.5, -1.5, 0.5, -0.5])
//    Clipping leaves out what has gone far enough in its own direction: the good action at 1.5 and the bad one at 0.5. Its value:
//    (1.2 * 4 - 1.5 * 4 + 0.5 * 4 - 0.8 * 4) / 4 = -0.6.
close([...clipped(moved).derivative], [0, -1.5, 0.5, 0])
close([clipped(moved).value], [-0.6])

// 4. That this is the derivative can be seen by moving a log-prob a little: the value of the third trajectory has slope 0.5.
const h = 1e-6
const slope = (clipped(at([0.75, 0.75, 0.25 * Math.exp(h), 0.25])).value - clipped(at([0.75, 0.75, 0.25 * Math.exp(-h), 0.25])).value) / (2 * h)
close([slope], [0.5], 1e-8)

// 5. Differentiating twice goes wrong. Bandit, rewards (1, 0), pi = (0.8, 0.2), p = pi_0: J = p, dJ = p(1-p), d2J = p(1-p)(1-2p) = -0.096.
//    The score surrogate gives E[R d2 log pi] = p * -p(1-p) = -0.128. What it misses is E[R z^2] = p (1-p)^2 = 0.032.
const p = 0.8
close(truth(worlds.surrogateHessian.mdp).gradJ, [p * (1 - p), -p * (1 - p)])
const ofTheSurrogate = p * (-p * (1 - p))
const ofTheObjective = p * (1 - p) * (1 - 2 * p)
close([ofTheSurrogate, ofTheObjective, ofTheSurrogate + p * (1 - p) ** 2], [-0.128, -0.096, -0.096])

// 6. Ascend and descend are two types, so that the sign is turned once and not twice.
export const turnedTwice = (batch: Trajectories<Reward & CompleteEpisodes & OnPolicy>) =>
  // @ts-expect-error Type '"descend"' is not assignable to type '"ascend"'
  asLoss(lossWeights(reinforce)(batch))

console.log(`score form: value ${score.value}, derivative ${[...score.derivative].join(', ')} = W`)
console.log(`clipped, ratios 1.5, 1.5, 0.5, 0.5 and A = 4, -4, 4, -4: derivative ${[...clipped(moved).derivative].map((w) => w.toFixed(1)).join(', ')}`)
console.log(`second derivative: surrogate ${ofTheSurrogate.toFixed(3)}, objective ${ofTheObjective.toFixed(3)}`)

// Try: in step 3 set epsilon to 0.6. Predict which of the four derivatives come back.
