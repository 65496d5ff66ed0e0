/**
 * Lesson 3. Must an action answer for rewards that came before it?
 *
 *     whole return    W_t = R
 *     reward-to-go    W_t = gamma^t G_t,   G_t = sum_{u >= t} gamma^(u-t) r_u
 *
 * No: given the history up to s_t the past is settled, and E[z_t | history] = 0. Both have expectation grad J. Usually the second has
 * less variance; not always. And the reason is not that a past reward "does not depend on a_t".
 */
import assert from 'node:assert/strict'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import {
  causality,
  describeProblems,
  estimate,
  fromSteps,
  meanOfTrajectoryMeans,
  meanOverTrajectories,
  reduce,
  terminated,
  totalReturn,
} from 'estimand'
import type { Problem } from 'estimand'
import { cliffWalking, exact, trajectories, worlds } from 'estimand/exact'

const refuse = (problems: readonly Problem[]): never => {
  throw new TypeError(describeProblems(problems))
}
const close = (actual: readonly number[], expected: readonly number[]): void => {
  for (const [k, x] of expected.entries()) assert.ok(Math.abs((actual[k] ?? NaN) - x) < 1e-12, `${actual[k]} is not ${x}`)
}

const whole = pipe(totalReturn, reduce(meanOverTrajectories))
const toGo = pipe(totalReturn, causality, reduce(meanOverTrajectories))

// 1. One trajectory with rewards 8, 4, 2 at discount 1/2. R = 8 + 4/2 + 2/4 = 10.5; from the second step on 4/2 + 2/4 = 2.5, then 0.5.
const batch = fromSteps({ discount: 0.5, provenance: 'on-policy', episodes: 'complete', trajectories: [{ reward: [8, 4, 2], end: terminated }] })
assert.deepEqual([...pipe(batch, E.map(estimate(whole)), E.getOrElseW(refuse))], [10.5, 10.5, 10.5])
assert.deepEqual([...pipe(batch, E.map(estimate(toGo)), E.getOrElseW(refuse))], [10.5, 2.5, 0.5])

// 2. The cliff, from the field two steps short of the goal: the same expectation with less than half the variance.
const cliff = pipe(cliffWalking({ horizon: 4, discount: 0.9, start: 34 }), E.getOrElseW(refuse))
const [wholeCliff, toGoCliff] = [whole, toGo].map((e) => pipe(e, exact({ mdp: cliff }), E.getOrElseW(refuse)))
for (const { bias } of [wholeCliff, toGoCliff]) assert.ok(Math.hypot(...bias) < 1e-10)
assert.ok(toGoCliff.covTrace < 0.5 * wholeCliff.covTrace)

// 3. Not always. Rewards +1 then -1, whatever is done: R = 0 and so is every weight. Reward-to-go weighs the steps 0 and -1, and
//    |z|^2 = 1/4 + 1/4 at a fair coin: variance 1/2.
const chain = { mdp: worlds.rtgRaisesVariance.mdp }
const [wholeChain, toGoChain] = [whole, toGo].map((e) => pipe(e, exact(chain), E.getOrElseW(refuse)))
close([wholeChain.covTrace, toGoChain.covTrace], [0, 0.5])

// 4. "The reward does not depend on a_t" is no reason. The reward of the next step is no function of a_0 either, yet E[z_0 r_1] is not 0:
//    go on (z_0 = (-1/2, 1/2), probability 1/2) and r_1 = 1; quit and there is none. What counts is to be settled before a_t.
const next = [0, 1].map((component) =>
  trajectories(worlds.doesNotDependOnTheAction.mdp, 'target').reduce((sum, { probability, actions, rewards }) => {
    const z = (actions[0] === component ? 1 : 0) - 0.5
    return sum + probability * z * (rewards[1] ?? 0)
  }, 0),
)
close(next, [-0.25, 0.25])

// 5. So causality breaks as soon as something later gets into the past reward. r_0 = 1 is settled, r_0 / L is not. Here E[R / L] has
//    the gradient (1/24, -1/24) in the second state; dropping "past" rewards of R / L makes it 0.
const ended = { mdp: worlds.pastRewardsOverLength.mdp }
const overLength = pipe(totalReturn, reduce(meanOfTrajectoryMeans))
const overLengthToGo = pipe(totalReturn, causality, reduce(meanOfTrajectoryMeans))
const [kept, dropped] = [overLength, overLengthToGo].map((e) => pipe(e, exact(ended), E.getOrElseW(refuse)).expectation.slice(2, 4))
close(kept, [1 / 24, -1 / 24])
close(dropped, [0, 0])

// 6. What has been dropped cannot be dropped again.
export const twice = () =>
  // @ts-expect-error causality: already applied; remove the second one
  pipe(totalReturn, causality, causality)

console.log(`cliff: variance ${wholeCliff.covTrace.toFixed(0)} with the whole return, ${toGoCliff.covTrace.toFixed(0)} with reward-to-go, bias 0 both times`)
console.log(`rewards +1, -1: variance ${wholeChain.covTrace} with the whole return, ${toGoChain.covTrace} with reward-to-go`)
console.log(`E[z_0 r_1] = (${next.join(', ')}), although r_1 is no function of a_0`)

// Try: in step 1 make the discount 1. Predict the three weights of reward-to-go, and then which of the two estimators changes.
