import { describe, expect, it } from 'vitest'
import type { Sample } from './measure.ts'
import { sampleOf, units } from './measure.ts'
import { disagreement, inTurn } from './turns.ts'

describe('inTurn', () => {
  const logged = async (names: readonly string[], rounds: number, warmUp: number) => {
    const log: string[] = []
    const sides = Object.fromEntries(names.map((name) => [name, async (round: number): Promise<Sample> => {
      log.push(`${name}${round}`)
      return { value: round }
    }]))
    return { samples: await inTurn(sides, { rounds, warmUp }), log }
  }

  it('gives every side a turn in every round, the other way round in every other', async () => {
    const { log } = await logged(['a', 'b', 'c'], 3, 0)
    expect(log).toEqual(['a0', 'b0', 'c0', 'c1', 'b1', 'a1', 'a2', 'b2', 'c2'])
  })

  it('throws the samples of the first rounds away', async () => {
    const { log, samples } = await logged(['a', 'b'], 2, 2)
    expect(log).toEqual(['a-2', 'b-2', 'b-1', 'a-1', 'a0', 'b0', 'b1', 'a1'])
    expect(samples).toEqual({ a: [{ value: 0 }, { value: 1 }], b: [{ value: 0 }, { value: 1 }] })
  })

  it('never has two sides at work at once', async () => {
    let working = 0
    const most: number[] = []
    const side = async (): Promise<Sample> => {
      most.push(++working)
      await new Promise((resolve) => {
        setTimeout(resolve, 1)
      })
      working--
      return {}
    }
    await inTurn({ a: side, b: side }, { rounds: 3, warmUp: 1 })
    expect(most).toEqual(Array.from({ length: 8 }, () => 1))
  })

  it('ends with the failure of a side', async () => {
    await expect(inTurn({ a: async () => Promise.reject(new Error('gone')) }, { rounds: 1, warmUp: 0 })).rejects.toThrow('gone')
  })
})

describe('disagreement', () => {
  it.each<readonly [string, Readonly<Record<string, readonly Sample[]>>, string | null]>([
    ['nobody says', { a: [{ value: 1 }], b: [{ value: 2 }] }, null],
    ['one side says', { a: [{ check: 1 }], b: [{ value: 2 }] }, null],
    ['float32 and float64', { a: [{ check: 1.000_01 }], b: [{ check: 1 }] }, null],
    ['other numbers', { a: [{ check: 1 }], b: [{ check: 1 }], c: [{ check: 1.1 }] }, 'a and c do not compute the same: 1 and 1.1'],
    ['negative ones', { a: [{ check: -1 }], b: [{ check: -1.001 }] }, null],
    ['NaN', { a: [{ check: 1 }], b: [{ check: Number.NaN }] }, 'a and b do not compute the same: 1 and NaN'],
    ['no samples', { a: [], b: [] }, null],
  ])('%s', (_, samples, expected) => {
    expect(disagreement(samples)).toBe(expected)
  })
})

describe('sampleOf', () => {
  /** A second of wall clock and half a second of CPU time for each call of the run, which does 10 more each time. */
  const ticking = () => {
    let calls = 0
    return { run: () => 10 * ++calls, clock: { wall: () => calls, cpu: () => calls / 2 } }
  }

  it('repeats until the block is full', () => {
    const { run, clock } = ticking()
    // 3 calls in 3 s: 10 + 20 + 30 steps, 20 a second, 40 a second of CPU time.
    expect(sampleOf(units.stepsPerSecond, run, 2.5, clock)).toEqual({ value: 20, cpu: 40 })
  })

  it('calls once at least', () => {
    const { run, clock } = ticking()
    // 1 s for 10 elements: 1e8 ns each.
    expect(sampleOf(units.nanosecondsPerElement, run, 0, clock)).toEqual({ value: 1e8, cpu: 5e7 })
  })

  it('takes the answer itself where the run measures by itself', () => {
    let calls = 0
    expect(sampleOf(units.milliseconds, () => ++calls, 100)).toEqual({ value: 1 })
  })
})
