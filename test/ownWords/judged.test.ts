import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import {
  baseline,
  baselineOf,
  causality,
  creditModifier,
  describeProblems,
  estimate,
  explain,
  fromSteps,
  importance,
  meanOverTrajectories,
  perTrajectory,
  pipelineFromJson,
  prepare,
  ratioModifier,
  ratioOf,
  reason,
  reasons,
  reduce,
  reductionOf,
  registry,
  returnCredit,
  stepCredit,
  terminated,
  totalReturn,
  weightModifier,
  withColumn,
} from 'estimand'
import type { BehaviourLogProb, Column, CompleteEpisodes, Estimator, OnPolicy, PerStep, Reward } from 'estimand'
import { permutation, sound, splitting, tight, tryLaw } from 'estimand/laws'
import { describe, expect, it } from 'vitest'
import { seed } from '../seed/seed.ts'

const mean = reduce(meanOverTrajectories)
const toGo = pipe(totalReturn, causality)
const formula = { text: 'own', latex: '\\mathrm{own}' }
const source = 'a test'
const mine = reason({ name: 'mine', class: 'biased', because: 'a test', expectation: formula, source })
const trial = { seed, runs: 60 }
const right = <A>(result: E.Either<Parameters<typeof describeProblems>[0], A>): A => {
  if (E.isLeft(result)) throw new Error(describeProblems(result.left))
  return result.right
}

/** Reward-to-go again, by another way: suffix sums of the discounted rewards. */
const suffixSums = stepCredit({
  word: 'suffixSums',
  needs: ['Reward', 'CompleteEpisodes'],
  reasons: [],
  outer: 'none',
  formula,
  source,
  column: ({ reward, discount, offsets, count }) => {
    const out = new Float64Array(reward.length)
    for (let i = 0; i < count; i++)
      for (let k = offsets[i + 1] - 1, later = 0; k >= offsets[i]; k--) out[k] = later += discount ** (k - offsets[i]) * reward[k]
    return out
  },
})
/** A potential-based shaping of rewards changes no gradient: r + gamma Phi(s') - Phi(s) with Phi = 0 after the end. */
const shaped = returnCredit({
  word: 'shaped',
  needs: ['Reward', 'StateValue'],
  reasons: [],
  objective: 'discounted',
  formula,
  source: 'Ng, Harada, Russell 1999',
  reward: ({ reward, value, discount, offsets, count }) => {
    const out = Float64Array.from(reward)
    for (let i = 0; i < count; i++)
      for (let k = offsets[i]; k < offsets[i + 1]; k++) out[k] += (k + 1 < offsets[i + 1] ? discount * value[k + 1] : 0) - value[k]
    return out
  },
})
const halved = creditModifier({ word: 'halved', needs: [], coupling: 'none', reasons: [reasons.scaled], apply: (c) => c.map((x) => x / 2), formula: (c) => c, source })
const doubled = weightModifier({ word: 'doubled', needs: [], coupling: 'none', reasons: [], apply: (w) => w.map((x) => 2 * x), formula: (w) => w, source })
const lastReward = baselineOf({
  word: 'lastReward',
  row: 'baseline',
  needs: ['Reward'],
  coupling: 'none',
  reasons: { whole: [mine], perStep: [] },
  level: ({ batch: { reward, offsets, count } }) => {
    const column = new Float64Array(reward.length)
    for (let i = 0; i < count; i++) for (let k = offsets[i] + 1; k < offsets[i + 1]; k++) column[k] = reward[k - 1]
    return { axis: 'per step', column }
  },
  formula: { whole: formula, perStep: formula },
  source,
})
/** One ratio per trajectory again, as a product. */
const product = ratioOf({
  word: 'product',
  stage: 'trajectory ratio',
  needs: [],
  reasons: [],
  ratio: (l, { offsets, count }) => {
    for (let i = 0; i < count; i++) l.fill(l.subarray(offsets[i], offsets[i + 1]).reduce((p, x) => p * Math.exp(x), 1), offsets[i], offsets[i + 1])
    return l
  },
  formula,
  source,
})
const geometric = ratioOf({
  word: 'geometric',
  stage: 'step ratio',
  needs: ['novelty'],
  reasons: [mine],
  ratio: (l, { novelty }) => Float64Array.from(l, (x, k) => Math.exp(x * novelty[k])),
  formula,
  source,
})
const floor = ratioModifier({ word: 'floor', needs: [], coupling: 'none', reasons: [mine], apply: (r) => r.map((x) => Math.max(x, 0.9)), formula: (r) => r, source })
const byTwo = reductionOf({ word: 'byTwo', reasons: [], coupling: 'none', scale: ({ count }) => 1 / (2 * count), formula, source })

describe('words of one’s own that are honest hold up', () => {
  it('credits', () => {
    expect(tryLaw(trial)(sound(pipe(suffixSums, mean)))._tag).toBe('held')
    expect(tryLaw(trial)(sound(pipe(shaped, causality, importance(perTrajectory), mean)))._tag).toBe('held')
    expect(tryLaw(trial)(splitting(pipe(suffixSums, mean)))._tag).toBe('held')
  })
  it('a baseline, a ratio', () => {
    expect(tryLaw(trial)(sound(pipe(toGo, baseline(lastReward), importance(product), mean)))._tag).toBe('held')
    expect(tryLaw(trial)(permutation(pipe(toGo, baseline(lastReward), importance(product), mean)))._tag).toBe('held')
  })
  it('modifiers and a reduction that make up for each other', () =>
    expect(tryLaw(trial)(sound({ ...pipe(toGo, halved, doubled, mean), reasons: [] }))._tag).toBe('held'))
  it('a declared reason has a witness', () => {
    expect(tight(mine)({ seed, runs: 200 })(pipe(totalReturn, importance(perTrajectory), floor, mean))).not.toBeNull()
  })
})

describe('words that lie are refuted with a table', () => {
  it('a reduction that scales and does not say so', () => {
    const outcome = tryLaw(trial)(sound(pipe(toGo, reduce(byTwo))))
    expect(outcome._tag).toBe('failed')
    expect(outcome._tag === 'failed' && outcome.report).toMatch(/state\s+start\s+action/)
  })
  it('a weight modifier', () => expect(tryLaw(trial)(sound(pipe(toGo, doubled, mean)))._tag).toBe('failed'))
})

describe('words of one’s own take part in everything', () => {
  it('types: needs of a column by its name, reasons', () => {
    const e: Estimator<Reward & CompleteEpisodes & BehaviourLogProb & { readonly novelty: Column<PerStep> }, 'mine'> = pipe(toGo, importance(geometric), mean)
    // @ts-expect-error the column novelty is needed
    const lacking: Estimator<Reward & CompleteEpisodes & BehaviourLogProb, 'mine'> = e
    // @ts-expect-error Type '"mine"' is not assignable to type 'never'
    const hidden: Estimator<Reward & CompleteEpisodes & OnPolicy & BehaviourLogProb & { readonly novelty: Column<PerStep> }, never> = e
    expect(lacking).toBe(hidden)
    const batch = right(
      fromSteps({
        discount: 1,
        provenance: 'off-policy',
        episodes: 'complete',
        trajectories: [{ reward: [1, 2], logProb: [-1, -1], behaviourLogProb: [-2, -1.5], end: terminated }],
      }),
    )
    const full = right(withColumn('novelty', [0, 2])(batch))
    expect(Array.from(estimate(e)(full))).toEqual([3, 2 * Math.exp(1)])
    expect(() => estimate(e)(batch as never)).toThrow('the batch has no column novelty; add it with withColumn')
    const prepared = pipe(toGo, importance(geometric), prepare(meanOverTrajectories))(full)
    expect(Array.from(prepared.weights([1, 0], [-1, -1]))).toEqual([2 * Math.exp(1), 3])
  })
  it('explain, and a pipeline from JSON with words of one’s own', () => {
    const words = {
      ...registry,
      ratios: { ...registry.ratios, product: { bare: product, takes: null, called: () => product } },
      reductions: { ...registry.reductions, byTwo: { bare: byTwo, takes: null, called: () => byTwo } },
    }
    const e = right(pipelineFromJson(['totalReturn', { importance: 'product' }, { reduce: 'byTwo' }], words))
    expect(explain(e).pipeline).toEqual(['totalReturn', 'importance "product"', 'reduce "byTwo"'])
    expect(explain(e).sources).toContain('a test')
    expect(E.isLeft(pipelineFromJson(['totalReturn', { importance: 'product' }, { reduce: 'byTwo' }]))).toBe(true)
  })
})
