import { pipe } from 'fp-ts/lib/function.js'
import * as fc from 'fast-check'
import { causality, meanOverTrajectories, mix, reduce, scale, totalReturn } from 'estimand'
import { describe, expect, it } from 'vitest'
import { seed } from '../seed/seed.ts'
import { thrown } from './outcome.ts'

const e = pipe(totalReturn, causality, reduce(meanOverTrajectories))
const mixed = (...weights: readonly number[]): string => thrown(() => mix(...weights.map((c) => [c, e] as const)))

describe('weights of a mean', () => {
  it('sum to 1 up to rounding', () => {
    for (const weights of [Array<number>(10).fill(0.1), [1 / 3, 1 / 3, 1 / 3], Array<number>(49).fill(1 / 49), [3.3, -2.3], [0.1, 0.2, 0.7], [1], [1, 0], [1000.1, -999.1]])
      expect(mixed(...weights), weights.join(' + ')).toBe('nothing')
  })
  it('whatever they were divided by', () =>
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1e6 }), { minLength: 1, maxLength: 200 }), (parts) => {
        const total = parts.reduce((a, b) => a + b, 0)
        expect(mixed(...parts.map((x) => x / total))).toBe('nothing')
      }),
      { seed, numRuns: 200 },
    ))
  it('are refused with the remedy where more than rounding is missing', () =>
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 1e6 }), { minLength: 2, maxLength: 50 }),
        fc.constantFrom(9e-10, -9e-10, 1e-10, 1e-12, -1e-12, 0.1, NaN),
        (parts, off) => {
          const total = parts.reduce((a, b) => a + b, 0)
          const [first, ...others] = parts.map((x) => x / total)
          expect(mixed(first + off, ...others)).toContain(Number.isNaN(off) ? 'a finite number' : '; use scale and plus for other sums')
        },
      ),
      { seed, numRuns: 200 },
    ))
  it('so large that nobody knows their sum are refused', () => expect(mixed(1e16, -1e16)).toContain('expected weights that sum to 1'))
  it('a scale of nearly 1 is a scale', () => {
    const names = (c: number) => pipe(e, scale(c)).reasons.map(({ name }) => name)
    for (const c of [1 - 1e-10, 1 + 1e-10, 1 - Number.EPSILON / 2, 1 + Number.EPSILON]) expect(names(c)).toEqual(['scaled'])
    expect(names(1)).toEqual([])
  })
})
