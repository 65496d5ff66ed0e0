import { pipe } from 'fp-ts/lib/function.js'
import { baseline, causality, constant, creditModifier, estimate, fromSteps, importance, meanOfTrajectoryMeans, perStep, reduce, stepCredit, terminated, totalReturn, weightModifier } from 'estimand'
import type { AnyEstimator } from 'estimand'
import { describe, expect, it } from 'vitest'
import { must } from '../estimator/outcome.ts'

const f = { text: 'x', latex: 'x' }
const own = { word: 'own', needs: ['Reward'], reasons: [], source: 'a test' } as const
const ofStep = stepCredit({ ...own, outer: 'discount', formula: f, column: (b) => b.reward as Float64Array })
const ofCredit = creditModifier({ ...own, coupling: 'none', formula: (x) => x, apply: (_c, b) => b.reward as Float64Array })
const ofWeight = weightModifier({ ...own, coupling: 'none', formula: (x) => x, apply: (_w, b) => b.reward as Float64Array })

const estimators: Readonly<Record<string, AnyEstimator>> = {
  'a credit': pipe(ofStep, importance(perStep), reduce(meanOfTrajectoryMeans)),
  'a credit with a baseline': pipe(ofStep, baseline(constant(1)), importance(perStep), reduce(meanOfTrajectoryMeans)),
  'a change of the credit': pipe(totalReturn, causality, ofCredit, importance(perStep), reduce(meanOfTrajectoryMeans)),
  'a change of the weight': pipe(totalReturn, importance(perStep), ofWeight, reduce(meanOfTrajectoryMeans)),
}

describe('a word of one’s own that returns a column of the batch', () => {
  it.each(Object.entries(estimators))('%s: the batch is left as it is, and weighed alike again', (_name, e) => {
    const rewards = [[1, 2], [3]]
    const batch = must(fromSteps({ discount: 0.5, provenance: 'off-policy', episodes: 'complete', trajectories: rewards.map((reward) => ({ reward, logProb: reward.map(() => -1), behaviourLogProb: reward.map(() => -2), end: terminated })) }))
    const first = Array.from(estimate(e)(batch as never))
    expect(Array.from(batch.reward)).toEqual(rewards.flat())
    expect(Array.from(estimate(e)(batch as never))).toEqual(first)
  })
})
