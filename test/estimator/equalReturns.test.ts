import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import {
  advantage,
  baseline,
  causality,
  constant,
  describeProblems,
  estimate,
  fromSteps,
  gae,
  importance,
  meanOverSteps,
  meanOverTrajectories,
  normalise,
  perStep,
  pipelineFromJson,
  reduce,
  stateValue,
  stepCredit,
  terminated,
  totalReturn,
  truncated,
  whitenSteps,
} from 'estimand'
import type { AllFacts, AnyEstimator, Trajectories } from 'estimand'
import { exact, mdp } from 'estimand/exact'
import { inMinibatches } from 'estimand/training'
import { describe, expect, it } from 'vitest'
import { seed } from '../seed/seed.ts'
import { must } from './outcome.ts'

/*
 * What is equal but for rounding is equal, whatever it is divided by; and numbers of any size are normalised as ordinary ones are. The reference
 * computes in whole numbers, BigInt, so that it knows which returns are equal.
 */

type Words = readonly unknown[]

const weigh = (words: Words, batch: unknown): readonly number[] => {
  const estimator = pipelineFromJson([...words, { reduce: 'meanOverTrajectories' }])
  if (E.isLeft(estimator)) throw new Error(JSON.stringify(estimator.left))
  return Array.from(estimate(estimator.right)(batch as Trajectories<AllFacts>))
}

const episodes = (discount: number, rewards: readonly (readonly number[])[], value?: readonly (readonly number[])[]) =>
  must(
    fromSteps({
      discount,
      provenance: 'on-policy',
      episodes: 'complete',
      trajectories: rewards.map((reward, i) => ({ reward, ...(value === undefined ? {} : { value: value[i] }), end: terminated })),
    }),
  )

const baselines: readonly Words[] = [[], [{ baseline: 'batchMean' }], [{ baseline: 'leaveOneOut' }], [{ baseline: { batchMean: { ended: 'zero' } } }], [{ baseline: { leaveOneOut: { ended: 'zero' } } }]]
const deviations = [0, 1].flatMap((ddof) => [0, 1e-8, 0.5].map((epsilon) => ({ ddof, epsilon })))
const wholePipelines: readonly Words[] = baselines.flatMap((b) => [['totalReturn', ...b], ...deviations.map((by) => ['totalReturn', ...b, { normalise: { batchStd: by } }])])
const stepPipelines: readonly Words[] = baselines.flatMap((b) => [
  ['totalReturn', 'causality', ...b],
  ...deviations.map((by) => ['totalReturn', 'causality', ...b, { normalise: { whitenSteps: by } }]),
])

const isCentred = (words: Words): boolean => words.some((word) => typeof word === 'object' && word !== null && 'baseline' in word)

/** A fraction of whole numbers. */
interface Fraction {
  readonly p: bigint
  readonly q: bigint
}
const fraction = (p: bigint | number, q: bigint | number = 1n): Fraction => ({ p: BigInt(p), q: BigInt(q) })
const plus = (a: Fraction, b: Fraction): Fraction => fraction(a.p * b.q + b.p * a.q, a.q * b.q)
const times = (a: Fraction, b: Fraction): Fraction => fraction(a.p * b.p, a.q * b.q)
const minus = (a: Fraction, b: Fraction): Fraction => plus(a, times(fraction(-1), b))
const over = (a: Fraction, n: number): Fraction => fraction(a.p, a.q * BigInt(n))
const sum = (all: readonly Fraction[]): Fraction => all.reduce(plus, fraction(0))
const isZero = ({ p }: Fraction): boolean => p === 0n
/** To some 30 digits, then to float64. */
const numberOf = ({ p, q }: Fraction): number => {
  const negative = p < 0n !== q < 0n
  const [a, b] = [p < 0n ? -p : p, q < 0n ? -q : q]
  const size = Number((a * 10n ** 30n) / b) / 1e30
  return negative ? -size : size
}

/** Weights by whole numbers: rewards and discount are tenths. */
const reference = (words: Words, discount: number, rewards: readonly (readonly number[])[]): readonly number[] => {
  const [, ...rest] = words
  const toTheEnd = rest[0] === 'causality'
  const find = (key: string): unknown => rest.map((word) => (word as Record<string, unknown>)[key]).find((found) => found !== undefined)
  const b = find('baseline') as string | Record<string, { ended: string }> | undefined
  const by = find('normalise') as Record<string, { ddof: number; epsilon: number }> | undefined
  const gamma = fraction(Math.round(discount * 10), 10)
  const toGo = rewards.map((row) => row.reduceRight<readonly Fraction[]>((later, r) => [plus(fraction(Math.round(r * 10), 10), times(gamma, later[0] ?? fraction(0))), ...later], []))
  const N = rewards.length
  const name = typeof b === 'object' ? Object.keys(b)[0] : b
  const zero = typeof b === 'object' && Object.values(b)[0].ended === 'zero'
  const credits = toGo.map((row, i) =>
    row.map((own, t) => {
      const from = toTheEnd ? t : 0
      const members = toGo.flatMap((other, j) => (name === 'leaveOneOut' && j === i ? [] : other.length > from ? [other[from]] : toTheEnd && zero ? [fraction(0)] : []))
      const centred = minus(toTheEnd ? own : row[0], name === undefined || members.length === 0 ? fraction(0) : over(sum(members), members.length))
      return toTheEnd ? times(centred, Array.from({ length: t }, () => gamma).reduce(times, fraction(1))) : centred
    }),
  )
  const raw = toGo.map(([first]) => first)
  const numbers = toTheEnd ? credits.flat() : raw
  const mean = over(sum(numbers), numbers.length)
  const { ddof, epsilon } = by === undefined ? { ddof: 0, epsilon: 0 } : Object.values(by)[0]
  const squares = sum(numbers.map((x) => times(minus(x, mean), minus(x, mean))))
  const deviation = isZero(squares) || numbers.length <= ddof ? 0 : Math.sqrt(numberOf(over(squares, numbers.length - ddof)))
  const divided = (c: Fraction): number => {
    if (by === undefined) return numberOf(c)
    return deviation + epsilon === 0 ? 0 : numberOf(toTheEnd ? minus(c, mean) : c) / (deviation + epsilon)
  }
  return credits.flat().map((c) => divided(c) / N)
}

/** Episodes of few rewards in tenths, so that returns are often equal, and equal sums are often rounded differently. */
const tied = fc.record({
  discount: fc.integer({ min: 0, max: 10 }).map((k) => k / 10),
  rewards: fc.array(fc.array(fc.constantFrom(0.1, 0.2, 0.3, -0.1, -0.3, 0.7), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 }),
})

describe('returns that are equal but for rounding', () => {
  it.each([
    ['0.1 + 0.2 + 0.3 in two orders', [[0.1, 0.2, 0.3], [0.3, 0.2, 0.1]]],
    ['sums that cancel', [[0.1, 0.2, -0.3], [-0.3, 0.2, 0.1], [0.3, -0.1, -0.2]]],
    ['one by one, large', [[10000000000.1], [10000000000.1], [10000000000.1]]],
    ['a sum and a number', [[0.1, 0.2], [0.3, 0], [0.15, 0.15]]],
    ['large numbers that cancel', [[1e10, 0.1, -1e10], [0.1, 0, 0]]],
    ['large sums', [[1e200, 2e200, 3e200], [3e200, 2e200, 1e200]]],
  ])('%s', (_name, rewards) => {
    for (const words of wholePipelines.filter(isCentred)) expect(weigh(words, episodes(1, rewards)).every((w) => w === 0), JSON.stringify(words)).toBe(true)
    const first = (weights: readonly number[]) => rewards.map((_, i) => weights[rewards.slice(0, i).flat().length])
    for (const words of stepPipelines.filter((p) => isCentred(p) && p.length === 3)) expect(first(weigh(words, episodes(1, rewards))).every((w) => w === 0), JSON.stringify(words)).toBe(true)
  })

  it('what differs by more than rounding is left apart', () => {
    const apart = episodes(1, [[1], [1 + 1e-9]])
    expect(weigh(['totalReturn', { baseline: 'batchMean' }, { normalise: { batchStd: { ddof: 0, epsilon: 0 } } }], apart).map(Math.sign)).toEqual([-1, 1])
    expect(weigh(['totalReturn', 'causality', { normalise: { whitenSteps: { ddof: 0, epsilon: 0 } } }], apart).map(Math.sign)).toEqual([-1, 1])
  })

  it('the difference that is left apart is one for returns and for credits: 1e-12 of the largest', () => {
    const by = { ddof: 0, epsilon: 0 }
    for (const words of [['totalReturn', { baseline: 'batchMean' }, { normalise: { batchStd: by } }], ['totalReturn', 'causality', { normalise: { whitenSteps: by } }]]) {
      expect(weigh(words, episodes(1, [[1], [1 + 9e-13], [1]]))).toEqual([0, 0, 0])
      expect(weigh(words, episodes(1, [[1], [1 + 1.1e-12], [1]])).map(Math.sign)).toEqual([-1, 1, -1])
    }
  })

  it('in whatever order they were added up: exactly 0', () => {
    const sizes = fc.double({ min: -1e6, max: 1e6, noNaN: true })
    const shuffles = fc.array(sizes, { minLength: 1, maxLength: 8 }).chain((rewards) =>
      fc.array(fc.shuffledSubarray(rewards, { minLength: rewards.length }), { minLength: 2, maxLength: 5 }),
    )
    fc.assert(
      fc.property(shuffles, fc.constantFrom(...wholePipelines.filter(isCentred)), fc.integer({ min: -600, max: 600 }), (rewards, words, k) => {
        const weights = weigh(words, episodes(1, rewards.map((row) => row.map((r) => r * 2 ** k))))
        expect(weights.map(Math.abs)).toEqual(weights.map(() => 0))
      }),
      { numRuns: 300 },
    )
  })

  it('weights are those of whole numbers, and 0 where those are 0 for all', () =>
    fc.assert(
      fc.property(tied, fc.constantFrom(...wholePipelines, ...stepPipelines), ({ discount, rewards }, words) => {
        const right = reference(words, discount, rewards)
        const weights = weigh(words, episodes(discount, rewards))
        right.forEach((w, k) => expect(Math.abs(weights[k] - w), `${JSON.stringify(words)} step ${k}: ${weights[k]} for ${w}`).toBeLessThanOrEqual(1e-11 * Math.max(1, Math.abs(w))))
        if (right.every((w) => w === 0)) expect(weights.every((w) => w === 0), JSON.stringify(words)).toBe(true)
      }),
      { numRuns: 2000 },
    ))

  it('steps whose credits are small differences of large numbers', () =>
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: -20, max: 20 }),
        fc.constantFrom(1, 1e5, 1e9),
        fc.constantFrom(...deviations),
        (rows, credit, large, by) => {
          // G_t and V in units of a tenth of `large`, but for one tenth: G_t - V = credit / 10 at every step.
          const rewards = rows.map((row) => row.map((r, t) => (r * large + (t === row.length - 1 ? 0.1 * credit : 0)) / 10))
          const toGo = rows.map((row) => row.map((_, t) => row.slice(t).reduce((all, r) => all + r, 0) * large))
          const values = toGo.map((row) => row.map((g) => (g - 0.9 * credit) / 10))
          for (const words of [
            ['totalReturn', 'causality', { baseline: 'stateValue' }, { normalise: { whitenSteps: by } }],
            [{ gae: { lambda: 1 } }, { normalise: { whitenSteps: by } }],
            [{ nStep: { n: 7 } }, { normalise: { whitenSteps: by } }],
          ]) {
            const weights = weigh(words, episodes(1, rewards, values))
            expect(weights.every((w) => w === 0), `${JSON.stringify(words)} ${weights}`).toBe(true)
          }
        },
      ),
      { numRuns: 300 },
    ))

  it('credits of one’s own that a baseline brings down to their rounding', () => {
    const high = stepCredit({ word: 'high', needs: ['ActionValue'], reasons: [], outer: 'discount', formula: { text: 'x_t', latex: 'x_t' }, source: 'a test', column: (b) => Float64Array.from(b.actionValue) })
    for (const large of [1, 1e7, 1e10]) {
      const value = [3 * large, 7 * large, -large]
      const batch = must(fromSteps({ discount: 1, provenance: 'on-policy', episodes: 'segments', trajectories: [{ value, actionValue: value.map((v) => v + 0.1), end: terminated }] }))
      const weights = (e: AnyEstimator) => Array.from(e.estimate(batch as unknown as Trajectories<AllFacts>))
      const by = whitenSteps({ ddof: 0, epsilon: 1e-8 })
      expect(weights(pipe(high, baseline(stateValue), normalise(by), reduce(meanOverTrajectories)))).toEqual([0, 0, 0])
      expect(weights(pipe(advantage, normalise(by), reduce(meanOverTrajectories)))).toEqual([0, 0, 0])
      // What is subtracted twice, from two sides, and cancels.
      expect(weights(pipe(high, baseline(constant(large * 1e4)), baseline(stateValue), baseline(constant(-large * 1e4)), normalise(by), reduce(meanOverTrajectories)))).toEqual([0, 0, 0])
    }
  })

  it('returns that are left where large rewards cancel are apart by what they are, not by what cancels', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 }), (octaves, a, b) => {
        fc.pre(a !== b)
        const large = 2 ** octaves
        const batch = episodes(1, [[large, -large, a], [large, -large, b]])
        // (a - (a + b) / 2) / 2, and all of (a - b) / 2 without the own.
        expect(weigh(['totalReturn', { baseline: 'batchMean' }], batch)).toEqual([a - b, a - b, a - b, b - a, b - a, b - a].map((x) => x / 4))
        expect(weigh(['totalReturn', { baseline: 'leaveOneOut' }], batch)).toEqual([a - b, a - b, a - b, b - a, b - a, b - a].map((x) => x / 2))
        expect(weigh(['totalReturn', { baseline: 'batchMean' }, { normalise: { batchStd: { ddof: 0, epsilon: 0 } } }], batch)).toEqual([1, 1, 1, -1, -1, -1].map((x) => (x * Math.sign(a - b)) / 2))
      }),
      { seed },
    )
  })

  it('values that cancel, however little of their end is left', () => {
    // A_t = r_t + V_{t+1} / 2 - V_t = 0.1, where V doubles from step to step but for what its reward makes up for.
    const value = Array.from({ length: 50 }, (_, t) => 1e9 * 2 ** t + (t % 3))
    const next = (t: number): number => (t % 3 === 2 ? 0 : (t % 3) + 1)
    const batch = must(
      fromSteps({
        discount: 0.5,
        provenance: 'on-policy',
        episodes: 'segments',
        trajectories: [{ reward: value.map((_, t) => (t % 3) - next(t) / 2 + 0.1), value, end: truncated({ value: 1e9 * 2 ** 50 + next(49) }) }],
      }),
    )
    for (const credit of [{ gae: { lambda: 0 } }, { nStep: { n: 1 } }])
      expect(weigh([credit, 'dropOuterDiscount', { normalise: { whitenSteps: { ddof: 0, epsilon: 1e-8 } } }], batch).every((w) => w === 0), JSON.stringify(credit)).toBe(true)
  })

  it('in exact too', () => {
    // The first action leads past 0.1, 0.2, 0.3 or past 0.3, 0.2, 0.1; later ones make no difference.
    const to = (s: number): readonly number[] => [0, 1, 2, 3, 4].map((n) => (n === s ? 1 : 0))
    const world = must(
      mdp({
        S: 5,
        A: 2,
        T: 3,
        gamma: 1,
        rho: to(0),
        P: [[to(1), to(3)], [to(2), to(2)], [to(0), to(0)], [to(4), to(4)], [to(0), to(0)]],
        R: [[0.1, 0.3], [0.2, 0.2], [0.3, 0.3], [0.2, 0.2], [0.1, 0.1]],
        theta: [[0, 1], [0, 0], [0, 0], [0, 0], [0, 0]],
      }),
    )
    for (const words of wholePipelines.filter(isCentred)) {
      const estimator = pipelineFromJson([...words, { reduce: 'meanOverTrajectories' }])
      if (E.isLeft(estimator)) throw new Error(JSON.stringify(estimator.left))
      for (const batchSize of [2, 3]) {
        const found = exact({ mdp: world, batchSize })(estimator.right as never)
        if (E.isLeft(found)) throw new Error(describeProblems(found.left))
        expect(found.right.expectation.map(Math.abs), JSON.stringify(words)).toEqual(found.right.expectation.map(() => 0))
      }
    }
  })
})

describe('numbers of any size', () => {
  const dyadic = fc.record({
    discount: fc.constantFrom(0.5, 1),
    rewards: fc.array(fc.array(fc.integer({ min: -8, max: 8 }).map((k) => k / 4), { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 4 }),
  })

  it('rewards times 2^k: weights times 2^k, or the same where a deviation without epsilon divides them, bit by bit', () =>
    fc.assert(
      fc.property(tied, fc.constantFrom(...[...wholePipelines, ...stepPipelines].filter((words) => !/"epsilon":(?!0\})/.test(JSON.stringify(words)))), fc.integer({ min: -600, max: 600 }), ({ discount, rewards }, words, k) => {
        const ordinary = weigh(words, episodes(discount, rewards))
        const scaled = weigh(words, episodes(discount, rewards.map((row) => row.map((r) => r * 2 ** k))))
        expect(scaled).toEqual(JSON.stringify(words).includes('normalise') ? ordinary : ordinary.map((w) => w * 2 ** k))
      }),
      { numRuns: 1000 },
    ))

  it.each([1e200, 1e-200, 1e306, 2 ** -1060, 1e-310])('returns of %d', (size) => {
    const by = { ddof: 0, epsilon: 0 }
    for (const words of [
      ['totalReturn', { baseline: 'batchMean' }, { normalise: { batchStd: by } }],
      ['totalReturn', 'causality', { normalise: { whitenSteps: by } }],
      ['totalReturn', 'causality', { baseline: 'batchMean' }, { normalise: { whitenSteps: by } }],
    ]) {
      const weights = weigh(words, episodes(1, [[size], [3 * size]]))
      expect(Math.abs(weights[0] + 0.5) + Math.abs(weights[1] - 0.5), `${JSON.stringify(words)} ${weights}`).toBeLessThan(1e-9)
    }
  })

  it('sums, differences and squares that overflow on the way to a finite answer', () => {
    const most = Number.MAX_VALUE
    const by = { ddof: 0, epsilon: 0 }
    // Of a, a, -a: mean a/3, deviation a sqrt(8)/3.
    const right = [2, 2, -4].map((x) => x / Math.sqrt(8) / 3)
    const close = (words: Words, expected: readonly number[], rewards: readonly (readonly number[])[]) => {
      const weights = weigh(words, episodes(1, rewards))
      expected.forEach((w, k) => expect(Math.abs(weights[k] - w), `${JSON.stringify(words)} ${weights}`).toBeLessThanOrEqual(1e-12 * Math.abs(w)))
    }
    close(['totalReturn', { baseline: 'batchMean' }, { normalise: { batchStd: by } }], right, [[most], [most], [-most]])
    close(['totalReturn', 'causality', { baseline: 'batchMean' }, { normalise: { whitenSteps: by } }], right, [[most], [most], [-most]])
    close(['totalReturn', 'causality', { normalise: { whitenSteps: by } }], right, [[most], [most], [-most]])
    // Sums of three overflow, their means do not: 0.9, 0.9, 0.84 lie 0.02, 0.02, -0.04 from theirs, and 0.03, 0.03, -0.06 from that of the others.
    const near = [[0.9 * most], [0.9 * most], [0.84 * most]]
    for (const scale of [[], ['causality']]) {
      close(['totalReturn', ...scale, { baseline: 'batchMean' }], [0.02, 0.02, -0.04].map((x) => (x * most) / 3), near)
      close(['totalReturn', ...scale, { baseline: 'leaveOneOut' }], [0.03, 0.03, -0.06].map((x) => (x * most) / 3), near)
    }
  })

  it('many numbers far from 0: their centre is as exact as they are', () => {
    const credits = Array.from({ length: 4096 }, (_, k) => 1e12 + 0.3 + (k % 2 === 0 ? 2 : -2))
    const weights = weigh(['totalReturn', 'causality', { normalise: { whitenSteps: { ddof: 0, epsilon: 0 } } }], episodes(1, credits.map((c) => [c])))
    weights.forEach((w, k) => expect(Math.abs(w * 4096 - (k % 2 === 0 ? 1 : -1))).toBeLessThan(1e-4))
  })

  it('returns moved by a number: the same weights, to the rounding of the moved returns', () =>
    fc.assert(
      fc.property(dyadic, fc.integer({ min: -(2 ** 30), max: 2 ** 30 }), fc.constantFrom(...wholePipelines.filter(isCentred)), ({ discount, rewards }, shift, words) => {
        const still = weigh(words, episodes(discount, rewards))
        const moved = weigh(words, episodes(discount, rewards.map(([first, ...later]) => [first + shift, ...later])))
        still.forEach((w, k) => expect(Math.abs(moved[k] - w), `${JSON.stringify(words)} ${moved} ${still}`).toBeLessThan(1e-4 * Math.max(1, Math.abs(w))))
      }),
      { numRuns: 500 },
    ))

  it('a mean is never outside of what it is the mean of', () =>
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 40 }), fc.double({ min: 1, max: 2, noNaN: true }), (bits, x) => {
        const returns = bits.map((b) => x * (1 + b * 1e-11))
        const means = returns.map((r, i) => r - weigh(['totalReturn', { baseline: 'batchMean' }], episodes(1, returns.map((one) => [one])))[i] * returns.length)
        for (const b of means) expect(b >= Math.min(...returns) * (1 - 1e-15) && b <= Math.max(...returns) * (1 + 1e-15)).toBe(true)
      }),
      { numRuns: 200 },
    ))
})

describe('minibatches', () => {
  it('credits of a slice that are equal but for the rounding of what they were made of', () => {
    const large = 1e9
    const batch = must(
      fromSteps({
        discount: 1,
        provenance: 'off-policy',
        episodes: 'complete',
        trajectories: [3, 1, 7, 5].map((v) => {
          const reward = [v * large + 0.1, 0.1]
          return { reward, value: [v * large - 0.1, -0.2], logProb: [-1, -1], behaviourLogProb: [-1, -1], end: terminated }
        }),
      }),
    )
    const by = whitenSteps({ ddof: 1, epsilon: 1e-8 })
    const on = (objective: { readonly ready: (batch: never) => { readonly weights: (indices: Int32Array, logProb: Float64Array) => { readonly weights: ArrayLike<number> } } }, ...indices: readonly number[]) =>
      Array.from(objective.ready(batch as never).weights(Int32Array.from(indices), new Float64Array(indices.length).fill(-1)).weights)
    const whitened = pipe(gae({ lambda: 1 }), importance(perStep), inMinibatches(meanOverSteps, { normalise: by }))
    for (const indices of [[0, 2, 4, 6], [6, 1, 2], [5, 0]]) expect(on(whitened as never, ...indices)).toEqual(indices.map(() => 0))
    // The credit of each step is 0.3, rounded as numbers of its size are.
    const plain = on(pipe(gae({ lambda: 1 }), importance(perStep), inMinibatches(meanOverSteps)) as never, 0, 2, 4, 6)
    expect(new Set(plain).size).toBeGreaterThan(1)
    plain.forEach((w) => expect(w * 8).toBeCloseTo(0.3, 5))
  })
})

describe('one minibatch of all steps', () => {
  it('is whitened as the batch is, also where credits are nearly equal', () => {
    const by = whitenSteps({ ddof: 0, epsilon: 0 })
    for (const apart of [9e-13, 1.1e-12, 2.5e-12, 1e-11]) {
      const batch = episodes(1, [[1], [1 + apart], [1]])
      const whole = weigh(['totalReturn', 'causality', { normalise: { whitenSteps: { ddof: 0, epsilon: 0 } } }], batch)
      const { weights } = pipe(totalReturn, causality, inMinibatches(meanOverTrajectories, { normalise: by })).ready(batch as never).weights(Int32Array.of(0, 1, 2), new Float64Array(3), 0)
      expect(Array.from(weights)).toEqual(whole)
    }
  })
})

describe('segments', () => {
  it('values that cancel at a cut', () => {
    const batch = must(
      fromSteps({
        discount: 1,
        provenance: 'on-policy',
        episodes: 'segments',
        trajectories: [0.3, 1e9 + 0.7, -1e9 - 0.1].map((v) => ({ reward: [0.1], value: [v], end: truncated({ value: v }) })),
      }),
    )
    expect(weigh([{ gae: { lambda: 0.9 } }, { normalise: { whitenSteps: { ddof: 1, epsilon: 1e-8 } } }], batch).every((w) => w === 0)).toBe(true)
  })
})
