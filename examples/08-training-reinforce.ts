/**
 * Lesson 8. Sample, weigh, update: from REINFORCE to its clipped off-policy version, on CartPole.
 *
 *     theta <- theta + rate  sum over i, t of W_it grad log pi(a_it | s_it)
 *
 * Everything but W is the same for both: the sampler, the policy, the optimiser. On-policy, W is right for the parameters that sampled the
 * batch, so one gradient step is all that a batch is good for. A ratio pays for more, and clipping for the ratio.
 */
import assert from 'node:assert/strict'
import { pipe } from 'fp-ts/lib/function.js'
import { baseline, causality, clip, importance, leaveOneOut, meanOverTrajectories, perStep, reduce, totalReturn } from 'estimand'
import { cartPole, timeLimit } from 'estimand/environment'
import { adam, mlp, policyOutput } from 'estimand/network'
import { categorical, policyOf } from 'estimand/policy'
import { entropyBonus, episodes, inMinibatches, train, wholeBatch } from 'estimand/training'
import type { Training } from 'estimand/training'

// 1. The horizon of 500 steps belongs to the problem: a return is a sum over a whole episode, and an episode that is merely cut has none.
const environment = pipe(cartPole({ steps: Infinity }), timeLimit({ steps: 500, as: 'TimeLimit' }))

// The return is not discounted: with discount 1 there is no outer factor that could be dropped.
const sampler = episodes({ environment, count: 16, discount: 1 })
const policy = policyOf(mlp({ observation: environment.observation, hidden: [32], outputs: [policyOutput(2)] }), categorical(2))

// 2. REINFORCE with reward-to-go and leave-one-out. Unbiased; one step with each batch.
const better = pipe(totalReturn, causality, baseline(leaveOneOut), reduce(meanOverTrajectories))
const same = { sampler, policy, optimiser: adam(), seed: 1 } as const
const reinforce = train({ ...same, objective: wholeBatch(better), rate: 0.01 })

const mean = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0) / x.length
const meanReturns = (training: Training, updates: number): readonly number[] => Array.from({ length: updates }, () => mean(training.next().returns))

const onPolicy = meanReturns(reinforce, 30)
console.log(`REINFORCE, mean return by update: ${onPolicy.map((x) => Math.round(x)).join(' ')}`)
assert.ok(mean(onPolicy.slice(0, 3)) < 40 && mean(onPolicy.slice(-3)) > 80)

// 3. More steps with the same batch? The batch is no longer the policy's own. `epochs: 4` does not compile; where no compiler looks:
const epochs = 4 as number
assert.throws(() => train({ ...same, objective: wholeBatch(better), rate: 0.01, epochs }), /after the first gradient step the batch is off-policy: add importance/)

// 4. A change of the pipeline, and of nothing else. The type of the objective now says what it costs: 'state distribution' | 'clipping'.
const clipped = pipe(totalReturn, causality, baseline(leaveOneOut), importance(perStep), clip({ epsilon: 0.2 }), inMinibatches(meanOverTrajectories))
assert.deepEqual(clipped.reasons.map(({ name }) => name), ['state distribution', 'clipping'])

const training = train({ ...same, objective: clipped, rate: 0.003, epochs: 4 })
const offPolicy = meanReturns(training, 25)
console.log(`clipped, four epochs:             ${offPolicy.map((x) => Math.round(x)).join(' ')}`)
assert.ok(mean(offPolicy.slice(0, 3)) < 40 && mean(offPolicy.slice(-3)) > 80)

// 5. Every update says how far it went: the exact divergence from the policy that sampled, and how much the ratios have wasted.
const { kl, effectiveSampleSize, entropy } = training.next()
assert.ok(kl > 0 && kl < 0.1)
assert.ok(effectiveSampleSize > 0.8 && effectiveSampleSize < 1)
assert.ok(entropy > 0 && entropy < Math.LN2)
console.log(`KL ${kl.toFixed(4)}, effective sample size ${effectiveSampleSize.toFixed(3)}, entropy ${entropy.toFixed(3)}`)

// 6. Penalties act on the distributions, not through W, and are reasons of their own: the objective is another one.
assert.deepEqual(pipe(wholeBatch(better), entropyBonus(0.01)).reasons.map(({ name }) => name), ['entropy bonus'])
