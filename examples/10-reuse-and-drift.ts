/**
 * Lesson 10. A batch may be used again. For how long?
 *
 *     drift:   KL(mu || pi) = E_mu[log mu / pi], exact      worth:  1 / E_mu[rho^2] of the steps, the effective sample size
 *
 * After the first gradient step the policy is no longer the one that sampled. What is left uncorrected is an error of first order in the
 * distance; the divergence, by which one steers, is of second order. So the divergence looks harmless for a long time, and the direction is not.
 */
import assert from 'node:assert/strict'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import {
  baseline,
  causality,
  clip,
  describeProblems,
  estimate,
  fromSteps,
  importance,
  leaveOneOut,
  meanOverTrajectories,
  perDecision,
  perStep,
  reduce,
  reuse,
  takenAsOne,
  terminated,
  totalReturn,
} from 'estimand'
import type { Problem } from 'estimand'
import { cartPole, timeLimit } from 'estimand/environment'
import { chain, exact, softmaxPolicy } from 'estimand/exact'
import type { Exact } from 'estimand/exact'
import { adam, mlp, policyOutput } from 'estimand/network'
import { categorical, policyOf } from 'estimand/policy'
import { episodes, inMinibatches, train } from 'estimand/training'
import type { Metrics } from 'estimand/training'

const refuse = (problems: readonly Problem[]): never => {
  throw new TypeError(describeProblems(problems))
}
const close = (actual: readonly number[], expected: readonly number[], tolerance = 1e-12): void => {
  for (const [k, x] of expected.entries()) assert.ok(Math.abs((actual[k] ?? NaN) - x) < tolerance, `${actual[k]} is not ${x}`)
}

const toGo = pipe(totalReturn, causality)
const onPolicy = pipe(toGo, reduce(meanOverTrajectories))
const corrected = pipe(toGo, importance(perDecision), reduce(meanOverTrajectories))
const single = pipe(toGo, importance(perStep), reduce(meanOverTrajectories))
const none = pipe(toGo, importance(takenAsOne), reduce(meanOverTrajectories))

// 1. A batch, and the parameters move. `reuse` takes the log-probs of the moment; the batch is now another policy's, and its type says so.
const batch = pipe(
  fromSteps({
    discount: 1,
    provenance: 'on-policy',
    episodes: 'complete',
    trajectories: [{ reward: [1, 4], behaviourLogProb: [0.5, 0.5].map(Math.log), end: terminated }],
  }),
  E.getOrElseW(refuse),
)
const again = pipe(batch, reuse({ logProb: [0.6, 0.8].map(Math.log), version: 1 }), E.getOrElseW(refuse))
close([...estimate(onPolicy)(batch)], [5, 4])
close([...estimate(single)(again)], [1.2 * 5, 1.6 * 4])
export const stale = () =>
  // @ts-expect-error off-policy: add importance(...) to the pipeline, or sample again
  estimate(onPolicy)(again)

// 2. How wrong does it get? A corridor of two steps, mu undecided everywhere, pi with logits (-h, h): it goes on with 1 / (1 + e^(-2h)).
//    On paper, in every state: KL(mu || pi) = log cosh h = h^2 / 2 - ..., and E_mu[rho^2] = cosh 2h / cosh^2 h.
const divergence = (h: number): number => Math.log(Math.cosh(h))
const worth = (h: number): number => Math.cosh(h) ** 2 / Math.cosh(2 * h)
const corridor = (h: number) =>
  pipe(
    chain({ length: 2, horizon: 3, discount: 1, slip: 0.1, theta: [0, 1, 2].map(() => [-h, h]), thetaBehaviour: [0, 1, 2].map(() => [0, 0]) }),
    E.getOrElseW(refuse),
  )
const distances = [0.4, 0.2, 0.1, 0.05]
for (const h of distances) {
  const { theta, thetaBehaviour } = corridor(h)
  const [pi, mu] = [theta, thetaBehaviour].map((rows) => Array.from(softmaxPolicy(rows.slice(0, 1)).probability))
  close([mu.reduce((sum, m, a) => sum + m * Math.log(m / pi[a]), 0)], [divergence(h)])
  close([1 / mu.reduce((sum, m, a) => sum + m * (pi[a] / m) ** 2, 0)], [worth(h)])
}
const drifted = (h: number) => {
  const setting = { mdp: corridor(h), sampling: 'behaviour' } as const
  return {
    corrected: pipe(corrected, exact(setting), E.getOrElseW(refuse)),
    single: pipe(single, exact(setting), E.getOrElseW(refuse)),
    none: pipe(none, exact(setting), E.getOrElseW(refuse)),
  }
}
const moments = distances.map(drifted)
const error = ({ bias, target }: Exact): number => Math.hypot(...bias) / Math.hypot(...target.value)
const errors = moments.map((m) => ({ corrected: error(m.corrected), single: error(m.single), none: error(m.none) }))
console.log('  h     KL(mu||pi)  worth a step  error of: no ratio  ratio of the step  every ratio')
for (const [k, h] of distances.entries()) {
  const { none: without, single: one, corrected: all } = errors[k]
  const off = `${without.toFixed(4)}              ${one.toFixed(4)}             ${all.toFixed(4)}`
  console.log(`  ${h.toFixed(2)}  ${divergence(h).toFixed(6)}    ${worth(h).toFixed(4)}        ${off}`)
  assert.ok(all < 1e-12)
  assert.ok(one < without)
}
//    Half the distance: half the error, with or without the ratio of the step; a quarter of the divergence. First and second order.
for (const [k, h] of distances.slice(1).entries()) {
  close([errors[k].none / errors[k + 1].none, errors[k].single / errors[k + 1].single], [2, 2], 0.5)
  close([divergence(distances[k]) / divergence(h)], [4], 0.25)
}
//    So at a divergence of 0.005 nats, which looks like nothing, a batch without ratios has an error of 18 % of the gradient.
close([divergence(0.1)], [0.005], 1e-4)
close([errors[2].none], [0.18], 0.01)

// 3. Why then does anybody go without? The product of all ratios is right, and noisy. What counts is the mean squared distance from grad J with N trajectories,
//    |bias|^2 + variance / N: the noise shrinks with N, the bias does not. At h = 0.4 the ratio of the step alone is nearest with 16
//    trajectories, and with 1000 the one that is right.
const distance = ({ bias, covTrace }: Exact, N: number): number => Math.hypot(...bias) ** 2 + covTrace / N
const [far] = moments
for (const N of [16, 1000]) {
  const all = [far.none, far.single, far.corrected].map((moment) => distance(moment, N).toFixed(5))
  console.log(`  h 0.40, ${N} trajectories, squared distance, same order: ${all.join(', ')}`)
}
assert.ok(far.corrected.covTrace > 1.7 * far.none.covTrace)
assert.ok(distance(far.single, 16) < distance(far.corrected, 16) && distance(far.corrected, 16) < distance(far.none, 16))
assert.ok(distance(far.corrected, 1000) < distance(far.single, 1000) && distance(far.single, 1000) < distance(far.none, 1000))

// 4. The same in training, on CartPole: one batch, gone through more and more often. Everything but the number of epochs is the same. The
//    divergence from the policy that sampled is exact, state by state; the effective sample size is measured on the batch's own ratios.
const environment = pipe(cartPole({ steps: Infinity }), timeLimit({ steps: 500, as: 'TimeLimit' }))
const policy = policyOf(mlp({ observation: environment.observation, hidden: [32], outputs: [policyOutput(2)] }), categorical(2))
const reused = pipe(toGo, baseline(leaveOneOut), importance(perStep))
const unlimited = pipe(reused, inMinibatches(meanOverTrajectories))
const clipped = pipe(reused, clip({ epsilon: 0.2 }), inMinibatches(meanOverTrajectories))
const after = (epochs: number, objective: typeof unlimited | typeof clipped, stopAtKl = Infinity): Metrics =>
  train({ sampler: episodes({ environment, count: 16, discount: 1 }), policy, objective, optimiser: adam(), rate: 0.01, epochs, stopAtKl, seed: 1 }).next()

const often = [1, 4, 16].map((epochs) => after(epochs, unlimited))
for (const [k, { kl, effectiveSampleSize }] of often.entries()) {
  console.log(`  epochs ${[1, 4, 16][k]}: KL ${kl.toFixed(4)}, of 100 steps worth ${(100 * effectiveSampleSize).toFixed(0)}`)
  assert.ok(k === 0 || (kl > often[k - 1].kl && effectiveSampleSize < often[k - 1].effectiveSampleSize))
}

// 5. Two brakes. Clipping takes the push away from steps that have moved enough, and slows the drift. It does not end it (lesson 11).
const slowed = after(16, clipped)
assert.ok(slowed.kl < often[2].kl && slowed.clipFraction > 0)
//    The other one looks at the divergence itself, and stops using the batch.
const stopped = after(16, unlimited, 0.01)
assert.ok(stopped.epochs < 16 && stopped.kl > 0.01 && stopped.kl < 0.03)
console.log(`  epochs 16, clipped: KL ${slowed.kl.toFixed(4)}; stopped at 0.01: ${stopped.epochs} epochs, KL ${stopped.kl.toFixed(4)}`)

// Try: in step 2 let mu be certain, thetaBehaviour [-2, 2], and pi less so. Does the same h cost more or less? Which of the two columns shows it?
