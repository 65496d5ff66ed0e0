/** Probabilities below the numbers, times weights that are large: nothing is left out in silence. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as fc from 'fast-check'
import { baseline, causality, describeProblems, importance, leaveOneOut, meanOverTrajectories, perDecision, perStep, perTrajectory, reduce, takenAsOne, totalReturn, truncate } from 'estimand'
import type { Problem } from 'estimand'
import { bandit, cost, exact, mdp as checkedMdp, possibleBatch, sampled, trajectories } from 'estimand/exact'
import type { Mdp } from 'estimand/exact'
import { describe, expect, it } from 'vitest'

const right = <A>(result: E.Either<readonly Problem[], A>): A => {
  if (E.isLeft(result)) throw new Error(describeProblems(result.left))
  return result.right
}
const left = <A>(result: E.Either<readonly Problem[], A>): string => (E.isLeft(result) ? describeProblems(result.left) : 'no problem')
const mean = reduce(meanOverTrajectories)

/** A weight in two parts, coefficient exp(log), so that it may be as large as it likes. */
interface Weight {
  readonly coefficient: number
  readonly log: number
}

/** A trajectory of the test's own: what it earned, its log-probability, its log ratios. */
interface Own {
  readonly states: readonly number[]
  readonly actions: readonly number[]
  readonly rewards: readonly number[]
  readonly logProbability: number
  readonly logRatios: readonly number[]
}

const sum = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0)

const logSoftmax = (row: readonly number[]): readonly number[] => {
  const most = Math.max(...row)
  return row.map((x) => x - most - Math.log(sum(row.map((y) => Math.exp(y - most)))))
}

/** Every trajectory whose probability is not 0 by structure, by recursion, in log space. Rewards are R[s][a]. */
const ownTrajectories = ({ T, P, R, rho, theta, thetaBehaviour, terminal }: Mdp): readonly Own[] => {
  const [target, sampler] = [theta.map(logSoftmax), thetaBehaviour.map(logSoftmax)]
  const from = (s: number, t: number): readonly Own[] =>
    t === T || terminal?.[s]
      ? [{ states: [], actions: [], rewards: [], logProbability: 0, logRatios: [] }]
      : R[s].flatMap((reward, a) =>
          // What follows the last decision is not told apart.
          (t === T - 1 ? [1] : P[s][a]).flatMap((p, n) =>
            p === 0
              ? []
              : from(n, t + 1).map((rest) => ({
                  states: [s, ...rest.states],
                  actions: [a, ...rest.actions],
                  rewards: [reward as number, ...rest.rewards],
                  logProbability: sampler[s][a] + Math.log(p) + rest.logProbability,
                  logRatios: [target[s][a] - sampler[s][a], ...rest.logRatios],
                })),
          ),
        )
  const lastAlone = (t: number): boolean => t === T - 1
  return rho.flatMap((p, s) => (p === 0 ? [] : from(s, 0).map((own) => ({ ...own, logProbability: own.logProbability + Math.log(p) })))).filter(({ states }) => states.length > 0 || lastAlone(0))
}

/** Estimators, and what each weighs a step with. The discount is 1. */
const estimators = {
  perTrajectory: [pipe(totalReturn, importance(perTrajectory), mean), ({ rewards, logRatios }: Own): Weight => ({ coefficient: sum(rewards), log: sum(logRatios) })],
  perStep: [pipe(totalReturn, causality, importance(perStep), mean), ({ rewards, logRatios }: Own, t: number): Weight => ({ coefficient: sum(rewards.slice(t)), log: logRatios[t] })],
  truncated: [
    pipe(totalReturn, causality, importance(perStep), truncate({ at: 3 }), mean),
    ({ rewards, logRatios }: Own, t: number): Weight => ({ coefficient: sum(rewards.slice(t)), log: Math.min(logRatios[t], Math.log(3)) }),
  ],
  takenAsOne: [pipe(totalReturn, importance(takenAsOne), mean), ({ rewards }: Own): Weight => ({ coefficient: sum(rewards), log: 0 })],
} as const

/**
 * E g and E g^2 in log space, E sum |W| and E (sum |W|)^2, which rounding is a share of, since 1 - pi is rounded to float64; and the
 * largest log ratio, which tells whether weights and their squares are numbers.
 */
const ownMoments = (mdp: Mdp, weightOf: (own: Own, t: number) => Weight) => {
  const { S, A, theta } = mdp
  const target = theta.map((row) => logSoftmax(row).map(Math.exp))
  const zero = (): number[] => Array.from({ length: S * A }, () => 0)
  const [first, second] = [zero(), zero()]
  let [size, sizeSquared, largest] = [0, 0, -Infinity]
  for (const own of ownTrajectories(mdp)) {
    const weights = own.states.map((_, t) => weightOf(own, t)).map(({ coefficient, log }) => ({ coefficient, log: coefficient === 0 ? -Infinity : log }))
    // A credit of 0 has weight 0, whatever the ratio.
    if (weights.every(({ coefficient }) => coefficient === 0)) continue
    const most = Math.max(...weights.map(({ log }) => log))
    largest = Math.max(largest, most)
    const g = zero()
    for (const [t, { coefficient, log }] of weights.entries())
      for (let a = 0; a < A; a++) g[own.states[t] * A + a] += coefficient * Math.exp(log - most) * ((a === own.actions[t] ? 1 : 0) - target[own.states[t]][a])
    const all = sum(weights.map(({ coefficient, log }) => Math.abs(coefficient) * Math.exp(log - most)))
    size += Math.exp(own.logProbability + most) * all
    sizeSquared += Math.exp(own.logProbability + 2 * most) * all * all
    for (const [k, x] of g.entries()) {
      first[k] += Math.exp(own.logProbability + most) * x
      second[k] += Math.exp(own.logProbability + 2 * most) * x * x
    }
  }
  return { first, size, second, sizeSquared, largest }
}

const logits = fc.oneof(fc.integer({ min: -1000, max: 1000 }), fc.constantFrom(-800, -400, -350, -340, -745, 0, 0, 1, 300, 355), fc.integer({ min: -3, max: 3 }))
const table = (entry: fc.Arbitrary<number>): fc.Arbitrary<number[][]> => fc.array(fc.array(entry, { minLength: 2, maxLength: 2 }), { minLength: 2, maxLength: 2 })
const distribution = fc.constantFrom([1, 0], [0, 1], [0.5, 0.5], [0.25, 0.75], [1e-200, 1], [1, 1e-160], [5e-324, 1], [1, 1e-300])
const worldsOf = (targets: fc.Arbitrary<number>): fc.Arbitrary<Mdp> =>
  fc
    .record({
      T: fc.integer({ min: 1, max: 3 }),
      rho: distribution,
      P: fc.array(fc.array(distribution, { minLength: 2, maxLength: 2 }), { minLength: 2, maxLength: 2 }),
      R: table(fc.integer({ min: -2, max: 2 })),
      theta: table(targets),
      thetaBehaviour: table(logits),
    })
    .map((world) => right(checkedMdp({ S: 2, A: 2, gamma: 1, ...world })))

const close = (found: readonly number[], expected: readonly number[], scale: number, what: string): void => {
  for (const [k, x] of expected.entries()) expect(Math.abs(found[k] - x), `${what}[${k}]: ${found[k]} for ${x}`).toBeLessThanOrEqual(1e-11 * scale + 1e-300)
}

describe('what is said is true, or an error', () => {
  for (const [name, [estimator, weightOf]] of Object.entries(estimators))
    it(`${name}, for logits of any size and steps of any probability`, () => {
      let told = 0
      fc.assert(
        fc.property(worldsOf(fc.oneof(fc.integer({ min: -2, max: 2 }), logits)), (mdp) => {
          const { first, size, second, sizeSquared, largest } = ownMoments(mdp, weightOf)
          const found = exact({ mdp, sampling: 'behaviour' })(estimator)
          // Ratios of up to exp(350), and their squares, are numbers: then there is no excuse.
          if (largest < 350) expect(left(found)).toBe('no problem')
          if (E.isLeft(found)) return
          told++
          expect(found.right.trajectories).toBe(ownTrajectories(mdp).length)
          close(found.right.expectation, first, size, 'expectation')
          close(found.right.covDiag, second.map((x, k) => x - first[k] ** 2), sizeSquared, 'covDiag')
        }),
        { numRuns: 300 },
      )
      expect(told).toBeGreaterThan(100)
    })

  it('batches of several: the mean of N, tuple by tuple', () => {
    const estimator = { ...estimators.perStep[0], coupling: 'exchangeable' as const }
    fc.assert(
      fc.property(worldsOf(fc.integer({ min: -2, max: 2 })), fc.integer({ min: 1, max: 2 }), (mdp, batchSize) => {
        const { first, size, second, sizeSquared, largest } = ownMoments(mdp, estimators.perStep[1])
        const found = exact({ mdp, sampling: 'behaviour', batchSize })(estimator)
        if (largest < 350) expect(left(found)).toBe('no problem')
        if (E.isLeft(found)) return
        close(found.right.expectation, first, size, 'expectation')
        close(found.right.covDiag, second.map((x, k) => (x - first[k] ** 2) / batchSize), sizeSquared, 'covDiag')
      }),
      { numRuns: 100 },
    )
  })
})

describe('by hand', () => {
  const far = (T: number, logit: number): Mdp =>
    right(checkedMdp({ S: 1, A: 2, T, gamma: 1, rho: [1], P: [[[1], [1]]], R: [[1, 0]], theta: [[0, 0]], thetaBehaviour: [[logit, 0]] }))
  const [whole] = estimators.perTrajectory
  const [ofTheStep] = estimators.perStep

  it('e^-400 twice is below the numbers, 1/2 + 1/4 - 1/4 is not', () => {
    // grad J of action 0 is T p (1 - p) = 1/2. The ratio of the first step times what follows, which mu lets be action 1.
    const { expectation, trajectories: count } = right(exact({ mdp: far(2, -400), sampling: 'behaviour' })(ofTheStep))
    expect(count).toBe(4)
    expect(expectation[0]).toBeCloseTo(0.5, 12)
    expect(left(exact({ mdp: far(2, -400), sampling: 'behaviour' })(whole))).toContain('the ratio of action 0 in state 0 is exp(399.3)')
    expect(left(exact({ mdp: far(1, -800), sampling: 'behaviour' })(pipe(totalReturn, importance(perDecision), mean)))).toContain('the ratio of action 0 in state 0 is exp(799.3)')
    expect(left(exact({ mdp: far(1, -800), sampling: 'behaviour' })(pipe(totalReturn, baseline(leaveOneOut), importance(perTrajectory), mean)))).toContain('finite moments')
  })
  it('nothing is left out where it is counted or listed', () => {
    const mdp = far(2, -800)
    expect(cost({ mdp, sampling: 'behaviour' })(whole)).toEqual({ trajectories: 4, tuples: 4 })
    const listed = trajectories(mdp, 'behaviour')
    expect(listed.map(({ probability }) => probability)).toEqual([0, 0, 0, 1])
    expect(listed.map(({ logProbability }) => logProbability)).toEqual([-1600, -800, -800, 0])
    expect(Array.from(possibleBatch(mdp, 'behaviour').logProbability)).toEqual([-1600, -800, -800, 0])
    expect(trajectories(bandit([1, 0], [0.25, 0.75]), 'target').map(({ logProbability }) => Math.exp(logProbability).toFixed(12))).toEqual(['0.250000000000', '0.750000000000'])
  })
  it('transitions: two of probability 1e-200 that pay 1e300 have a variance', () => {
    const rare = [
      [1, 1e-200, 0],
      [1, 0, 1e-200],
    ]
    const mdp = right(
      checkedMdp({ S: 3, A: 2, T: 3, gamma: 1, rho: [1, 0, 0], P: [[rare[0], rare[0]], [rare[1], rare[1]], [[0, 0, 1], [0, 0, 1]]], R: [[0, 0], [0, 0], [1e300, -1e300]], theta: [[0, 0], [0, 0], [0, 0]] }),
    )
    const { expectation, covDiag, bias } = right(exact({ mdp })(pipe(totalReturn, causality, mean)))
    // In state 2: g = +-1e300 / 2 with probability 1e-400, of the same sign for both actions: E g = 5e-101, E g^2 = 2.5e199.
    expect(expectation[4] / 5e-101).toBeCloseTo(1, 10)
    expect(Math.abs(bias[4])).toBeLessThan(1e-100)
    expect(covDiag[4] / 2.5e199).toBeCloseTo(1, 10)
  })
  it('an action that no random number stands for cannot be sampled', () => {
    const any = (e: object) => e as Parameters<ReturnType<typeof sampled>>[0]
    const how = { batches: 10, seed: 1 }
    expect(left(sampled({ mdp: far(1, -800), sampling: 'behaviour' }, how)(any(whole)))).toBe(
      'mdp.thetaBehaviour[0][0]: expected a logit whose action can be drawn, since the target policy takes it with probability 0.5, got probability exp(-800.0); raise the logit, or use exact(...)',
    )
    expect(left(sampled({ mdp: far(1, -40), sampling: 'behaviour' }, how)(any(whole)))).toContain('exp(-40.00)')
    expect(left(sampled({ mdp: far(1, -30), sampling: 'behaviour' }, how)(any(whole)))).toBe('no problem')
    // Without a ratio nothing makes up for being rare; nor where the target policy does without the action as well.
    expect(left(sampled({ mdp: far(1, -800), sampling: 'behaviour' }, how)(any(estimators.takenAsOne[0])))).toBe('no problem')
    expect(left(sampled({ mdp: { ...far(1, -800), theta: [[-800, 0]] }, sampling: 'behaviour' }, how)(any(whole)))).toBe('no problem')
  })
  it('logits so far apart that their difference is infinite are no policy', () => {
    const given = { S: 1, A: 2, T: 1, gamma: 1, rho: [1], P: [[[1], [1]]], R: [[1, 0]], theta: [[0, 0]] }
    expect(left(checkedMdp({ ...given, thetaBehaviour: [[-1e308, 1e308]] }))).toBe(
      'thetaBehaviour[0][0]: expected a logit whose distance from the largest of its state, 1e+308, is a finite number, got -1e+308',
    )
    expect(left(checkedMdp({ ...given, thetaBehaviour: [[-1e308, 0]] }))).toBe('no problem')
  })
})
