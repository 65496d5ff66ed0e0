import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as fc from 'fast-check'
import {
  baseline,
  baselineOf,
  causality,
  creditModifier,
  describeProblems,
  importance,
  leaveOneOut,
  meanOverSteps,
  meanOverTrajectories,
  mix,
  perStep,
  ratioModifier,
  reduce,
  reductionOf,
  select,
  totalReturn,
  weightModifier,
} from 'estimand'
import type { AllFacts, AnyEstimator, Coupling, Estimator, Trajectories } from 'estimand'
import { bandit, exactOfAll, exactOnLinearQuadratic, linearQuadratic, mdp as mdpOf, possibleBatch } from 'estimand/exact'
import type { Mdp, Setting } from 'estimand/exact'
import { pipelines, worldsUpTo } from 'estimand/laws'
import { describe, expect, it } from 'vitest'
import { seed } from '../seed/seed.ts'
import { gap } from '../vectors/setting.ts'

const mean = reduce(meanOverTrajectories)
const f = { text: 'x', latex: 'x' }
const any = <N, B extends string>(e: Estimator<N, B>): AnyEstimator => e as Estimator<unknown, B>

/** Whether something holds of trajectories i and j of a batch. */
type Relation = (batch: Trajectories<AllFacts>, i: number, j: number) => boolean

const firstReward = ({ reward, offsets }: Trajectories<AllFacts>, i: number): number => reward[offsets[i]]
const rewards = ({ reward, offsets }: Trajectories<AllFacts>, i: number): string => Array.from(reward).slice(offsets[i], offsets[i + 1]).join()
const lengthOf = ({ offsets }: Trajectories<AllFacts>, i: number): number => offsets[i + 1] - offsets[i]
const relations: Readonly<Record<string, Relation>> = {
  'the same first reward': (b, i, j) => i !== j && firstReward(b, i) === firstReward(b, j),
  'the same rewards': (b, i, j) => i !== j && rewards(b, i) === rewards(b, j),
  'other rewards of the same length': (b, i, j) => i !== j && lengthOf(b, i) === lengthOf(b, j) && rewards(b, i) !== rewards(b, j),
  'another length': (b, i, j) => lengthOf(b, i) !== lengthOf(b, j),
  'a trajectory before': (_, i, j) => j < i,
  'the third': (_, i, j) => i === 2 && j === 2,
  'the second of two': ({ count }, i, j) => count === 2 && i === 1 && j === 1,
  'batches of two': ({ count }, i, j) => count === 2 && i === j,
  'batches of three': ({ count }, i, j) => count === 3 && i === j,
  'batches of more than two': ({ count }, i, j) => count > 2 && i === j,
}

/** Weights of a trajectory are changed for each one of the batch that stands in a relation to it. */
const changedBy = (related: Relation, coupling: Coupling): AnyEstimator =>
  any(
    pipe(
      totalReturn,
      causality,
      weightModifier({
        word: 'changedBy',
        needs: ['Reward'],
        coupling,
        reasons: [],
        apply: (weight, batch) => {
          const all = batch as unknown as Trajectories<AllFacts>
          for (let i = 0; i < all.count; i++) {
            let times = 1
            for (let j = 0; j < all.count; j++) if (related(all, i, j)) times += 0.5
            for (let k = all.offsets[i]; k < all.offsets[i + 1]; k++) weight[k] *= times
          }
          return weight
        },
        formula: (w) => w,
        source: 'a liar',
      }),
      mean,
    ),
  )

/** E ghat over every ordered tuple of N, by select and a sum: nothing of the oracle is used. */
const bruteForce = (mdp: Mdp, e: AnyEstimator, N: number): readonly number[] => {
  const { probability, state, action, batch } = possibleBatch(mdp, 'target')
  const out = Array.from({ length: mdp.S * mdp.A }, () => 0)
  const policy = mdp.theta.map((row) => {
    const powers = row.map(Math.exp)
    return powers.map((x) => x / powers.reduce((a, b) => a + b, 0))
  })
  const go = (tuple: readonly number[], p: number): void => {
    if (tuple.length < N) {
      for (let i = 0; i < batch.count; i++) go([...tuple, i], p * probability[i])
      return
    }
    const weights = e.estimate(select(tuple)(batch))
    let at = 0
    for (const i of tuple)
      for (let k = batch.offsets[i]; k < batch.offsets[i + 1]; k++, at++)
        for (let a = 0; a < mdp.A; a++) out[state[k] * mdp.A + a] += p * weights[at] * ((a === action[k] ? 1 : 0) - policy[state[k]][a])
  }
  go([], 1)
  return out
}

const said = (setting: Setting, e: AnyEstimator): string => {
  const found = exactOfAll(setting)([e])
  return E.isLeft(found) ? describeProblems(found.left) : 'nothing'
}
const exchangeable = "declare the coupling 'exchangeable'"
const ordered = "declare the coupling 'ordered'"

/** Two starts, which rewards tell apart; one action goes on, the other may end the episode. */
const twoStarts = E.getOrElse((): Mdp => {
  throw new Error('no world')
})(
  mdpOf({
    S: 3, A: 2, T: 2, gamma: 1,
    terminal: [false, false, true],
    rho: [0.5, 0.5, 0],
    P: [[[1, 0, 0], [0.5, 0, 0.5]], [[0, 1, 0], [0, 0.5, 0.5]], [[0, 0, 1], [0, 0, 1]]],
    R: [[1, 0], [2, 5], [0, 0]],
    policy: [[0.3, 0.7], [0.6, 0.4], [0.5, 0.5]],
  }),
)

describe('a word of one’s own that couples trajectories and says that it does not', () => {
  for (const [name, related] of Object.entries(relations))
    it(`is found out where it looks at ${name}`, () => {
      for (const batchSize of [1, 2, 3]) expect(said({ mdp: twoStarts, batchSize }, changedBy(related, 'none')), `N = ${batchSize}`).toContain(exchangeable)
      expect(said({ mdp: twoStarts }, changedBy(related, 'none'))).toContain(exchangeable)
    })
  it('a baseline that is the mean of those with the same first reward', () => {
    const sameStart = baselineOf({
      word: 'sameStart',
      row: 'baseline',
      needs: ['Reward'],
      coupling: 'none',
      reasons: { whole: [], perStep: [] },
      level: ({ batch }) => {
        const b = batch as unknown as Trajectories<AllFacts>
        const returns = Array.from({ length: b.count }, (_, i) => Array.from(b.reward).slice(b.offsets[i], b.offsets[i + 1]).reduce((x, y) => x + y, 0))
        const column = Float64Array.from(returns, (_, i) => {
          const those = returns.filter((_r, j) => firstReward(b, j) === firstReward(b, i))
          return those.reduce((x, y) => x + y, 0) / those.length
        })
        return { axis: 'per trajectory', column }
      },
      formula: { whole: f, perStep: f },
      source: 'a liar',
    })
    const e = any(pipe(totalReturn, baseline(sameStart), mean))
    expect(said({ mdp: twoStarts, batchSize: 2 }, e)).toContain(exchangeable)
    // Truly declared it is the truth that comes.
    const found = exactOfAll({ mdp: twoStarts, batchSize: 2 })([{ ...e, coupling: 'exchangeable' }])
    expect(E.isRight(found) && gap(found.right[0].expectation, bruteForce(twoStarts, e, 2))).toBeLessThan(1e-12)
  })
  it('in batches of just the size that is asked for', () => {
    const five: Relation = ({ count }, i, j) => count === 5 && i === 4 && j === 4
    expect(said({ mdp: twoStarts, batchSize: 5 }, changedBy(five, 'none'))).toContain(exchangeable)
  })
  it('a credit, a ratio, a reduction', () => {
    const none = { needs: [], coupling: 'none', reasons: [], formula: (x: typeof f) => x, source: 'a liar' } as const
    const credit = creditModifier({ ...none, word: 'c', apply: (c, b) => c.map((x, k) => (k >= b.offsets[Math.min(2, b.count)] ? 2 * x : x)) })
    const ratio = ratioModifier({ ...none, word: 'r', apply: (r, _c, b) => r.map((x) => (b.count > 2 ? 2 * x : x)) })
    const scale = reductionOf({ coupling: 'none', reasons: [], source: none.source, word: 's', formula: f, scale: ({ count, offsets }) => 1 / (count * offsets[count]) })
    for (const e of [any(pipe(totalReturn, credit, mean)), any(pipe(totalReturn, importance(perStep), ratio, mean)), any(pipe(totalReturn, reduce(scale)))])
      expect(said({ mdp: twoStarts }, e)).toContain(exchangeable)
  })
  it('a copy of one of ours that says something else', () => {
    for (const e of [any(pipe(totalReturn, baseline(leaveOneOut), mean)), any(pipe(totalReturn, reduce({ ...meanOverSteps, coupling: 'none' }))), any(pipe(totalReturn, reduce(meanOverSteps)))]) {
      const lie: AnyEstimator = { ...e, coupling: 'none' }
      const short = E.getOrElse((): Mdp => twoStarts)(mdpOf({ S: 2, A: 2, T: 2, gamma: 1, terminal: [false, true], rho: [1, 0], P: [[[1, 0], [0, 1]], [[0, 1], [0, 1]]], R: [[1, 0], [0, 0]], policy: [[0.5, 0.5], [0.5, 0.5]] }))
      expect(said({ mdp: short }, lie)).toContain(exchangeable)
      expect(said({ mdp: short }, any(mix([0.5, lie], [0.5, pipe(totalReturn, mean)])))).toContain(exchangeable)
    }
  })
  it('in a world with more trajectories than are tried in tuples', () => {
    const wide = bandit(Array.from({ length: 700 }, (_, a) => a % 350), Array.from({ length: 700 }, () => 1 / 700))
    for (const name of ['the same first reward', 'the third', 'the second of two', 'batches of two', 'batches of three'])
      expect(said({ mdp: wide }, changedBy(relations[name], 'none')), name).toContain(exchangeable)
  })
  it('on a linear-quadratic problem', () => {
    const problem = { T: 1, gamma: 1, Amat: [[0]], Bmat: [[1]], W: [[0]], mean0: [1], cov0: [[0]], Qcost: [[1]], Rcost: [[1]], K: [[-1]], logSigma: 0 }
    const third = changedBy(relations['the third'], 'none') as Estimator<unknown, string>
    const found = E.chain((lq: Parameters<typeof exactOnLinearQuadratic>[0]) => exactOnLinearQuadratic(lq)(third))(linearQuadratic(problem))
    expect(E.isLeft(found) && describeProblems(found.left)).toContain(exchangeable)
  })
})

describe('a word of one’s own that looks at the order and says that it does not', () => {
  for (const name of ['a trajectory before', 'the third', 'the second of two'] as const)
    it(`is found out where it looks at ${name}`, () => {
      const batchSize = name === 'the third' ? 3 : 2
      expect(said({ mdp: twoStarts, batchSize }, changedBy(relations[name], 'exchangeable'))).toContain(ordered)
      const found = exactOfAll({ mdp: twoStarts, batchSize })([changedBy(relations[name], 'ordered')])
      expect(E.isRight(found) && gap(found.right[0].expectation, bruteForce(twoStarts, changedBy(relations[name], 'ordered'), batchSize))).toBeLessThan(1e-12)
    })
  it('in batches of four', () => {
    for (const place of [0, 1, 2, 3])
      expect(said({ mdp: bandit([1, 0], [0.3, 0.7]), batchSize: 4 }, changedBy((_, i, j) => i === place && j === place, 'exchangeable'))).toContain(ordered)
  })
})

describe('exact tells the truth or nothing', () => {
  it('of arbitrary couplings, declared or not: what comes is the sum over all tuples', () => {
    const names = Object.keys(relations)
    const cases = fc.record({
      world: worldsUpTo({ states: 2, horizon: 2 }),
      some: fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 2 }),
      coupling: fc.constantFrom<Coupling>('none', 'exchangeable', 'ordered'),
      N: fc.integer({ min: 1, max: 3 }),
    })
    let [told, refused] = [0, 0]
    fc.assert(
      fc.property(cases, ({ world: { mdp }, some, coupling, N }) => {
        const count = possibleBatch(mdp, 'target').batch.count
        fc.pre(count ** N < 3000)
        const e = changedBy((b, i, j) => some.every((name) => relations[name](b, i, j)), coupling)
        const found = exactOfAll({ mdp, batchSize: N })([e])
        if (E.isLeft(found)) {
          refused++
          expect(coupling).not.toBe('ordered')
          expect(describeProblems(found.left)).toContain('declare the coupling')
          return
        }
        told++
        expect(gap(found.right[0].expectation, bruteForce(mdp, e, N))).toBeLessThan(1e-10)
      }),
      { seed, numRuns: 300 },
    )
    expect(told).toBeGreaterThan(20)
    expect(refused).toBeGreaterThan(20)
  })
  it('of words that keep to what they say, nobody is accused, whatever the scale of rewards', () => {
    const scales = [1, 1e9, 1e-200]
    fc.assert(
      fc.property(fc.record({ world: worldsUpTo({ states: 2, horizon: 2 }), pipeline: pipelines, by: fc.constantFrom(...scales) }), ({ world, pipeline: { estimator }, by }) => {
        const mdp = { ...world.mdp, R: world.mdp.R.map((row) => row.map((r) => (typeof r === 'number' ? by * r : r.map((x) => by * x)))) } as Mdp
        const sampling = estimator.needs.includes('OnPolicy') ? 'target' : 'behaviour'
        const setting: Setting = { mdp, sampling, value: world.value.map((row) => row.map((v) => by * v)), actionValue: world.actionValue, batchSize: 2 }
        // A copy is nobody's, so that it is tried; it is the same.
        const [ours, copy] = [exactOfAll(setting)([estimator]), exactOfAll(setting)([{ ...estimator }])]
        expect(copy).toEqual(ours)
      }),
      { seed, numRuns: 200 },
    )
  })
})
