import * as fc from 'fast-check'
import { nStepAdvantages } from 'estimand'
import { expect, it } from 'vitest'

const column = (length: number) => fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: length, maxLength: length })

interface Case {
  readonly offsets: readonly number[]
  readonly reward: readonly number[]
  readonly value: readonly number[]
  readonly bootstrap: readonly number[]
  readonly discount: number
  readonly n: number
}

const cases: fc.Arbitrary<Case> = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 4 }).chain((lengths) => {
  const offsets = lengths.reduce((all, length) => [...all, all[all.length - 1] + length], [0])
  const steps = offsets[lengths.length]
  return fc.record({
    offsets: fc.constant(offsets),
    reward: column(steps),
    value: column(steps),
    bootstrap: column(lengths.length),
    discount: fc.oneof(fc.constantFrom(0, 1, 0.5, 1e-300, 1 - 2 ** -53), fc.double({ min: 0, max: 1, noNaN: true })),
    n: fc.oneof(fc.integer({ min: 1, max: 70 }), fc.constantFrom(1, 2, 4, 5, 6, 1e9, 2 ** 53)),
  })
})

const columnsOf = ({ offsets, reward, value, bootstrap }: Case) =>
  [{ count: offsets.length - 1, offsets: Int32Array.from(offsets) }, Float64Array.from(reward), Float64Array.from(value), Float64Array.from(bootstrap)] as const

/** The sum as it is written, and the sum of what is added without signs: rounding is relative to it. */
const direct = ({ offsets, reward, value, bootstrap, discount, n }: Case): readonly (readonly [sum: number, size: number])[] =>
  bootstrap.flatMap((last, i) =>
    Array.from({ length: offsets[i + 1] - offsets[i] }, (_, j): readonly [number, number] => {
      const k = offsets[i] + j
      const stop = Math.min(k + n, offsets[i + 1])
      const terms = [...reward.slice(k, stop).map((r, l) => discount ** l * r), discount ** (stop - k) * (stop < offsets[i + 1] ? value[stop] : last), -value[k]]
      return [terms.reduce((a, b) => a + b, 0), terms.reduce((a, b) => a + Math.abs(b), 0)]
    }),
  )

/** Below it products have fewer digits than other numbers. */
const underflow = 1e-290

const worst = (one: Case, found: ArrayLike<number>): number => Math.max(...direct(one).map(([sum, size], k) => Math.abs(found[k] - sum) / (size + underflow)))

it('advantages of n steps are the sums that define them, for every n and discount', () => {
  fc.assert(
    fc.property(cases, (one) => {
      expect(worst(one, nStepAdvantages(...columnsOf(one), one.discount, one.n))).toBeLessThan(1e-12)
    }),
    { numRuns: 1000 },
  )
})

it('a window from which what leaves is subtracted would not pass: it cancels', () => {
  const one: Case = { offsets: [0, 40], reward: Array.from({ length: 40 }, (_, k) => (k === 20 ? 1e12 : 1)), value: Array.from({ length: 40 }, () => 0), bootstrap: [0], discount: 1, n: 8 }
  let sum = 0
  const sliding = Array.from({ length: 40 }, () => 0)
  for (let k = 39; k >= 0; k--) {
    sum = one.reward[k] * 1.1 + sum - (k + 8 < 40 ? one.reward[k + 8] * 1.1 : 0)
    sliding[k] = sum / 1.1
  }
  expect(worst(one, sliding)).toBeGreaterThan(1e-6)
  expect(worst(one, nStepAdvantages(...columnsOf(one), 1, 8))).toBeLessThan(1e-12)
})

it('takes a time that does not grow with n', () => {
  const L = 1 << 19
  const layout = { count: 1, offsets: Int32Array.of(0, L) }
  const [reward, value] = [Float64Array.from({ length: L }, (_, k) => k % 7), Float64Array.from({ length: L }, (_, k) => k % 5)]
  // A sum term by term would be 6e10 steps: minutes.
  const begun = performance.now()
  const found = nStepAdvantages(layout, reward, value, Float64Array.of(0), 1, L >> 1)
  expect(performance.now() - begun).toBeLessThan(5_000)
  let sum = 0
  for (let k = 0; k < L >> 1; k++) sum += k % 7
  expect(found[0]).toBe(sum + value[L >> 1] - value[0])
})
