import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { baseline, causality, creditModifier, describeProblems, leaveOneOut, meanOverTrajectories, perStep, importance, pipelineFromJson, reduce, reductionOf, reasons, stateValue, totalReturn } from 'estimand'
import type { Problem } from 'estimand'
import { bandit, cost, exact, exactOfAll, mdp as mdpOf, possibleBatch, sampled, trajectories, truth, worlds } from 'estimand/exact'
import type { Mdp } from 'estimand/exact'
import { describe, expect, it } from 'vitest'
import { gap } from '../vectors/setting.ts'

const right = <A>(result: E.Either<readonly Problem[], A>): A => {
  if (E.isLeft(result)) throw new Error(describeProblems(result.left))
  return result.right
}
const left = <A>(result: E.Either<readonly Problem[], A>): string => (E.isLeft(result) ? describeProblems(result.left) : 'no problem')
const mean = reduce(meanOverTrajectories)
const reinforce = pipe(totalReturn, mean)
const coupled = pipe(totalReturn, baseline(leaveOneOut), mean)

describe('covariance', () => {
  it('of REINFORCE on a bandit, by hand', () => {
    // pi = (p, 1 - p), rewards (1, 0): g = (1 - p, -(1 - p)) with probability p, else 0; E g = p (1 - p) (1, -1).
    const p = 0.8
    const { covariance, covDiag, covTrace } = right(exact({ mdp: bandit([1, 0], [p, 1 - p]), covariance: 'full' })(reinforce))
    const v = p * (1 - p) ** 2 - (p * (1 - p)) ** 2
    expect(gap((covariance ?? []).flat(), [v, -v, -v, v])).toBeLessThan(1e-12)
    expect(gap(covDiag, [v, v])).toBeLessThan(1e-12)
    expect(covTrace).toBeCloseTo(2 * v, 12)
  })
  it('has the diagonal that is computed without the rest, coupled or not, and is symmetric', () => {
    for (const world of Object.values(worlds))
      for (const e of [reinforce, coupled]) {
        const full = right(exact({ mdp: world.mdp, covariance: 'full' })(e))
        const diagonal = right(exact({ mdp: world.mdp })(e))
        const rows = full.covariance ?? []
        expect(gap(full.covDiag, diagonal.covDiag), world.shows).toBeLessThan(1e-12)
        expect(gap(rows.flat(), rows.map((_, k) => rows.map((row) => row[k])).flat()), world.shows).toBeLessThan(1e-12)
      }
  })
  it('falls like 1/N where trajectories are independent', () => {
    const { mdp } = worlds.timestepRatioFlipsSign
    const [one, four] = [1, 4].map((batchSize) => right(exact({ mdp, batchSize })(reinforce)).covTrace)
    expect(four).toBeCloseTo(one / 4, 12)
  })
})

describe('refusals', () => {
  const { mdp } = worlds.timestepRatioFlipsSign
  const decoded = right(pipelineFromJson(['totalReturn', 'causality', { reduce: 'meanOverTrajectories' }]))
  it('on-policy data asked for, behaviour data given: the remedy', () =>
    expect(left(exactOfAll({ mdp, sampling: 'behaviour' })([decoded]))).toContain('add importance(...) to the pipeline, or sample again'))
  it('values asked for, none given', () => {
    const gae = right(pipelineFromJson([{ gae: { lambda: 1 } }, { reduce: 'meanOverTrajectories' }]))
    expect(left(exactOfAll({ mdp })([gae]))).toContain('StateValue')
  })
  it('too many tuples: the cost, and what to do', () => {
    expect(cost({ mdp, batchSize: 9 })(coupled)).toEqual({ trajectories: 3, tuples: 3 ** 9 })
    const text = left(exact({ mdp, batchSize: 9, limit: 1000 })(coupled))
    expect(text).toContain('at most 1000 tuples')
    expect(text).toContain('19683; raise limit, take a smaller batchSize, or use sampled(...)')
    expect(E.isRight(exact({ mdp, batchSize: 9, limit: 20_000 })(coupled))).toBe(true)
  })
  it('tables that do not fit, all at once', () =>
    expect(left(exactOfAll({ mdp, value: [[1, 2], [NaN, 0, 0]], actionValue: [[[1]]] as never, batchSize: 0 })([decoded]))).toBe(
      [
        'value[0]: expected an array of 3 numbers, got 2 entries',
        'value[1][0]: expected a finite number, got NaN',
        'actionValue: expected 2 tables, one per time index, got 1',
        'actionValue[0][0]: expected an array of 2 numbers, got 1 entries',
        'actionValue[0][1]: expected an array of 2 numbers, got undefined',
        'actionValue[0][2]: expected an array of 2 numbers, got undefined',
        'batchSize: expected an integer >= 1, got 0',
      ].join('\n'),
    ))
  it('a coupling that is declared wrongly is found out', () => {
    const sum = reductionOf({ word: 'sum', reasons: [reasons.scaled], coupling: 'none', scale: () => 1, formula: { text: '1', latex: '1' }, source: 'a mutant' })
    expect(left(exact({ mdp })(pipe(totalReturn, reduce(sum))))).toContain("declare the coupling 'exchangeable'")
    // Two equal trajectories would not tell: each is its batch's mean, alone and together.
    const centred = creditModifier({
      word: 'centred', needs: [], coupling: 'none', reasons: [reasons.scaled], source: 'a mutant',
      apply: (credit) => credit.map((x) => x - credit.reduce((a, b) => a + b, 0) / credit.length),
      formula: (c) => c,
    })
    expect(left(exact({ mdp: bandit([1, 0], [0.5, 0.5]) })(pipe(totalReturn, centred, mean)))).toContain("declare the coupling 'exchangeable'")
  })
  it('a ratio that is infinite, or whose square is: which one, and what to do', () => {
    const importanceSampled = pipe(totalReturn, causality, importance(perStep), mean)
    const far = (logit: number): Mdp => ({ ...bandit([1, 0], [0.5, 0.5]), thetaBehaviour: [[logit, 0]] })
    expect(left(exact({ mdp: far(-720), sampling: 'behaviour' })(importanceSampled))).toContain('finite moments')
    // e^-900 is 0 in float64, and yet the action is taken.
    expect(left(exact({ mdp: far(-900), sampling: 'behaviour' })(importanceSampled))).toBe(
      'estimators[0]: expected finite moments, got one that is infinite or not a number, where the ratio of action 0 in state 0 is exp(899.3); ' +
        'truncate the ratio, bring the policies closer, or scale the rewards down',
    )
  })
})

describe('the same world seen in other ways', () => {
  const grid = (S: number, T: number, terminal: readonly number[], starts = 2): Mdp => {
    const table = <X>(entry: (s: number, a: number) => X): readonly (readonly X[])[] => Array.from({ length: S }, (_, s) => [0, 1].map((a) => entry(s, a)))
    return right(
      mdpOf({
        S,
        A: 2,
        T,
        gamma: 0.9,
        rho: Array.from({ length: S }, (_, s) => (s < starts ? 1 / starts : 0)),
        P: table((s, a) => Array.from({ length: S }, (_, n) => (n === (s + 1 + a) % S ? 0.75 : n === (s + 3 * a + 2) % S ? 0.25 : 0))),
        R: table((s, a) => Math.sin(s + 2 * a)),
        theta: table((s, a) => Math.cos(s * a + s)),
        thetaBehaviour: table((s, a) => Math.sin(s - a)),
        terminal: Array.from({ length: S }, (_, s) => terminal.includes(s)),
      }),
    )
  }
  const threeModifiers = pipe(totalReturn, causality, baseline(stateValue), importance(perStep), mean)
  it.each([
    ['few states, all ways of equal length', grid(5, 7, [])],
    ['episodes that are over before and after the blocks part', grid(5, 8, [4])],
    ['more states than are gone through for each draw', grid(11, 8, [3, 10])],
    ['one step', grid(5, 1, [4])],
    ['more states than blocks are kept for', grid(96, 6, [], 96)],
  ])('%s: what comes block by block is the sum over all trajectories at once', (_, world) => {
    const { probability, state, action, batch } = possibleBatch(world, 'behaviour', { value: truth(world).V })
    const weights = threeModifiers.estimate(batch)
    const [first, second] = [new Float64Array(world.S * 2), new Float64Array(world.S * 2)]
    for (let i = 0; i < batch.count; i++) {
      const g = new Float64Array(world.S * 2)
      for (let k = batch.offsets[i]; k < batch.offsets[i + 1]; k++)
        for (const a of [0, 1]) {
          const odds = Math.exp(world.theta[state[k]][1 - a] - world.theta[state[k]][a])
          g[2 * state[k] + a] += batch.count * weights[k] * ((a === action[k] ? 1 : 0) - 1 / (1 + odds))
        }
      g.forEach((x, k) => {
        first[k] += probability[i] * x
        second[k] += probability[i] * x * x
      })
    }
    const { expectation, covDiag, trajectories: count } = right(exact({ mdp: world, sampling: 'behaviour', value: 'exact' })(threeModifiers))
    expect(count).toBe(batch.count)
    expect(gap(expectation, Array.from(first))).toBeLessThan(1e-12)
    expect(gap(covDiag, Array.from(second, (x, k) => x - first[k] ** 2))).toBeLessThan(1e-11)
  })
  it('probabilities of all trajectories sum to 1, and their returns to J', () => {
    for (const { mdp } of Object.values(worlds)) {
      const all = trajectories(mdp, 'target')
      expect(all.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 12)
      const J = all.reduce((sum, { probability, rewards }) => sum + probability * rewards.reduce((r, x, t) => r + mdp.gamma ** t * x, 0), 0)
      expect(J).toBeCloseTo(truth(mdp).J, 12)
      expect(possibleBatch(mdp, 'target').batch.count).toBe(all.length)
    }
  })
  it('a sampled mean has the exact one in an interval of four standard errors, and repeats with its seed', () => {
    const { mdp } = worlds.timestepRatioFlipsSign
    for (const [e, N] of [[reinforce, 1], [coupled, 2]] as const) {
      const any = e as Parameters<ReturnType<typeof sampled>>[0]
      const [a, b] = [1, 2].map(() => right(sampled({ mdp }, { batches: 4000, seed: 7 })(any)))
      expect(a).toEqual(b)
      // Of one trajectory, or of two where an estimator couples them, as that of exact.
      expect(a.N).toBe(N)
      expect(right(sampled({ mdp, batchSize: N }, { batches: 4000, seed: 7 })(any))).toEqual(a)
      expect(right(sampled({ mdp, batchSize: 3 }, { batches: 2, seed: 7 })(any)).N).toBe(3)
      const { expectation } = right(exact({ mdp })(e))
      for (const [k, x] of expectation.entries()) expect(Math.abs(a.mean[k] - x)).toBeLessThanOrEqual(4 * a.standardError[k] + 1e-12)
    }
    expect(left(sampled({ mdp }, { batches: 1, seed: 7 })(reinforce as Parameters<ReturnType<typeof sampled>>[0]))).toContain('batches: expected an integer >= 2')
  })
})
