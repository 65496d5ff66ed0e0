/**
 * Lesson 11. "The ratio is clipped to 1 - epsilon .. 1 + epsilon." It is not.
 *
 *     clipped:     W = rho A where the ratio is inside, or on its way back; else 0        nothing pushes any more, nothing pulls back
 *     penalty:     W = rho A, and - beta KL(pi || mu)                                    pi* = mu e^(A / beta) / Z: a bound that one can compute
 *
 * A weight of 0 is the absence of a force. Other steps, shared parameters and momentum go on moving the ratio.
 */
import assert from 'node:assert/strict'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { baseline, causality, clip, describeProblems, importance, leaveOneOut, meanOverTrajectories, perStep, reduce, totalReturn } from 'estimand'
import type { Problem } from 'estimand'
import { cartPole, timeLimit } from 'estimand/environment'
import { bandit, exact, softmaxPolicy } from 'estimand/exact'
import { adam, mlp, policyOutput } from 'estimand/network'
import { categorical, policyOf } from 'estimand/policy'
import { episodes, inMinibatches, train } from 'estimand/training'

const refuse = (problems: readonly Problem[]): never => {
  throw new TypeError(describeProblems(problems))
}
const close = (actual: readonly number[], expected: readonly number[], tolerance: number): void => {
  for (const [k, x] of expected.entries()) assert.ok(Math.abs((actual[k] ?? NaN) - x) < tolerance, `${actual[k]} is not ${x}`)
}

const epsilon = 0.2
const clipped = pipe(totalReturn, importance(perStep), clip({ epsilon }), reduce(meanOverTrajectories))
const unlimited = pipe(totalReturn, importance(perStep), reduce(meanOverTrajectories))

// 1. Two arms. mu = (0.1, 0.9), advantages (1, -1/9), 0 in the mean. The expectation is exact: there is no noise to blame in what follows.
const [mu, advantage] = [[0.1, 0.9], [1, -1 / 9]] as const
const head = categorical(2)
const probabilities = (logits: Float64Array): readonly number[] => Array.from(softmaxPolicy([Array.from(logits)]).probability)
const ratios = (logits: Float64Array): readonly number[] => probabilities(logits).map((p, a) => p / mu[a])
const gradient = (e: typeof clipped | typeof unlimited, logits: Float64Array): readonly number[] =>
  pipe(e, exact({ mdp: bandit(advantage, probabilities(logits), mu), sampling: 'behaviour' }), E.getOrElseW(refuse)).expectation
const begin = (): Float64Array => Float64Array.from(mu, Math.log)

/** Ascends until nothing pushes any more, or a thousand times. */
const ascent = (push: (logits: Float64Array) => readonly number[], rate: number): Float64Array => {
  const logits = begin()
  for (let k = 0; k < 1000; k++) {
    const force = push(logits)
    if (Math.hypot(...force) < 1e-6) break
    for (const [a, g] of force.entries()) logits[a] += rate * g
  }
  return logits
}

// 2. Exact ascent of the clipped gradient. At ratio 1.2 the first arm has had its share. The second still pushes itself down, and what it loses
//    the first one gains: it ends when the second stands at 0.8, so at 0.72, and the first at 0.28. A ratio of 2.8, in a band of 0.8 to 1.2.
const calm = ratios(ascent((logits) => gradient(clipped, logits), 0.05))
close(calm, [2.8, 0.8], 0.01)

// 3. Nothing pulls back. From far outside, ratio 5, the gradient is exactly 0 in both arms: whoever has left stays away.
const outside = Float64Array.from([0.5, 0.5], Math.log)
assert.deepEqual(gradient(clipped, outside), [0, 0])

// 4. Momentum does not know what a band is. Adam has averaged the last pushes, and goes on when they are 0: with the same clipped gradient and a
//    rate of 0.3 it ends well beyond where plain ascent stood still.
const { init, ascend } = adam()
const carried = begin()
const state = init(carried)
for (let k = 0; k < 200; k++) ascend(state, carried, Float64Array.from(gradient(clipped, carried)), 0.3)
const far = ratios(carried)
assert.ok(far[0] > 3.5 && far[1] < 0.7)

// 5. A penalty is a force that grows with the distance. The head has its gradient in closed form, and the place where it balances the advantage
//    is known on paper: pi* is proportional to mu e^(A / beta). With beta = 1: 0.1 e and 0.9 e^(-1/9).
const beta = 1
const held = ascent((logits) => {
  const pull = new Float64Array(2)
  head.gradient(logits, Int32Array.of(0), 1, { weights: Float64Array.of(0), kl: { reference: begin(), direction: 'toReference', weight: beta } }, pull)
  return gradient(unlimited, logits).map((g, a) => g + pull[a])
}, 0.5)
const paper = [0.1 * Math.exp(1 / beta), 0.9 * Math.exp(-1 / 9 / beta)]
const total = paper[0] + paper[1]
close(probabilities(held), paper.map((p) => p / total), 1e-4)
//    And it does pull back: at the place of step 3, where clipping felt nothing.
const back = new Float64Array(2)
head.gradient(outside, Int32Array.of(0), 1, { weights: Float64Array.of(0), kl: { reference: begin(), direction: 'toReference', weight: beta } }, back)
assert.ok(back[0] + gradient(unlimited, outside)[0] < 0)

const divergence = (logits: Float64Array): number => {
  const out = new Float64Array(1)
  head.kl(logits, begin(), 1, out)
  return out[0]
}
console.log(`ratios at the end: clipped ${calm.map((r) => r.toFixed(2)).join(' and ')}, with Adam ${far.map((r) => r.toFixed(2)).join(' and ')}`)
console.log(`KL penalty: ${ratios(held).map((r) => r.toFixed(2)).join(' and ')}, KL(pi||mu) ${divergence(held).toFixed(3)} nats`)

// 6. The same on CartPole, one batch. In the first step every ratio is 1 and nothing is clipped: how far it goes is for the rate alone to say.
//    Twenty small steps stay nearer than that one, for there clipping does act as a brake. A brake, not a bound.
const environment = pipe(cartPole({ steps: Infinity }), timeLimit({ steps: 500, as: 'TimeLimit' }))
const policy = policyOf(mlp({ observation: environment.observation, hidden: [32], outputs: [policyOutput(2)] }), categorical(2))
const objective = pipe(totalReturn, causality, baseline(leaveOneOut), importance(perStep), clip({ epsilon }), inMinibatches(meanOverTrajectories))
const once = (epochs: number, rate: number, stopAtKl = Infinity) =>
  train({ sampler: episodes({ environment, count: 16, discount: 1 }), policy, objective, optimiser: adam(), rate, epochs, stopAtKl, seed: 1 }).next()
const [leap, walk] = [once(1, 0.1), once(20, 0.02)]
assert.equal(leap.clipFraction, 0)
assert.ok(walk.clipFraction > 0.05 && leap.kl > 5 * walk.kl)
//    Somebody has to look at the divergence itself: stopAtKl does after each epoch. Too late for the leap, in time for all that would follow.
const watched = once(20, 0.05, 0.02)
assert.ok(watched.epochs === 1 && watched.kl > 0.02)
for (const { epochs, rate, kl, clipFraction } of [leap, walk, watched])
  console.log(`rate ${rate}, epochs ${epochs}: KL ${kl.toFixed(4)}, without a push ${(100 * clipFraction).toFixed(0)} %`)

// 7. What the type says of it: clipping is a reason for bias, and no promise of anything else.
assert.deepEqual(clipped.reasons.map(({ name }) => name), ['state distribution', 'clipping'])
export const promised = () =>
  // @ts-expect-error Property 'trustRegion' does not exist: there is none
  clipped.trustRegion

// Try: start from mu = (0.5, 0.5) with advantages (1, -1). Where do the ratios end now, and why is it so much closer to the band?
