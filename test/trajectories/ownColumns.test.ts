import * as E from 'fp-ts/lib/Either.js'
import * as fc from 'fast-check'
import { describeProblems, estimate, fromColumns, fromPadded, fromSteps, meanOverTrajectories, reduce, select, terminated, totalReturn, truncated, weightModifier, withColumn } from 'estimand'
import type { Problem } from 'estimand'
import { batchCodec, problemsOf } from 'estimand/codecs'
import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'

const must = <A>(result: E.Either<readonly Problem[], A>): A => {
  if (E.isLeft(result)) throw new Error(describeProblems(result.left))
  return result.right
}
const text = (result: E.Either<readonly Problem[], unknown>): string => (E.isLeft(result) ? describeProblems(result.left) : 'no problem')
const header = { discount: 0.5, provenance: 'on-policy', episodes: 'complete' } as const

describe('columns of your own are declared', () => {
  it('three constructors, withColumn and JSON give one batch', () => {
    const number = fc.integer({ min: -9, max: 9 })
    fc.assert(
      fc.property(fc.array(fc.array(fc.tuple(number, number, number), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 }), (rows) => {
        const of = (k: 0 | 1 | 2) => rows.map((row) => row.map((cells) => cells[k]))
        const ends = rows.map(() => terminated)
        const offsets = rows.reduce((all, row) => [...all, all[all.length - 1] + row.length], [0])
        const [reward, mine, other] = [of(0), of(1), of(2)]
        const steps = must(fromSteps({ ...header, trajectories: rows.map((_, i) => ({ reward: reward[i], columns: { mine: mine[i], other: other[i] }, end: terminated })) }))
        expect(must(fromColumns({ ...header, offsets, reward: reward.flat(), ends, columns: { mine: mine.flat(), other: other.flat() } }))).toEqual(steps)
        const T = Math.max(...rows.map(({ length }) => length))
        const wide = (x: readonly (readonly number[])[]) => x.map((row) => Array.from({ length: T }, (_, t) => row[t] ?? NaN))
        const terminatedAt = rows.map((row) => Array.from({ length: T }, (_, t) => t === row.length - 1))
        expect(must(fromPadded({ ...header, terminated: terminatedAt, lengths: rows.map(({ length }) => length), reward: wide(reward), columns: { mine: wide(mine), other: wide(other) } }))).toEqual(steps)
        const bare = must(fromSteps({ ...header, trajectories: rows.map((_, i) => ({ reward: reward[i], end: terminated })) }))
        expect(must(pipe(withColumn('mine', mine.flat())(bare), E.chain(withColumn('other', other.flat()))))).toEqual(steps)
        const json: unknown = JSON.parse(JSON.stringify(batchCodec.encode(steps as never)))
        expect(must(E.mapLeft(problemsOf())(batchCodec.decode(json)))).toEqual(steps)
        expect(must(E.mapLeft(problemsOf())(batchCodec.decode({ ...header, trajectories: rows.map((_, i) => ({ reward: reward[i], columns: { mine: mine[i], other: other[i] }, end: 'terminated' })) })))).toEqual(steps)
      }),
      { numRuns: 100 },
    )
  })
  it('their names are in the type, and words of your own read them', () => {
    const masked = weightModifier({ word: 'masked', needs: ['mask'], coupling: 'none', reasons: [], apply: (w, batch) => w.map((x, k) => x * batch.mask[k]), formula: (w) => w, source: 'a test' })
    const e = pipe(totalReturn, masked, reduce(meanOverTrajectories))
    const batch = must(fromSteps({ ...header, trajectories: [{ reward: [1, 2], columns: { mask: [0, 1] }, end: terminated }] }))
    expect(Array.from(estimate(e)(batch))).toEqual([0, 2])
    expect(Array.from(select([0, 0])(batch).mask)).toEqual([0, 1, 0, 1])
  })
  it('they alone say how long a trajectory is', () => {
    const batch = must(fromSteps({ ...header, trajectories: [{ columns: { mine: [1, 2] }, end: terminated }, { columns: { mine: [3] }, end: terminated }] }))
    expect(Array.from(batch.offsets)).toEqual([0, 2, 3])
  })
  it('what is wrong with them', () => {
    const one = (columns: unknown) => text(fromSteps({ ...header, trajectories: [{ reward: [1, 2], columns, end: terminated }] } as never))
    expect(one({ mine: [1] })).toBe('trajectories[0].columns.mine: expected 2 entries, one per step, got 1')
    expect(one({ mine: [1, NaN] })).toBe('trajectories[0].columns.mine[1]: expected a finite number, got NaN')
    expect(one({ mine: 3 })).toBe('trajectories[0].columns.mine: expected an array of numbers, got 3')
    expect(one([1, 2])).toBe('trajectories[0].columns: expected columns of your own by name: { mine: [...] }, got [1,2]')
    for (const name of ['reward', 'offsets', 'group', 'bootstrapValue', 'constructor', 'toString'])
      expect(one({ [name]: [1, 2] }), name).toBe(`trajectories[0].columns.${name}: expected a name of your own, since a batch has its own ${name}, got "${name}"`)
    expect(text(fromSteps({ ...header, trajectories: [{ reward: [1], columns: { mine: [1] }, end: terminated }, { reward: [1], end: terminated }] }))).toBe(
      'trajectories[1].columns.mine: expected a column, as other trajectories have, got undefined',
    )
    expect(text(fromColumns({ ...header, offsets: [0, 2], reward: [1, 2], ends: [terminated], columns: { mine: [1] } }))).toBe('columns.mine: expected 2 entries, one per step, got 1')
    expect(text(fromPadded({ ...header, terminated: [[0, 1]], reward: [[1, 2]], columns: { mine: [[1]] } }))).toBe('columns.mine[0]: expected 2 entries, as terminated[0] has, got 1')
    expect(text(fromPadded({ ...header, terminated: [[0, 1]], columns: { value: [[1, 2]] } }))).toContain('a name of your own')
  })
})

describe('ends in code are what they are in JSON', () => {
  const values = { terminated, timeLimit: { _tag: 'TimeLimit' }, truncated: truncated({}) } as const
  const segments = { ...header, episodes: 'segments' } as const
  for (const [word, value] of Object.entries(values))
    it(word, () => {
      expect(must(fromSteps({ ...segments, trajectories: [{ reward: [1], end: word as 'terminated' }] }))).toEqual(must(fromSteps({ ...segments, trajectories: [{ reward: [1], end: value }] })))
      expect(must(fromColumns({ ...segments, offsets: [0, 1], reward: [1], ends: [word as 'terminated'] })).ends).toEqual([value])
    })
  it('a cut with its value', () => {
    const batch = must(fromSteps({ ...segments, trajectories: [{ reward: [1], value: [2], end: { truncated: { value: 3, successor: 'o' } } }] }))
    expect(batch.ends).toEqual([truncated({ value: 3, successor: 'o' })])
    expect(Array.from(batch.bootstrapValue)).toEqual([3])
  })
  it('what is no end', () => {
    for (const end of ['Terminated', 'done', { truncated: 1 }, { truncated: {}, terminated: {} }, { _tag: 'Done' }, null, undefined, [], true])
      expect(text(fromSteps({ ...segments, trajectories: [{ reward: [1], end }] } as never))).toContain('trajectories[0].end: expected terminated, timeLimit or truncated({ value })')
    expect(text(fromSteps({ ...segments, trajectories: [{ reward: [1], value: [1], end: { truncated: { value: NaN } } }] }))).toBe(
      'trajectories[0].end.truncated.value: expected the finite value of the successor, since steps carry value, got NaN',
    )
  })
})

describe('64-bit integers', () => {
  const small = fc.array(fc.bigInt({ min: -(2n ** 53n) + 1n, max: 2n ** 53n - 1n }), { minLength: 1, maxLength: 5 })
  it('are numbers where a number can hold them, typed or plain', () => {
    fc.assert(
      fc.property(small, fc.constantFrom('typed', 'plain', 'mixed'), (given, kind) => {
        const numbers = given.map(Number)
        const column = kind === 'typed' ? BigInt64Array.from(given) : kind === 'plain' ? given : given.map((x, k) => (k % 2 === 0 ? x : Number(x)))
        const L = given.length
        const expected = must(fromSteps({ ...header, trajectories: [{ reward: numbers, columns: { mine: numbers }, group: 3, end: terminated }] }))
        expect(must(fromSteps({ ...header, trajectories: [{ reward: column, columns: { mine: column }, group: 3n, end: terminated }] }))).toEqual(expected)
        expect(must(fromColumns({ ...header, offsets: BigInt64Array.of(0n, BigInt(L)), startTime: [0n], group: BigUint64Array.of(3n), reward: column, columns: { mine: column }, ends: [terminated] }))).toEqual(expected)
        const flags = BigInt64Array.from(given, (_, k) => (k === L - 1 ? 1n : 0n))
        const padded = must(fromPadded({ ...header, terminated: [flags], lengths: [BigInt(L)], reward: [column], columns: { mine: [column] } }))
        expect(Array.from(padded.reward)).toEqual(numbers)
        expect(Array.from(padded.offsets)).toEqual([0, L])
        expect(must(withColumn('more', column)(expected)).more).toEqual(Float64Array.from(numbers))
      }),
      { numRuns: 100 },
    )
  })
  it('are refused as what they are where it cannot', () => {
    const big = 9007199254740993n
    const got = 'got 9007199254740993n, beyond 2^53'
    for (const column of [[big], BigInt64Array.of(big), BigUint64Array.of(big)]) {
      expect(text(fromSteps({ ...header, trajectories: [{ reward: column, end: terminated }] }))).toBe(`trajectories[0].reward[0]: expected a finite number, ${got}`)
      expect(text(fromColumns({ ...header, offsets: [0, 1], group: column, reward: [1], ends: [terminated] }))).toBe(`group[0]: expected an integer, ${got}`)
      expect(text(fromColumns({ ...header, offsets: [0n, big], reward: [1], ends: [terminated] }))).toBe(`offsets[1]: expected an integer, ${got}`)
      expect(text(fromPadded({ ...header, terminated: [[true]], reward: [column] }))).toBe(`trajectories[0].reward[0]: expected a finite number, ${got}`)
    }
    expect(text(fromPadded({ ...header, terminated: [[2n]] }))).toBe('terminated[0][0]: expected true, false, 1 or 0, got 2n')
    expect(text(fromSteps({ ...header, trajectories: [{ reward: [1], group: big, end: terminated }] }))).toContain(got)
    expect(text(fromSteps({ ...header, discount: 1n as never, trajectories: [{ reward: [1], end: terminated }] }))).toBe('discount: expected a number in [0, 1], got 1n')
  })
})

describe('counts that nothing bears out', () => {
  it('offsets', () => {
    const of = (offsets: unknown) => text(fromColumns({ ...header, offsets, ends: [terminated] } as never))
    expect(of([0, 2 ** 31])).toBe('offsets[1]: expected at most 2147483647, the steps that a batch can hold, got 2147483648')
    expect(of([0, 2 ** 60])).toContain('offsets[1]: expected at most 2147483647')
    expect(of(BigInt64Array.of(0n, 2n ** 40n))).toContain('offsets[1]: expected at most 2147483647')
    expect(of([0, 2 ** 31 - 1])).toBe('offsets[1]: expected at most 134217728 steps where no column has them, got 2147483647')
    expect(of([0, -1])).toContain('offsets[1]: expected more than offsets[0] = 0')
    expect(of([0, 1.5])).toBe('offsets[1]: expected an integer, got 1.5')
    expect(of([0, '1'])).toBe('offsets[1]: expected an integer, got "1"')
    expect(text(fromColumns({ ...header, offsets: [0, 2 ** 31 - 1], reward: [1], ends: [terminated] }))).toBe('reward: expected 2147483647 entries, one per step, got 1')
  })
  it('lengths', () => {
    const of = (length: unknown) => text(fromSteps({ ...header, trajectories: [{ length, end: terminated }] } as never))
    expect(of(2 ** 27)).toBe('no problem')
    for (const length of [2 ** 27 + 1, 2 ** 31, 2 ** 52]) expect(of(length)).toContain('trajectories: expected at most 134217728 steps where no column has them')
  })
  it('arrays of holes', () => {
    const holes: number[] = []
    holes.length = 2 ** 32 - 1
    expect(text(fromSteps({ ...header, trajectories: [{ reward: holes, end: terminated }] }))).toBe('trajectories: expected at most 2147483647 steps in all, got 4294967295')
    holes.length = 2 ** 30
    expect(text(fromSteps({ ...header, trajectories: [{ reward: holes, end: terminated }] }))).toContain('expected a finite number, got undefined')
  })
})
