import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import {
  advantage,
  baseline,
  batchMean,
  batchStd,
  causality,
  clip,
  cloning,
  gae,
  importance,
  leaveOneOut,
  meanOfTrajectoryMeans,
  meanOverSteps,
  meanOverTrajectories,
  normalise,
  nStep,
  perDecision,
  perStep,
  perTrajectory,
  prefix,
  prepare,
  ratioModifier,
  ratioOf,
  ratioSurrogate,
  reduce,
  selfNormalise,
  stateValue,
  surrogate,
  takenAsOne,
  totalReturn,
  truncate,
  vtrace,
  whitenSteps,
} from 'estimand'
import type { AllFacts, AnyEstimator, Estimator, Prepared, Surrogate, Trajectories } from 'estimand'
import {
  baselinesOfThePastAreNeutral,
  constantReturnIsCloning,
  cuttingIsNeutral,
  duplication,
  expectedScoreIsZero,
  linearInReward,
  meanRatioIsOne,
  onPolicyRatioIsNeutral,
  permutation,
  sameWeights,
  slices,
  splitting,
  surrogateDerivative,
  tryLaw,
  vectorSpace,
} from 'estimand/laws'
import type { Law } from 'estimand/laws'
import { testLaw } from 'estimand/laws/vitest'
import { seed } from '../seed/seed.ts'

const mean = reduce(meanOverTrajectories)
const toGo = pipe(totalReturn, causality)
const trial = { seed, runs: 100 }
const any = <N, B extends string>(e: Estimator<N, B>): AnyEstimator => e as Estimator<unknown, B>

/** A mutant of an estimator: its weights changed. */
const mutant = <N, B extends string>(e: Estimator<N, B>, change: (w: Float64Array, batch: Trajectories<AllFacts>) => Float64Array): AnyEstimator => {
  const sane = any(e)
  return { ...sane, estimate: (batch) => change(sane.estimate(batch), batch) }
}
const rejects = <C>(name: string, law: Law<C>): void => it(`rejects ${name}`, () => expect(tryLaw({ seed, runs: 300 })(law)._tag).toBe('failed'))

const everyKind: readonly AnyEstimator[] = [
  any(pipe(totalReturn, mean)),
  any(pipe(toGo, baseline(leaveOneOut), mean)),
  any(pipe(toGo, baseline(batchMean), reduce(meanOverSteps))),
  any(pipe(totalReturn, baseline(batchMean), normalise(batchStd({ ddof: 1, epsilon: 0.1 })), reduce(meanOfTrajectoryMeans))),
  any(pipe(toGo, normalise(whitenSteps({ ddof: 0, epsilon: 0.1 })), importance(perStep), clip({ epsilon: 0.2 }), mean)),
  any(pipe(toGo, baseline(stateValue), importance(perDecision), mean)),
  any(pipe(totalReturn, importance(perTrajectory), selfNormalise, mean)),
  any(pipe(vtrace({ rhoBar: 1, cBar: 1 }), mean)),
  any(pipe(nStep({ n: 2 }), importance(prefix), truncate({ at: 1.5 }), mean)),
]

describe('permutation', () => {
  for (const e of everyKind) testLaw(permutation(e), trial)
  const order = (related: (i: number, count: number) => boolean) =>
    mutant(pipe(totalReturn, mean), (w, b) => w.map((x, k) => (related(b.offsets.findLastIndex((from) => from <= k), b.count) ? 2 * x : x)))
  rejects('one that favours the third trajectory', permutation(order((i) => i === 2)))
  rejects('one that favours the last of four', permutation(order((i, count) => count === 4 && i === 3)))
  rejects('a baseline that favours the first trajectory', permutation(mutant(pipe(totalReturn, mean), (w) => w.map((x, k) => (k === 0 ? 2 * x : x)))))
})

describe('duplication', () => {
  for (const e of [everyKind[0], everyKind[2], everyKind[4], everyKind[5], everyKind[6], everyKind[7]]) testLaw(duplication(e), trial)
  rejects('leave-one-out, of which it is not true', duplication(pipe(totalReturn, baseline(leaveOneOut), mean)))
  rejects('a sample deviation, of which it is not true', duplication(everyKind[3]))
  rejects('a missing 1/N', duplication(mutant(pipe(totalReturn, mean), (w, b) => w.map((x) => x * b.count))))
})

describe('splitting', () => {
  for (const e of everyKind.filter(({ coupling }) => coupling === 'none')) testLaw(splitting(e), trial)
  testLaw(splitting(pipe(gae({ lambda: 0.9 }), mean)), trial)
  const rewardsOf = ({ reward, offsets }: Trajectories<AllFacts>, i: number): string => Array.from(reward).slice(offsets[i], offsets[i + 1]).join()
  const related = (holds: (b: Trajectories<AllFacts>, i: number, j: number) => boolean) =>
    mutant(pipe(totalReturn, mean), (w, b) =>
      w.map((x, k) => {
        const i = b.offsets.findLastIndex((from) => from <= k)
        return Array.from({ length: b.count }).some((_, j) => holds(b, i, j)) ? 2 * x : x
      }),
    )
  rejects('one that couples those with the same first reward', splitting(related((b, i, j) => i !== j && b.reward[b.offsets[i]] === b.reward[b.offsets[j]])))
  rejects('one that couples equals only', splitting(related((b, i, j) => i < j && rewardsOf(b, i) === rewardsOf(b, j))))
  rejects('one that looks at the third trajectory', splitting(related((_, i) => i === 2)))
  rejects('one that looks at N', splitting(related(({ count }) => count === 3)))
  rejects('one that looks at N beyond four', splitting(related(({ count }) => count > 4)))
  rejects('a coupled estimator', splitting(pipe(totalReturn, baseline(batchMean), mean)))
  rejects(
    'a recursion that runs over the boundary',
    splitting(mutant(pipe(gae({ lambda: 0.9 }), mean), (w) => w.map((x, k) => x + (k + 1 < w.length ? 0.5 * w[k + 1] : 0)))),
  )
})

describe('linearity in reward', () => {
  const linear = [
    any(pipe(totalReturn, mean)),
    any(pipe(toGo, baseline(leaveOneOut), mean)),
    any(pipe(toGo, baseline(batchMean({ ended: 'zero' })), importance(perTrajectory), mean)),
    any(pipe(totalReturn, baseline(batchMean), importance(perDecision), mean)),
    any(pipe(toGo, importance(perStep), truncate({ at: 1.5 }), reduce(meanOverSteps))),
  ]
  for (const e of linear) testLaw(linearInReward(e), trial)
  rejects('a clipped estimator', linearInReward(pipe(toGo, importance(perStep), clip({ epsilon: 0.2 }), mean)))
  rejects('a squared return', linearInReward(mutant(pipe(totalReturn, mean), (w) => w.map((x) => x * x))))
})

describe('at mu = pi importance is neutral', () => {
  for (const [name, r] of Object.entries({ perTrajectory, prefix, perStep }))
    testLaw(onPolicyRatioIsNeutral(name, pipe(toGo, baseline(leaveOneOut), mean), pipe(toGo, baseline(leaveOneOut), importance(r), mean)), trial)
  testLaw(onPolicyRatioIsNeutral('takenAsOne', pipe(toGo, mean), pipe(toGo, importance(takenAsOne), mean)), trial)
  testLaw(onPolicyRatioIsNeutral('perDecision', pipe(totalReturn, baseline(batchMean), mean), pipe(totalReturn, baseline(batchMean), importance(perDecision), mean)), trial)
  testLaw(onPolicyRatioIsNeutral('perDecision', pipe(toGo, baseline(stateValue), mean), pipe(toGo, baseline(stateValue), importance(perDecision), mean)), trial)
  testLaw(onPolicyRatioIsNeutral('selfNormalise', pipe(toGo, mean), pipe(toGo, importance(perTrajectory), selfNormalise, mean)), trial)
  testLaw(onPolicyRatioIsNeutral('truncate', pipe(toGo, mean), pipe(toGo, importance(perStep), truncate({ at: 1 }), mean)), trial)
  testLaw(onPolicyRatioIsNeutral('clip', pipe(toGo, mean), pipe(toGo, importance(perStep), clip({ epsilon: 0 }), mean)), trial)
  const undetached = ratioOf({
    word: 'undetached',
    stage: 'step ratio',
    needs: [],
    reasons: [],
    ratio: (l, { logProb }) => Float64Array.from(l, (x, k) => Math.exp(x) * (1 + logProb[k])),
    formula: { text: 'rho (1 + log pi)', latex: '\\rho(1+\\log\\pi)' },
    source: 'a mutant',
  })
  rejects('an undetached ratio', onPolicyRatioIsNeutral('undetached', pipe(toGo, mean), pipe(toGo, importance(undetached), mean)))
})

describe('E rho = 1', () => {
  testLaw(meanRatioIsOne(perTrajectory), trial)
  testLaw(meanRatioIsOne(prefix), trial)
  testLaw(meanRatioIsOne(perDecision), trial)
  testLaw(meanRatioIsOne(perStep), trial)
  const inverted = { ...perTrajectory, word: 'inverted', ratio: (l: ArrayLike<number>, b: never) => perTrajectory.ratio(Float64Array.from(l, (x) => -x), b) }
  rejects('an inverted ratio', meanRatioIsOne(inverted))
  rejects('a ratio taken as one half', meanRatioIsOne({ ...takenAsOne, ratio: (l) => new Float64Array(l.length).fill(0.5) }))
})

describe('log-derivative', () => {
  testLaw(expectedScoreIsZero(), trial)
  rejects('weights that depend on the action', expectedScoreIsZero(mutant(pipe(cloning, mean), (w, b) => w.map((x, k) => x * b.logProb[k]))))
})

describe('baselines', () => {
  testLaw(baselinesOfThePastAreNeutral(), { seed, runs: 40 })
  testLaw(baselinesOfThePastAreNeutral(stateValue), { seed, runs: 40 })
  const future = { ...stateValue, level: ({ batch }: { batch: Trajectories<AllFacts> }) => ({ axis: 'per step' as const, column: batch.reward }) }
  rejects('a baseline that sees the reward', baselinesOfThePastAreNeutral(future as unknown as typeof stateValue))
})

describe('cloning', () => {
  testLaw(constantReturnIsCloning(pipe(totalReturn({ objective: 'undiscounted' }), mean), pipe(cloning, mean)), trial)
  rejects('reward-to-go, of which it is not true', constantReturnIsCloning(pipe(toGo, mean), pipe(cloning, mean)))
  rejects('a baseline', constantReturnIsCloning(pipe(totalReturn, baseline(batchMean), mean), pipe(cloning, mean)))
})

describe('slices of a prepared batch', () => {
  const clipped = pipe(toGo, baseline(leaveOneOut), importance(perStep), clip({ epsilon: 0.2 }))
  testLaw(slices(pipe(clipped, mean), pipe(clipped, prepare(meanOverTrajectories))), trial)
  testLaw(slices(pipe(clipped, reduce(meanOverSteps)), pipe(clipped, prepare(meanOverSteps))), trial)
  testLaw(slices(pipe(clipped, reduce(meanOfTrajectoryMeans)), pipe(clipped, prepare(meanOfTrajectoryMeans))), trial)
  const segments = pipe(gae({ lambda: 0.95 }), importance(perStep), truncate({ at: 1.5 }))
  testLaw(slices(pipe(segments, reduce(meanOverSteps)), pipe(segments, prepare(meanOverSteps))), trial)
  testLaw(slices(pipe(toGo, mean), pipe(toGo, prepare(meanOverTrajectories))), trial)
  const one = pipe(toGo, importance(takenAsOne))
  testLaw(slices(pipe(one, mean), pipe(one, prepare(meanOverTrajectories))), trial)
  const perSlice = (batch: Trajectories<AllFacts>): Prepared => {
    const sane = pipe(clipped, prepare(meanOverSteps))(batch)
    return { ...sane, weights: (indices, logProb) => sane.weights(indices, logProb).map((w) => (w * sane.steps) / Math.max(indices.length, 1)) }
  }
  const own = { word: 'own', needs: [], coupling: 'none', reasons: [], formula: (x: { readonly text: string; readonly latex: string }) => x, source: 'a mutant' } as const
  const ratio = pipe(toGo, importance(perStep))
  const byMean = (r: Float64Array) => r.map((x) => (x * r.length) / r.reduce((a, b) => a + b, 0))
  const honest = ratioModifier({ ...own, apply: (r) => r.map(Math.sqrt) })
  testLaw(slices(pipe(ratio, honest, mean), pipe(ratio, honest, prepare(meanOverTrajectories))), trial)
  for (const pointwise of [undefined, true] as const) {
    const liar = ratioModifier({ ...own, ...(pointwise === undefined ? {} : { pointwise }), apply: byMean })
    rejects(`a ratio divided by its mean that is said to be ${pointwise === true ? 'a step’s own' : 'coupled with nothing'}`, slices(pipe(ratio, liar, mean), pipe(ratio, liar, prepare(meanOverTrajectories))))
  }
  const alongTrajectory = (batch: Trajectories<AllFacts>): Prepared => {
    const prepared = pipe(ratio, prepare(meanOverTrajectories))(batch)
    return { ...prepared, weights: (indices, logProb) => byMean(prepared.weights(indices, logProb)) }
  }
  rejects('weights that look at the other steps of their slice', slices(pipe(ratio, mean), alongTrajectory))
  rejects('the scale of the slice instead of the whole', slices(pipe(clipped, reduce(meanOverSteps)), perSlice))
})

describe('truncation with the true value at the cut', () => {
  testLaw(cuttingIsNeutral(pipe(gae({ lambda: 0.5 }), mean)), { seed, runs: 60 })
  testLaw(cuttingIsNeutral(pipe(gae({ lambda: 1 }), mean)), { seed, runs: 60 })
  testLaw(cuttingIsNeutral(pipe(nStep({ n: 2 }), mean)), { seed, runs: 60 })
  testLaw(cuttingIsNeutral(pipe(vtrace({ rhoBar: 1, cBar: 1 }), mean)), { seed, runs: 60 })
  rejects('truncation taken for termination', cuttingIsNeutral(pipe(gae({ lambda: 0.5 }), mean), () => 0))
  rejects('the value of another state', cuttingIsNeutral(pipe(gae({ lambda: 0.5 }), mean), (V, t, s) => V[t][(s + 1) % V[t].length]))
  rejects('the value one step late', cuttingIsNeutral(pipe(gae({ lambda: 0.5 }), mean), (V, t, s) => V[t + 1][s]))
})

describe('neutral settings and names of one thing', () => {
  const ratio = pipe(toGo, baseline(leaveOneOut), importance(perStep))
  testLaw(sameWeights('clip at infinity is no clip', pipe(ratio, clip({ epsilon: Infinity }), mean), pipe(ratio, mean)), trial)
  testLaw(sameWeights('truncation at infinity is none', pipe(ratio, truncate({ at: Infinity }), mean), pipe(ratio, mean)), trial)
  testLaw(sameWeights('gae(1) is reward-to-go minus the value', pipe(gae({ lambda: 1 }), mean), pipe(toGo, baseline(stateValue), mean)), trial)
  testLaw(sameWeights('nStep(T) is reward-to-go minus the value', pipe(nStep({ n: 4 }), mean), pipe(toGo, baseline(stateValue), mean)), trial)
  testLaw(sameWeights('nStep(1) is gae(0)', pipe(nStep({ n: 1 }), mean), pipe(gae({ lambda: 0 }), mean)), trial)
  testLaw(onPolicyRatioIsNeutral('vtrace is gae(1)', pipe(gae({ lambda: 1 }), mean), pipe(vtrace({ rhoBar: 1, cBar: 1 }), mean)), trial)
  rejects('nStep(2) as nStep(T)', sameWeights('', pipe(nStep({ n: 2 }), mean), pipe(toGo, baseline(stateValue), mean)))
  rejects('clip at one half', sameWeights('', pipe(ratio, clip({ epsilon: 0.5 }), mean), pipe(ratio, mean)))
  rejects('the wrong deviation', sameWeights('', pipe(totalReturn, normalise(batchStd({ ddof: 0, epsilon: 0.1 })), mean), pipe(totalReturn, normalise(batchStd({ ddof: 1, epsilon: 0.1 })), mean)))
})

describe('vector space', () => {
  const a = pipe(totalReturn, mean)
  const b = pipe(toGo, baseline(leaveOneOut), mean)
  testLaw(vectorSpace(a, b), trial)
  testLaw(vectorSpace(pipe(toGo, importance(perTrajectory), mean), pipe(advantage, importance(perStep), reduce(meanOverSteps))), trial)
  const sane = { plus: (x: AnyEstimator) => x, scale: (_c: number, x: AnyEstimator) => x, mix: (_c: number, x: AnyEstimator) => x }
  rejects('a plus that forgets its argument', vectorSpace(a, b, sane))
})

describe("the surrogate's derivative", () => {
  const ratio = pipe(toGo, importance(perStep))
  const clipped = pipe(ratio, clip({ epsilon: 0.2 }))
  testLaw(surrogateDerivative(pipe(ratio, mean), pipe(ratio, ratioSurrogate(meanOverTrajectories)), []), trial)
  testLaw(surrogateDerivative(pipe(clipped, reduce(meanOverSteps)), pipe(clipped, ratioSurrogate(meanOverSteps)), [0.8, 1.2]), trial)
  testLaw(surrogateDerivative(pipe(clipped, reduce(meanOfTrajectoryMeans)), pipe(clipped, ratioSurrogate(meanOfTrajectoryMeans)), [0.8, 1.2]), trial)
  const scored = pipe(toGo, baseline(leaveOneOut), importance(perDecision), mean)
  testLaw(surrogateDerivative(scored, surrogate(scored), []), trial)
  const truncated = pipe(ratio, truncate({ at: 1.2 }))
  rejects(
    'the ratio form of the unclipped surrogate as that of the clipped',
    surrogateDerivative(pipe(clipped, mean), pipe(ratio, ratioSurrogate(meanOverTrajectories)), [0.8, 1.2]),
  )
  const differentiated = (batch: Trajectories<AllFacts>): Surrogate<'ratio'> => ({
    form: 'ratio',
    derivative: any(pipe(truncated, mean)).estimate(batch),
    value: any(pipe(truncated, mean)).estimate(batch).reduce((sum, w) => sum + w, 0),
  })
  rejects('a truncated ratio that is differentiated', surrogateDerivative(pipe(truncated, mean), differentiated, [1.2]))
})
