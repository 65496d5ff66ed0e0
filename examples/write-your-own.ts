/**
 * Write your own. A credit, a baseline, a ratio, a modifier and a reduction that the library does not have: each is a value made by an
 * exported constructor, stands in pipelines like the built-in ones, and declares how it is biased. exact() says whether that is true in
 * a world, and the law `sound` looks for one in which it is not.
 *
 *     returnCredit, stepCredit    what a step is credited with          creditModifier    changes the credit
 *     baselineOf                  what is subtracted from it            ratioModifier     changes the ratio
 *     ratioOf                     how other policies' data count        weightModifier    changes the finished weight
 *     reductionOf                 what every weight is multiplied by    reason            a word for a bias, in the type
 */
import assert from 'node:assert/strict'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import {
  baseline,
  baselineOf,
  causality,
  describeProblems,
  importance,
  longest,
  meanOverTrajectories,
  perStep,
  perTrajectory,
  ratioModifier,
  ratioOf,
  reason,
  reasons,
  reduce,
  reductionOf,
  returnCredit,
  totalReturn,
} from 'estimand'
import type { BehaviourLogProb, CompleteEpisodes, Estimator, LogProb, OnPolicy, Problem, Reward } from 'estimand'
import { bandit, exact, worlds } from 'estimand/exact'
import { sound, tryLaw } from 'estimand/laws'

const refuse = (problems: readonly Problem[]): never => {
  throw new TypeError(describeProblems(problems))
}
const size = (x: readonly number[]): number => Math.hypot(...x)
const isZero = (x: readonly number[]): boolean => size(x) < 1e-12

// 1. A credit. Maximum-entropy learning pays for surprise: r_t - alpha log pi(a_t|s_t). Since the rewards stay separable by time, it is a
//    returnCredit, and causality and perDecision apply. It estimates the gradient of something else than J, and says so.
const entropyBonus = reason({
  name: 'entropy bonus',
  class: 'other objective',
  because: 'surprise is paid for, so that the policy is drawn towards uniform',
  expectation: { text: 'grad (J + alpha E sum_t gamma^t H(pi(.|s_t)))', latex: '\\nabla (J + \\alpha \\mathbb E \\textstyle\\sum_t \\gamma^t H_t)' },
  source: 'Ziebart 2010, Modeling purposeful adaptive behavior',
})
const softReturn = (alpha: number) =>
  returnCredit({
    word: 'softReturn',
    argument: { alpha },
    needs: ['Reward', 'LogProb'],
    reasons: [entropyBonus],
    objective: 'discounted',
    reward: ({ reward, logProb }) => Float64Array.from(reward, (r, k) => r - alpha * logProb[k]),
    formula: { text: `soft R_i(${alpha})`, latex: `R_i^{\\alpha = ${alpha}}` },
    source: 'Haarnoja et al. 2018, Soft actor-critic',
  })
const soft: Estimator<Reward & LogProb & CompleteEpisodes & OnPolicy, 'entropy bonus'> = pipe(softReturn(0.5), causality, reduce(meanOverTrajectories))

// On paper: a bandit with pi = (p, 1 - p) has H = -p log p - (1-p) log(1-p), and dH/dtheta_0 = -p (log p + H). That is the whole bias.
const p = 0.8
const H = -p * Math.log(p) - (1 - p) * Math.log(1 - p)
const softened = pipe(soft, exact({ mdp: bandit([1, 0], [p, 1 - p]) }), E.getOrElseW(refuse))
assert.ok(Math.abs(softened.bias[0] - 0.5 * -p * (Math.log(p) + H)) < 1e-12)

// 2. A baseline. The reward that has just been earned predicts the next: b_t = r_{t-1}, and 0 at first. It is settled before a_t is drawn,
//    so it declares nothing. Next to it one that peeks at r_t. It declares nothing either, which is a lie.
const rewardsShiftedBy = (word: string, shift: 0 | 1) =>
  baselineOf({
    word,
    row: 'baseline',
    needs: ['Reward'],
    coupling: 'none',
    reasons: { whole: [], perStep: [] },
    level: ({ batch: { reward, offsets, count } }) => {
      const column = new Float64Array(reward.length)
      for (let i = 0; i < count; i++) for (let k = offsets[i] + shift; k < offsets[i + 1]; k++) column[k] = reward[k - shift]
      return { axis: 'per step', column }
    },
    formula: { whole: { text: `r_{t-${shift}}`, latex: `r_{t-${shift}}` }, perStep: { text: `r_{t-${shift}}`, latex: `r_{t-${shift}}` } },
    source: 'an example',
  })
const honest = pipe(totalReturn, causality, baseline(rewardsShiftedBy('previousReward', 1)), reduce(meanOverTrajectories))
const peeking = pipe(totalReturn, causality, baseline(rewardsShiftedBy('ownReward', 0)), reduce(meanOverTrajectories))
const walk = { mdp: worlds.lengthNormalisationFlipsSign.mdp }
const [honestBias, peekingBias] = [honest, peeking].map((e) => pipe(e, exact(walk), E.getOrElseW(refuse)).bias)
assert.ok(isZero(honestBias))
assert.ok(Math.abs(size(peekingBias) - Math.SQRT1_2 / 2) < 1e-12) // r_0 = 1 for quitting is taken away: 1/4 in both components

//    One world is an example. The law `sound` tries arbitrary ones, and shrinks the one that refutes to what a person can check.
const [heldUp, refuted] = [tryLaw({ seed: 1 })(sound(honest)), tryLaw({ seed: 1 })(sound(peeking))]
assert.equal(heldUp._tag, 'held')
assert.equal(refuted._tag, 'failed')
assert.ok(refuted._tag === 'failed' && refuted.smallest.mdp.T === 1 && refuted.smallest.mdp.S === 1) // a bandit of one step is enough

// 3. A ratio. Powers below 1 are a way between the ratio and none: rho^beta. It reaches over the step's own action: a `step ratio`.
const tempered = reason({
  name: 'tempered',
  class: 'biased',
  because: 'the ratio is drawn towards 1, so that data count partly as if the policy had sampled them itself',
  expectation: { text: 'E_mu sum_t rho_t^beta A_t z_t', latex: '\\mathbb E_\\mu \\textstyle\\sum_t \\rho_t^\\beta A_t z_t' },
  source: 'an example',
})
const temperedRatio = (beta: number) =>
  ratioOf({
    word: 'tempered',
    argument: { beta },
    stage: 'step ratio',
    needs: [],
    reasons: [reasons['state distribution'], tempered],
    ratio: (logRatio) => Float64Array.from(logRatio, (l) => Math.exp(beta * l)),
    formula: { text: `rho_t^${beta}`, latex: `\\rho_t^{${beta}}` },
    source: 'an example',
  })

// 4. A modifier. PPO's band with two widths, wider on the side of good actions (DAPO's "clip higher"). It is told the ratio of each
//    step and the credit that it will multiply.
const clipTo = ({ below, above }: { readonly below: number; readonly above: number }) => {
  const [low, high] = [1 - below, 1 + above]
  return ratioModifier({
    word: 'clipTo',
    argument: { below, above },
    needs: [],
    coupling: 'none',
    reasons: [reasons.clipping],
    apply: (ratio, credit) => ratio.map((rho, k) => ((credit[k] >= 0 ? rho > high : rho < low) ? 0 : rho)),
    formula: (rho) => ({ text: `clip[${rho.text}; ${low}, ${high}]`, latex: `\\operatorname{clip}_{${low}}^{${high}}[${rho.latex}]` }),
    source: 'Yu et al. 2025, DAPO, section 3.1',
  })
}
const offPolicy = { mdp: bandit([1, 0], [0.6, 0.4], [0.5, 0.5]), sampling: 'behaviour' } as const // ratios 1.2 and 0.8
const inBand = pipe(totalReturn, importance(perStep), clipTo({ below: 0.1, above: 0.28 }), reduce(meanOverTrajectories))
const outOfBand = pipe(totalReturn, importance(perStep), clipTo({ below: 0.1, above: 0.1 }), reduce(meanOverTrajectories))
const half = pipe(totalReturn, importance(temperedRatio(0.5)), reduce(meanOverTrajectories))
const [inside, outside, halfway] = [
  pipe(inBand, exact(offPolicy), E.getOrElseW(refuse)),
  pipe(outOfBand, exact(offPolicy), E.getOrElseW(refuse)),
  pipe(half, exact(offPolicy), E.getOrElseW(refuse)),
]
assert.ok(isZero(inside.bias)) // 1.2 is within 1.28, and the other action earns nothing: neither reason shows in this world
assert.ok(isZero(outside.expectation)) // 1.2 is beyond 1.1: the only rewarded action gets no weight
assert.ok(Math.abs(halfway.expectation[0] - 0.5 * Math.sqrt(1.2) * 0.4) < 1e-12) // mu_0 rho^(1/2) r (1 - pi_0); grad J is 0.24

// 5. A reduction. What .mean() does to an array padded to the longest trajectory: divide by N times that length. The scale of one
//    trajectory depends on the others, which is what `exchangeable` says; so exact() goes through every batch of N, in whatever order.
const paddedMean = reductionOf({
  word: 'paddedMean',
  reasons: [
    reason({
      name: 'divided by the longest',
      class: 'biased',
      because: 'the batch is divided by its longest length, which depends on the actions',
      expectation: { text: 'grad J / T where all lengths are equal', latex: '\\nabla J / T \\text{ for equal lengths}' },
      source: 'an example',
    }),
  ],
  coupling: 'exchangeable',
  scale: (batch) => 1 / (batch.count * longest(batch)),
  formula: { text: '1/(N max_j L_j)', latex: '\\tfrac{1}{N \\max_j L_j}' },
  source: 'an example',
})
const padded = pipe(totalReturn, causality, reduce(paddedMean))
// Quit for 1 (L = 1), or go on for 1.5 (L = 2), a fair coin; grad J = (-1/8, 1/8): go on more often. By cases, first component:
//    N = 1: quit 1/2 * 1 * 1/2, go on 1/2 * 1.5/2 * -1/2: 1/4 - 3/16 = 1/16, the wrong way.
//    N = 2: both quit 1/4 * 1/2, one of each 1/2 * -1/16, both go on 1/4 * -3/8: 0. Nothing is learnt at all.
const [paddedOne, paddedTwo] = [1, 2].map((batchSize) => pipe(padded, exact({ ...walk, batchSize }), E.getOrElseW(refuse)).expectation)
assert.ok(isZero(paddedOne.map((x, k) => x - [1 / 16, -1 / 16, 0, 0, 0, 0][k])))
assert.ok(isZero(paddedTwo))

// 6. What a part of your own declares goes into the type of the whole, like every built-in reason.
export const notUnbiased = (): Estimator<Reward & CompleteEpisodes & BehaviourLogProb, never> =>
  // @ts-expect-error Type '"tempered"' is not assignable to type 'never'
  pipe(totalReturn, importance(temperedRatio(0.5)), reduce(meanOverTrajectories))
export const unbiased = (): Estimator<Reward & CompleteEpisodes & BehaviourLogProb, never> =>
  pipe(totalReturn, importance(perTrajectory), reduce(meanOverTrajectories))

console.log(`baseline r_{t-1}: declared unbiased, |bias| ${size(honestBias).toFixed(3)}. baseline r_t: declared unbiased, |bias| ${size(peekingBias).toFixed(3)}, refuted`)
console.log(refuted._tag === 'failed' ? refuted.report : '')
console.log(`softReturn(0.5): bias (${softened.bias.map((x) => x.toFixed(4)).join(', ')}) = 0.5 grad H`)
console.log(`sqrt of the ratio: expectation ${halfway.expectation[0].toFixed(4)} against 0.2400`)
console.log(`paddedMean: expectation ${paddedOne[0].toFixed(4)} at N = 1, ${Math.abs(paddedTwo[0]).toFixed(4)} at N = 2, against -0.1250`)

// Try: let the baseline of part 2 be the mean of the rewards so far, without and then with the present one. Predict which one is refuted.
