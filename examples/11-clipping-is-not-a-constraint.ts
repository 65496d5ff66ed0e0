/**
 * Lesson 11. "The ratio is clipped to 1 - epsilon .. 1 + epsilon." It is not.
 *
 *     clipped:     W = rho A, and 0 where A pushes a ratio that has left the band farther out      a push less, and no pull
 *     penalty:     W = rho A, and - beta KL(pi || mu)                                             pi* = mu e^(A / beta) / Z: known beforehand
 *
 * A weight of 0 is the absence of a force. Other steps, shared parameters and momentum go on moving the ratio. Clipping is a good brake, and no
 * bound: somebody has to look at the divergence itself.
 */
import assert from 'node:assert/strict'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { baseline, causality, clip, describeProblems, importance, leaveOneOut, meanOverTrajectories, perStep, reduce, totalReturn } from 'estimand'
import type { BehaviourLogProb, CompleteEpisodes, Estimator, Problem, Reward } from 'estimand'
import { cartPole, timeLimit } from 'estimand/environment'
import { bandit, exact, softmaxPolicy } from 'estimand/exact'
import { adam, mlp, policyOutput } from 'estimand/network'
import { categorical, policyOf } from 'estimand/policy'
import { episodes, inMinibatches, klPenalty, train } from 'estimand/training'

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

/** Ascends until nothing pushes any more, or ten thousand times. */
const ascent = (push: (logits: Float64Array) => readonly number[], rate: number, start = begin()): Float64Array => {
  const logits = start.slice()
  for (let k = 0; k < 10_000; k++) {
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
//    Only signs have mattered. With two arms it always ends so, at 1 + epsilon (1 - mu_0) / mu_0: the rarer the good arm, the farther it goes, and
//    there is no epsilon that bounds it for every mu.
const rare = [0.5, 0.1, 0.02].map((m) => {
  const behaviour = [m, 1 - m] as const
  const push = (logits: Float64Array): readonly number[] =>
    pipe(clipped, exact({ mdp: bandit([1, -1], probabilities(logits), behaviour), sampling: 'behaviour' }), E.getOrElseW(refuse)).expectation
  return probabilities(ascent(push, 0.05, Float64Array.from(behaviour, Math.log)))[0] / m
})
close(rare.map((r, k) => r / [1.2, 2.8, 10.8][k]), [1, 1, 1], 0.02)

// 3. Nothing pulls back. From far outside, ratio 5, the gradient is exactly 0 in both arms: whoever has left stays away.
const away = Float64Array.from([0.5, 0.5], Math.log)
assert.deepEqual(gradient(clipped, away), [0, 0])

// 4. Momentum does not know what a band is. Adam has averaged the last pushes, and goes on when they are 0: with the same clipped gradient at the
//    same rate it ends three times as far as it does without momentum, nine times from where it began.
const carried = (beta1: number): readonly number[] => {
  const { init, ascend } = adam({ beta1 })
  const logits = begin()
  const state = init(logits)
  for (let k = 0; k < 200; k++) ascend(state, logits, Float64Array.from(gradient(clipped, logits)), 0.3)
  return ratios(logits)
}
const [still, far] = [0, 0.9].map(carried)
assert.ok(still[0] < 3.2 && far[0] > 9)

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
head.gradient(away, Int32Array.of(0), 1, { weights: Float64Array.of(0), kl: { reference: begin(), direction: 'toReference', weight: beta } }, back)
assert.ok(back[0] + gradient(unlimited, away)[0] < 0)

const divergence = (logits: Float64Array): number => {
  const out = new Float64Array(1)
  head.kl(logits, begin(), 1, out)
  return out[0]
}
console.log(`ratios at the end: clipped ${calm.map((r) => r.toFixed(2)).join(' and ')}, with Adam at rate 0.3 ${far.map((r) => r.toFixed(2)).join(' and ')}`)
console.log(`clipped, good arm of probability 0.5, 0.1, 0.02: its ratio ends at ${rare.map((r) => r.toFixed(1)).join(', ')}`)
console.log(`KL penalty: ${ratios(held).map((r) => r.toFixed(2)).join(' and ')}, KL(pi||mu) ${divergence(held).toFixed(3)} nats`)

// 6. The same on CartPole: one batch, 20 epochs, four times from the same parameters. How far each goes is seen in the ratios of its own steps.
const environment = pipe(cartPole({ steps: Infinity }), timeLimit({ steps: 500, as: 'TimeLimit' }))
const policy = policyOf(mlp({ observation: environment.observation, hidden: [32], outputs: [policyOutput(2)] }), categorical(2))
const sampler = episodes({ environment, count: 16, discount: 1 })
const first = policy.network.init(1)
const { observations, actions, batch } = sampler.open(1).sample({ policy, parameters: first, version: 0 })
const steps = batch.reward.length
const logProb = (parameters: typeof first): Float64Array => {
  const out = new Float64Array(steps)
  policy.logProb(parameters, observations, actions, steps, out)
  return out
}

const credit = pipe(totalReturn, causality, baseline(leaveOneOut), importance(perStep))
const free = pipe(credit, inMinibatches(meanOverTrajectories))
const braked = pipe(credit, clip({ epsilon }), inMinibatches(meanOverTrajectories))
const penalised = (coefficient: number) => pipe(free, klPenalty({ coefficient, direction: 'toReference' }))
const went = (
  name: string,
  objective: typeof free | typeof braked | ReturnType<typeof penalised>,
  { epochs = 20, rate = 0.02, stopAtKl = Infinity }: { readonly epochs?: number; readonly rate?: number; readonly stopAtKl?: number } = {},
) => {
  const training = train({ sampler, policy, objective, optimiser: adam(), rate, epochs, stopAtKl, seed: 1, parameters: first })
  const metrics = training.next()
  const [now, then] = [logProb(training.parameters()), logProb(first)]
  const rho = Array.from(now, (x, k) => Math.exp(x - then[k]))
  const outside = rho.filter((r) => r < 1 - epsilon || r > 1 + epsilon).length / steps
  const row = [`KL ${metrics.kl.toFixed(4)}`, `ratios ${Math.min(...rho).toFixed(2)} to ${Math.max(...rho).toFixed(2)}`, `outside ${(100 * outside).toFixed(0)} %`]
  console.log(`${name.padEnd(20)} epochs ${String(metrics.epochs).padStart(2)}  ${row.join('  ')}`)
  return { ...metrics, outside }
}

//    Clipping is a good brake: the divergence is a hundredth. And no bound: a third of the steps are outside the band.
const [loose, clip20] = [went('no brake', free), went('clipped', braked)]
assert.ok(clip20.clipFraction > 0.05 && clip20.kl < loose.kl / 100)
assert.ok(clip20.outside > 0.25)
//    In the first step every ratio is 1 and nothing can be clipped: how far it goes is for the rate alone to say.
const leap = went('clipped, one leap', braked, { epochs: 1, rate: 0.1 })
assert.ok(leap.clipFraction === 0 && leap.outside > 0.5)
//    stopAtKl looks at the divergence after each epoch, and is late by as much as an epoch moves.
const watched = went('stopped at 0.01', free, { stopAtKl: 0.01 })
assert.ok(watched.epochs < 20 && watched.kl > 0.01 && watched.kl < 0.05)
//    A penalty holds everybody inside, if it is worth as much as the returns, which are sums of some twenty rewards. Ten times less does not.
const [firm, weak] = [went('KL penalty 1000', penalised(1000)), went('KL penalty 100', penalised(100))]
assert.equal(firm.outside, 0)
assert.ok(weak.outside > 0.5)

// 7. What the type says of it: clipping is a reason for bias, and no promise of anything else.
assert.deepEqual(clipped.reasons.map(({ name }) => name), ['state distribution', 'clipping'])
export const unbiased = (): Estimator<Reward & CompleteEpisodes & BehaviourLogProb, never> =>
  // @ts-expect-error Type '"clipping"' is not assignable to type 'never'
  clipped

// Try: three arms, mu = (0.1, 0.1, 0.8), advantages (1, 1, -1/4). Predict all three ratios, on paper, before you run it.
