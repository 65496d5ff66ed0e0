import { pipe } from 'fp-ts/lib/function.js'
import * as fc from 'fast-check'
import {
  baseline,
  baselineOf,
  causality,
  creditModifier,
  estimate,
  fromSteps,
  importance,
  legality,
  meanOfTrajectoryMeans,
  meanOverTrajectories,
  perStep,
  prepare,
  ratioModifier,
  ratioOf,
  reduce,
  reductionOf,
  terminated,
  totalReturn,
} from 'estimand'
import type { AllFacts, Coupling, Prepared, Reduction, Trajectories } from 'estimand'
import { batches } from 'estimand/laws'
import { inMinibatches } from 'estimand/training'
import { describe, expect, it } from 'vitest'
import { seed } from '../seed/seed.ts'
import { gap } from '../vectors/setting.ts'
import { must, thrown } from './outcome.ts'

const f = { text: 'x', latex: 'x' }
const toGo = pipe(totalReturn, causality)
const own = { word: 'own', needs: [], reasons: [], formula: (x: typeof f) => x, source: 'a test' } as const
const sentence = legality.prepare['limited ratio']

/** Changes of a ratio, by what they look at. */
const ofStep: Readonly<Record<string, (r: Float64Array, c: ArrayLike<number>) => Float64Array>> = {
  'square roots': (r) => r.map(Math.sqrt),
  'capped': (r) => r.map((x) => Math.min(x, 1.1)),
  'by the sign of the credit': (r, c) => r.map((x, k) => (c[k] > 0 ? x : x / 2)),
}
const eachTrajectory = (r: Float64Array, { offsets, count }: { readonly offsets: Int32Array; readonly count: number }, change: (run: Float64Array) => void): Float64Array => {
  for (let i = 0; i < count; i++) change(r.subarray(offsets[i], offsets[i + 1]))
  return r
}
const beyond: Readonly<Record<string, (r: Float64Array, batch: { readonly offsets: Int32Array; readonly count: number }) => Float64Array>> = {
  'divided by the mean of the batch': (r) => r.map((x) => (x * r.length) / r.reduce((a, b) => a + b, 0)),
  'divided by the largest': (r) => r.map((x) => x / Math.max(...r)),
  'cumulated along the trajectory': (r, batch) => eachTrajectory(r, batch, (run) => run.forEach((_, k) => (run[k] *= k > 0 ? run[k - 1] : 1))),
  'mean of the trajectory': (r, batch) => eachTrajectory(r, batch, (run) => run.fill(run.reduce((a, b) => a + b, 0) / run.length)),
  'the one before': (r) => r.map((x, k) => (k > 0 ? (x + r[k - 1]) / 2 : x)),
  'by how many trajectories there are': (r, { count }) => r.map((x) => x / count),
}

/** W of all steps from the weights of some parts of them. */
const ofParts = (prepared: Prepared, batch: Trajectories<AllFacts>, parts: readonly number[]): Float64Array => {
  const out = new Float64Array(prepared.steps)
  for (const part of new Set(parts)) {
    const steps = Array.from(out.keys()).filter((k) => parts[k % parts.length] === part)
    prepared.weights(steps, steps.map((k) => batch.logProb[k])).forEach((w, j) => (out[steps[j]] += w))
  }
  return out
}
const partition = fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 12 })
const severalSteps = batches({ provenance: 'off-policy', episodes: 'complete', atLeast: 2 }).filter(({ offsets, count }) => offsets[count] > count)

describe('a change of the ratio of one’s own, where a batch is cut', () => {
  it('one of the step alone adds up over every partition, said to be pointwise or not', () =>
    fc.assert(
      fc.property(severalSteps, partition, fc.constantFrom(...Object.keys(ofStep)), fc.constantFrom(true, undefined), (batch, parts, name, pointwise) => {
        const change = ratioModifier({ ...own, coupling: 'none', ...(pointwise === undefined ? {} : { pointwise }), apply: (r, c) => ofStep[name](r, Float64Array.from(c)) })
        const w = pipe(toGo, importance(perStep), change)
        const whole = estimate(pipe(w, reduce(meanOverTrajectories)))(batch)
        expect(gap(ofParts(pipe(w, prepare(meanOverTrajectories))(batch), batch, parts), whole)).toBeLessThan(1e-9)
      }),
      { seed, numRuns: 150 },
    ))
  it('one that looks further is refused, whatever it says of itself, with one sentence', () =>
    fc.assert(
      fc.property(
        severalSteps,
        fc.constantFrom(...Object.keys(beyond)),
        fc.constantFrom<Coupling>('none', 'exchangeable', 'ordered'),
        fc.constantFrom(true, false, undefined),
        (batch, name, coupling, pointwise) => {
          const change = ratioModifier({ ...own, coupling, ...(pointwise === undefined ? {} : { pointwise }), apply: (r, _c, b) => beyond[name](r, b) })
          const w = pipe(toGo, importance(perStep), change) as never
          const refused = thrown(() => pipe(w, prepare(meanOverTrajectories))(batch as never))
          // How many trajectories there are is the same in every run of steps of one batch: of such a one slices add up.
          if (name === 'by how many trajectories there are' && pointwise === true && coupling === 'none') {
            const whole = estimate(pipe(w as never, reduce(meanOverTrajectories)))(batch as never)
            expect(gap(ofParts(pipe(w, prepare(meanOverTrajectories))(batch as never), batch, [0, 1]), whole)).toBeLessThan(1e-9)
            return
          }
          expect(refused).toBe(`IllegalStep: ${sentence}`)
          expect(thrown(() => pipe(w, inMinibatches(meanOverTrajectories)).ready(batch as never))).toBe(`IllegalStep: ${sentence}`)
          // What it says itself is heard before any batch comes.
          if (coupling !== 'none' || pointwise === false) {
            expect(thrown(() => pipe(w, prepare(meanOverTrajectories)))).toBe(`IllegalStep: ${sentence}`)
            expect(thrown(() => pipe(w, inMinibatches(meanOverTrajectories)))).toBe(`IllegalStep: ${sentence}`)
          }
        },
      ),
      { seed, numRuns: 150 },
    ))
  it('also where the policies agree, so that all ratios are 1', () => {
    const batch = must(fromSteps({ discount: 1, provenance: 'on-policy', episodes: 'complete', trajectories: [{ reward: [1, 2], behaviourLogProb: [-1, -1], end: terminated }, { reward: [3], behaviourLogProb: [-1], end: terminated }] }))
    const byMean = ratioModifier({ ...own, coupling: 'none', apply: (r) => beyond['divided by the mean of the batch'](r, { offsets: new Int32Array(1), count: 0 }) })
    expect(thrown(() => pipe(toGo, importance(perStep), byMean, prepare(meanOverTrajectories))(batch))).toContain(sentence)
  })
  it('one that compares credits with the largest, which alone is the step’s own', () => {
    const few = must(fromSteps({ discount: 1, provenance: 'off-policy', episodes: 'complete', trajectories: [8, 5, 3, 4].map((reward) => ({ reward: [reward], logProb: [-1], behaviourLogProb: [-1.5], end: terminated })) }))
    // In every second step the verdict on each is the same.
    const nearBest = ratioModifier({ ...own, coupling: 'none', apply: (r, c) => { const most = Math.max(...Array.from(c)); return r.map((x, k) => (c[k] > 0.6 * most || c[k] === 4 ? x : 0)) } })
    expect(thrown(() => pipe(toGo, importance(perStep), nearBest, prepare(meanOverTrajectories))(few))).toContain(sentence)
  })
  it('one that looks further only where policies have come far apart', () => {
    const batch = must(fromSteps({ discount: 1, provenance: 'on-policy', episodes: 'complete', trajectories: [1, 2, 3, 4, 5, 6].map((reward) => ({ reward: [reward], behaviourLogProb: [-1], end: terminated })) }))
    const halted = ratioModifier({ ...own, coupling: 'none', apply: (r) => (r.some((x) => x > 20) ? r.map(() => 1) : r) })
    expect(thrown(() => pipe(toGo, importance(perStep), halted, prepare(meanOverTrajectories))(batch))).toContain(sentence)
  })
  it('a ratio of one’s own that is said to be the step’s own', () => {
    const batch = must(fromSteps({ discount: 1, provenance: 'on-policy', episodes: 'complete', trajectories: [{ reward: [1, 2], behaviourLogProb: [-1, -1], end: terminated }] }))
    const cumulated = ratioOf({ ...own, formula: f, stage: 'step ratio', ratio: (l, b) => eachTrajectory(l.map(Math.exp), b, (run) => run.forEach((_, k) => (run[k] *= k > 0 ? run[k - 1] : 1))) })
    expect(thrown(() => pipe(toGo, importance(cumulated), prepare(meanOverTrajectories))(batch))).toContain(sentence)
  })
})

describe('what is frozen when a batch is cut may couple', () => {
  const coupledBaseline = baselineOf({
    word: 'best', row: 'baseline', needs: ['Reward'], coupling: 'exchangeable', reasons: { whole: [], perStep: [] },
    level: ({ batch }) => ({ axis: 'constant', value: Math.max(...Array.from((batch as { readonly reward: ArrayLike<number> }).reward)) }),
    formula: { whole: f, perStep: f }, source: 'a test',
  })
  const coupledCredit = creditModifier({ ...own, coupling: 'ordered', apply: (c) => c.map((x, k) => x / (1 + k)) })
  const scales: Readonly<Record<string, Reduction<string>>> = {
    'a number of the batch': reductionOf({ word: 'own', reasons: [], source: own.source, formula: f, coupling: 'exchangeable', scale: ({ count, offsets }) => 1 / (count * offsets[count]) }),
    'a number of the trajectory': meanOfTrajectoryMeans,
    'a number by the place in the batch': reductionOf({ word: 'own', reasons: [], source: own.source, formula: f, coupling: 'ordered', scale: ({ count }) => Float64Array.from({ length: count }, (_, i) => 1 / (i + 1)) }),
  }
  for (const [name, scale] of Object.entries(scales))
    it(`${name}: slices add up to the whole, and minibatches do with their share`, () =>
      fc.assert(
        fc.property(severalSteps, partition, (batch, parts) => {
          const w = pipe(toGo, baseline(coupledBaseline), coupledCredit, importance(perStep))
          const whole = estimate(pipe(w, reduce(scale)))(batch)
          expect(gap(ofParts(pipe(w, prepare(scale))(batch), batch, parts), whole)).toBeLessThan(1e-9)
          const ready = pipe(w, inMinibatches(scale)).ready(batch)
          const steps = whole.length
          const out = new Float64Array(steps)
          for (const part of new Set(parts)) {
            const of = Int32Array.from(Array.from(out.keys()).filter((k) => parts[k % parts.length] === part))
            ready.weights(of, Float64Array.from(of, (k) => batch.logProb[k]), 0).weights.forEach((x, j) => (out[of[j]] += x))
          }
          expect(gap(out, whole)).toBeLessThan(1e-9)
        }),
        { seed, numRuns: 60 },
      ))
})
