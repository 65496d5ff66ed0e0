import { pipe } from 'fp-ts/lib/function.js'
import {
  actionValue,
  advantage,
  asLoss,
  baseline,
  batchMean,
  batchStd,
  causality,
  claimScale,
  clip,
  cloning,
  constant,
  constantLength,
  constantPerTime,
  dropOuterDiscount,
  estimate,
  estimateInto,
  fromSteps,
  gae,
  importance,
  leaveOneOut,
  lossWeights,
  meanOfTrajectoryMeans,
  meanOverSteps,
  meanOverTrajectories,
  mix,
  normalise,
  nStep,
  perDecision,
  perStep,
  perTrajectory,
  plus,
  prefix,
  ratioSurrogate,
  reduce,
  reuse,
  scale,
  select,
  selfNormalise,
  stateValue,
  surrogate,
  takenAsOne,
  terminated,
  timeLimit,
  totalReturn,
  truncate,
  truncated,
  vtrace,
  whitenSteps,
  zero,
} from 'estimand'
import type { AllFacts, Estimator, Trajectories } from 'estimand'
import { describe, expect, it } from 'vitest'
import { gap } from '../vectors/setting.ts'
import { must, thrown } from './outcome.ts'

const mean = reduce(meanOverTrajectories)
const toGo = pipe(totalReturn, causality)
const undiscounted = totalReturn({ objective: 'undiscounted' })

/**
 * Two trajectories, discount 1/2. Ratios e^(logProb - behaviourLogProb):
 *
 *     rewards 1, 4, 2 | V 1, 2, 3 | Q 2, 5, 4 | ratios 2, 1/2, 3
 *     rewards 8       | V 5       | Q 6       | ratio  1/4
 *
 *     G: 1 + 1/2 5 = 3.5, 4 + 1/2 2 = 5, 2 | 8          R: 3.5 | 8
 */
const of = (discount: number) =>
  must(
    fromSteps({
      discount,
      provenance: 'off-policy',
      episodes: 'complete',
      actions: 'continuous',
      trajectories: [
        { reward: [1, 4, 2], value: [1, 2, 3], actionValue: [2, 5, 4], logProb: [2, 0.5, 3].map(Math.log), behaviourLogProb: [0, 0, 0], end: terminated },
        { reward: [8], value: [5], actionValue: [6], logProb: [Math.log(0.25)], behaviourLogProb: [0], end: timeLimit },
      ],
    }),
  ) as unknown as Trajectories<AllFacts>
const off = of(0.5)
/** The same data as if the policy had sampled them: what on-policy estimators accept. */
const fresh = (batch: Trajectories<AllFacts>): Trajectories<AllFacts> => ({ ...batch, provenance: 'on-policy' })
const on = fresh(off)

/** N W: what stands before the mean over two trajectories. */
const twice = <N, B extends string>(e: Estimator<N, B>, batch = on): Float64Array => estimate(e as Estimator<AllFacts, B>)(batch).map((w) => 2 * w)
const agrees = <N, B extends string>(name: string, e: Estimator<N, B>, expected: readonly number[], batch = on): void =>
  it(name, () => expect(gap(twice(e, batch), expected), String(twice(e, batch))).toBeLessThan(1e-12))

describe('credits by hand', () => {
  agrees('totalReturn', pipe(totalReturn, mean), [3.5, 3.5, 3.5, 8])
  agrees('totalReturn, said to be discounted', pipe(totalReturn({ objective: 'discounted' }), mean), [3.5, 3.5, 3.5, 8])
  agrees('totalReturn, undiscounted: 1 + 4 + 2', pipe(undiscounted, mean), [7, 7, 7, 8])
  // gamma^t Q - V: 1, (5 - 2)/2, (4 - 3)/4
  agrees('advantage', pipe(advantage, mean), [1, 1.5, 0.25, 1])
  agrees('cloning', pipe(cloning, mean), [1, 1, 1, 1])
  // delta: 1 + 1/2 2 - 1 = 1, 4 + 1/2 3 - 2 = 3.5, 2 - 3 = -1 | 8 - 5 = 3
  agrees('gae 0: delta', pipe(gae({ lambda: 0 }), mean), [1, 3.5 / 2, -1 / 4, 3])
  // lambda 1/2, fade 1/4: A_2 = -1, A_1 = 3.5 - 1/4, A_0 = 1 + 1/4 3.25
  agrees('gae 1/2', pipe(gae({ lambda: 0.5 }), mean), [1.8125, 3.25 / 2, -1 / 4, 3])
  // G - V: 2.5, 3, -1 | 3
  agrees('gae 1: G - V', pipe(gae({ lambda: 1 }), mean), [2.5, 1.5, -0.25, 3])
  agrees('one step: delta', pipe(nStep({ n: 1 }), mean), [1, 3.5 / 2, -1 / 4, 3])
  // 1 + 1/2 4 + 1/4 3 - 1 = 2.75; 4 + 1/2 2 - 2 = 3; 2 - 3
  agrees('two steps', pipe(nStep({ n: 2 }), mean), [2.75, 1.5, -0.25, 3])
  agrees('more steps than there are: G - V', pipe(nStep({ n: 100 }), mean), [2.5, 1.5, -0.25, 3])
  // rho = min(1, .): 1, 1/2, 1 | 1/4. v_2 = 3 + (2 - 3) = 2; v_1 = 2 + 1/2 3.5 + 1/2 1/2 (2 - 3) = 3.5; A = rho (r + 1/2 v' - V)
  // A_2 = 2 - 3, A_1 = 1/2 (4 + 1/2 2 - 2) = 1.5, A_0 = 1 + 1/2 3.5 - 1 = 1.75 | 1/4 3
  agrees('vtrace, bounded', pipe(vtrace({ rhoBar: 1, cBar: 1 }), mean), [1.75, 0.75, -0.25, 0.75], off)
  // rho 2, 1/2, 3: v_2 = 3 - 3 = 0; v_1 = 2 + 1/2 3.5 + 1/2 1/2 (0 - 3) = 3; A = 3 (-1), 1/2 (4 - 2), 2 (1 + 1.5 - 1)
  agrees('vtrace, not bounded', pipe(vtrace({ rhoBar: Infinity, cBar: Infinity }), mean), [3, 0.5, -0.75, 0.75], off)
})

describe('causality and the outer discount', () => {
  agrees('gamma^t G', pipe(toGo, mean), [3.5, 2.5, 0.5, 8])
  agrees('undiscounted: 7, 6, 2', pipe(undiscounted, causality, mean), [7, 6, 2, 8])
  agrees('without the outer factor', pipe(toGo, dropOuterDiscount, mean), [3.5, 5, 2, 8])
  agrees('gae without the outer factor', pipe(gae({ lambda: 1 }), dropOuterDiscount, mean), [2.5, 3, -1, 3])
  agrees('vtrace without the outer factor', pipe(vtrace({ rhoBar: 1, cBar: 1 }), dropOuterDiscount, mean), [1.75, 1.5, -1, 0.75], off)
  agrees('discount 0: only the first decision counts', pipe(toGo, mean), [1, 0, 0, 8], fresh(of(0)))
  agrees('discount 0, no outer factor: rewards themselves', pipe(toGo, dropOuterDiscount, mean), [1, 4, 2, 8], fresh(of(0)))
  agrees('discount 0, whole return', pipe(totalReturn, mean), [1, 1, 1, 8], fresh(of(0)))
  agrees('discount 0, undiscounted objective', pipe(undiscounted, causality, mean), [7, 6, 2, 8], fresh(of(0)))
  agrees('discount 0, gae: r - V at the start', pipe(gae({ lambda: 0.5 }), mean), [0, 0, 0, 3], fresh(of(0)))
  agrees('discount 1', pipe(toGo, mean), [7, 6, 2, 8], fresh(of(1)))
})

describe('baselines: flat on a whole return, inside on steps', () => {
  agrees('constant on the whole return', pipe(totalReturn, baseline(constant(2)), mean), [1.5, 1.5, 1.5, 6])
  agrees('constant, flat through causality: gamma^t G - 2', pipe(totalReturn, baseline(constant(2)), causality, mean), [1.5, 0.5, -1.5, 6])
  agrees('constant inside: gamma^t (G - 2)', pipe(toGo, baseline(constant(2)), mean), [1.5, 1.5, 0, 6])
  agrees('flat and inside: gamma^t (G - 2) - 1', pipe(totalReturn, baseline(constant(1)), causality, baseline(constant(2)), mean), [0.5, 0.5, -1, 5])
  agrees('flat, inside, outer dropped: G - 2 - 1', pipe(totalReturn, baseline(constant(1)), causality, baseline(constant(2)), dropOuterDiscount, mean), [0.5, 2, -1, 5])
  agrees('two constants', pipe(totalReturn, baseline(constant(1)), baseline(constant(1)), mean), [1.5, 1.5, 1.5, 6])
  agrees('per time, flat', pipe(totalReturn, baseline(constantPerTime([1, 2, 3])), mean), [2.5, 1.5, 0.5, 7])
  agrees('per time, flat through causality', pipe(totalReturn, baseline(constantPerTime([1, 2, 3])), causality, mean), [2.5, 0.5, -2.5, 7])
  agrees('per time, inside; values to spare', pipe(toGo, baseline(constantPerTime([1, 2, 3, 4])), mean), [2.5, 1.5, -0.25, 7])
  agrees('state value: gamma^t (G - V)', pipe(toGo, baseline(stateValue), mean), [2.5, 1.5, -0.25, 3])
  agrees('action value: gamma^t (G - Q)', pipe(toGo, baseline(actionValue), mean), [1.5, 0, -0.5, 2])
  agrees('state value after gae', pipe(gae({ lambda: 1 }), baseline(stateValue), mean), [1.5, 0.5, -1, -2])
  // mean R = 5.75
  agrees('batchMean on the whole return', pipe(totalReturn, baseline(batchMean), mean), [-2.25, -2.25, -2.25, 2.25])
  agrees('batchMean, flat through causality', pipe(totalReturn, baseline(batchMean), causality, mean), [-2.25, -3.25, -5.25, 2.25])
  // alive at 0: both, 5.75; at 1 and 2 the first alone: its own
  agrees('batchMean per step, ended left out', pipe(toGo, baseline(batchMean), mean), [-2.25, 0, 0, 2.25])
  agrees('batchMean per step, ended as zero', pipe(toGo, baseline(batchMean({ ended: 'zero' })), mean), [-2.25, 1.25, 0.25, 2.25])
  agrees('leaveOneOut on the whole return', pipe(totalReturn, baseline(leaveOneOut), mean), [-4.5, -4.5, -4.5, 4.5])
  agrees('leaveOneOut, flat through causality: gamma^t G - 8', pipe(totalReturn, baseline(leaveOneOut), causality, mean), [-4.5, -5.5, -7.5, 4.5])
  agrees('leaveOneOut per step: nobody else left, 0', pipe(toGo, baseline(leaveOneOut), mean), [-4.5, 2.5, 0.5, 4.5])
  agrees('leaveOneOut, undiscounted', pipe(undiscounted, causality, baseline(leaveOneOut), mean), [-1, 6, 2, 1])
  agrees('a constant and leaveOneOut: raw returns are what others have', pipe(toGo, baseline(constant(100)), baseline(leaveOneOut), mean), [-104.5, -47.5, -24.5, -95.5])

  // Three trajectories of lengths 2, 2, 1, discount 1: G = (3, 2), (7, 4), (5).
  const three = fresh(
    must(
      fromSteps({
        discount: 1,
        provenance: 'off-policy',
        episodes: 'complete',
        trajectories: [
          { reward: [1, 2], end: terminated },
          { reward: [3, 4], end: terminated },
          { reward: [5], end: terminated },
        ],
      }),
    ) as unknown as Trajectories<AllFacts>,
  )
  const thrice = <N, B extends string>(e: Estimator<N, B>) => twice(e, three).map((w) => (3 * w) / 2)
  it('leaveOneOut of unequal lengths: left out, or as zero', () => {
    // at 0 the others' means are 6, 4, 5; at 1 the one other alive has 4 and 2; as zero both halves
    expect(gap(thrice(pipe(toGo, baseline(leaveOneOut), mean)), [3 - 6, 2 - 4, 7 - 4, 4 - 2, 5 - 5])).toBeLessThan(1e-12)
    expect(gap(thrice(pipe(toGo, baseline(leaveOneOut({ ended: 'left out' })), mean)), [3 - 6, 2 - 4, 7 - 4, 4 - 2, 5 - 5])).toBeLessThan(1e-12)
    expect(gap(thrice(pipe(toGo, baseline(leaveOneOut({ ended: 'zero' })), mean)), [3 - 6, 2 - 2, 7 - 4, 4 - 1, 5 - 5])).toBeLessThan(1e-12)
  })
  it('batchMean of unequal lengths', () => {
    expect(gap(thrice(pipe(toGo, baseline(batchMean), mean)), [3 - 5, 2 - 3, 7 - 5, 4 - 3, 0])).toBeLessThan(1e-12)
    expect(gap(thrice(pipe(toGo, baseline(batchMean({ ended: 'zero' })), mean)), [3 - 5, 2 - 2, 7 - 5, 4 - 2, 0])).toBeLessThan(1e-12)
  })
  it('of a single trajectory leaveOneOut is plain REINFORCE', () => {
    const one = select([0])(on)
    for (const b of [leaveOneOut, leaveOneOut({ ended: 'zero' }), leaveOneOut({ ended: 'left out' })] as const) {
      expect(gap(estimate(pipe(totalReturn, baseline(b), mean))(one), [3.5, 3.5, 3.5])).toBe(0)
      expect(gap(estimate(pipe(toGo, baseline(b), mean))(one), [3.5, 2.5, 0.5])).toBe(0)
    }
    expect(gap(estimate(pipe(totalReturn, baseline(batchMean), mean))(one), [0, 0, 0])).toBe(0)
  })
})

describe('normalise', () => {
  // R = 3.5, 8: mean 5.75, deviation 2.25 of a population, sqrt(2 2.25^2) of a sample
  agrees('batchStd divides only', pipe(totalReturn, normalise(batchStd({ ddof: 0, epsilon: 0.25 })), mean), [1.4, 1.4, 1.4, 3.2])
  agrees('batchStd after batchMean', pipe(totalReturn, baseline(batchMean), normalise(batchStd({ ddof: 0, epsilon: 0 })), mean), [-1, -1, -1, 1])
  agrees('batchStd of a sample', pipe(totalReturn, baseline(batchMean), normalise(batchStd({ ddof: 1, epsilon: 0 })), mean), [-1, -1, -1, 1].map((x) => x / Math.SQRT2))
  agrees('leaveOneOut and batchStd is N/(N-1) times batchMean and batchStd', pipe(totalReturn, baseline(leaveOneOut), normalise(batchStd({ ddof: 0, epsilon: 0 })), mean), [-2, -2, -2, 2])
  // c = 3.5, 2.5, 0.5, 8: mean 3.625, squares 0.015625 + 1.265625 + 9.765625 + 19.140625 = 30.1875
  const centred = [3.5, 2.5, 0.5, 8].map((c) => c - 3.625)
  agrees('whitenSteps, outer factor included', pipe(toGo, normalise(whitenSteps({ ddof: 0, epsilon: 0 })), mean), centred.map((c) => c / Math.sqrt(30.1875 / 4)))
  agrees('whitenSteps of a sample', pipe(toGo, normalise(whitenSteps({ ddof: 1, epsilon: 0.5 })), mean), centred.map((c) => c / (Math.sqrt(30.1875 / 3) + 0.5)))

  const same = (...rewards: readonly number[]) =>
    fresh(must(fromSteps({ discount: 1, provenance: 'off-policy', episodes: 'complete', trajectories: rewards.map((r) => ({ reward: [r], end: terminated })) })) as unknown as Trajectories<AllFacts>)
  for (const batch of [same(3), same(3, 3), same(0.5, 0.5, 0.5), same(0.1, 0.1, 0.1), same(-1e9 / 7, -1e9 / 7, -1e9 / 7, -1e9 / 7, -1e9 / 7, -1e9 / 7)])
    for (const ddof of [0, 1] as const)
      it(`${batch.count} returns that are all ${batch.reward[0]}, ddof ${ddof}: deviation 0, epsilon 0 gives 0`, () => {
        const zeros = batch.reward.length
        for (const e of [
          pipe(totalReturn, normalise(batchStd({ ddof, epsilon: 0 })), mean),
          pipe(totalReturn, baseline(batchMean), normalise(batchStd({ ddof, epsilon: 0 })), mean),
          pipe(totalReturn, baseline(leaveOneOut), normalise(batchStd({ ddof, epsilon: 0 })), mean),
          pipe(toGo, normalise(whitenSteps({ ddof, epsilon: 0 })), mean),
        ])
          expect(gap(estimate(e)(batch), new Float64Array(zeros)), e.formula.text).toBe(0)
      })
})

describe('ratios: rho 2, 1/2, 3 | 1/4; prefixes 2, 1, 3; whole 3', () => {
  agrees('perTrajectory', pipe(totalReturn, importance(perTrajectory), mean), [10.5, 10.5, 10.5, 2], off)
  agrees('perTrajectory, to go', pipe(toGo, importance(perTrajectory), mean), [10.5, 7.5, 1.5, 2], off)
  agrees('perStep', pipe(toGo, importance(perStep), mean), [7, 1.25, 1.5, 2], off)
  agrees('prefix', pipe(toGo, importance(prefix), mean), [7, 2.5, 1.5, 2], off)
  agrees('takenAsOne', pipe(toGo, importance(takenAsOne), mean), [3.5, 2.5, 0.5, 8], off)
  // rho_{0:u} gamma^u r_u: 2, 1 1/2 4 = 2, 3 1/4 2 = 1.5 | 1/4 8
  agrees('perDecision, to go', pipe(toGo, importance(perDecision), mean), [5.5, 3.5, 1.5, 2], off)
  // t = 0: all of them. t = 1: rho_{0:1} 1 + 2 + 1.5. t = 2: rho_{0:2} (1 + 2 + 1/2)
  agrees('perDecision on the whole return: rho_{0:max(u,t)}', pipe(totalReturn, importance(perDecision), mean), [5.5, 4.5, 10.5, 2], off)
  agrees('perDecision, flat: - rho_{0:t} 2', pipe(totalReturn, baseline(constant(2)), importance(perDecision), mean), [5.5 - 4, 4.5 - 2, 10.5 - 6, 2 - 0.5], off)
  agrees('perDecision, flat through causality', pipe(totalReturn, baseline(constant(2)), causality, importance(perDecision), mean), [5.5 - 4, 3.5 - 2, 1.5 - 6, 2 - 0.5], off)
  agrees('perDecision, inside: - rho_{0:t} gamma^t 2', pipe(toGo, baseline(constant(2)), importance(perDecision), mean), [5.5 - 4, 3.5 - 1, 1.5 - 1.5, 2 - 0.5], off)
  agrees('perDecision, flat and inside', pipe(totalReturn, baseline(constant(1)), causality, baseline(constant(2)), importance(perDecision), mean), [5.5 - 4 - 2, 3.5 - 1 - 1, 0 - 3, 2 - 0.5 - 0.25], off)
  agrees('perDecision, state values inside', pipe(toGo, baseline(stateValue), importance(perDecision), mean), [5.5 - 2, 3.5 - 1, 1.5 - 2.25, 2 - 1.25], off)
  agrees('perDecision, leaveOneOut inside', pipe(toGo, baseline(leaveOneOut), importance(perDecision), mean), [5.5 - 2 * 8, 3.5, 1.5, 2 - 0.25 * 3.5], off)
  agrees('perDecision, a constant and leaveOneOut inside', pipe(toGo, baseline(constant(2)), baseline(leaveOneOut), importance(perDecision), mean), [5.5 - 4 - 16, 3.5 - 1, 0, 2 - 0.5 - 0.875], off)
  agrees('perDecision, batchMean inside', pipe(toGo, baseline(batchMean), importance(perDecision), mean), [5.5 - 2 * 5.75, 3.5 - 0.5 * 5, 1.5 - 3 * 0.25 * 2, 2 - 0.25 * 5.75], off)
  agrees('perDecision, leaveOneOut flat', pipe(totalReturn, baseline(leaveOneOut), importance(perDecision), mean), [5.5 - 16, 4.5 - 8, 10.5 - 24, 2 - 0.875], off)
  // W_t = sum_{u>=t} rho_{0:u} gamma^(u-t) r_u: t = 1: 1 4 + 3 1/2 2 = 7; t = 2: 3 2
  agrees('perDecision without the outer factor', pipe(toGo, dropOuterDiscount, importance(perDecision), mean), [5.5, 7, 6, 2], off)
  agrees('perDecision without the outer factor, inside', pipe(toGo, baseline(constant(2)), dropOuterDiscount, importance(perDecision), mean), [5.5 - 4, 7 - 2, 6 - 6, 2 - 0.5], off)
  // 2 1 + 1 4 + 3 2 = 12
  agrees('perDecision, undiscounted', pipe(undiscounted, causality, importance(perDecision), mean), [12, 10, 6, 2], off)
  agrees('perDecision, undiscounted whole return', pipe(undiscounted, importance(perDecision), mean), [12, 1 + 4 + 6, 3 * 7, 2], off)
  agrees('perDecision, discount 0', pipe(toGo, importance(perDecision), mean), [2, 0, 0, 2], of(0))
  // rho 3, 1/4: sum 3.25, times 2 / 3.25
  agrees('selfNormalise', pipe(totalReturn, importance(perTrajectory), selfNormalise, mean), [...[3.5, 3.5, 3.5].map((c) => (6 / 3.25) * c), (0.5 / 3.25) * 8], off)
  agrees('truncate', pipe(toGo, importance(perStep), truncate({ at: 2.5 }), mean), [7, 1.25, 1.25, 2], off)
  agrees('truncate one ratio per trajectory', pipe(toGo, importance(perTrajectory), truncate({ at: 2 }), mean), [7, 5, 1, 2], off)
  agrees('truncate at infinity is nothing', pipe(toGo, importance(perStep), truncate({ at: Infinity }), mean), [7, 1.25, 1.5, 2], off)
  // A > 0: only what is above 1 + e goes
  agrees('clip, advantages above 0', pipe(toGo, importance(perStep), clip({ epsilon: 0.25 }), mean), [0, 1.25, 0, 2], off)
  // c = -3.5, -2.5, -0.5, -8 (all negative): only what is below 1 - e goes
  agrees('clip, advantages below 0', pipe(totalReturn, baseline(constant(100)), importance(perStep), clip({ epsilon: 0.25 }), mean), [2 * -96.5, 0, 3 * -96.5, 0], off)
  agrees('clip: ties are kept, above', pipe(toGo, importance(perStep), clip({ epsilon: 1 }), mean), [7, 1.25, 0, 2], { ...off, logProb: Float64Array.of(0, 0, Math.log(3), 0), behaviourLogProb: Float64Array.of(-Math.log(2), Math.log(2), 0, Math.log(4)) })
  agrees('clip: ties are kept, below', pipe(totalReturn, baseline(constant(100)), importance(perStep), clip({ epsilon: 0.5 }), mean), [2 * -96.5, 0.5 * -96.5, 3 * -96.5, 0], off)
  agrees('clip at infinity is nothing', pipe(toGo, importance(perStep), clip({ epsilon: Infinity }), mean), [7, 1.25, 1.5, 2], off)
  agrees('clip at 0 keeps what has not moved', pipe(toGo, importance(perStep), clip({ epsilon: 0 }), mean), [3.5, 2.5, 0.5, 8], { ...off, logProb: off.behaviourLogProb })
  agrees('gae, whitened, clipped: the order of a PPO', pipe(gae({ lambda: 1 }), normalise(whitenSteps({ ddof: 0, epsilon: 0 })), importance(perStep), clip({ epsilon: 0.2 }), mean), (() => {
    // c = 2.5, 1.5, -0.25, 3: mean 1.6875
    const c = [2.5, 1.5, -0.25, 3].map((x) => x - 1.6875)
    const deviation = Math.sqrt(c.reduce((sum, x) => sum + x * x, 0) / 4)
    // signs +, -, -, +; ratios 2 out, 1/2 out (below, negative), 3 kept (negative), 1/4 kept (positive)
    return [0, 0, (3 * c[2]) / deviation, (0.25 * c[3]) / deviation]
  })(), off)
})

describe('reductions', () => {
  const weights = <B extends string>(e: Estimator<AllFacts, B>) => estimate(e)(on)
  it('meanOverTrajectories', () => expect(gap(weights(pipe(toGo, mean)), [1.75, 1.25, 0.25, 4])).toBe(0))
  it('meanOverSteps: over 4 steps', () => expect(gap(weights(pipe(toGo, reduce(meanOverSteps))), [0.875, 0.625, 0.125, 2])).toBe(0))
  it('meanOfTrajectoryMeans: over 2 times 3 and 1', () => expect(gap(weights(pipe(toGo, reduce(meanOfTrajectoryMeans))), [3.5 / 6, 2.5 / 6, 0.5 / 6, 4])).toBeLessThan(1e-15))
  it('constantLength: over 2 times 5', () => expect(gap(weights(pipe(toGo, reduce(constantLength(5)))), [0.35, 0.25, 0.05, 0.8])).toBeLessThan(1e-15))
})

describe('segments', () => {
  // One that was cut at time 2, worth 16 from there on, and one that ended. Discount 1/2.
  const batch = must(
    fromSteps({
      discount: 0.5,
      provenance: 'on-policy',
      episodes: 'segments',
      trajectories: [
        { reward: [1, 2], value: [4, 8], behaviourLogProb: [-1, -1], startTime: 3, end: truncated({ value: 16 }) },
        { reward: [3], value: [5], behaviourLogProb: [-1], startTime: 1, end: terminated },
      ],
    }),
  )
  const doubled = <N, B extends string>(e: Estimator<N, B>) => twice(e, batch as unknown as Trajectories<AllFacts>)
  // delta_0 = 1 + 4 - 4 = 1, delta_1 = 2 + 8 - 8 = 2 | 3 - 5 = -2; outer 1/8, 1/16 | 1/2
  it('gae', () => {
    expect(gap(doubled(pipe(gae({ lambda: 0 }), mean)), [1 / 8, 2 / 16, -1])).toBe(0)
    expect(gap(doubled(pipe(gae({ lambda: 1 }), mean)), [(1 + 0.5 * 2) / 8, 2 / 16, -1])).toBe(0)
  })
  it('nStep, also beyond the end', () => {
    expect(gap(doubled(pipe(nStep({ n: 1 }), mean)), [1 / 8, 2 / 16, -1])).toBe(0)
    for (const n of [2, 3, 1000]) expect(gap(doubled(pipe(nStep({ n }), mean)), [(1 + 1 + 4 - 4) / 8, 2 / 16, -1])).toBe(0)
  })
  it('vtrace on policy is nStep of all steps', () =>
    expect(gap(doubled(pipe(vtrace({ rhoBar: 1, cBar: 1 }), mean)), doubled(pipe(nStep({ n: 9 }), mean)))).toBeLessThan(1e-15))
  it('the outer factor dropped', () => expect(gap(doubled(pipe(gae({ lambda: 0 }), dropOuterDiscount, mean)), [1, 2, -2])).toBe(0))
  it('values per time are those of the time in the episode', () =>
    expect(gap(doubled(pipe(gae({ lambda: 0 }), baseline(constantPerTime([9, 10, 9, 20, 30])), dropOuterDiscount, mean)), [1 - 20, 2 - 30, -2 - 10])).toBe(0))
  it('values per time: as many as the last time needs, no more', () => {
    // A long one from 0 on, a short one that begins late: times 0 to 2.
    const ragged = must(
      fromSteps({
        discount: 1,
        provenance: 'on-policy',
        episodes: 'segments',
        trajectories: [
          { reward: [1, 1], value: [0, 0], end: truncated({ value: 0 }) },
          { reward: [1], value: [0], startTime: 2, end: terminated },
        ],
      }),
    )
    expect(gap(estimate(pipe(gae({ lambda: 0 }), baseline(constantPerTime([1, 2, 3])), mean))(ragged), [0, -0.5, -1])).toBe(0)
  })
  it('a reduction by length does not see where the piece began', () => expect(gap(estimate(pipe(gae({ lambda: 0 }), reduce(meanOfTrajectoryMeans)))(batch), [1 / 32, 2 / 64, -0.5])).toBe(0))
})

describe('numbers that run over', () => {
  const at = (logProb: readonly number[], more: object = {}): Trajectories<AllFacts> => ({ ...off, logProb: Float64Array.from(logProb), ...more })
  const remedy = 'a ratio or a return has overflowed: truncate the ratio, sample again, or check the batch with fromSteps'
  it('a ratio that overflows names trajectory and step', () => {
    expect(thrown(() => estimate(pipe(toGo, importance(perStep), mean))(at([0, 0, 800, 0])))).toBe(
      `WeightNotFinite: estimate: weight of trajectory 0, step 2: expected a finite number, got Infinity; ${remedy}`,
    )
    expect(thrown(() => estimate(pipe(toGo, importance(perStep), mean))(at([0, 0, 0, 800])))).toBe(
      `WeightNotFinite: estimate: weight of trajectory 1, step 0: expected a finite number, got Infinity; ${remedy}`,
    )
    expect(thrown(() => estimate(pipe(toGo, importance(perTrajectory), mean))(at([400, 0, 400, 0])))).toContain('trajectory 0, step 0: expected a finite number, got Infinity')
    expect(thrown(() => estimate(pipe(toGo, importance(perDecision), mean))(at([0, 800, 0, 0])))).toContain('trajectory 0, step 0')
    expect(thrown(() => estimate(pipe(vtrace({ rhoBar: Infinity, cBar: Infinity }), mean))(at([0, 800, 0, 0])))).toContain('WeightNotFinite')
  })
  it('a credit of 0 has weight 0, whatever its ratio', () =>
    expect(Array.from(estimate(pipe(cloning, baseline(constant(1)), importance(perStep), mean))(at([0, 800, 0, 0])))).toEqual([0, 0, 0, 0]))
  it('log ratios are summed before exp', () => expect(gap(twice(pipe(totalReturn, importance(perTrajectory), mean), at([800, -800, 0, 0])), [3.5, 3.5, 3.5, 8])).toBe(0))
  it('a limit that binds keeps the rest', () => {
    expect(gap(twice(pipe(toGo, importance(perStep), truncate({ at: 1 }), mean), at([0, 0, 800, 0])), [3.5, 2.5, 0.5, 8])).toBe(0)
    expect(gap(twice(pipe(toGo, importance(perStep), clip({ epsilon: 0.2 }), mean), at([0, 0, 800, 0])), [3.5, 2.5, 0, 8])).toBe(0)
    expect(gap(twice(pipe(vtrace({ rhoBar: 1, cBar: 1 }), mean), at([800, 800, 800, 800])), twice(pipe(vtrace({ rhoBar: 1, cBar: 1 }), mean), at([0, 0, 0, 0])))).toBe(0)
  })
  it('ratios too small for any number give weights 0, but are divided by their sum as what they are', () => {
    const gone = at([-800, 0, 0, -800])
    expect(gap(twice(pipe(toGo, importance(perTrajectory), mean), gone), [0, 0, 0, 0])).toBe(0)
    // Both e^-800: ratios 1.
    expect(gap(twice(pipe(toGo, importance(perTrajectory), selfNormalise, mean), gone), [3.5, 2.5, 0.5, 8])).toBe(0)
    const impossible = at([-Infinity, 0, 0, -Infinity])
    expect(gap(twice(pipe(toGo, importance(perTrajectory), selfNormalise, mean), impossible), [0, 0, 0, 0])).toBe(0)
  })
  it('rewards that overflow', () =>
    expect(thrown(() => estimate(pipe(totalReturn, mean))({ ...on, discount: 1, reward: Float64Array.of(1e308, 1e308, 0, 0) }))).toContain('trajectory 0, step 0: expected a finite number, got Infinity'))
  it('finite weights whose sum overflows are fine', () =>
    expect(thrown(() => estimate(pipe(totalReturn, mean))({ ...on, reward: Float64Array.of(1.7e308, 0, 0, 1.7e308) }))).toBe('nothing'))
})

describe('needs at run time', () => {
  const bare = must(fromSteps({ discount: 0.5, provenance: 'on-policy', episodes: 'complete', trajectories: [{ length: 2, end: terminated }] })) as unknown as Trajectories<AllFacts>
  const pieces = must(fromSteps({ discount: 0.5, provenance: 'on-policy', episodes: 'segments', trajectories: [{ reward: [1], end: truncated({}) }] })) as unknown as Trajectories<AllFacts>
  const refused = <N, B extends string>(e: Estimator<N, B>, batch: Trajectories<AllFacts>) => thrown(() => estimate(e as Estimator<AllFacts, B>)(batch))
  const reward = 'the batch lacks Reward (reward); give reward to fromSteps'
  const values = 'the batch lacks StateValue (value, bootstrapValue); give value to fromSteps, and a value to each truncated end'
  const behaviour = 'record the log-probability of each action when it is drawn, and give behaviourLogProb to fromSteps'
  it('Reward', () => expect(refused(pipe(totalReturn, mean), bare)).toBe(`NeedsNotMet: estimate: ${reward}`))
  it('Reward and StateValue', () => expect(refused(pipe(gae({ lambda: 1 }), mean), bare)).toBe(`NeedsNotMet: estimate: ${reward}\n${values}`))
  it('ActionValue', () =>
    expect(refused(pipe(advantage, mean), bare)).toBe(`NeedsNotMet: estimate: the batch lacks ActionValue (actionValue); give actionValue to fromSteps\n${values}`))
  it('BehaviourLogProb', () => {
    expect(refused(pipe(cloning, importance(perStep), mean), bare)).toBe(`NeedsNotMet: estimate: the batch lacks BehaviourLogProb (logProb, behaviourLogProb); ${behaviour}`)
    const known = must(fromSteps({ discount: 1, provenance: 'on-policy', episodes: 'complete', trajectories: [{ logProb: [-1], end: terminated }] })) as unknown as Trajectories<AllFacts>
    expect(refused(pipe(cloning, importance(perStep), mean), known)).toBe(`NeedsNotMet: estimate: the batch lacks BehaviourLogProb (behaviourLogProb); ${behaviour}`)
  })
  it('CompleteEpisodes', () =>
    expect(refused(pipe(totalReturn, mean), pieces)).toBe('NeedsNotMet: estimate: the batch lacks CompleteEpisodes; use gae, nStep or vtrace, or sample whole episodes'))
  it('OnPolicy', () => {
    expect(refused(pipe(totalReturn, mean), off)).toBe('NeedsNotMet: estimate: off-policy: add importance(...) to the pipeline, or sample again')
    expect(refused(pipe(totalReturn, mean), { ...on, provenance: undefined } as never)).toBe('NeedsNotMet: estimate: the batch lacks OnPolicy; add importance(...) to the pipeline, or sample again')
  })
  it('OnPolicy, of a batch that has been used already', () => {
    const again = must(reuse({ logProb: [-1, -1, -1, -1], version: 1 })({ ...on, version: 0 } as never)) as unknown as Trajectories<AllFacts>
    expect(refused(pipe(toGo, mean), again)).toBe('NeedsNotMet: estimate: off-policy: add importance(...) to the pipeline, or sample again')
    expect(refused(pipe(toGo, importance(perStep), mean), again)).toBe('nothing')
  })
  it('parameters that have moved', () => {
    const moved = { ...on, version: 3, currentVersion: 5 }
    const sentence = 'NeedsNotMet: estimate: the batch was sampled by version 3 of the parameters, which are now at version 5; add importance(...) to the pipeline, or sample again'
    expect(refused(pipe(toGo, mean), moved)).toBe(sentence)
    expect(refused(pipe(gae({ lambda: 1 }), mean), moved)).toBe(sentence)
    expect(refused(pipe(toGo, importance(perStep), mean), moved)).toBe('nothing')
    expect(refused(pipe(vtrace({ rhoBar: 1, cBar: 1 }), mean), moved)).toBe('nothing')
  })
  it('a batch that holds nothing', () => {
    const none = 'the batch holds no trajectory; sample at least one'
    expect(refused(pipe(toGo, mean), select([])(on))).toBe(`NeedsNotMet: estimate: ${none}`)
    expect(refused(pipe(cloning, importance(takenAsOne), reduce(meanOverSteps)), select([])(on))).toBe(`NeedsNotMet: estimate: ${none}`)
    expect(thrown(() => surrogate(pipe(toGo, mean))(select([])(on)))).toContain(none)
    expect(thrown(() => lossWeights(pipe(toGo, mean))(select([])(on)))).toContain(none)
  })
  it('cloning needs nothing but actions', () => {
    expect(gap(estimate(pipe(cloning, mean))(bare), [1, 1])).toBe(0)
    expect(gap(estimate(pipe(cloning, importance(takenAsOne), mean))(bare), [1, 1])).toBe(0)
    const rewards = must(fromSteps({ discount: 0.5, provenance: 'off-policy', episodes: 'complete', trajectories: [{ reward: [1, 2], end: terminated }] }))
    expect(gap(estimate(pipe(toGo, importance(takenAsOne), mean))(rewards), [2, 1])).toBe(0)
  })
  it('a column that does not fit', () => expect(refused(pipe(toGo, mean), { ...on, reward: Float64Array.of(1) })).toContain('reward has 1 entries in a batch of 2 trajectories and 4 steps'))
  it('a weighting is no estimator', () => expect(thrown(() => estimate(toGo as never))).toContain('IllegalStep: expected an estimator: end the pipe with reduce(...)'))
})

describe('options out of range', () => {
  const cases: readonly (readonly [() => unknown, string])[] = [
    [() => gae({ lambda: 2 }), 'gae: lambda: expected a number in [0, 1], got 2'],
    [() => gae({ lambda: -0.1 }), 'gae: lambda: expected a number in [0, 1], got -0.1'],
    [() => gae({ lambda: NaN }), 'gae: lambda: expected a number in [0, 1], got NaN'],
    [() => gae({ lambda: '0.5' as never }), 'gae: lambda: expected a number in [0, 1], got "0.5"'],
    [() => gae({} as never), 'gae: lambda: expected a number in [0, 1], got undefined'],
    [() => nStep({ n: 0 }), 'nStep: n: expected an integer >= 1, got 0'],
    [() => nStep({ n: 1.5 }), 'nStep: n: expected an integer >= 1, got 1.5'],
    [() => nStep({ n: Infinity }), 'nStep: n: expected an integer >= 1, got Infinity'],
    [() => vtrace({ rhoBar: 0, cBar: 1 }), 'vtrace: rhoBar: expected a number > 0, got 0'],
    [() => vtrace({ rhoBar: 1, cBar: NaN }), 'vtrace: cBar: expected a number > 0, got NaN'],
    [() => clip({ epsilon: -1 }), 'clip: epsilon: expected a number >= 0, got -1'],
    [() => clip({ epsilon: NaN }), 'clip: epsilon: expected a number >= 0, got NaN'],
    [() => clip({ epsilon: null as never }), 'clip: epsilon: expected a number >= 0, got null'],
    [() => truncate({ at: 0 }), 'truncate: at: expected a number > 0, got 0'],
    [() => truncate({ at: -1 }), 'truncate: at: expected a number > 0, got -1'],
    [() => truncate({ at: NaN }), 'truncate: at: expected a number > 0, got NaN'],
    [() => constantLength(0), 'reduce(constantLength): expected an integer >= 1, got 0'],
    [() => constantLength(2.5), 'reduce(constantLength): expected an integer >= 1, got 2.5'],
    [() => constantLength(NaN), 'reduce(constantLength): expected an integer >= 1, got NaN'],
    [() => constant(NaN), 'baseline(constant): expected a finite number, got NaN'],
    [() => constant(Infinity), 'baseline(constant): expected a finite number, got Infinity'],
    [() => constantPerTime([1, NaN]), 'baseline(constantPerTime): values[1]: expected a finite number, got NaN'],
    [() => constantPerTime([1, '2' as never]), 'baseline(constantPerTime): values[1]: expected a finite number, got "2"'],
    [() => estimate(pipe(toGo, baseline(constantPerTime([1, 2])), mean))(on), 'baseline(constantPerTime): expected a value for each of 3 time indices, got 2; give more values'],
    [() => estimate(pipe(toGo, baseline(constantPerTime([])), mean))(on), 'baseline(constantPerTime): expected a value for each of 3 time indices, got 0; give more values'],
    [() => batchStd({ ddof: 2 as never, epsilon: 0 }), 'normalise(batchStd): ddof: expected 0 or 1, got 2'],
    [() => batchStd({ ddof: 0, epsilon: -1 }), 'normalise(batchStd): epsilon: expected a finite number >= 0, got -1'],
    [() => whitenSteps({ ddof: '0' as never, epsilon: 0 }), 'normalise(whitenSteps): ddof: expected 0 or 1, got'],
    [() => whitenSteps({ ddof: 0, epsilon: NaN }), 'normalise(whitenSteps): epsilon: expected a finite number >= 0, got NaN'],
    [() => batchMean({ ended: 'one' as never }), `baseline(batchMean): ended: expected 'left out' or 'zero', got "one"`],
    [() => leaveOneOut({ ended: 0 as never }), `baseline(leaveOneOut): ended: expected 'left out' or 'zero', got 0`],
    [() => totalReturn({ objective: 'both' as never }), `totalReturn: objective: expected 'discounted' or 'undiscounted', got "both"`],
    [() => scale(NaN), 'scale: expected a finite number, got NaN'],
    [() => scale(Infinity), 'scale: expected a finite number, got Infinity'],
    [() => scale('2' as never), 'scale: expected a finite number, got "2"'],
    [() => mix([0.5, pipe(toGo, mean)], [0.6, pipe(toGo, mean)]), 'mix: expected weights that sum to 1, got 0.5 + 0.6 = 1.1; use scale and plus for other sums'],
    [() => mix([NaN, pipe(toGo, mean)]), 'mix: weight 0: expected a finite number, got NaN'],
    [() => mix([0.5, pipe(toGo, mean)], ['0.5' as never, pipe(toGo, mean)]), 'mix: weight 1: expected a finite number, got "0.5"'],
    [() => mix(), 'mix: expected at least one part, as in mix([0.25, a], [0.75, b]), got none'],
    [() => estimateInto(pipe(toGo, mean))(new Float64Array(3))(on), 'estimateInto: expected an array of 4 entries, one per step, got 3'],
  ]
  for (const [f, sentence] of cases) it(sentence, () => expect(thrown(f)).toContain(`RangeError: ${sentence}`))
})

describe('combinations', () => {
  const a = pipe(toGo, mean)
  const b = pipe(totalReturn, baseline(leaveOneOut), mean)
  const [wa, wb] = [twice(a), twice(b)]
  agrees('plus', pipe(a, plus(b)), Array.from(wa, (w, k) => w + wb[k]))
  agrees('scale', pipe(a, scale(-3)), Array.from(wa, (w) => -3 * w))
  agrees('mix, weights may be negative', mix([2, a], [-1, b]), Array.from(wa, (w, k) => 2 * w - wb[k]))
  agrees('zero is neutral', pipe(a, plus(zero('discounted'))), Array.from(wa))
  agrees('nested', pipe(a, plus(b), scale(0.5), plus(pipe(b, scale(2)))), Array.from(wa, (w, k) => 0.5 * (w + wb[k]) + 2 * wb[k]))
  it('written to an array of one’s own', () => {
    const mine = new Float64Array(4).fill(99)
    expect(estimateInto(pipe(a, plus(b), scale(2)))(mine)(on)).toBe(mine)
    expect(gap(mine, wa.map((w, k) => w + wb[k]))).toBeLessThan(1e-12)
    estimateInto(zero('discounted'))(mine)(on)
    expect(gap(mine, [0, 0, 0, 0])).toBe(0)
  })
  it('different objectives', () => {
    const other = pipe(undiscounted, mean)
    expect(thrown(() => pipe(a, plus(other)))).toBe('DifferentObjectives: plus: expected estimators of one objective, got discounted and undiscounted; use one objective in all')
    expect(thrown(() => mix([0.5, other], [0.5, a]))).toBe('DifferentObjectives: mix: expected estimators of one objective, got undiscounted and discounted; use one objective in all')
  })
  it('needs, coupling, reasons and claims', () => {
    const both = pipe(a, plus(pipe(gae({ lambda: 0.5 }), importance(perStep), mean)))
    expect(both.needs).toEqual(['Reward', 'CompleteEpisodes', 'OnPolicy', 'StateValue', 'BehaviourLogProb'])
    expect(both.reasons.map(({ name }) => name)).toEqual(['inexact values', 'state distribution', 'summed'])
    expect(pipe(a, plus(b)).coupling).toBe('exchangeable')
    const halved = pipe(a, claimScale({ factor: () => 1, text: '1' }), scale(0.5))
    expect(halved.claim?.factor(3, 4)).toBe(0.5)
    expect(pipe(a, claimScale({ factor: () => 1, text: '1' }), plus(b)).claim).toBeNull()
  })
})

describe('surrogates and losses', () => {
  const logs = { ...on, logProb: Float64Array.of(-1, -2, -3, -4) }
  it('score form: sum W log pi', () => {
    // W = 1.75, 1.25, 0.25, 4: -1.75 - 2.5 - 0.75 - 16
    const { form, value, derivative } = surrogate(pipe(toGo, mean))(logs)
    expect([form, value]).toEqual(['score', -21])
    expect(Array.from(derivative)).toEqual([1.75, 1.25, 0.25, 4])
  })
  it('score form needs log-probs', () => {
    const none = must(fromSteps({ discount: 1, provenance: 'on-policy', episodes: 'complete', trajectories: [{ reward: [1], end: terminated }] }))
    expect(thrown(() => surrogate(pipe(toGo, mean))(none as never))).toBe('NeedsNotMet: surrogate: the batch lacks LogProb (logProb); give logProb to fromSteps')
    expect(thrown(() => surrogate(pipe(gae({ lambda: 1 }), mean))(logs as never))).toBe('nothing')
    expect(thrown(() => surrogate(pipe(toGo, mean))({ ...logs, provenance: 'off-policy' } as never))).toContain('NeedsNotMet: estimate:')
  })
  it('ratio form, bare: sum rho A / N', () => {
    // rho A = 7, 1.25, 1.5, 2
    const { form, value, derivative } = pipe(toGo, importance(perStep), ratioSurrogate(meanOverTrajectories))(off)
    expect(form).toBe('ratio')
    expect(value).toBeCloseTo(11.75 / 2, 12)
    expect(gap(derivative, [3.5, 0.625, 0.75, 1])).toBeLessThan(1e-12)
  })
  it('ratio form, clipped: min(rho A, clip(rho) A), per step and per trajectory scale', () => {
    // 1.25 3.5, 1.25, 1.25 0.5, 2; scales 1/6, 1/6, 1/6, 1/2
    const clipped = pipe(toGo, importance(perStep), clip({ epsilon: 0.25 }))
    const { value, derivative } = pipe(clipped, ratioSurrogate(meanOfTrajectoryMeans))(off)
    expect(value).toBeCloseTo((1.25 * 3.5 + 1.25 + 1.25 * 0.5) / 6 + 1, 12)
    expect(gap(derivative, [0, 1.25 / 6, 0, 1])).toBeLessThan(1e-12)
    expect(gap(derivative, estimate(pipe(clipped, reduce(meanOfTrajectoryMeans)))(off))).toBeLessThan(1e-15)
  })
  it('ratio form, clipped, advantages below 0: the lower of the two', () => {
    // A = 3.5 - 100 = -96.5 | -92: rho A = 2 A, A/2, 3 A | A/4; clipped at 3/4 below: A 3/4
    const { value, derivative } = pipe(totalReturn, baseline(constant(100)), importance(perStep), clip({ epsilon: 0.25 }), ratioSurrogate(meanOverTrajectories))(off)
    expect(value).toBeCloseTo((2 * -96.5 + 0.75 * -96.5 + 3 * -96.5 + 0.75 * -92) / 2, 10)
    expect(gap(derivative, [-96.5, 0, (3 * -96.5) / 2, 0])).toBeLessThan(1e-12)
  })
  it('ratio form: what it lacks, and what overflows', () => {
    const e = pipe(toGo, importance(perStep), ratioSurrogate(meanOverTrajectories))
    const none = must(fromSteps({ discount: 1, provenance: 'on-policy', episodes: 'complete', trajectories: [{ reward: [1], end: terminated }] }))
    expect(thrown(() => e(none as never))).toContain('NeedsNotMet: ratioSurrogate: the batch lacks BehaviourLogProb (logProb, behaviourLogProb)')
    expect(thrown(() => e({ ...off, logProb: Float64Array.of(0, 800, 0, 0) }))).toContain('WeightNotFinite')
  })
  it('ratio form: where the credit is 0, an overflowing ratio adds nothing', () => {
    const { value, derivative } = pipe(cloning, baseline(constant(1)), importance(perStep), clip({ epsilon: 0.2 }), ratioSurrogate(meanOverTrajectories))({ ...off, logProb: Float64Array.of(0, 800, 0, 0) })
    expect(gap(derivative, [0, 0, 0, 0])).toBe(0)
    expect(value).toBeCloseTo(0, 12)
  })
  it('a loss is minus the weights', () => {
    expect(Array.from(lossWeights(pipe(toGo, mean))(on))).toEqual([-1.75, -1.25, -0.25, -4])
    expect(Array.from(asLoss(Float64Array.of(1, -2)))).toEqual([-1, 2])
  })
})
