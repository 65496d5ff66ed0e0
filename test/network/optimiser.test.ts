import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { adam, clipGradientNorm, constantRate, cosineRate, linearRate, sgd } from '../../src/network/index.ts'
import type { AdamState, Optimiser, SgdState } from '../../src/network/index.ts'

const walk = <S>({ init, descend }: Optimiser<S>, gradients: readonly number[], rate: number): readonly number[] => {
  const theta = Float64Array.of(1)
  const state = init(theta)
  return gradients.map((g) => {
    descend(state, theta, Float64Array.of(g), rate)
    return theta[0]
  })
}

const near = (actual: readonly number[], expected: readonly number[]): void => {
  expect(actual.length).toBe(expected.length)
  for (const [k, x] of expected.entries()) expect(Math.abs(actual[k] - x), `step ${k + 1}: ${actual[k]} against ${x}`).toBeLessThan(1e-14)
}

describe('adam', () => {
  // Gradients 1, -2, 0.5 at rate 0.1 from 1, in decimal arithmetic of 40 digits, of which 16 are kept:
  //   m = 0.1, -0.11, -0.049        m / (1 - 0.9^t)   = 1, -0.11/0.19, -0.049/0.271
  //   v = 0.001, 0.004999, 0.005244001    v / (1 - 0.999^t) = 1, 0.004999/0.001999, 0.005244001/0.002997001
  const gradients = [1, -2, 0.5]

  it('three steps by hand', () => {
    near(walk(adam(), gradients, 0.1), [0.900000001, 0.9366103534720751, 0.9502794196738217])
  })
  it('an epsilon that shows stands outside the root', () => {
    near(walk(adam({ epsilon: 0.1 }), gradients, 0.1), [0.9090909090909091, 0.9435238576631116, 0.9562321951859583])
  })
  it('the first step is the rate, whatever the size of the gradient', () => {
    for (const g of [1e-3, 1, 1e6]) near(walk(adam({ epsilon: 1e-300 }), [g, g], 0.25), [0.75, 0.5])
  })
  it('refuses constants out of range', () => {
    expect(() => adam({ beta1: 1 })).toThrow('adam: beta1: expected a number in [0, 1), got 1')
    expect(() => adam({ beta2: -0.1 })).toThrow('adam: beta2: expected a number in [0, 1), got -0.1')
    expect(() => adam({ epsilon: 0 })).toThrow('adam: epsilon: expected a number > 0, got 0')
  })
})

describe('sgd', () => {
  it('by hand: v = 1, -1.5, -0.25 with momentum 1/2', () => {
    near(walk(sgd(), [1, -2, 0.5], 0.1), [0.9, 1.1, 1.05])
    near(walk(sgd({ momentum: 0.5 }), [1, -2, 0.5], 0.1), [0.9, 1.05, 1.075])
  })
  it('refuses a momentum out of range', () => {
    expect(() => sgd({ momentum: 1.5 })).toThrow('sgd: momentum: expected a number in [0, 1], got 1.5')
  })
})

const optimisers: readonly Optimiser<AdamState | SgdState>[] = [adam(), sgd({ momentum: 0.9 })] as unknown as readonly Optimiser<AdamState | SgdState>[] // Each is given its own state only.

describe.each(optimisers)('$name', ({ init, ascend, descend }) => {
  const gradients = fc.array(fc.float32Array({ minLength: 3, maxLength: 3, min: -10, max: 10, noNaN: true }), { minLength: 2, maxLength: 6 })

  it('ascends an objective as it descends its negative', () => {
    fc.assert(
      fc.property(gradients, (all) => {
        const [up, down] = [Float32Array.of(1, 2, 3), Float32Array.of(1, 2, 3)]
        const [one, other] = [init(up), init(down)]
        for (const g of all) {
          ascend(one, up, g, 0.1)
          descend(other, down, g.map((x) => -x), 0.1)
        }
        expect(up).toEqual(down)
      }),
    )
  })

  it('goes on bit for bit from a state that was stored as text', () => {
    fc.assert(
      fc.property(gradients, (all) => {
        const run = (theta: Float32Array, state: AdamState | SgdState, from: number, to: number): void => all.slice(from, to).forEach((g) => descend(state, theta, g, 0.1))
        const through = Float32Array.of(1, 2, 3)
        run(through, init(through), 0, all.length)
        const stopped = Float32Array.of(1, 2, 3)
        const state = init(stopped)
        run(stopped, state, 0, 1)
        const text = JSON.stringify({ stopped, state }, (_, x: unknown) => (x instanceof Float32Array ? { float32: Array.from(x) } : x))
        const restored = JSON.parse(text, (_, x: unknown) =>
          typeof x === 'object' && x !== null && 'float32' in x ? Float32Array.from(x.float32 as readonly number[]) : x,
        ) as { readonly stopped: Float32Array; readonly state: AdamState | SgdState }
        run(restored.stopped, restored.state, 1, all.length)
        expect(restored.stopped).toEqual(through)
      }),
    )
  })

  it('keeps its state in the precision of the parameters, and of their number', () => {
    const theta = Float32Array.of(1, 2)
    const state = init(theta)
    expect(Object.values(state).every((x) => typeof x === 'number' || (x instanceof Float32Array && x.length === 2))).toBe(true)
    expect(() => descend(state, theta, new Float32Array(3), 0.1)).toThrow('expected gradient and state of 2 numbers, got 3 and 2')
    expect(() => descend(init(new Float32Array(1)), theta, new Float32Array(2), 0.1)).toThrow('expected gradient and state of 2 numbers, got 2 and 1')
    expect(() => descend(state, theta, new Float32Array(2), NaN)).toThrow('rate: expected a finite number, got NaN')
  })
})

describe('clipGradientNorm', () => {
  it('by hand: (3, 4) to 1 is (3, 4) / (5 + 1e-6), and to 10 itself', () => {
    const g = Float64Array.of(3, 4)
    expect(clipGradientNorm(g, 10)).toBe(5)
    expect(Array.from(g)).toEqual([3, 4])
    expect(clipGradientNorm(g, 1)).toBe(5)
    near(Array.from(g), [3 / 5.000001, 4 / 5.000001])
  })
  it('leaves 0 alone, and refuses what has no norm', () => {
    const g = Float64Array.of(0, 0)
    expect([clipGradientNorm(g, 1), ...g]).toEqual([0, 0, 0])
    expect(() => clipGradientNorm(Float64Array.of(1, NaN), 1)).toThrow('clipGradientNorm: expected a gradient of finite norm, got NaN')
    expect(() => clipGradientNorm(Float64Array.of(1, Infinity), 1)).toThrow('got Infinity')
    expect(() => clipGradientNorm(g, 0)).toThrow('clipGradientNorm: most: expected a number > 0, got 0')
  })
})

describe('rates', () => {
  it('annealing as CleanRL has it: (1 - u / updates) times the first rate', () => {
    const rate = linearRate({ from: 2.5e-4, updates: 976 })
    for (const u of [0, 1, 500, 975]) expect(rate(u)).toBe(0 + (2.5e-4 - 0) * (1 - u / 976))
    expect(rate(976)).toBe(0)
  })
  it('begin, end and stay there; a cosine is half way in the middle and falls throughout', () => {
    for (const make of [linearRate, cosineRate]) {
      const rate = make({ from: 1, to: 0.2, updates: 10 })
      expect([rate(0), rate(10), rate(11), rate(1e9)]).toEqual([1, rate(10), rate(10), rate(10)])
      expect(rate(10)).toBeCloseTo(0.2, 15)
      expect(rate(5)).toBeCloseTo(0.6, 15)
      for (let u = 0; u < 10; u++) expect(rate(u + 1)).toBeLessThan(rate(u))
    }
    expect(constantRate(3)(7)).toBe(3)
  })
  it('refuse what is no rate', () => {
    expect(() => constantRate(-1)).toThrow('constantRate: expected a number >= 0, got -1')
    expect(() => linearRate({ from: NaN, updates: 3 })).toThrow('linearRate: from: expected a number >= 0, got NaN')
    expect(() => cosineRate({ from: 1, to: -1, updates: 3 })).toThrow('cosineRate: to: expected a number >= 0, got -1')
    expect(() => linearRate({ from: 1, updates: 0 })).toThrow('linearRate: updates: expected an integer >= 1, got 0')
  })
})
