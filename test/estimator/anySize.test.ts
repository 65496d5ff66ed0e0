import * as fc from 'fast-check'
import { pipe } from 'fp-ts/lib/function.js'
import {
  baseline,
  causality,
  clip,
  constant,
  constantLength,
  estimate,
  fromColumns,
  importance,
  meanOfTrajectoryMeans,
  meanOverSteps,
  meanOverTrajectories,
  perDecision,
  perStep,
  perTrajectory,
  prefix,
  prepare,
  ratioModifier,
  ratioOf,
  ratioSurrogate,
  reasons,
  reduce,
  selfNormalise,
  surrogate,
  takenAsOne,
  terminated,
  totalReturn,
  truncate,
  vtrace,
} from 'estimand'
import type { AllFacts, AnyEstimator, Trajectories } from 'estimand'
import { describe, expect, it } from 'vitest'
import { seed } from '../seed/seed.ts'
import type { Extended } from './extended.ts'
import { divide, exp, isMore, of, plus, size, sum, times, toNumber } from './extended.ts'
import { must, thrown } from './outcome.ts'

/** A batch by its log ratios: trajectories, each a list of steps [log ratio, reward, value]. */
type Drawn = readonly (readonly (readonly [log: number, reward: number, value: number])[])[]

const batchOf = (trajectories: Drawn, discount = 1): Trajectories<AllFacts> => {
  const steps = trajectories.flat()
  const offsets = [0]
  for (const one of trajectories) offsets.push(offsets[offsets.length - 1] + one.length)
  return must(
    fromColumns({
      discount,
      provenance: 'off-policy',
      episodes: 'complete',
      actions: 'continuous',
      offsets,
      ends: trajectories.map(() => terminated),
      reward: steps.map(([, r]) => r),
      value: steps.map(([, , v]) => v),
      logProb: steps.map(([log]) => log),
      behaviourLogProb: steps.map(() => 0),
    }),
  ) as unknown as Trajectories<AllFacts>
}

/** What a weight is, and what its terms amount to without their signs, which says how much of it rounding may take. */
interface Right {
  readonly value: Extended
  readonly size: Extended
}

const greatest = of(Number.MAX_VALUE)

/** Weights against right ones: a number where that is a number, the error where it is beyond. */
const agree = (weigh: () => ArrayLike<number>, right: readonly Right[]): void => {
  const far = right.map((w) => isMore(size(w.value), greatest))
  // Too near the end of the range to say on which side the rounded weight is, or nothing but rounding.
  if (right.some(({ value, size: s }) => Math.abs(value.x - greatest.x) < 1e-6 || (isMore(s, greatest) && isMore(times(of(0.99), s), size(value))))) return
  if (far.some(Boolean)) {
    expect(thrown(weigh)).toContain('WeightNotFinite')
    return
  }
  const weights = weigh()
  for (const [k, w] of right.entries()) {
    const tolerance = 1e-9 * toNumber(w.size) + 1e-320
    if (!(Math.abs(weights[k] - toNumber(w.value)) <= tolerance)) expect([k, weights[k]]).toEqual([k, toNumber(w.value)])
  }
}

type RatioWord = 'perStep' | 'prefix' | 'perTrajectory' | 'takenAsOne'
type Limit = 'none' | 'truncate' | 'clip' | 'wide clip' | 'selfNormalise'
const at = 2
const epsilon = 0.2

const ratios = (word: RatioWord, trajectories: Drawn): readonly (readonly Extended[])[] =>
  trajectories.map((steps) => {
    const logs = steps.map(([log]) => log)
    const total = (upTo: number): Extended => exp(logs.slice(0, upTo).reduce((a, b) => a + b, 0))
    return logs.map((log, t) => (word === 'takenAsOne' ? of(1) : word === 'perStep' ? exp(log) : word === 'prefix' ? total(t + 1) : total(logs.length)))
  })

const limitedBy = (limit: Limit, rho: readonly (readonly Extended[])[], credit: readonly (readonly number[])[]): readonly (readonly Extended[])[] => {
  const all = sum(rho.map(([first]) => first))
  return rho.map((row, i) =>
    row.map((r, t) => {
      const a = credit[i][t]
      switch (limit) {
        case 'none':
          return r
        case 'truncate':
          return isMore(r, of(at)) ? of(at) : r
        case 'clip':
          return (a >= 0 ? isMore(r, of(1 + epsilon)) : isMore(of(1 - epsilon), r)) ? of(0) : r
        case 'wide clip':
          return r
        case 'selfNormalise':
          return all.m === 0 ? all : divide(times(of(rho.length), r), all)
      }
    }),
  )
}

const toGo = pipe(totalReturn, causality)

/** Return to go, discounted, of each step: the credit as a number. */
const returnsToGo = (trajectories: Drawn, discount: number): readonly (readonly number[])[] =>
  trajectories.map((steps) => {
    const out: number[] = []
    for (let t = steps.length - 1, g = 0; t >= 0; t--) out[t] = g = steps[t][1] + discount * g
    return out
  })

const scales = {
  meanOverTrajectories: [meanOverTrajectories, (d: Drawn) => d.map(() => 1 / d.length)],
  meanOverSteps: [meanOverSteps, (d: Drawn) => d.map(() => 1 / d.flat().length)],
  meanOfTrajectoryMeans: [meanOfTrajectoryMeans, (d: Drawn) => d.map((steps) => 1 / (d.length * steps.length))],
  constantLength: [constantLength(7), (d: Drawn) => d.map(() => 1 / (7 * d.length))],
} as const

/** Weights of importance with a limit, credits gamma^t (G_t - b). */
const rightOf = (word: RatioWord, limit: Limit, trajectories: Drawn, discount: number, b: number, scale: readonly number[]): readonly Right[] => {
  const credit = returnsToGo(trajectories, discount).map((row) => row.map((g, t) => discount ** t * (g - b)))
  return limitedBy(limit, ratios(word, trajectories), credit).flatMap((row, i) =>
    row.map((r, t) => {
      const value = times(r, of(credit[i][t]), of(scale[i]))
      return { value, size: size(value) }
    }),
  )
}

const log = fc.oneof(
  { weight: 3, arbitrary: fc.double({ min: -1000, max: 1000, noNaN: true }) },
  { weight: 2, arbitrary: fc.double({ min: -1, max: 1, noNaN: true }) },
  { weight: 2, arbitrary: fc.constantFrom(-800, 800, -745, 709.5, 709.9, -600, 600, 0, -Infinity) },
)
const number = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: -3, max: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, 1e200, -1e200, 1e-200, -1e-200, 1e-300, 3e-320, 1e300) },
)
const drawn = fc.array(fc.array(fc.tuple(log, number, number), { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 5 })
const runs = { seed, numRuns: 400 }
const mean = reduce(meanOverTrajectories)

describe('weights are right wherever they are numbers, whatever the size of the ratios', () => {
  const words = { perStep, prefix, perTrajectory, takenAsOne } as const
  const limits = { none: null, truncate: truncate({ at }), clip: clip({ epsilon }), 'wide clip': clip({ epsilon: Infinity }), selfNormalise } as const
  for (const [word, ratio] of Object.entries(words) as unknown as readonly (readonly [RatioWord, never])[])
    for (const [limit, modifier] of Object.entries(limits) as unknown as readonly (readonly [Limit, never])[]) {
      if ((word === 'takenAsOne' && limit !== 'none') || (limit === 'selfNormalise' && word !== 'perTrajectory')) continue
      for (const [name, [reduction, scaleOf]] of Object.entries(scales))
        it(`${word}, ${limit}, ${name}`, () => {
          const weighting = (b: number): AnyEstimator => {
            const bare = pipe(toGo, baseline(constant(b)), importance(ratio as typeof perStep))
            return pipe(modifier === null ? bare : (modifier as (w: typeof bare) => typeof bare)(bare), reduce(reduction)) as AnyEstimator
          }
          fc.assert(
            fc.property(drawn, fc.constantFrom(0, 0.5, 1), fc.constantFrom(0, 1), (d, discount, b) =>
              agree(() => estimate(weighting(b))(batchOf(d, discount)), rightOf(word, limit, d, discount, b, scaleOf(d))),
            ),
            runs,
          )
        })
    }
})

describe('a ratio per decision, and the products of vtrace', () => {
  const decisions = (d: Drawn, discount: number, whole: boolean, b: number): readonly Right[] =>
    d.flatMap((steps) => {
      const rho = steps.map((_, u) => exp(steps.slice(0, u + 1).reduce((total, [l]) => total + l, 0)))
      return steps.map((_, t) => {
        const terms = steps.flatMap(([, r], u) => (!whole && u < t ? [] : [times(rho[Math.max(u, t)], of(discount ** u), of(r))]))
        const all = [...terms, times(of(-b), rho[t], of(whole ? 1 : discount ** t))].map((term) => times(term, of(1 / d.length)))
        return { value: sum(all), size: sum(all.map(size)) }
      })
    })
  for (const whole of [true, false])
    it(whole ? 'perDecision on the whole return' : 'perDecision on the return to go', () => {
      const credit = whole ? pipe(totalReturn, baseline(constant(1)), importance(perDecision), mean) : pipe(toGo, baseline(constant(1)), importance(perDecision), mean)
      fc.assert(
        fc.property(drawn, fc.constantFrom(0, 0.5, 1), (d, discount) => agree(() => estimate(credit as AnyEstimator)(batchOf(d, discount)), decisions(d, discount, whole, 1))),
        runs,
      )
    })

  /** A_t = rho_t (delta_t + sum_{u > t} gamma^(u-t) c_{t+1} .. c_{u-1} rho_u delta_u): the sum itself, not the recursion. */
  const vtraceOf = (d: Drawn, discount: number, rhoBar: number, cBar: number): readonly Right[] => {
    const bounded = (l: number, bound: number): Extended => (isMore(exp(l), of(bound)) ? of(bound) : exp(l))
    return d.flatMap((steps) => {
      const delta = steps.map(([, r, v], t) => of(r + discount * (steps[t + 1]?.[2] ?? 0) - v))
      const rho = steps.map(([l]) => (rhoBar === Infinity ? exp(l) : bounded(l, rhoBar)))
      const c = steps.map(([l]) => (cBar === Infinity ? exp(l) : bounded(l, cBar)))
      return steps.map((_, t) => {
        const terms = steps.flatMap((__, u) =>
          u < t ? [] : [times(rho[t], u === t ? of(1) : rho[u], of(discount ** (u - t)), ...c.slice(t + 1, Math.max(u, t + 1)), delta[u], of(discount ** t), of(1 / d.length))],
        )
        return { value: sum(terms), size: sum(terms.map(size)) }
      })
    })
  }
  for (const [rhoBar, cBar] of [
    [Infinity, Infinity],
    [1, 1],
    [2, 1],
    [Infinity, 1],
    [1.5, Infinity],
  ] as const)
    it(`vtrace, ${rhoBar} and ${cBar}`, () => {
      const e = pipe(vtrace({ rhoBar, cBar }), mean)
      fc.assert(
        fc.property(drawn, fc.constantFrom(0, 0.5, 1), (d, discount) => agree(() => estimate(e as AnyEstimator)(batchOf(d, discount)), vtraceOf(d, discount, rhoBar, cBar))),
        runs,
      )
    })
  it('products that underflow step by step, and come back', () => {
    // Ten steps at +80, then 1,000 at -0.8: the one reward, at the end, has weight 1 at the first step, though the trace underflows before it gets there.
    const steps = [...Array.from({ length: 10 }, () => [80, 0, 0] as const), ...Array.from({ length: 999 }, () => [-0.8, 0, 0] as const), [-0.8, 3, 0] as const]
    const [w] = estimate(pipe(vtrace({ rhoBar: Infinity, cBar: Infinity }), mean) as AnyEstimator)(batchOf([steps]))
    expect(Math.abs(w / 3 - 1)).toBeLessThan(1e-9)
  })
})

describe('selfNormalise', () => {
  const wis = pipe(totalReturn, importance(perTrajectory), selfNormalise, mean) as AnyEstimator
  it('a constant added to every log ratio of a trajectory changes nothing', () =>
    fc.assert(
      fc.property(drawn, fc.double({ min: -1500, max: 1500, noNaN: true }), (d, shift) => {
        const tame = d.map((steps) => steps.map(([l], t) => [l === -Infinity ? -5 : l / 100, t + 1, 0] as const))
        const shifted = tame.map((steps) => steps.map(([l, r, v], t) => [t === 0 ? l + shift : l, r, v] as const))
        const [before, after] = [tame, shifted].map((one) => estimate(wis)(batchOf(one)))
        for (const [k, w] of before.entries()) expect(Math.abs(after[k] - w)).toBeLessThanOrEqual(1e-9 * Math.abs(w))
      }),
      runs,
    ))
  it('a single trajectory has its credit, and so have all where ratios are equal: to the bit', () =>
    fc.assert(
      fc.property(fc.oneof(fc.double({ min: -3000, max: 3000, noNaN: true }), fc.double({ min: -3, max: 3, noNaN: true })), fc.integer({ min: 1, max: 12 }), (l, n) => {
        const d = Array.from({ length: n }, (_, i) => [[l, i + 1, 0] as const])
        expect(Array.from(estimate(wis)(batchOf(d)))).toEqual(d.map((_, i) => (i + 1) * (1 / n)))
      }),
      runs,
    ))
  it('a thousand steps at -0.8', () => {
    const d = [3, 5].map((r) => Array.from({ length: 1000 }, (_, t) => [-0.8, t === 999 ? r : 0, 0] as const))
    const weights = estimate(wis)(batchOf(d))
    expect([weights[0], weights[1999]]).toEqual([1.5, 2.5])
  })
  it('one that dominates: the others have the ratio that they have', () => {
    const weights = estimate(wis)(batchOf([[[0, 1, 0]], [[900, 2, 0]], [[500, 1e300, 0]]]))
    expect(weights[0]).toBe(0)
    expect(weights[1]).toBe(2)
    expect(Math.abs(weights[2] / (1e300 * Math.exp(-400)) - 1)).toBeLessThan(1e-12)
  })
  it('ratios that are no extremes, but far apart', () => {
    const weights = estimate(wis)(batchOf([[[-600, 1e300, 0]], [[600, 1, 0]]]))
    const right = toNumber(times(of(1e300), exp(-1200)))
    expect(right).toBeGreaterThan(1e-230)
    expect(Math.abs(weights[0] / right - 1)).toBeLessThan(1e-9)
  })
  it('where every ratio is 0 the weights are 0', () => expect(Array.from(estimate(wis)(batchOf([[[-Infinity, 1, 0]], [[-Infinity, 2, 0]]])))).toEqual([0, 0]))
  it('a ratio of one\'s own whose sum overflows, or which is denormal', () => {
    for (const every of [1.5e308, 4e-323]) {
      const own = ratioOf({ word: 'own', stage: 'trajectory ratio', needs: [], reasons: [], ratio: (l) => l.fill(every), formula: { text: 'x', latex: 'x' }, source: 'a test' })
      expect(Array.from(estimate(pipe(totalReturn, importance(own), selfNormalise, mean) as AnyEstimator)(batchOf([[[0, 2, 0]], [[0, 4, 0]]])))).toEqual([1, 2])
    }
  })
})

describe('what a user brings', () => {
  const seen: number[][] = []
  const limit = ratioModifier({
    word: 'seen',
    needs: [],
    coupling: 'none',
    reasons: [reasons.truncation],
    apply: (ratio) => {
      seen.push(Array.from(ratio))
      return ratio.map((rho) => Math.min(rho, 4))
    },
    formula: (rho) => rho,
    source: 'a test',
  })
  it('a limit of one\'s own is given ratios, Infinity and 0 among them', () => {
    const e = pipe(totalReturn, importance(perStep), limit, mean) as AnyEstimator
    const one = batchOf([[[Math.log(2), 1, 0], [800, 1, 0], [-800, 1, 0]]])
    expect(Array.from(estimate(e)(one))).toEqual([3 * Math.exp(Math.log(2)), 12, 0])
    expect(seen.every(([, high, low]) => high === Infinity && low === 0)).toBe(true)
  })
  it('a copy of a ratio with another function does not keep the log of the first', () => {
    const inverse = { ...perStep, ratio: (l: Float64Array) => l.map((x) => Math.exp(-x)) }
    expect(Array.from(estimate(pipe(totalReturn, importance(inverse), mean) as AnyEstimator)(batchOf([[[700, 0, 0], [1, 0, 0]], [[800, 1, 0]]])))[2]).toBe(0)
  })
})

describe('prepare and the surrogates', () => {
  const clipped = pipe(toGo, baseline(constant(1)), importance(perStep), clip({ epsilon }))
  const bare = pipe(toGo, baseline(constant(1)), importance(perStep))
  for (const [name, [reduction, scaleOf]] of Object.entries(scales)) {
    it(`slices, ${name}`, () => {
      for (const [limit, plan] of [['none', pipe(bare, prepare(reduction))], ['clip', pipe(clipped, prepare(reduction))]] as const)
        fc.assert(
          fc.property(drawn, (d) => {
            const batch = batchOf(d)
            const indices = Array.from({ length: batch.logProb.length }, (_, k) => batch.logProb.length - 1 - k)
            const right = rightOf('perStep', limit, d, 1, 1, scaleOf(d))
            agree(() => plan(batch as never).weights(indices, indices.map((k) => batch.logProb[k])), indices.map((k) => right[k]))
          }),
          runs,
        )
    })
    it(`ratio form, ${name}`, () => {
      for (const [limit, plan] of [['none', pipe(bare, ratioSurrogate(reduction))], ['clip', pipe(clipped, ratioSurrogate(reduction))]] as const)
        fc.assert(
          fc.property(drawn, (d) => {
            const right = rightOf('perStep', limit, d, 1, 1, scaleOf(d))
            agree(() => plan(batchOf(d) as never).derivative, right)
            const credit = returnsToGo(d, 1).map((row) => row.map((g) => g - 1))
            const terms = d.flatMap((steps, i) =>
              steps.map(([l], t) => {
                const rho = exp(l)
                const held = isMore(rho, of(1 + epsilon)) ? of(1 + epsilon) : isMore(of(1 - epsilon), rho) ? of(1 - epsilon) : rho
                const [free, bound] = [times(rho, of(credit[i][t])), times(held, of(credit[i][t]))]
                return times(limit === 'none' || !isMore(free, bound) ? free : bound, of(scaleOf(d)[i]))
              }),
            )
            const value = { value: sum(terms), size: sum(terms.map(size)) }
            if (right.every((w) => isMore(greatest, w.size)) && isMore(greatest, value.size)) agree(() => [plan(batchOf(d) as never).value], [value])
          }),
          runs,
        )
    })
  }
  it('a log-prob of Infinity is refused, even where a limit would bind', () => {
    const plan = pipe(toGo, importance(perStep), truncate({ at: 2 }), prepare(meanOverTrajectories))
    expect(thrown(() => plan(batchOf([[[0, 1, 0]]]) as never).weights([0], [Infinity]))).toContain('prepare: log-prob of step 0: expected a finite number, or -Infinity')
    expect(thrown(() => plan(batchOf([[[0, 1, 0]]]) as never).weights([0], [NaN]))).toContain('WeightNotFinite: prepare: weight of step 0: expected a finite number, got NaN')
  })
  it('where log pi is -Infinity the weight is 0, and its share of the surrogate too', () => {
    const batch = batchOf([[[-Infinity, 2, 0], [0, 1, 0]]])
    expect(surrogate(pipe(totalReturn, importance(perStep), mean) as AnyEstimator)(batch)).toMatchObject({ value: 0, derivative: Float64Array.of(0, 3) })
    expect(pipe(totalReturn, importance(perStep), ratioSurrogate(meanOverTrajectories))(batch as never).value).toBe(3)
  })
})

describe('the checks above refuse', () => {
  const wrong = (weigh: (ratio: readonly number[]) => readonly number[]) => () =>
    fc.assert(
      fc.property(drawn, (d) => {
        const rho = d.map((steps) => Math.exp(steps.reduce((a, [l]) => a + l, 0)))
        const factor = weigh(rho)
        const credit = returnsToGo(d, 1)
        agree(() => d.flatMap((steps, i) => steps.map((_, t) => (factor[i] * (credit[i][t] - 1)) / d.length)), rightOf('perTrajectory', 'selfNormalise', d, 1, 1, d.map(() => 1 / d.length)))
      }),
      runs,
    )
  it('exp before the division', () => expect(wrong((rho) => rho.map((r) => (rho.length * r) / (rho.reduce((a, b) => a + b, 0) || 1)))).toThrow())
  it('a mean that leaves out the own', () => expect(wrong((rho) => rho.map((r) => r / (rho.reduce((a, b) => a + b, 0) / (rho.length - 1 || 1) || 1)))).toThrow())
  it('a single ratio that is not 1', () => expect(wrong((rho) => rho.map((r) => (rho.length === 1 ? r : 1)))).toThrow())
  it('sums of which one term is lost', () => expect(toNumber(plus(exp(800), times(of(-1), exp(800))))).toBe(0))
})
