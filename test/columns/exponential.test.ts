import * as fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Ratios } from '../../src/columns/exponential.ts'
import { exponential, scalarRatios, vectorRatios } from '../../src/columns/exponential.ts'
import type { RatioRoom } from '../../src/simd/exp.ts'
import { openRatioRoom, roomLength } from '../../src/simd/exp.ts'
import { webAssembly } from '../../src/simd/webAssembly.ts'
import { seed } from '../seed/seed.ts'

const bits = new BigInt64Array(1)
const number = new Float64Array(bits.buffer)
const bitsOf = (x: number): bigint => {
  number[0] = x
  return bits[0]
}
const ofBits = (x: bigint): number => {
  bits[0] = x
  return number[0]
}

/** Binary places of the exact side: more than the smallest number has. */
const places = 1300n
const one = 1n << places

/** A finite number as a whole one, times 2^1300, exactly. */
const fixed = (x: number): bigint => {
  const all = bitsOf(Math.abs(x))
  const exponent = all >> 52n
  const mantissa = exponent === 0n ? all : (all & ((1n << 52n) - 1n)) | (1n << 52n)
  const size = (mantissa << (places - 1074n)) << (exponent === 0n ? 0n : exponent - 1n)
  return x < 0 ? -size : size
}

/** exp x times 2^1300, by its series after 12 halvings, to about 1200 places. */
const exact = (x: number): bigint => {
  const small = fixed(Math.abs(x)) >> 12n
  let sum = one
  let term = one
  for (let n = 1n; term !== 0n; n++) {
    term = ((term * small) >> places) / n
    sum += term
  }
  for (let k = 0; k < 12; k++) sum = (sum * sum) >> places
  return x < 0 ? (one * one) / sum : sum
}

/** How far a result is off, in units of its last place. */
const unitsOff = (x: number, result: number): number => {
  if (!Number.isFinite(result)) return Infinity
  const unit = fixed(ofBits(bitsOf(result) + 1n)) - fixed(result)
  const off = fixed(result) - exact(x)
  return Number(((off < 0n ? -off : off) * 10_000n) / unit) / 10_000
}

/** Points of all sizes whose results are normal numbers, those where the table's parts meet, and their neighbours. */
const points: readonly number[] = (() => {
  const sample = (within: fc.Arbitrary<number>, count: number): readonly number[] => fc.sample(within, { seed, numRuns: count })
  const double = (size: number): fc.Arbitrary<number> => fc.double({ min: -size, max: size, noNaN: true })
  const uniform = (size: number): fc.Arbitrary<number> => fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }).map((k) => (k / 2 ** 31) * size)
  const seams = sample(fc.integer({ min: -130_000, max: 130_000 }), 200).map((k) => ((k + 0.5) * Math.LN2) / 128)
  const near = [...seams, 0, 1, -1, Math.LN2, 600, -600, 708, -708].flatMap((x) => [x, x + Number.EPSILON * Math.abs(x), x - Number.EPSILON * Math.abs(x)])
  return [...near, ...sample(uniform(700), 700), ...sample(uniform(1), 700), ...sample(double(700), 300)].filter((x) => Math.abs(x) <= 708)
})()

const worst = (f: (x: number) => number): number => points.reduce((most, x) => Math.max(most, unitsOff(x, f(x))), 0)

it('is off by at most 0.52 units in the last place, by exact arithmetic', () => {
  expect(worst(exponential)).toBeLessThanOrEqual(0.52)
})

it.each<[string, (x: number) => number]>([
  ['the next number', (x) => ofBits(bitsOf(exponential(x)) + 1n)],
  ['a product of two results', (x) => exponential(x / 2) * exponential(x / 2)],
  ['powers of a rounded root', (x) => 2 ** (Math.round(x * 128 * Math.LOG2E) / 128) * Math.exp(x - (Math.round(x * 128 * Math.LOG2E) * Math.LN2) / 128)],
])('the exact side rejects %s', (_, mutant) => {
  expect(worst(mutant)).toBeGreaterThan(0.52)
})

/** A million points whose neighbours are near. */
const sweep = (low: number, high: number, visit: (x: number) => void): void => {
  for (let k = 0; k < 250_000; k++) visit(low + ((high - low) * (k + 0.37)) / 250_000)
}

it('agrees with Math.exp to a unit in the last place at a million points', () => {
  let most = 0
  const compare = (x: number): void => {
    const apart = bitsOf(exponential(x)) - bitsOf(Math.exp(x))
    most = Math.max(most, Math.abs(Number(apart)))
  }
  sweep(-0.5, 0.5, compare)
  sweep(-20, 20, compare)
  sweep(-708, 709.7, compare)
  // Below the normal numbers, down to nothing.
  sweep(-746, -708, compare)
  expect(most).toBe(1)
})

it('keeps what is no number, and the ends', () => {
  const ends: readonly (readonly [number, number])[] = [
    [NaN, NaN],
    [Infinity, Infinity],
    [-Infinity, 0],
    [1e308, Infinity],
    [-1e308, 0],
    [0, 1],
    [-0, 1],
    [5e-324, 1],
    [709.782712893384, 1.797693134862273e308],
    [709.7827128933841, Infinity],
    [-745.1332191019411, 5e-324],
    [-745.1332191019412, 0],
  ]
  for (const [x, result] of ends) expect([x, exponential(x)]).toEqual([x, Math.abs(result) < 1e308 || !Number.isFinite(result) ? result : Math.exp(x)])
})

const opened = (): RatioRoom => {
  const room = openRatioRoom()
  if (room === null) throw new Error('no vectors on this machine')
  return room
}

const anyNumber = fc.oneof(
  fc.double(),
  fc.double({ min: -2, max: 2 }),
  // About the band and the bound, as ratios and as log ratios.
  fc.integer({ min: -50, max: 150 }).map((k) => k / 100),
  fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 0.8, 1, 1.2, 600, -600, 600.0000000000001, 709.8, -745.2),
)
const column = (length: number): fc.Arbitrary<Float64Array> =>
  fc.array(anyNumber, { minLength: 1, maxLength: 40 }).map((some) => Float64Array.from({ length }, (_, k) => some[(k * 7) % some.length]))
const anyColumns = fc.integer({ min: 0, max: 1030 }).chain((n) => fc.tuple(column(n), column(n)))
const limits = { bound: 1.1, low: 0.8, high: 1.2 } as const

/** Every use of ratios: on a column of one's own, and, where it fits, in the room. */
const uses = (ratios: Ratios, x: Float64Array, credit: Float64Array): readonly (readonly number[])[] => {
  const inRoom = (): Float64Array => {
    const log = ratios.take(x.length)
    log.set(x)
    return ratios.exponentials(log)
  }
  const fits = x.length > 0 && x.length <= roomLength
  return [
    ratios.exponentials(x.slice()),
    ratios.bounded(x.slice(), limits.bound),
    ratios.banded(x.slice(), credit, limits.low, limits.high),
    ...(fits
      ? [
          Float64Array.from(inRoom()),
          Float64Array.from(ratios.bounded(inRoom(), limits.bound)),
          Float64Array.from(ratios.banded(inRoom(), credit, limits.low, limits.high)),
          Float64Array.from(ratios.banded(ratios.bounded(inRoom(), limits.bound), credit, limits.low, limits.high)),
        ]
      : []),
  ].map((result) => Array.from(result))
}

const sameBits = (make: () => Ratios): void => {
  const vectors = make()
  const scalars = scalarRatios()
  fc.assert(
    fc.property(anyColumns, ([x, credit]) => {
      expect(uses(vectors, x, credit)).toEqual(uses(scalars, x, credit))
    }),
    { seed, numRuns: 300 },
  )
}

describe('with vectors', () => {
  it('the same bits as one by one, on columns of every length', () => {
    sameBits(() => vectorRatios(opened()))
  })

  it.each<[string, (room: RatioRoom) => RatioRoom]>([
    ['says that all is within reach', (room) => ({ ...room, exponentials: (n) => room.exponentials(n) || true })],
    ['leaves out the last', (room) => ({ ...room, exponentials: (n) => n < 2 || room.exponentials(n - (n % 4 === 1 ? 1 : 0)) })],
    ['bounds nothing', (room) => ({ ...room, bounded: () => undefined })],
    ['takes the band for another', (room) => ({ ...room, banded: (n, low, high) => room.banded(n, low, high + 0.1) })],
  ])('a room that %s is found out', (_, mutant) => {
    expect(() => sameBits(() => vectorRatios(mutant(opened())))).toThrow()
  })

  it('ratios are those of Math.exp to rounding', () => {
    const x = Float64Array.from({ length: 1000 }, (_, k) => Math.sin(k) * 3)
    const ratios = vectorRatios(opened()).exponentials(x.slice())
    for (let k = 0; k < x.length; k++) expect(Math.abs(ratios[k] / Math.exp(x[k]) - 1)).toBeLessThan(3e-16)
  })
})

/** As a browser does whose content security policy allows no code made at run time. */
const refused = function (): never {
  throw new Error('refused by policy')
}

describe('without vectors', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.resetModules()
  })

  it.each<[string, unknown]>([
    ['WebAssembly is missing', undefined],
    ['code may not be made', { ...webAssembly(), Module: refused }],
  ])('one by one where %s, with the same bits', async (_, found) => {
    vi.stubGlobal('WebAssembly', found)
    vi.resetModules()
    const { exponentials } = await import('../../src/columns/exponential.ts')
    expect(openRatioRoom()).toBeNull()
    const x = Float64Array.from({ length: 500 }, (__, k) => Math.sin(k) * 900)
    expect(exponentials(x.slice())).toEqual(scalarRatios().exponentials(x.slice()))
  })
})
