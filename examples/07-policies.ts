/**
 * Lesson 7. A policy is a network and a head: what does the weight of a step do to the numbers that a network puts out?
 *
 *     grad at the logits   W (1[k = a] - p_k)
 *     grad at the mean     W (a - mu) / sigma^2              at log sigma   W ((a - mu)^2 / sigma^2 - 1)
 *
 * The score of each has mean 0 under its own policy: weights that are all alike push nowhere. The -1 comes from the normaliser of the density; a
 * log-probability without it pushes sigma up for ever.
 */
import assert from 'node:assert/strict'
import { tabular } from 'estimand/network'
import { categorical, gaussian, policyOf } from 'estimand/policy'

const close = (actual: ArrayLike<number>, expected: readonly number[], tolerance = 1e-12): void => {
  assert.equal(actual.length, expected.length)
  for (const [k, x] of expected.entries()) assert.ok(Math.abs(actual[k] - x) < tolerance, `${actual[k]} is not ${x}`)
}

// 1. Three actions with probabilities 1/2, 1/4, 1/4. Action 1 was taken and has weight 4: its logit goes up by 4 (1 - 1/4) = 3, the
//    others go down by 4 p.
const softmax = categorical(3)
const logits = Float64Array.of(Math.LN2, 0, 0)
const gradient = new Float64Array(3)
softmax.gradient(logits, Int32Array.of(1), 1, { weights: Float64Array.of(4) }, gradient)
close(gradient, [-2, 3, -1])

// 2. Its mean over the actions is 0: each action in its turn, with its probability as the weight.
const mean = new Float64Array(3)
for (const [a, p] of [0.5, 0.25, 0.25].entries()) {
  softmax.gradient(logits, Int32Array.of(a), 1, { weights: Float64Array.of(p) }, gradient)
  for (const k of mean.keys()) mean[k] += gradient[k]
}
close(mean, [0, 0, 0])

// 3. A shift of all logits is the same policy; multiplying them by 1/tau is a temperature: tau = 1/2 squares the odds, 2:1 becomes 4:1.
const logProb = new Float64Array(1)
const probability = (row: readonly number[], a: number): number => {
  softmax.logProb(Float64Array.from(row), Int32Array.of(a), 1, logProb)
  return Math.exp(logProb[0])
}
close([probability([Math.LN2 + 100, 100, 100], 0)], [0.5])
close([probability([2 * Math.LN2, 0, 0], 0)], [4 / 6])

// 4. A Gaussian with mean 1 and deviation 2. The action 4 lies z = 1.5 deviations above: at the mean z / sigma = 0.75, at log sigma
//    z^2 - 1 = 1.25: farther out than one deviation, so a good action widens the policy.
const normal = gaussian(1)
const row = Float64Array.of(1, Math.LN2)
const atRow = new Float64Array(2)
const score = (a: number): readonly number[] => {
  normal.gradient(row, Float64Array.of(a), 1, { weights: Float64Array.of(1) }, atRow)
  return Array.from(atRow)
}
close(score(4), [0.75, 1.25])

// 5. Its score has mean 0 as well. Three points at mu - sqrt(3) sigma, mu, mu + sqrt(3) sigma with weights 1/6, 4/6, 1/6 integrate
//    polynomials up to degree 5 exactly, and the score is of degree 2.
const points = [-Math.sqrt(3), 0, Math.sqrt(3)].map((z) => 1 + 2 * z)
const expected = [0, 1].map((k) => points.reduce((sum, a, j) => sum + [1 / 6, 4 / 6, 1 / 6][j] * score(a)[k], 0))
close(expected, [0, 0])

// 6. Drop the normaliser, log p = -z^2 / 2, and the score of log sigma is z^2: its mean is 1, not 0. Every weight of 1 then pushes the
//    deviation up, whatever the action was: REINFORCE with a constant return would widen the policy for ever.
const withoutNormaliser = points.reduce((sum, a, j) => sum + [1 / 6, 4 / 6, 1 / 6][j] * ((a - 1) / 2) ** 2, 0)
close([withoutNormaliser], [1])

// 7. A network in front of it: its Jacobian carries the head's gradient to the parameters. The table of logits is the simplest one: state 1
//    was visited, so only its row moves.
const policy = policyOf(tabular({ states: 2, actions: 2 }), categorical(2))
const parameters = policy.network.init(1)
const atParameters = new Float64Array(4)
policy.gradient(parameters, Int32Array.of(1), Int32Array.of(0), 1, { weights: Float64Array.of(2) }, atParameters)
close(atParameters, [0, 0, 1, -1])

console.log('   weight 4 on action 1 of (1/2, 1/4, 1/4): the logits move by (-2, 3, -1)')
console.log('   mean score: softmax (0, 0, 0); Gaussian (0, 0); Gaussian without its normaliser: 1 at log sigma')
