/** Variances of estimates that hardly vary, against integers. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as fc from 'fast-check'
import { describeProblems, meanOverTrajectories, reduce, totalReturn } from 'estimand'
import type { Problem } from 'estimand'
import { exact, linearQuadratic, linearQuadraticExpectation, mdp as checkedMdp, sampled } from 'estimand/exact'
import type { Mdp } from 'estimand/exact'
import { describe, expect, it } from 'vitest'

const right = <A>(result: E.Either<readonly Problem[], A>): A => {
  if (E.isLeft(result)) throw new Error(describeProblems(result.left))
  return result.right
}
const reinforce = pipe(totalReturn, reduce(meanOverTrajectories))
const coupled = { ...reinforce, coupling: 'exchangeable' as const }
const ordered = { ...reinforce, coupling: 'ordered' as const }

const parts = 2 ** 40

/** An outcome of the one step: what the estimate of action 0 comes to, and how many of the parts its probability has. */
interface Outcome {
  readonly estimate: number
  readonly parts: number
}

/**
 * One step from state 0, uniform policy, rewards +-2x by the next state: REINFORCE's estimate of action 0 is x, and of action 1 -x,
 * whichever is taken. States beyond those of the outcomes are never visited.
 */
const oneStep = (outcomes: readonly Outcome[], more: number): Mdp => {
  const S = 1 + outcomes.length + more
  const row = Array.from({ length: S }, (_, n) => (outcomes[n - 1]?.parts ?? 0) / parts)
  const rewards = (sign: number): readonly number[] => Array.from({ length: S }, (_, n) => sign * 2 * (outcomes[n - 1]?.estimate ?? 0))
  const stay = Array.from({ length: S }, (_, n) => (n === 0 ? 1 : 0))
  const none = stay.map(() => 0)
  return right(
    checkedMdp({
      S, A: 2, T: 1, gamma: 1, rewardKind: 'sas', rho: stay,
      P: stay.map((_, s) => (s === 0 ? [row, row] : [stay, stay])),
      R: stay.map((_, s) => (s === 0 ? [rewards(1), rewards(-1)] : [none, none])),
      theta: stay.map(() => [0, 0]),
    }),
  )
}

/** Sum of n_k (x_k sum n - sum n x)^2 / (sum n)^3, in integers. */
const ownVariance = (outcomes: readonly Outcome[]): number => {
  const total = outcomes.reduce((sum, one) => sum + BigInt(one.parts), 0n)
  const first = outcomes.reduce((sum, one) => sum + BigInt(one.parts) * BigInt(one.estimate), 0n)
  const squares = outcomes.reduce((sum, one) => sum + BigInt(one.parts) * (BigInt(one.estimate) * total - first) ** 2n, 0n)
  // Digits enough for a quotient of large integers.
  return Number((squares << 200n) / total ** 3n) / 2 ** 200
}

const offsets = fc.constantFrom(0, 1, 1e8, -1e8, 1e12, 1e15, -1e15)
const outcomesFrom = fc
  .record({
    offset: offsets,
    deviations: fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 2, maxLength: 4 }),
    outlier: fc.option(fc.record({ estimate: fc.constantFrom(1e15, -1e15, 1e8, 7), parts: fc.constantFrom(1, 1000, 2 ** 20), last: fc.boolean() })),
    weights: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 4, maxLength: 4 }),
  })
  .map(({ offset, deviations, outlier, weights }): readonly Outcome[] => {
    const others = outlier === null ? [] : [{ estimate: outlier.estimate, parts: outlier.parts }]
    const left = parts - (outlier?.parts ?? 0)
    const all = weights.slice(0, deviations.length).reduce((a, b) => a + b, 0)
    const some = deviations.map((deviation, k) => ({ estimate: offset + deviation, parts: Math.floor((left * weights[k]) / all) }))
    const [head, ...tail] = some
    const rest = left - some.reduce((sum, one) => sum + one.parts, 0)
    const filled = [{ ...head, parts: head.parts + rest }, ...tail]
    return outlier?.last === false ? [...others, ...filled] : [...filled, ...others]
  })

const near = (found: number, expected: number, what: string): void => {
  if (expected === 0) expect(Math.abs(found), what).toBeLessThan(1e-12)
  else expect(Math.abs(found / expected - 1), `${what}: ${found} for ${expected}`).toBeLessThan(1e-9)
}

describe('the variance of an estimate does not cancel', () => {
  it('in integers: single trajectories, tuples in either order, few states and many, the diagonal and all of it', () => {
    fc.assert(
      fc.property(outcomesFrom, fc.constantFrom(0, 6), fc.constantFrom('diagonal', 'full'), (outcomes, more, covariance) => {
        const mdp = oneStep(outcomes, more)
        const v = ownVariance(outcomes)
        for (const [e, batchSize] of [[reinforce, 1], [reinforce, 4], [coupled, 1], [coupled, 2], [ordered, 2]] as const) {
          const found = right(exact({ mdp, batchSize, covariance })(e))
          const what = `${e.coupling}, ${batchSize}`
          near(found.covDiag[0], v / batchSize, what)
          near(found.covDiag[1], v / batchSize, what)
          for (const x of found.covDiag.slice(2)) expect(x).toBe(0)
          if (found.covariance !== null) near(-found.covariance[0][1], v / batchSize, `${what}, between`)
        }
      }),
      { numRuns: 150 },
    )
  })

  it('by hand: 1e8 + 1 or 1e8 - 1, each half of the time, has a variance of 1', () => {
    const mdp = oneStep([{ estimate: 1e8 + 1, parts: parts / 2 }, { estimate: 1e8 - 1, parts: parts / 2 }], 0)
    expect(right(exact({ mdp })(reinforce)).covTrace).toBeCloseTo(2, 12)
    const [go] = right(exact({ mdp })(reinforce)).expectation
    expect(go / 1e8).toBeCloseTo(1, 14)
  })

  it('squares that overflow, of estimates that vary by numbers', () => {
    const mdp = oneStep([{ estimate: 1e200, parts: parts / 2 }, { estimate: 1e200 + 1e185, parts: parts / 2 }], 0)
    expect(left(exact({ mdp })(reinforce))).toContain('finite moments')
    const smaller = oneStep([{ estimate: 1e160, parts: parts / 2 }, { estimate: 1e160 + 2e145, parts: parts / 2 }], 0)
    expect(right(exact({ mdp: smaller })(reinforce)).covDiag[0] / 1e290).toBeCloseTo(1, 0)
  })

  it('a sample of them: the standard error is that of how often each came', () => {
    for (const offset of [0, 1e8]) {
      const mdp = oneStep([{ estimate: offset + 1, parts: parts / 4 }, { estimate: offset - 1, parts: (3 * parts) / 4 }], 0)
      const n = 4000
      const { mean, standardError } = right(sampled({ mdp }, { batches: n, seed: 5 })(reinforce as Parameters<ReturnType<typeof sampled>>[0]))
      const share = Math.round(((mean[0] - offset + 1) / 2) * n) / n
      expect(share).toBeGreaterThan(0.2)
      expect(share).toBeLessThan(0.3)
      expect(standardError[0] / Math.sqrt((4 * share * (1 - share)) / (n - 1))).toBeCloseTo(1, 4)
    }
  })

  it('on a linear-quadratic problem: what is added to all weights of one step changes nothing', () => {
    const scalar = { T: 1, gamma: 1, Amat: [[0]], Bmat: [[1]], W: [[0]], mean0: [1], cov0: [[0]], Qcost: [[1]], Rcost: [[1]], K: [[-1]], logSigma: 0 }
    const problem = right(linearQuadratic(scalar))
    // With a score of ones the estimate is the sum of the weights: -(1 + a^2) + shift with a ~ N(-1, 1), Var a^2 = 2 + 4.
    const ones = { score: () => () => Float64Array.of(1, 1) }
    for (const shift of [0, 2 ** 27, -(2 ** 40)]) {
      const { covDiag } = right(linearQuadraticExpectation(problem, ({ reward, count }) => reward.map((r) => (r + shift) / count), ones))
      // The weights themselves are rounded to the last place of the shift.
      const last = Math.abs(shift) * 2 ** -52
      expect(Math.abs(covDiag[0] - 6)).toBeLessThan(1e-9 + 10 * last)
    }
  })
})

const left = <A>(result: E.Either<readonly Problem[], A>): string => (E.isLeft(result) ? describeProblems(result.left) : 'no problem')
