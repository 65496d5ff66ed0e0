/** Worlds of a few bytes that ask for much: an answer in time, or a sentence. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as fc from 'fast-check'
import { baseline, causality, describeProblems, gae, importance, leaveOneOut, meanOverTrajectories, perStep, reduce, totalReturn } from 'estimand'
import type { Problem } from 'estimand'
import { bandit, chain, cost, episodes, exact, exactOnLinearQuadratic, linearQuadratic, linearQuadraticTruth, mdp as checkedMdp, possibleBatch, sampled, trajectories, truth } from 'estimand/exact'
import type { Mdp } from 'estimand/exact'
import { describe, expect, it } from 'vitest'

const right = <A>(result: E.Either<readonly Problem[], A>): A => {
  if (E.isLeft(result)) throw new Error(describeProblems(result.left))
  return result.right
}
const left = <A>(result: E.Either<readonly Problem[], A>): string => (E.isLeft(result) ? describeProblems(result.left) : 'no problem')
const mean = reduce(meanOverTrajectories)
const reinforce = pipe(totalReturn, mean)
const rewardToGo = pipe(totalReturn, causality, mean)
const coupled = pipe(totalReturn, baseline(leaveOneOut), mean)
const any = (e: object) => e as Parameters<ReturnType<typeof sampled>>[0]

/** One state, one action. */
const still = (T: number): Mdp => right(checkedMdp({ S: 1, A: 1, T, gamma: 1, rho: [1], P: [[[1]]], R: [[1]], policy: [[1]] }))
/** One state, two actions: 2^T trajectories. */
const doubling = (T: number): Mdp => right(checkedMdp({ S: 1, A: 2, T, gamma: 1, rho: [1], P: [[[1], [1]]], R: [[1, 0]], policy: [[0.5, 0.5]] }))
/** Stop, or go on: T + 1 trajectories, since what the last decision leads to is not told apart. */
const stopping = (T: number, onward = 0.5): Mdp =>
  right(
    checkedMdp({
      S: 2, A: 2, T, gamma: 1, rho: [1, 0], terminal: [false, true],
      P: [[[0, 1], [1, 0]], [[0, 1], [0, 1]]],
      R: [[1, 1], [0, 0]],
      policy: [[1 - onward, onward], [0.5, 0.5]],
    }),
  )

/** Far above what any of these takes, far below what it would take to do what is asked. */
const inTime = { timeout: 120_000 }

describe('long horizons', () => {
  it('one trajectory of 30,000 steps', inTime, () => {
    const mdp = still(30_000)
    for (const e of [reinforce, rewardToGo, pipe(totalReturn, causality, importance(perStep), mean)]) {
      const { trajectories: count, expectation, covTrace } = right(exact({ mdp })(e))
      expect([count, expectation, covTrace]).toEqual([1, [0], 0])
    }
    expect(right(exact({ mdp, batchSize: 2 })(coupled)).trajectories).toBe(1)
    expect(right(exact({ mdp, value: 'exact' })(pipe(gae({ lambda: 1 }), mean))).trajectories).toBe(1)
    expect(truth(mdp).J).toBe(30_000)
    expect(trajectories(mdp, 'target')[0].rewards.length).toBe(30_000)
    expect(possibleBatch(mdp, 'target').batch.offsets[1]).toBe(30_000)
    expect(right(sampled({ mdp }, { batches: 2, seed: 1 })(any(reinforce))).mean).toEqual([0])
  })
  it('stop or go on 3,000 times: the moments by hand', inTime, () => {
    // Of k visits 1 reward each: g of "go on" is k (k - 1 - k / 2) if it stops at the k-th, so E g = E k^2 / 2 - E k with P(k) = 2^-k.
    const { trajectories: count, expectation, bias } = right(exact({ mdp: stopping(3000) })(reinforce))
    expect(count).toBe(3001)
    expect(expectation[1]).toBeCloseTo(6 / 2 - 2, 12)
    expect(Math.abs(bias[1])).toBeLessThan(1e-12)
  })
  it.each([1e9, 1e12, Number.MAX_SAFE_INTEGER])('%d decisions are counted, and refused', inTime, (T) => {
    const mdp = still(T)
    const refusal = `mdp.T: expected at most 1198372 decisions where S = 1 and A = 1, so that tables by time fit in memory, got ${T}; take a shorter horizon`
    expect(cost({ mdp })(reinforce)).toEqual({ trajectories: 1, tuples: 1 })
    expect(cost({ mdp: stopping(T) })(reinforce).trajectories / (T + 1)).toBeCloseTo(1, 12)
    expect(cost({ mdp: doubling(T) })(reinforce).trajectories).toBe(Infinity)
    for (const limit of [1, 600_000, Infinity]) {
      expect(left(exact({ mdp, limit })(reinforce))).toBe(refusal)
      expect(left(exact({ mdp, limit, value: [0], actionValue: 'exact' })(reinforce))).toContain(refusal)
      expect(left(exact({ mdp: doubling(T), limit, batchSize: 3 })(coupled))).toContain('mdp.T: expected at most 1048576 decisions')
    }
    expect(() => truth(mdp)).toThrow(`truth: ${refusal}`)
    expect(() => trajectories(mdp, 'target')).toThrow(`trajectories: expected at most 16777216 steps in all trajectories, got a horizon of ${T}`)
    expect(() => possibleBatch(mdp, 'target')).toThrow('possibleBatch: expected at most 16777216 steps')
    expect(left(sampled({ mdp }, { batches: 2, seed: 1 })(any(reinforce)))).toContain(`batchSize: expected at most 16777216 steps in a batch, got 1 trajectories of up to ${T} steps`)
    const recorded = [{ states: [0], actions: [0], rewards: [1], nextStates: [0] }]
    expect(left(episodes({ mdp })(recorded))).toContain(`${T} steps, or an end in a terminal state`)
    // Without values nothing is as long as the horizon.
    expect(left(episodes({ mdp: stopping(T) })([{ states: [0], actions: [0], rewards: [1] }]))).toBe('no problem')
    expect(left(episodes({ mdp: stopping(T), value: 'exact' })([{ states: [0], actions: [0], rewards: [1] }]))).toContain('mdp.T')
  })
  it('too many trajectories, or too many steps in them, whatever the limit', inTime, () => {
    expect(left(exact({ mdp: doubling(40), limit: Infinity })(reinforce))).toBe(
      'estimator: expected at most 10000000000 tuples of trajectories, got 1099511627776; take a smaller batchSize or a shorter horizon, or use sampled(...)',
    )
    expect(left(exact({ mdp: doubling(100_000), limit: Infinity })(reinforce))).toContain('got Infinity;')
    expect(left(exact({ mdp: stopping(300_000) })(reinforce))).toBe(
      'estimator: expected at most 300000000 steps in all trajectories where A = 2, got 45000450000 steps in 300001; raise limit, take a smaller batchSize, or use sampled(...)',
    )
    expect(() => trajectories(doubling(40), 'target')).toThrow('take a shorter horizon, or use exact')
  })
  it('what is counted by powers of a matrix is what is counted step by step', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), fc.array(fc.boolean(), { minLength: 9, maxLength: 9 }), fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }), fc.integer({ min: 1001, max: 1100 }), (S, reached, ends, T) => {
        const terminal = ends.slice(0, S).map((end, s) => end && s > 0)
        const row = (s: number): readonly number[] => {
          const to = Array.from({ length: S }, (_, n) => (reached[3 * s + n] || n === S - 1 ? 1 : 0))
          const all = to.reduce<number>((a, b) => a + b, 0)
          return to.map((x) => x / all)
        }
        const states = Array.from({ length: S }, (_, s) => s)
        const mdp = right(checkedMdp({ S, A: 1, T, gamma: 1, rho: states.map((s) => (s === 0 ? 1 : 0)), terminal, P: states.map((s) => [row(s)]), R: states.map(() => [0]), policy: states.map(() => [1]) }))
        // n_t(s), in integers of any size.
        let ways = states.map(() => 1n)
        for (let t = T - 2; t >= 0; t--) ways = states.map((s) => row(s).reduce((sum, p, n) => sum + (p === 0 ? 0n : terminal[n] ? 1n : ways[n]), 0n))
        const expected = Number(ways[0])
        const { trajectories: count } = cost({ mdp })(reinforce)
        if (expected === Infinity) expect(count).toBe(Infinity)
        else expect(count / expected).toBeCloseTo(1, 9)
      }),
      { numRuns: 40 },
    )
  })
})

describe('wide worlds and large batches', () => {
  it('batches that do not fit in memory are refused, those that do are not gone into by recursion', inTime, () => {
    const one = bandit([1], [1])
    expect(left(exact({ mdp: one, batchSize: 1e9, limit: Infinity })(coupled))).toBe(
      'batchSize: expected at most 16777216 steps in a batch, got 1000000000 trajectories of up to 1 steps; take a smaller batchSize or a shorter horizon',
    )
    expect(left(exact({ mdp: bandit([1, 0], [0.5, 0.5]), batchSize: 1e9 })(coupled))).toContain('tuples of trajectories, got Infinity')
    expect(right(exact({ mdp: one, batchSize: 50_000 })(coupled)).N).toBe(50_000)
    expect(left(sampled({ mdp: one, batchSize: 1e9 }, { batches: 2, seed: 1 })(any(reinforce)))).toContain('batchSize')
    // Where trajectories are independent, N is no more than a number.
    expect(right(exact({ mdp: bandit([1, 0], [0.5, 0.5]), batchSize: 1e9 })(reinforce)).covTrace).toBeCloseTo(1.25e-10, 20)
  })
  it('many actions', inTime, () => {
    const A = 5000
    const even = Array.from({ length: A }, () => 1 / A)
    const mdp = bandit(even.map((_, a) => (a === 0 ? 1 : 0)), even)
    expect(left(exact({ mdp, covariance: 'full' })(reinforce))).toBe("covariance: expected 'diagonal', or at most 4096 components, got 'full' with 5000 components; leave covariance out")
    const { expectation } = right(exact({ mdp })(reinforce))
    expect(expectation[0]).toBeCloseTo((1 - 1 / A) / A, 15)
  })
  it('sizes that the tables do not have', () => {
    for (const size of [1e9, 1e308])
      for (const key of ['S', 'A'])
        expect(left(checkedMdp({ S: 1, A: 1, T: 1, gamma: 1, rho: [1], P: [[[1]]], R: [[1]], policy: [[1]], [key]: size }))).not.toBe('no problem')
    expect(left(chain({ length: 1e9, horizon: 1, discount: 1 }))).toBe('length: expected at most 4095, so that its table of transitions fits in memory, got 1000000000')
  })
})

describe('linear-quadratic problems', () => {
  const scalar = { gamma: 1, Amat: [[0]], Bmat: [[1]], W: [[0]], mean0: [1], cov0: [[0]], Qcost: [[0]], Rcost: [[1]], K: [[0]], logSigma: 0 }
  const of = (T: number) => right(linearQuadratic({ ...scalar, T }))
  it('one point a noise, 30,000 steps', inTime, () => {
    expect(right(exactOnLinearQuadratic(of(30_000), { order: 1 })(reinforce)).quadraturePoints).toBe(1)
    expect(linearQuadraticTruth(of(30_000)).J).toBe(-30_000)
  })
  it('1e9 steps are refused, whatever the limit', inTime, () => {
    expect(left(exactOnLinearQuadratic(of(1e9), { order: 1, limit: Infinity })(reinforce))).toContain('linearQuadratic.T: expected at most 559240 decisions')
    expect(left(exactOnLinearQuadratic(of(1e9), { limit: Infinity })(reinforce))).toContain('at most 10000000000 quadrature points, got Infinity; take a shorter horizon or a lower order')
    expect(() => linearQuadraticTruth(of(1e9))).toThrow('linearQuadraticTruth: linearQuadratic.T: expected at most 559240 decisions')
  })
})
