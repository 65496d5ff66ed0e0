import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { generalisedAdvantages, returnsToGo, vtraceAdvantages, wholeReturns } from 'estimand'
import { exponential } from '../../src/columns/exponential.ts'
import { groupEnd } from '../../src/columns/group.ts'
import { seed } from '../seed/seed.ts'

interface Drawn {
  readonly count: number
  readonly offsets: Int32Array
  readonly reward: Float64Array
  readonly value: Float64Array
  readonly logProb: Float64Array
  readonly behaviourLogProb: Float64Array
  readonly bootstrapValue: Float64Array
  readonly discount: number
  readonly lambda: number
  readonly rhoBar: number
  readonly cBar: number
}

/** Ragged layouts, some with trajectories of a thousand steps; columns from a few drawn numbers, out of step with each other. */
const drawn: fc.Arbitrary<Drawn> = fc
  .record({
    lengths: fc.array(fc.oneof({ weight: 8, arbitrary: fc.integer({ min: 0, max: 30 }) }, { weight: 1, arbitrary: fc.integer({ min: 900, max: 1100 }) }), { maxLength: 40 }),
    some: fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 5, maxLength: 50 }),
    discount: fc.double({ min: 0, max: 1, noNaN: true }),
    lambda: fc.double({ min: 0, max: 1, noNaN: true }),
    rhoBar: fc.constantFrom(0.5, 1, 2, Infinity),
    cBar: fc.constantFrom(0.5, 1, 2, Infinity),
  })
  .map(({ lengths, some, ...rest }) => {
    const offsets = new Int32Array(lengths.length + 1)
    for (const [i, length] of lengths.entries()) offsets[i + 1] = offsets[i] + length
    const column = (length: number, stride: number) => Float64Array.from({ length }, (_, k) => some[(k * stride) % some.length] + (k % 17) / 8)
    const steps = offsets[lengths.length]
    return {
      ...rest,
      count: lengths.length,
      offsets,
      reward: column(steps, 1),
      value: column(steps, 3),
      logProb: column(steps, 7),
      behaviourLogProb: column(steps, 11),
      bootstrapValue: column(lengths.length, 1),
    }
  })

/** One trajectory after the other, one step after the other, as the formulas have it. `begin` makes the state behind the last step. */
const plain = <S>({ count, offsets }: Drawn, begin: (i: number) => S, step: (state: S, k: number) => readonly [number, S], carries: boolean): Float64Array => {
  const out = new Float64Array(offsets[count])
  let state = begin(0)
  for (let i = 0; i < count; i++) {
    if (!carries || i === 0) state = begin(i)
    for (let k = offsets[i + 1] - 1; k >= offsets[i]; k--) [out[k], state] = step(state, k)
  }
  return out
}

const toGo = (d: Drawn, carries = false): Float64Array =>
  plain(d, () => 0, (g, k) => [d.reward[k] + d.discount * g, d.reward[k] + d.discount * g], carries)

const gae = (d: Drawn, carries = false): Float64Array =>
  plain<readonly [number, number]>(
    d,
    (i) => [0, d.bootstrapValue[i]],
    ([a, next], k) => {
      const now = d.reward[k] + d.discount * next - d.value[k] + d.discount * d.lambda * a
      return [now, [now, d.value[k]]]
    },
    carries,
  )

const vtrace = (d: Drawn, carries = false): Float64Array =>
  plain<readonly [number, number]>(
    d,
    (i) => [0, d.bootstrapValue[i]],
    ([a, next], k) => {
      const ratio = exponential(d.logProb[k] - d.behaviourLogProb[k])
      const rho = Math.min(ratio, d.rhoBar)
      const c = Math.min(ratio, d.cBar)
      const delta = d.reward[k] + d.discount * next - d.value[k]
      const advantage = rho * (delta + d.discount * a)
      return [advantage, [d.rhoBar === d.cBar ? advantage : rho * delta + c * (d.discount * a), d.value[k]]]
    },
    carries,
  )

/** V-trace as the paper writes it, by the corrected values themselves. */
const vtraceByValues = (d: Drawn): Float64Array =>
  plain<readonly [number, number]>(
    d,
    (i) => [d.bootstrapValue[i], d.bootstrapValue[i]],
    ([corrected, next], k) => {
      const ratio = Math.exp(d.logProb[k] - d.behaviourLogProb[k])
      const rho = Math.min(ratio, d.rhoBar)
      const c = Math.min(ratio, d.cBar)
      const v = d.value[k]
      const delta = rho * (d.reward[k] + d.discount * next - v)
      return [rho * (d.reward[k] + d.discount * corrected - v), [v + delta + d.discount * c * (corrected - next), v]]
    },
    false,
  )

const fast = {
  toGo: (d: Drawn, into?: Float64Array) => returnsToGo(d, d.reward, d.discount, into),
  gae: (d: Drawn, into?: Float64Array) => generalisedAdvantages(d, d.reward, d.value, d.bootstrapValue, d.discount, d.lambda, into),
  vtrace: (d: Drawn, into?: Float64Array) =>
    vtraceAdvantages(d, d.reward, d.value, d.bootstrapValue, d.logProb, d.behaviourLogProb, d.discount, { rhoBar: d.rhoBar, cBar: d.cBar }, into),
} as const
const cases = [
  ['returns to go', toGo, fast.toGo],
  ['generalised advantages', gae, fast.gae],
  ['V-trace advantages', vtrace, fast.vtrace],
] as const

it.each(cases)('%s: several trajectories at once give the bits of one after the other', (_, one, several) => {
  const property = fc.property(drawn, (d) => {
    expect(several(d)).toEqual(one(d))
  })
  fc.assert(property, { seed, numRuns: 150 })
})

it.each(cases)('%s that go on from one trajectory into the next are told apart', (_, one, several) => {
  const property = fc.property(drawn, (d) => {
    expect(several(d)).toEqual(one(d, true))
  })
  expect(() => fc.assert(property, { seed, numRuns: 150 })).toThrow()
})

it.each(cases)('%s are written where they are wanted, whatever stood there', (_, one, several) => {
  const property = fc.property(drawn, (d) => {
    const mine = new Float64Array(d.offsets[d.count]).fill(NaN)
    expect(several(d, mine)).toBe(mine)
    expect(mine).toEqual(one(d))
  })
  fc.assert(property, { seed, numRuns: 50 })
})

it('V-trace advantages are those of the corrected values, to rounding', () => {
  const property = fc.property(drawn, (d) => {
    // Products of unbounded ratios grow without end, and rounding with them: the laws have those on short trajectories.
    fc.pre(d.cBar <= 1 && d.rhoBar <= 2)
    const one = vtraceByValues(d)
    const other = fast.vtrace(d)
    for (let k = 0; k < one.length; k++) expect(Math.abs(other[k] - one[k])).toBeLessThan(1e-9 * (1 + Math.abs(one[k])))
  })
  fc.assert(property, { seed, numRuns: 60 })
})

it('a whole return is the return to go of the first step', () => {
  const property = fc.property(drawn, (d) => {
    const byStep = toGo(d)
    const expected = Float64Array.from({ length: d.count }, (_, i) => (d.offsets[i] === d.offsets[i + 1] ? 0 : byStep[d.offsets[i]]))
    expect(wholeReturns(d, d.reward, d.discount)).toEqual(expected)
  })
  fc.assert(property, { seed, numRuns: 150 })
})

it('groups are of whole fours, follow each other, and reach the end', () => {
  const property = fc.property(drawn, ({ count, offsets }) => {
    for (let first = 0, stop = 0; first < count; first = stop) {
      stop = groupEnd({ count, offsets }, first)
      expect(stop).toBeGreaterThan(first)
      expect(stop).toBeLessThanOrEqual(count)
      if (stop < count) {
        expect((stop - first) % 4).toBe(0)
        expect(offsets[stop] - offsets[first]).toBeGreaterThanOrEqual(4096)
      }
    }
  })
  fc.assert(property, { seed, numRuns: 150 })
})
