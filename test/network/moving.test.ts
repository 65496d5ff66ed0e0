import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { adam, clipGradientNorm } from '../../src/network/index.ts'
import type { Moving } from '../../src/network/optimiser/moving.ts'
import { movingFor, scalarMoving, vectorMoving } from '../../src/network/optimiser/moving.ts'
import { seed } from '../seed/seed.ts'

const singles = (length: number): fc.Arbitrary<Float32Array> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.array(fc.float({ min: -4, max: 4, noNaN: true }), { minLength: length, maxLength: length }) },
    // What overflows, is not a number, or is below the normal numbers.
    { weight: 1, arbitrary: fc.array(fc.float(), { minLength: length, maxLength: length }) },
  ).map((x) => Float32Array.from(x))

const arrays = fc.integer({ min: 0, max: 300 }).chain((n) => fc.tuple(singles(n), singles(n), singles(n), singles(n).map((x) => x.map(Math.abs))))
const constants = fc.record({
  beta1: fc.double({ min: 0, max: 0.999, noNaN: true }),
  beta2: fc.double({ min: 0, max: 0.999, noNaN: true }),
  size: fc.double({ min: -1, max: 1, noNaN: true }),
  floor: fc.double({ min: 1e-12, max: 1, noNaN: true }),
})

const bits = (x: Float32Array): readonly number[] => Array.from(x, (one) => new Int32Array(Float32Array.of(one).buffer)[0])
/** NaN has many bits, and is one thing. */
const same = (a: Float32Array, b: Float32Array): boolean => a.length === b.length && a.every((x, k) => Object.is(x, b[k]))

const adamAgrees = (vectors: Moving) =>
  fc.property(arrays, constants, ([theta, g, m, v], given) => {
    const [one, other] = [0, 1].map(() => ({ theta: theta.slice(), m: m.slice(), v: v.slice() }))
    scalarMoving.adam(one.theta, g, one.m, one.v, given)
    vectors.adam(other.theta, g, other.m, other.v, given)
    return same(one.theta, other.theta) && same(one.m, other.m) && same(one.v, other.v)
  })

const clipAgrees = (vectors: Moving) =>
  fc.property(arrays, fc.double({ min: 1e-3, max: 1e3, noNaN: true }), ([g], most) => {
    const [one, other] = [g.slice(), g.slice()]
    return Object.is(scalarMoving.clip(one, most), vectors.clip(other, most)) && same(one, other)
  })

/** Longer than the longest array that was asked for before, and back. */
const room = vectorMoving()

describe('vectors have the bits of loops', () => {
  it('Adam', () => fc.assert(adamAgrees(room), { seed, numRuns: 500 }))
  it('the norm, and shortening', () => fc.assert(clipAgrees(room), { seed, numRuns: 500 }))

  it('arrays longer than any before, and short ones after them', () => {
    const given = { beta1: 0.9, beta2: 0.999, size: 0.01, floor: 1e-8 }
    for (const n of [40_000, 3, 16_385, 0]) {
      const make = () => [3, 5, 7, 11].map((p) => Float32Array.from({ length: n }, (_, k) => ((k * p) % 101) / 101))
      const [a, b] = [make(), make()]
      scalarMoving.adam(a[0], a[1], a[2], a[3], given)
      room.adam(b[0], b[1], b[2], b[3], given)
      expect(b.map(bits)).toEqual(a.map(bits))
      expect(room.clip(b[1], 1)).toBe(scalarMoving.clip(a[1], 1))
      expect(bits(b[1])).toEqual(bits(a[1]))
    }
  })

  const mutants: Readonly<Record<string, Moving>> = {
    'a mean that is rounded before it is used': {
      ...scalarMoving,
      adam: (theta, g, m, v, { beta1, beta2, size, floor }) => {
        for (let k = 0; k < theta.length; k++) {
          m[k] = beta1 * m[k] + (1 - beta1) * g[k]
          v[k] = beta2 * v[k] + (1 - beta2) * g[k] * g[k]
          theta[k] += (size * m[k]) / (Math.sqrt(v[k]) + floor)
        }
      },
    },
    'the last numbers left out': { ...scalarMoving, adam: (theta, g, m, v, c) => scalarMoving.adam(theta.subarray(0, theta.length & ~3), g, m, v, c) },
  }
  it.each(Object.entries(mutants))('rejects %s', (_, mutant) => {
    expect(fc.check(adamAgrees(mutant), { seed, numRuns: 500 }).failed).toBe(true)
  })
  it('rejects a norm summed one after the other, and one without the last numbers', () => {
    const inTurn: Moving = { ...scalarMoving, clip: (g, most) => (scalarMoving.clip(g, most), Math.sqrt(Array.from(g).reduce((sum, x) => sum + x * x, 0))) }
    const cut: Moving = { ...scalarMoving, clip: (g, most) => scalarMoving.clip(g.subarray(0, g.length & ~3), most) }
    for (const mutant of [inTurn, cut]) expect(fc.check(clipAgrees(mutant), { seed, numRuns: 500 }).failed).toBe(true)
  })
})

describe('what is asked of vectors', () => {
  it('is long float32 arrays only', () => {
    const [long, short, double] = [new Float32Array(1000), new Float32Array(9), new Float64Array(1000)]
    expect(movingFor(long, long)).not.toBe(scalarMoving)
    for (const other of [short, double]) expect(movingFor(long, other)).toBe(scalarMoving)
  })

  it('an infinite gradient is refused as it was', () => {
    const gradient = new Float32Array(1000).fill(1)
    gradient[700] = Infinity
    expect(() => clipGradientNorm(gradient, 1)).toThrow('clipGradientNorm: expected a gradient of finite norm, got Infinity')
    expect([gradient[0], gradient[999]]).toEqual([1, 1])
  })

  it('parameters of any length move as float64 ones do, to rounding', () => {
    const n = 1003
    const gradient = Float32Array.from({ length: n }, (_, k) => Math.sin(k))
    const [single, double] = [new Float32Array(n), new Float64Array(n)]
    const { init, ascend } = adam()
    const [one, other] = [init(single), init(double)]
    for (let step = 0; step < 20; step++) {
      ascend(one, single, gradient, 1e-3)
      ascend(other, double, gradient, 1e-3)
    }
    expect(single.every((x, k) => Math.abs(x - double[k]) < 1e-7)).toBe(true)
    expect(Math.max(...double)).toBeCloseTo(0.02, 4)
  })
})
