import { pipe } from 'fp-ts/lib/function.js'
import {
  baseline,
  causality,
  clip,
  constant,
  creditModifier,
  estimate,
  fromSteps,
  importance,
  meanOfTrajectoryMeans,
  perStep,
  ratioModifier,
  ratioOf,
  reduce,
  stepCredit,
  terminated,
  totalReturn,
  weightModifier,
} from 'estimand'
import type { AnyEstimator } from 'estimand'
import { describe, expect, it } from 'vitest'
import { must } from '../estimator/outcome.ts'

const f = { text: 'x', latex: 'x' }
const own = { word: 'own', needs: ['Reward'], reasons: [], source: 'a test' } as const
const modifier = { ...own, coupling: 'none', formula: (x: typeof f) => x } as const

/** What a word of one's own gives back that somebody else holds: the batch, or the word itself. */
type Holder = (batch: { readonly reward: unknown }) => Float64Array

const reduced = reduce(meanOfTrajectoryMeans)

const words: Readonly<Record<string, (held: Holder) => AnyEstimator>> = {
  'a credit': (held) => pipe(stepCredit({ ...own, outer: 'discount', formula: f, column: held }), importance(perStep), reduced),
  'a credit with a baseline': (held) => pipe(stepCredit({ ...own, outer: 'discount', formula: f, column: held }), baseline(constant(1)), importance(perStep), reduced),
  'a change of the credit': (held) => pipe(totalReturn, causality, creditModifier({ ...modifier, apply: (_credit, b) => held(b) }), importance(perStep), reduced),
  'a change of the weight': (held) => pipe(totalReturn, importance(perStep), weightModifier({ ...modifier, apply: (_weight, b) => held(b) }), reduced),
  'a ratio': (held) => pipe(totalReturn, causality, importance(ratioOf({ ...own, stage: 'prefix ratio', formula: f, ratio: (_log, b) => held(b) })), reduced),
  'a ratio, clipped': (held) => pipe(totalReturn, causality, importance(ratioOf({ ...own, stage: 'step ratio', formula: f, ratio: (_log, b) => held(b) })), clip({ epsilon: 0.2 }), reduced),
  'a change of the ratio': (held) => pipe(totalReturn, causality, importance(perStep), ratioModifier({ ...modifier, pointwise: false, apply: (_ratio, _credit, b) => held(b) }), reduced),
}

const estimators: Readonly<Record<string, AnyEstimator>> = {
  ...Object.fromEntries(Object.entries(words).map(([name, make]) => [`${name}, of the batch`, make((batch) => batch.reward as Float64Array)])),
  'a change of the ratio that gives the credit back': pipe(
    totalReturn,
    causality,
    importance(perStep),
    ratioModifier({ ...modifier, pointwise: false, apply: (_ratio, credit) => credit as Float64Array }),
    reduced,
  ),
}

// From 4,096 steps on, columns are used again.
describe.each([3, 5000])('what a word of one’s own gives back is not written over, %i steps', (length) => {
  const rewards = [Array.from({ length }, (_, k) => (k % 7) + 1), [3]]
  const made = () => {
    const trajectories = rewards.map((reward) => ({ reward, logProb: reward.map(() => -1), behaviourLogProb: reward.map(() => -2), end: terminated }))
    return must(fromSteps({ discount: 0.5, provenance: 'off-policy', episodes: 'complete', trajectories }))
  }
  /** Weights, held while the same batch is weighed by others, and weighed again. */
  const expectStill = (e: AnyEstimator, batch: ReturnType<typeof made>): void => {
    const weights = estimate(e)(batch as never)
    const first = Float64Array.from(weights)
    estimate(pipe(totalReturn, causality, importance(perStep), reduced))(batch as never)
    expect(weights).toEqual(first)
    expect(estimate(e)(batch as never)).toEqual(first)
  }

  it.each(Object.entries(estimators))('%s', (_name, e) => {
    const batch = made()
    expectStill(e, batch)
    expect(Array.from(batch.reward)).toEqual(rewards.flat())
  })
  it.each(Object.entries(words))('%s, of the word', (_name, make) => {
    const kept = Float64Array.from(rewards.flat(), (r) => r / 4)
    const before = Float64Array.from(kept)
    expectStill(make(() => kept), made())
    expect(kept).toEqual(before)
  })
})
