import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as fc from 'fast-check'
import {
  baseline,
  causality,
  clip,
  estimate,
  estimateInto,
  fromSteps,
  gae,
  importance,
  leaveOneOut,
  meanOfTrajectoryMeans,
  meanOverSteps,
  meanOverTrajectories,
  normalise,
  perStep,
  prepare,
  ratioOf,
  reduce,
  reuse,
  select,
  takenAsOne,
  terminated,
  totalReturn,
  truncate,
  whitenSteps,
  withColumn,
} from 'estimand'
import type { AllFacts, Trajectories } from 'estimand'
import { batches } from 'estimand/laws'
import { describe, expect, it } from 'vitest'
import { seed } from '../seed/seed.ts'
import { readVectors } from '../vectors/read.ts'
import type { MdpFile, PipelineFile } from '../vectors/schema.ts'
import { estimatorOf, gap } from '../vectors/setting.ts'
import { must, thrown } from './outcome.ts'

const toGo = pipe(totalReturn, causality)
const mean = reduce(meanOverTrajectories)

/** Discount 1: G = (3, 2), (4). */
const batch = must(
  fromSteps({
    discount: 1,
    provenance: 'on-policy',
    episodes: 'complete',
    trajectories: [
      { reward: [1, 2], behaviourLogProb: [-1, -2], end: terminated },
      { reward: [4], behaviourLogProb: [-3], end: terminated },
    ],
  }),
)
const clipped = pipe(toGo, importance(perStep), clip({ epsilon: 0.5 }))
/** Log-probs at which ratios are what they should be. */
const at = (indices: readonly number[], ratios: readonly number[]) => indices.map((k, j) => Math.log(ratios[j]) + [-1, -2, -3][k])
const sliced = (prepared: { readonly weights: (indices: readonly number[], logProb: readonly number[]) => Float64Array }, indices: readonly number[], ratios: readonly number[]) =>
  prepared.weights(indices, at(indices, ratios))

describe('prepare', () => {
  it('slices by hand: rho A / N, clip anew', () => {
    const prepared = pipe(clipped, prepare(meanOverTrajectories))(batch)
    expect(prepared.steps).toBe(3)
    expect(gap(sliced(prepared, [0, 1, 2], [1, 1, 1]), [1.5, 1, 2])).toBeLessThan(1e-12)
    expect(gap(sliced(prepared, [2], [1.2]), [2.4])).toBeLessThan(1e-12)
    // 1.6 has left the band; 0.1 may return to it.
    expect(gap(sliced(prepared, [2, 0, 1], [1.6, 0.1, 1.4]), [0, 0.15, 1.4])).toBeLessThan(1e-12)
  })
  it('any order, any position more than once, none at all', () => {
    const prepared = pipe(clipped, prepare(meanOverTrajectories))(batch)
    expect(gap(sliced(prepared, [1, 1, 0], [1, 0.5, 1]), [1, 0.5, 1.5])).toBeLessThan(1e-12)
    expect(prepared.weights([], []).length).toBe(0)
    expect(gap(prepared.weights(Int32Array.of(2), Float64Array.of(-3)), [2])).toBeLessThan(1e-12)
  })
  it('the scale is that of the whole batch, also per trajectory', () => {
    expect(gap(sliced(pipe(clipped, prepare(meanOfTrajectoryMeans))(batch), [2, 0], [1, 1]), [4 / 2, 3 / 4])).toBeLessThan(1e-12)
    expect(gap(sliced(pipe(clipped, prepare(meanOverSteps))(batch), [2, 0], [1, 1]), [4 / 3, 1])).toBeLessThan(1e-12)
  })
  it('the credit is of whole trajectories: others’ returns, and the deviation of all steps', () => {
    // LOO: 3 - 4, 2 - 0, 4 - 3
    expect(gap(sliced(pipe(toGo, baseline(leaveOneOut), importance(perStep), prepare(meanOverTrajectories))(batch), [0, 1, 2], [1, 1, 1]), [-0.5, 1, 0.5])).toBeLessThan(1e-12)
    // mean 3, deviation sqrt(2/3)
    const white = pipe(toGo, normalise(whitenSteps({ ddof: 0, epsilon: 0 })), importance(perStep), prepare(meanOverTrajectories))(batch)
    expect(gap(sliced(white, [1], [2]), [-1 / Math.sqrt(2 / 3)])).toBeLessThan(1e-12)
  })
  it('without a ratio, weights do not move', () => {
    for (const prepared of [pipe(toGo, prepare(meanOverTrajectories))(batch), pipe(toGo, importance(takenAsOne), prepare(meanOverTrajectories))(batch)])
      expect(gap(sliced(prepared, [0, 2], [5, 7]), [1.5, 2])).toBeLessThan(1e-12)
  })
  it('each call is the first: nothing that it was asked is kept', () => {
    const prepared = pipe(clipped, prepare(meanOverTrajectories))(batch)
    const before = sliced(prepared, [0, 1, 2], [1.2, 1.3, 0.4])
    for (let n = 0; n < 5; n++) sliced(prepared, [2, 1], [n, 9]).fill(NaN)
    before.fill(NaN)
    expect(gap(sliced(prepared, [0, 1, 2], [1, 1, 1]), [1.5, 1, 2])).toBeLessThan(1e-12)
  })
  it('the credit is frozen: what happens to the batch later does not matter', () => {
    const own = must(
      fromSteps({ discount: 1, provenance: 'on-policy', episodes: 'complete', trajectories: [{ reward: [1, 2], behaviourLogProb: [-1, -2], end: terminated }] }),
    )
    const prepared = pipe(toGo, importance(perStep), prepare(meanOverTrajectories))(own)
    ;(own.reward as Float64Array).fill(0)
    expect(gap(prepared.weights([0, 1], [-1, -2]), [3, 2])).toBe(0)
  })
  it('positions and lengths that do not fit', () => {
    const prepared = pipe(clipped, prepare(meanOverTrajectories))(batch)
    for (const k of [3, -1, 0.5, NaN, '0', null, undefined])
      expect(thrown(() => prepared.weights([k as never], [0]))).toBe(`RangeError: prepare: expected positions of steps from 0 to 2, got ${String(k)}`)
    expect(thrown(() => prepared.weights([0, 1], [-1]))).toBe('RangeError: prepare: expected 2 log-probs, one per step of the slice, got 1')
    expect(thrown(() => prepared.weights([0], []))).toBe('RangeError: prepare: expected 1 log-probs, one per step of the slice, got 0')
  })
  it('what overflows or is no number is not let through, as estimate does not', () => {
    const prepared = pipe(toGo, importance(perStep), prepare(meanOverTrajectories))(batch)
    expect(thrown(() => prepared.weights([1], [800]))).toContain('WeightNotFinite')
    expect(thrown(() => prepared.weights([1], [NaN]))).not.toBe('nothing')
  })
  it('needs', () => {
    const none = must(fromSteps({ discount: 1, provenance: 'on-policy', episodes: 'complete', trajectories: [{ reward: [1], end: terminated }] }))
    expect(thrown(() => pipe(clipped, prepare(meanOverTrajectories))(none as never))).toBe(
      'NeedsNotMet: prepare: the batch lacks BehaviourLogProb (logProb, behaviourLogProb); record the log-probability of each action when it is drawn, and give behaviourLogProb to fromSteps',
    )
    const again = must(reuse({ logProb: [-1, -2, -3], version: 1 })(batch))
    expect(thrown(() => pipe(toGo, prepare(meanOverTrajectories))(again as never))).toBe('NeedsNotMet: prepare: off-policy: add importance(...) to the pipeline, or sample again')
    expect(thrown(() => pipe(toGo, prepare(meanOverTrajectories))({ ...batch, currentVersion: 2 }))).toContain('which are now at version 2')
    expect(thrown(() => pipe(clipped, prepare(meanOverTrajectories))(select([])(batch)))).toContain('NeedsNotMet: prepare: the batch holds no trajectory')
    expect(thrown(() => pipe(clipped, prepare(meanOverTrajectories))(again))).toBe('nothing')
  })

  const own = { stage: 'step ratio', reasons: [], formula: { text: 'c rho_t', latex: 'c \\rho_t' }, source: 'a test' } as const
  it('a ratio of one’s own reads its own column, step by step, on slices too', () => {
    const weighted = ratioOf({ ...own, word: 'weighted', needs: ['trust'], ratio: (l, { trust }) => l.map((x, k) => trust[k] * Math.exp(x)) })
    const trusting = must(withColumn('trust', [10, 20, 30])(batch))
    const w = pipe(toGo, importance(weighted))
    expect(gap(estimate(pipe(w, mean))(trusting), [15, 20, 60])).toBeLessThan(1e-12)
    expect(gap(pipe(w, prepare(meanOverTrajectories))(trusting).weights([2, 0], [-3, -1 + Math.log(2)]), [60, 30])).toBeLessThan(1e-12)
    expect(thrown(() => pipe(w, prepare(meanOverTrajectories))(batch as never))).toBe('NeedsNotMet: prepare: the batch has no column trust; add it with withColumn')
  })
  it('a ratio of one’s own reads a fact per trajectory', () => {
    const grouped = ratioOf({ ...own, word: 'grouped', needs: ['Group'], ratio: (l, { group, offsets, count }) => {
      const out = new Float64Array(l.length)
      for (let i = 0; i < count; i++) out.fill(group[i], offsets[i], offsets[i + 1])
      return out
    } })
    const inGroups = must(
      fromSteps({
        discount: 1, provenance: 'off-policy', episodes: 'complete',
        trajectories: [
          { reward: [1, 2], logProb: [-1, -1], behaviourLogProb: [-1, -2], group: 5, end: terminated },
          { reward: [4], logProb: [-1], behaviourLogProb: [-3], group: 7, end: terminated },
        ],
      }),
    )
    const w = pipe(toGo, importance(grouped))
    expect(gap(estimate(pipe(w, mean))(inGroups), [7.5, 5, 14])).toBe(0)
    expect(gap(pipe(w, prepare(meanOverTrajectories))(inGroups).weights([2, 1], [-1, -1]), [14, 5])).toBe(0)
  })
  it('a ratio of one’s own that reads log-probs itself reads the current ones', () => {
    const againstEngine = ratioOf({ ...own, word: 'againstEngine', needs: ['RolloutLogProb'], ratio: (l, { logProb, rolloutLogProb }) => l.map((_, k) => Math.exp(logProb[k] - rolloutLogProb[k])) })
    const engine = must(
      fromSteps({ discount: 1, provenance: 'off-policy', episodes: 'complete', trajectories: [{ reward: [1, 2], logProb: [-1, -1], behaviourLogProb: [-1, -1], rolloutLogProb: [-1, -1], end: terminated }] }),
    )
    const w = pipe(toGo, importance(againstEngine))
    const current = [-1 + Math.log(2), -1 + Math.log(3)]
    const whole = estimate(pipe(w, mean))({ ...engine, logProb: Float64Array.from(current) })
    expect(gap(whole, [6, 6])).toBeLessThan(1e-12)
    expect(gap(pipe(w, prepare(meanOverTrajectories))(engine).weights([0, 1], current), whole)).toBeLessThan(1e-12)
  })
})

describe('nothing is changed that was given', () => {
  const { mdps } = readVectors<MdpFile>('mdp.json')
  const { pipelines } = readVectors<PipelineFile>('pipelines.json')
  // A baseline per time index has as many values as the horizon of its world, whatever the batch.
  const estimators = Object.values(pipelines).flatMap(({ spec }) => (spec === null || JSON.stringify(spec).includes('constantPerTime') ? [] : [estimatorOf(spec, mdps[0])]))
  const copyOf = (b: Trajectories<AllFacts>) => Object.fromEntries(Object.entries(b).map(([name, value]) => [name, ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : structuredClone(value as unknown)]))

  it('every golden pipeline, on arbitrary batches: the batch stays, twice is the same', () => {
    expect(estimators.length).toBeGreaterThan(0)
    fc.assert(
      fc.property(batches({ provenance: 'on-policy', episodes: 'complete' }), (b) => {
        const before = copyOf(b)
        for (const e of estimators) {
          const once = estimate(e)(b)
          const kept = Array.from(once)
          const twice = estimate(e)(b)
          expect(Array.from(twice)).toEqual(kept)
          expect(twice.buffer).not.toBe(once.buffer)
          expect(Object.values(b).some((column) => ArrayBuffer.isView(column) && column.buffer === once.buffer)).toBe(false)
          const into = new Float64Array(kept.length).fill(NaN)
          estimateInto(e)(into)(b)
          expect(Array.from(into)).toEqual(kept)
          once.fill(NaN)
          twice.fill(NaN)
        }
        expect(copyOf(b)).toEqual(before)
      }),
      { numRuns: 25, seed },
    )
  })

  it('batches whose columns are large enough to be kept for the next estimate', () => {
    const L = 700
    let state = 1
    const next = () => (state = (state * 16807) % 2147483647) / 2147483647
    const row = (f: () => number) => Array.from({ length: L }, f)
    const made = must(
      fromSteps({
        discount: 0.99,
        provenance: 'on-policy',
        episodes: 'complete',
        trajectories: Array.from({ length: 7 }, () => {
          const behaviourLogProb = row(() => -next())
          return { reward: row(next), behaviourLogProb, value: row(next), actionValue: row(next), end: terminated }
        }),
      }),
    ) as unknown as Trajectories<AllFacts>
    const big: Trajectories<AllFacts> = { ...made, logProb: Float64Array.from(made.behaviourLogProb, (l) => l + 0.1 * (next() - 0.5)) }
    const before = copyOf(big)
    const kept = estimators.map((e) => estimate(e)(big))
    const frozen = kept.map((w) => Array.from(w))
    // In another order, interleaved with others: neither what was given out nor what is computed changes.
    for (const [k, e] of estimators.entries()) {
      estimate(estimators[(k * 31 + 7) % estimators.length])(big)
      expect(gap(estimate(e)(big), frozen[k]), e.formula.text).toBe(0)
    }
    for (const [k, w] of kept.entries()) expect(gap(w, frozen[k]), estimators[k].formula.text).toBe(0)
    expect(new Set(kept.map((w) => w.buffer)).size).toBe(kept.length)
    expect(copyOf(big)).toEqual(before)
  })
  it('prepared batches share nothing either', () => {
    fc.assert(
      fc.property(batches({ provenance: 'off-policy', episodes: 'segments' }), (b) => {
        const before = copyOf(b)
        const prepared = pipe(gae({ lambda: 0.5 }), importance(perStep), truncate({ at: 1.5 }), prepare(meanOverSteps))(b)
        const all = Array.from(b.logProb.length === 0 ? [] : Array.from(b.logProb).keys())
        const once = Array.from(prepared.weights(all, b.logProb))
        expect(Array.from(prepared.weights(all, b.logProb))).toEqual(once)
        expect(copyOf(b)).toEqual(before)
        expect(E.isRight(reuse({ logProb: b.logProb, version: 1 })(b))).toBe(true)
      }),
      { numRuns: 100 },
    )
  })
})
