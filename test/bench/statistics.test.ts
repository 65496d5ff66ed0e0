import { array, assert, double, property, tuple } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { median, ratio, spread } from './statistics.ts'

const positive = double({ min: 1e-6, max: 1e6, noNaN: true })
const pairs = array(tuple(positive, positive), { minLength: 1, maxLength: 12 })
const slack = 1 + 1e-12

describe('median', () => {
  it.each<readonly [readonly number[], number]>([
    [[3], 3],
    [[3, 1], 2],
    [[10, 9, 2], 9],
    [[4, 1, 3, 2], 2.5],
    [[-1, 1], 0],
    // As text, 10 comes before 9.
    [[10, 9, 100], 10],
    [[1, Infinity, Infinity], Infinity],
    [[Infinity, Infinity], Infinity],
  ])('of %j is %d', (numbers, expected) => {
    expect(median(numbers)).toBe(expected)
  })

  it('has as many numbers at or below it as at or above it, in whatever order they come', () => {
    assert(
      property(array(positive, { minLength: 1 }), (numbers) => {
        const middle = median(numbers)
        const half = numbers.length / 2
        expect(numbers.filter((x) => x <= middle * slack).length).toBeGreaterThanOrEqual(half)
        expect(numbers.filter((x) => x >= middle / slack).length).toBeGreaterThanOrEqual(half)
        expect(median(numbers.toReversed())).toBe(middle)
      }),
    )
  })

  it('leaves what it is given as it was, and refuses nothing and NaN', () => {
    const numbers = [3, 1, 2]
    median(numbers)
    expect(numbers).toEqual([3, 1, 2])
    expect(() => median([])).toThrow(/at least one/)
    expect(() => median([1, Number.NaN])).toThrow(/NaN/)
  })
})

it('a spread is the median between the least and the greatest', () => {
  expect(spread([5, 1, 2])).toEqual({ median: 2, min: 1, max: 5, n: 3 })
})

describe('ratio', () => {
  it('is that of the medians, with the range of the rounds', () => {
    // Medians 4 and 2; rounds 4, 2, 1.
    expect(ratio([4, 2, 6], [1, 1, 6])).toEqual({ ofMedians: 4, min: 1, max: 4 })
  })

  it('of medians is never outside the ratios of the rounds', () => {
    assert(
      property(pairs, (rounds) => {
        const { ofMedians, min, max } = ratio(rounds.map(([a]) => a), rounds.map(([, b]) => b))
        expect(ofMedians).toBeGreaterThanOrEqual(min / slack)
        expect(ofMedians).toBeLessThanOrEqual(max * slack)
      }),
    )
  })

  it('does not move when a machine slows both sides of a round down', () => {
    assert(
      property(pairs, positive, (rounds, slower) => {
        const [a, b] = [rounds.map(([x]) => x), rounds.map(([, x]) => x)]
        const now = ratio([...a, a[0] * slower], [...b, b[0] * slower])
        expect(now.min).toBeCloseTo(ratio(a, b).min, 6)
        expect(now.max / ratio(a, b).max).toBeCloseTo(1, 6)
      }),
    )
  })

  it('refuses rounds that one side did not have', () => {
    expect(() => ratio([1, 2], [1])).toThrow(/2 and 1/)
  })
})
