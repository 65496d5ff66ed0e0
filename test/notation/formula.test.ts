import * as fc from 'fast-check'
import { pipe } from 'fp-ts/lib/function.js'
import type { AnyEstimator, Formula, Trajectories } from 'estimand'
import * as ours from 'estimand'
import { describe, expect, it } from 'vitest'
import { batchesFor } from '../../laws/weights.ts'
import { pipelines } from '../../laws/arbitraries/pipelines.ts'
import { fromLatex } from './fromLatex.ts'
import type { Facts, Path } from './mean.ts'
import { Tie, weightsOf } from './mean.ts'
import { read } from './read.ts'

type Batch = Trajectories<ours.AllFacts>

const factsOf = (batch: Batch): Facts => ({
  discount: batch.discount,
  paths: Array.from({ length: batch.count }, (_, i) => {
    const row = (column: ArrayLike<number>) => Array.from(column).slice(batch.offsets[i], batch.offsets[i + 1])
    const behaviour = row(batch.behaviourLogProb)
    return {
      start: batch.startTime[i],
      reward: row(batch.reward),
      value: row(batch.value),
      actionValue: row(batch.actionValue),
      ratio: row(batch.logProb).map((l, k) => Math.exp(l - behaviour[k])),
      bootstrap: batch.bootstrapValue[i],
    }
  }),
})

const agree = (e: AnyEstimator, batch: Batch, more: Partial<Facts> = {}): void => {
  const { text, latex } = e.formula
  const expected = Array.from(e.estimate(batch))
  const tree = read(text)
  const meant = (): readonly number[] | null => {
    try {
      return weightsOf(tree, { ...factsOf(batch), ...more })
    } catch (error) {
      if (error instanceof Tie) return null
      throw error
    }
  }
  const weights = meant()
  const size = Math.max(1, ...expected.map(Math.abs))
  if (weights !== null) expected.forEach((w, k) => expect(Math.abs(weights[k] - w), `${text}\nstep ${k}: ${w}, read as ${weights[k]}`).toBeLessThan(1e-9 * size))
  expect(read(fromLatex(latex)), `${text}\n${latex}\n${fromLatex(latex)}`).toEqual(tree)
}

describe('the printed formula, read by someone else, gives the weights', () => {
  it('of every pipeline of ours', () =>
    fc.assert(
      fc.property(
        pipelines.chain(({ estimator, words }) => batchesFor(estimator).map((batch) => ({ estimator, batch, words }))),
        ({ estimator, batch }) => agree(estimator, batch),
      ),
      { numRuns: 300 },
    ))

  it('of combinations', () =>
    fc.assert(
      fc.property(
        fc.tuple(pipelines, pipelines, fc.constantFrom(-2, 0.5, 1e-7, 1, -0.25), fc.nat({ max: 4 })).chain(([a, b, c, how]) => {
          const [x, y] = a.estimator.objective === b.estimator.objective ? [a.estimator, b.estimator] : [a.estimator, a.estimator]
          const all = [
            () => pipe(x, ours.plus(y)),
            () => pipe(x, ours.plus(pipe(y, ours.scale(c)))),
            () => pipe(pipe(x, ours.plus(y)), ours.scale(c)),
            () => ours.mix([c, x], [1 - c, y]),
            () => pipe(ours.mix([1 - c, x], [c, y]), ours.plus(ours.mix([c, x], [1 - c, y]))),
          ][how]()
          return batchesFor(all).map((batch) => ({ all: all as AnyEstimator, batch }))
        }),
        ({ all, batch }) => agree(all, batch),
      ),
      { numRuns: 80 },
    ))
})

describe('words of one’s own', () => {
  const f = (text: string, latex = text): Formula => ({ text, latex })
  const source = 'a test'
  const none = { needs: [], reasons: [], source } as const
  const plain = { ...none, coupling: 'none' } as const
  const doubled = (reward: ArrayLike<number>) => Float64Array.from(reward, (r) => 2 * r)
  const squared = (reward: ArrayLike<number>) => Float64Array.from(reward, (r) => r * r)

  const credits: readonly unknown[] = [
    ours.returnCredit({ ...none, word: 'twice', needs: ['Reward'], objective: 'discounted', formula: f('2 R_i'), reward: (b) => doubled(b.reward) }),
    ours.returnCredit({ ...none, word: 'twicePlain', needs: ['Reward'], objective: 'undiscounted', formula: f('sum_u 2 r_iu', '\\sum_u 2 r_{iu}'), reward: (b) => doubled(b.reward) }),
    ours.returnCredit({ ...none, word: 'squares', needs: ['Reward'], objective: 'discounted', formula: f('R2'), reward: (b) => squared(b.reward) }),
    ours.returnCredit({ ...none, word: 'difference', needs: ['Reward'], objective: 'discounted', formula: f('3 R_i - R_i'), reward: (b) => doubled(b.reward) }),
    ours.stepCredit({ ...none, word: 'next', needs: ['Reward'], outer: 'discount', formula: f('r_t + 1'), column: (b) => Float64Array.from(b.reward, (r) => r + 1) }),
    ours.stepCredit({ ...none, word: 'minus', needs: ['Reward'], outer: 'none', formula: f('-r_t'), column: (b) => Float64Array.from(b.reward, (r) => -r) }),
    ours.totalReturn,
    ours.totalReturn({ objective: 'undiscounted' }),
  ]
  const both = (formula: ours.BaselineFormula) => ({ whole: formula, perStep: formula })
  const baselines: readonly unknown[] = [
    ours.baselineOf({ ...plain, word: 'low', row: 'baseline', reasons: { whole: [], perStep: [] }, level: () => ({ axis: 'constant', value: -0.5 }), formula: both(f('1 - 1.5')) }),
    ours.baselineOf({ ...plain, word: 'twiceV', row: 'stepBaseline', needs: ['StateValue'], reasons: { whole: [], perStep: [] }, level: ({ batch }) => ({ axis: 'per step', column: Float64Array.from(batch.value, (v) => v + v - 1) }), formula: both(f('V(s_t) + V(s_t) - 1')) }),
    ours.batchMean,
    ours.batchMean({ ended: 'zero' }),
    ours.leaveOneOut,
    ours.leaveOneOut({ ended: 'zero' }),
    ours.constant(-0.25),
    ours.constantPerTime([1, -1e-7, 0.5, 2, -1, 3, 0.25]),
  ].map((b) => ours.baseline(b as never))
  const creditChanges = [
    ours.creditModifier({ ...plain, word: 'square', apply: (c) => c.map((x) => x * x), formula: (c) => f(`${c.text}^2`, `${c.latex}^2`) }),
    ours.creditModifier({ ...plain, word: 'triple', apply: (c) => c.map((x) => 3 * x), formula: (c) => f(`3 ${c.text}`, `3 ${c.latex}`) }),
    ours.creditModifier({ ...plain, word: 'above', apply: (c) => c.map((x) => Math.max(x, 0) + 1), formula: (c) => f(`max(${c.text}, 0) + 1`, `\\max(${c.latex}, 0) + 1`) }),
    ours.creditModifier({ ...plain, word: 'below', apply: (c) => c.map((x) => 1 - x), formula: (c) => f(`1 - ${c.text}`, `1 - ${c.latex}`) }),
    ours.normalise(ours.batchStd({ ddof: 1, epsilon: 0.5 }) as never),
    ours.normalise(ours.batchStd({ ddof: 0, epsilon: 1e-3 }) as never),
    ours.normalise(ours.whitenSteps({ ddof: 0, epsilon: 0.5 }) as never),
    ours.causality,
    ours.dropOuterDiscount,
  ]
  const prefixOf = (l: Float64Array, b: Trajectories<unknown>, of: (log: number) => number) => {
    const out = new Float64Array(l.length)
    for (let i = 0; i < b.count; i++) for (let k = b.offsets[i], sum = 0; k < b.offsets[i + 1]; k++) out[k] = of((sum += l[k]))
    return out
  }
  const ratios = [
    ours.ratioOf({ ...none, word: 'more', stage: 'step ratio', ratio: (l) => l.map((x) => Math.exp(x) + 1), formula: f('rho_t + 1', '\\rho_t + 1') }),
    ours.ratioOf({ ...none, word: 'one', stage: 'step ratio', ratio: (l) => l.fill(1), formula: f('1') }),
    ours.ratioOf({ ...none, word: 'prefixSquared', stage: 'per-decision ratio', ratio: (l, b) => prefixOf(l, b, (x) => Math.exp(2 * x)), formula: f('rho_{0:t}^2', '\\rho_{0:t}^2') }),
    ours.ratioOf({ ...none, word: 'prefixMore', stage: 'per-decision ratio', ratio: (l, b) => prefixOf(l, b, (x) => Math.exp(x) + 1), formula: f('rho_{0:u} + 1', '\\rho_{0:u} + 1') }),
    ours.ratioOf({
      ...none, word: 'rooted', stage: 'trajectory ratio',
      ratio: (l, b) => {
        for (let i = 0; i < b.count; i++) l.fill(Math.exp(l.subarray(b.offsets[i], b.offsets[i + 1]).reduce((x, y) => x + y, 0) / 2), b.offsets[i], b.offsets[i + 1])
        return l
      },
      formula: f('sqrt(rho_{0:L-1})', '\\sqrt{\\rho_{0:L-1}}'),
    }),
    ours.perStep, ours.prefix, ours.perTrajectory, ours.perDecision, ours.takenAsOne,
  ].map((r) => ours.importance(r as never))
  const limits = [
    ours.ratioModifier({ ...plain, word: 'half', apply: (r) => r.map((x) => x / 2), formula: (r) => f(`0.5 ${r.text}`, `0.5 ${r.latex}`) }),
    ours.ratioModifier({ ...plain, word: 'plusOne', apply: (r) => r.map((x) => x + 1), formula: (r) => f(`${r.text} + 1`, `${r.latex} + 1`) }),
    ours.clip({ epsilon: 0.2 }), ours.truncate({ at: 1.5 }), ours.selfNormalise,
  ]
  const changes = [
    ours.weightModifier({ ...plain, word: 'squareW', apply: (w) => w.map((x) => x * x), formula: (w) => f(`${w.text}^2`, `${w.latex}^2`) }),
    ours.weightModifier({ ...plain, word: 'less', apply: (w) => w.map((x) => x - 1), formula: (w) => f(`${w.text} - 1`, `${w.latex} - 1`) }),
    ours.weightModifier({ ...plain, word: 'lessTimes', apply: (w) => w.map((x) => -2 * x), formula: (w) => f(`-2 ${w.text}`, `-2 ${w.latex}`) }),
  ]
  const reductions = [
    ours.reductionOf({ reasons: [], source, coupling: 'none', word: 'odd', scale: ({ count }) => 1 / count + 1, formula: f('1/N + 1', '\\tfrac1N + 1') }),
    ours.reductionOf({ reasons: [], source, word: 'longestOf', coupling: 'exchangeable', scale: (b) => 1 / (b.count * ours.longest(b)), formula: f('1/(N max_j L_j)', '\\tfrac{1}{N \\max_j L_j}') }),
    ours.meanOverSteps, ours.meanOfTrajectoryMeans, ours.constantLength(3), ours.meanOverTrajectories,
  ].map((r) => ours.reduce(r as never))

  const square = ({ discount }: Facts, { reward }: Path): number => reward.reduce((sum, r, t) => sum + discount ** t * r * r, 0)
  const more: Partial<Facts> = { rewards: { twice: (r) => 2 * r, twicePlain: (r) => 2 * r, squares: (r) => r * r, difference: (r) => 2 * r }, own: { R2: square } }

  /** A pipeline of these words; what is not legal where it stands is left out. */
  const chosen = fc
    .record({ credit: fc.constantFrom(...credits), steps: fc.array(fc.constantFrom(...baselines, ...creditChanges, ...baselines), { maxLength: 4 }), ratio: fc.option(fc.constantFrom(...ratios)), limit: fc.option(fc.constantFrom(...limits)), change: fc.array(fc.constantFrom(...changes), { maxLength: 2 }), end: fc.constantFrom(...reductions) })
    .map(({ credit, steps, ratio, limit, change, end }) => {
      const apply = (w: unknown, step: unknown): unknown => {
        try {
          return (step as (w: unknown) => unknown)(w)
        } catch (error) {
          if (error instanceof ours.IllegalStep) return w
          throw error
        }
      }
      return (end as (w: never) => AnyEstimator)([...steps, ratio, limit, ...change].filter((step) => step !== null).reduce(apply, credit) as never)
    })

  it('wherever they stand', () =>
    fc.assert(
      fc.property(chosen.chain((e) => batchesFor(e).map((batch) => ({ e, batch }))), ({ e, batch }) => agree(e, batch, more)),
      { numRuns: 1500 },
    ))

  const says = (e: AnyEstimator | ours.Estimator<never, string>, text: string) => it(text, () => expect(e.formula.text).toBe(text))
  const mean = ours.reduce(ours.meanOverTrajectories)
  const r2 = ours.returnCredit({ word: 'squares', reasons: [], source, needs: ['Reward'], objective: 'discounted', formula: f('R2'), reward: (b) => squared(b.reward) })
  says(pipe(r2, ours.baseline(ours.leaveOneOut), mean), '1/N (R2 - mean_{j!=i} R2_j)')
  says(pipe(r2, ours.causality, ours.baseline(ours.batchMean), mean), '1/N (gamma^t ((R2 from t on) - mean_{j alive at t} (R2_j from t on)))')
  says(pipe(ours.totalReturn({ objective: 'undiscounted' }), ours.causality, ours.baseline(ours.leaveOneOut), mean), '1/N (sum_{u>=t} r_iu - mean_{j!=i alive at t} (sum_{u>=t} r_ju))')
})

describe('the reader tells formulas apart', () => {
  const facts: Facts = { discount: 0.5, paths: [{ start: 1, reward: [1, 4], value: [2, 3], actionValue: [5, 6], ratio: [2, 0.5], bootstrap: 8 }, { start: 0, reward: [8], value: [1], actionValue: [1], ratio: [0.25], bootstrap: 0 }] }
  it.each<readonly [string, readonly number[]]>([
    ['1/N R_i', [1.5, 1.5, 4]],
    ['gamma^t G_it', [1.5, 1, 8]],
    ['R_i - mean_j R_j', [-2.5, -2.5, 2.5]],
    ['G_it - mean_{j alive at t} G_jt', [-2.5, 0, 2.5]],
    ['2 (1 + rho_t)/2 3', [9, 4.5, 3.75]],
    ['6 / 2 rho_t', [1.5, 6, 12]],
    ['delta_{t+1}', [5, 0, 0]],
    ['V_{t+1} - 2', [1, 6, -2]],
    ['-2^2 + 1', [-3, -3, -3]],
    ['sum_{l<2} gamma^l r_{t+l} 2', [6, 8, 16]],
    ['(R_i from t on)', [3, 4, 8]],
    ['std_j R_j', [2.5, 2.5, 2.5]],
    ['clip[rho_t; 1 -+ 0.2] (-1)', [-2, 0, 0]],
  ])('%s', (text, expected) => {
    const found = weightsOf(read(text), facts)
    expected.forEach((x, k) => expect(found[k]).toBeCloseTo(x, 12))
  })
  it.each(['1 +', '(a', 'a)', '2 + - 3', 'sum_{q} 1', 'X_i', 'G_iu'])('cannot read %s', (text) => expect(() => weightsOf(read(text), facts)).toThrow())
})
