import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as fc from 'fast-check'
import {
  advantage,
  baseline,
  batchMean,
  causality,
  cloning,
  importance,
  leaveOneOut,
  meanOverTrajectories,
  perDecision,
  perTrajectory,
  plus,
  reduce,
  scale,
  selfNormalise,
  stateValue,
  totalReturn,
  weightModifier,
  zero,
} from 'estimand'
import type { AnyEstimator, Estimator } from 'estimand'
import { bandit, exactOfAll, truth, worlds } from 'estimand/exact'
import { pipelines, worldsUpTo } from 'estimand/laws'
import { describe, expect, it } from 'vitest'
import { compare } from '../../src/compare/compare.ts'
import type { ComparedRow, Comparison, Row } from '../../src/compare/compare.ts'

const mean = reduce(meanOverTrajectories)
const any = <N, B extends string>(e: Estimator<N, B>): AnyEstimator => e as Estimator<unknown, B>
const reinforce = any(pipe(totalReturn, mean))
const toGo = any(pipe(totalReturn, causality, mean))
const loo = any(pipe(totalReturn, baseline(leaveOneOut), mean))
const shrunk = any(pipe(totalReturn, baseline(batchMean), mean))

const all = (comparison: Comparison): readonly Row[] => [...compare(comparison)]
const only = (comparison: Comparison): ComparedRow => {
  const [row] = all(comparison)
  return row._tag === 'compared' ? row : expect.fail(row.because)
}
/** A bandit of two arms that pays 1 and 0. grad J = (p(1-p), -p(1-p)), ghat of one trajectory = R (1 - p, -(1 - p)) with probability p. */
const coin = bandit([1, 0], [0.5, 0.5])

describe('numbers that can be checked on paper', () => {
  it('rtgRaisesVariance: the total return has no variance, reward-to-go has', () => {
    const rows = all({ estimators: { reinforce, toGo }, worlds: { w: worlds.rtgRaisesVariance.mdp } })
    // Variance 0.5 of a single trajectory, so 0.25 of two.
    expect(rows.map((row) => row._tag === 'compared' && [row.biasNorm, row.standardDeviation, row.N, row.trajectories])).toEqual([
      [0, 0, 2, 4],
      [0, 0.5, 2, 4],
    ])
  })

  it('a bandit: variance, error, cosine, norm', () => {
    const row = only({ estimators: { reinforce }, worlds: { coin } })
    // ghat = (1/2, -1/2) or 0, each with probability 1/2: mean (1/4, -1/4), variance 1/16 of each component, halved by two trajectories.
    expect(row.biasNorm).toBeCloseTo(0, 14)
    expect(row.standardDeviation).toBeCloseTo(0.25, 14)
    expect(row.meanSquaredError).toBeCloseTo(1 / 16, 14)
    expect(row.cosine).toBeCloseTo(1, 14)
    expect(row.targetNorm).toBeCloseTo(Math.SQRT1_2 / 2, 14)
    expect(row).toMatchObject({ world: 'coin', estimator: 'reinforce', N: 2, sampling: 'target', target: 'gradJ', trajectories: 2 })
  })

  it('the batch mean of two: half of the gradient is missing', () => {
    const row = only({ estimators: { shrunk }, worlds: { coin } })
    expect(row.biasNorm).toBeCloseTo(Math.SQRT1_2 / 4, 14)
    expect(row.cosine).toBeCloseTo(1, 14)
    // ghat = (1/4, -1/4) where the two differ, else 0: the mean is (1/8, -1/8), the variance 1/64 of each component.
    expect(row.standardDeviation).toBeCloseTo(Math.sqrt(1 / 32), 14)
    expect(row.meanSquaredError).toBeCloseTo(1 / 32 + 1 / 32, 14)
  })

  it('a gradient against the truth has a cosine of -1', () => {
    expect(only({ estimators: { against: any(pipe(totalReturn, mean, scale(-1))) }, worlds: { coin } }).cosine).toBeCloseTo(-1, 14)
  })

  it('twice the gradient: the bias is as long as the gradient', () => {
    const row = only({ estimators: { twice: any(pipe(totalReturn, mean, plus(pipe(totalReturn, mean)))) }, worlds: { coin } })
    expect(row.biasNorm).toBeCloseTo(row.targetNorm, 14)
  })

  it('no angle to a gradient of 0, nor to an expectation of 0', () => {
    expect(only({ estimators: { toGo }, worlds: { w: worlds.rtgRaisesVariance.mdp } }).cosine).toBeNull()
    expect(only({ estimators: { zero: any(zero('discounted')) }, worlds: { coin } }).cosine).toBeNull()
    // The gradient is 0 only after its parts have cancelled: what rounding leaves has no direction.
    expect(only({ estimators: { reinforce }, worlds: { w: bandit([0.1, 0.1, 0.1], [0.2, 0.3, 0.5]) } }).cosine).toBeNull()
  })

  it('undiscounted estimators are measured against the undiscounted gradient', () => {
    const mdp = worlds.droppedOuterDiscountFlipsSign.mdp
    const row = only({ estimators: { plain: any(pipe(totalReturn({ objective: 'undiscounted' }), mean)) }, worlds: { mdp } })
    expect(row.target).toBe('gradJUndiscounted')
    expect(row.targetNorm).toBeCloseTo(Math.hypot(...truth(mdp).gradJUndiscounted), 14)
    expect(row.biasNorm).toBeCloseTo(0, 12)
  })
})

describe('the same number of trajectories for all', () => {
  it.each([1, 2, 3])('batches of %i', (batchSize) => {
    const rows = all({ estimators: { reinforce, toGo, loo }, worlds: { w: worlds.timestepRatioFlipsSign.mdp }, batchSize })
    expect(rows.map(({ N }) => N)).toEqual([batchSize, batchSize, batchSize])
    expect(rows.map(({ _tag }) => _tag)).toEqual(['compared', 'compared', 'compared'])
  })

  it('the variance of uncoupled trajectories is that of one, divided by N', () => {
    const of = (batchSize: number): number => only({ estimators: { toGo }, worlds: { w: worlds.timestepRatioFlipsSign.mdp }, batchSize }).standardDeviation ** 2
    expect(of(1000)).toBeCloseTo(of(1) / 1000, 14)
  })
})

describe('what cannot be computed', () => {
  const w = worlds.timestepRatioFlipsSign.mdp
  const because = (comparison: Comparison): readonly (string | null)[] => all(comparison).map((row) => (row._tag === 'compared' ? null : row.because))

  it('on-policy estimators on data of the behaviour policy; the others are computed', () => {
    const off = any(pipe(totalReturn, importance(perTrajectory), mean))
    expect(because({ estimators: { reinforce, off, loo }, worlds: { w }, sampling: 'behaviour' })).toEqual([
      'needs on-policy data: add importance(...) to the pipeline, or let the target policy sample',
      null,
      'needs on-policy data: add importance(...) to the pipeline, or let the target policy sample',
    ])
  })

  it('values that nobody gave', () => {
    const both = any(pipe(advantage, mean))
    expect(because({ estimators: { both }, worlds: { w } })).toEqual([
      "needs state values: set value, for example to 'exact'; needs action values: set actionValue, for example to 'exact'",
    ])
    expect(because({ estimators: { both }, worlds: { w }, value: 'exact', actionValue: 'exact' })).toEqual([null])
  })

  it('a table of values that fits one world and not the other', () => {
    const valued = any(pipe(totalReturn, causality, baseline(stateValue), mean))
    const [fits, misfits] = because({ estimators: { valued, toGo }, worlds: { coin, w }, value: [0.5] }).filter((_, k) => k % 2 === 0)
    expect(fits).toBeNull()
    expect(misfits).toMatch(/^value: expected an array of 3 numbers, got 1 entries$/)
  })

  it('too many tuples, where trajectories are coupled', () => {
    expect(because({ estimators: { toGo, loo }, worlds: { w, coin }, limit: 8 })).toEqual([
      null,
      'expected at most 8 tuples of trajectories, got 9; raise limit, take a smaller batchSize, or use sampled(...)',
      null,
      null,
    ])
  })

  it('a batch size that is none', () => {
    expect(because({ estimators: { toGo, loo }, worlds: { w }, batchSize: 0 })).toEqual([
      'batchSize: expected an integer >= 1, got 0',
      'batchSize: expected an integer >= 1, got 0',
    ])
  })

  it('a column that only its author has', () => {
    const needy = weightModifier({ word: 'needy', needs: ['mine'], coupling: 'none', reasons: [], apply: (x) => x, formula: (x) => x, source: 'a test' })
    expect(because({ estimators: { needy: any(pipe(totalReturn, needy, mean)), toGo }, worlds: { w } })).toEqual(['the batch has no column mine; add it with withColumn', null])
  })

  it('a word that couples trajectories and denies it, among honest ones', () => {
    const sly = weightModifier({ word: 'sly', needs: [], coupling: 'none', reasons: [], apply: (x, { count }) => x.map((v) => v + count), formula: (x) => x, source: 'a test' })
    const [first, second] = because({ estimators: { sly: any(pipe(totalReturn, sly, mean)), toGo }, worlds: { w } })
    expect(first).toMatch(/declare the coupling 'exchangeable'/)
    expect(second).toBeNull()
  })

  it('moments that overflow, among finite ones', () => {
    const huge = weightModifier({ word: 'huge', needs: [], coupling: 'none', reasons: [], apply: (x) => x.map((v) => v * 1e200), formula: (x) => x, source: 'a test' })
    const [first, second] = because({ estimators: { huge: any(pipe(totalReturn, huge, mean)), toGo }, worlds: { w } })
    expect(first).toMatch(/^expected finite moments/)
    expect(second).toBeNull()
  })
})

describe('rows', () => {
  it('come world by world, in the order of the records, one at a time', () => {
    const rows = compare({ estimators: { b: toGo, a: loo }, worlds: { second: coin, first: worlds.rtgRaisesVariance.mdp } })
    expect(rows.next().value).toMatchObject({ world: 'second', estimator: 'b' })
    expect([...rows].map(({ world, estimator }) => `${world} ${estimator}`)).toEqual(['second a', 'first b', 'first a'])
  })

  it('nothing is computed before it is asked for', () => {
    let asked = 0
    const counted: AnyEstimator = { ...toGo, estimate: (...args) => (asked++, toGo.estimate(...args)) }
    const rows = compare({ estimators: { counted }, worlds: { coin, w: worlds.timestepRatioFlipsSign.mdp } })
    expect(asked).toBe(0)
    rows.next()
    const first = asked
    rows.next()
    expect([first > 0, asked > first]).toEqual([true, true])
  })

  it('one estimator under two names is computed once and has two rows', () => {
    let asked = 0
    const counted: AnyEstimator = { ...toGo, estimate: (...args) => (asked++, toGo.estimate(...args)) }
    const [a, b] = all({ estimators: { a: counted, b: counted }, worlds: { coin } })
    const twice = asked
    asked = 0
    all({ estimators: { a: counted }, worlds: { coin } })
    expect(twice).toBe(asked)
    expect({ ...a, estimator: '' }).toEqual({ ...b, estimator: '' })
  })

  it('no estimators, no worlds: no rows', () => {
    expect(all({ estimators: {}, worlds: { coin } })).toEqual([])
    expect(all({ estimators: { toGo }, worlds: {} })).toEqual([])
  })
})

describe('agrees with exact, called for one estimator at a time', () => {
  const cases = fc.record({
    world: worldsUpTo({ states: 2, horizon: 2 }),
    chosen: fc.array(pipelines, { minLength: 1, maxLength: 4 }),
    batchSize: fc.integer({ min: 1, max: 2 }),
    sampling: fc.constantFrom('target' as const, 'behaviour' as const),
  })

  it('on arbitrary worlds and pipelines', () => {
    let computed = 0
    let refused = 0
    fc.assert(
      fc.property(cases, ({ world: { mdp, value, actionValue }, chosen, batchSize, sampling }) => {
        const estimators = Object.fromEntries(chosen.map(({ estimator }, k) => [`e${k}`, estimator]))
        const rows = all({ estimators, worlds: { w: mdp }, batchSize, sampling, value, actionValue })
        expect(rows.map(({ estimator }) => estimator)).toEqual(Object.keys(estimators))
        for (const row of rows) {
          const alone = exactOfAll({ mdp, batchSize, sampling, value, actionValue, covariance: 'full' })([estimators[row.estimator]])
          if (row._tag === 'not compared') {
            refused++
            expect(alone).toMatchObject({ _tag: 'Left' })
            continue
          }
          computed++
          if (E.isLeft(alone)) return expect.fail(JSON.stringify(alone.left))
          const [{ expectation, target, covariance, trajectories }] = alone.right
          const error = expectation.map((x, k) => x - target.value[k])
          const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, k) => sum + x * b[k], 0)
          const trace = (covariance ?? []).reduce((sum, line, k) => sum + line[k], 0)
          expect(row.biasNorm).toBeCloseTo(Math.sqrt(dot(error, error)), 12)
          expect(row.standardDeviation ** 2).toBeCloseTo(trace, 10)
          expect(row.meanSquaredError).toBeCloseTo(dot(error, error) + trace, 10)
          expect(row.targetNorm).toBeCloseTo(Math.sqrt(dot(target.value, target.value)), 12)
          expect([row.N, row.trajectories]).toEqual([batchSize, trajectories])
          // a . b = |a| |b| cos; where there is no angle both sides are 0.
          const norms = Math.sqrt(dot(expectation, expectation) * dot(target.value, target.value))
          expect((row.cosine ?? 0) * norms).toBeCloseTo(dot(expectation, target.value), 10)
          expect(row.cosine === null).toBe(Math.min(dot(expectation, expectation), dot(target.value, target.value)) < 1e-20)
        }
      }),
      { numRuns: 150 },
    )
    // Both kinds of rows came by.
    expect(Math.min(computed, refused)).toBeGreaterThan(20)
  })

  it('per-decision ratios and coupled ones beside each other', () => {
    const estimators = {
      perDecision: any(pipe(totalReturn, causality, importance(perDecision), mean)),
      weighted: any(pipe(totalReturn, importance(perTrajectory), selfNormalise, mean)),
      cloning: any(pipe(cloning, importance(perTrajectory), mean)),
    }
    const mdp = worlds.timestepRatioFlipsSign.mdp
    for (const row of all({ estimators, worlds: { mdp }, sampling: 'behaviour' })) {
      const alone = exactOfAll({ mdp, sampling: 'behaviour', batchSize: 2 })([estimators[row.estimator as keyof typeof estimators]])
      expect(E.isRight(alone) && row._tag === 'compared' && row.standardDeviation ** 2).toBeCloseTo(E.isRight(alone) ? alone.right[0].covTrace : NaN, 12)
    }
  })
})
