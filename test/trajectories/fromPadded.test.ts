import * as E from 'fp-ts/lib/Either.js'
import * as fc from 'fast-check'
import { fromPadded, fromSteps, stepCount, terminated, timeLimit, truncated } from 'estimand'
import type { Batch, End } from 'estimand'
import { describe, expect, it } from 'vitest'
import { must, text, thrown } from '../estimator/outcome.ts'

const complete = { discount: 0.9, provenance: 'on-policy', episodes: 'complete' } as const
const segments = { ...complete, episodes: 'segments' } as const
const padded = (header: object, rest: object): string => text(fromPadded({ ...header, ...rest } as never))

describe('fromPadded: what does not fit', () => {
  for (const [name, header, rest, problem] of [
    ['no flags', complete, { reward: [[1]] }, 'terminated: expected an array of at least one row of flags, got undefined'],
    ['no rows', complete, { terminated: [] }, 'terminated: expected an array of at least one row of flags, got []'],
    ['flags that are no rows', complete, { terminated: [true] }, 'terminated: expected an array of at least one row of flags, got [true]'],
    ['one row of steps', complete, { terminated: [[]] }, 'trajectories: expected at least one trajectory, got 0'],
    ['flags of unequal rows', complete, { terminated: [[false, true], [true]] }, 'terminated[1]: expected 2 entries, as terminated[0] has, got 1'],
    ['too few rows', complete, { terminated: [[true], [true]], reward: [[1]] }, 'reward: expected 2 rows, as terminated has, got 1'],
    ['a row that is too short', complete, { terminated: [[false, true]], reward: [[1]] }, 'reward[0]: expected 2 entries, as terminated[0] has, got 1'],
    ['a row that is too long', complete, { terminated: [[true]], reward: [[1, 2]] }, 'reward[0]: expected 1 entries, as terminated[0] has, got 2'],
    ['a column that is flat', complete, { terminated: [[true]], reward: [1] }, 'reward: expected an array of rows, got [1]'],
    ['a column that is null', complete, { terminated: [[true]], value: null }, 'value: expected an array of rows, got null'],
    ['other flags of another shape', complete, { terminated: [[true]], truncated: [[true], [true]] }, 'truncated: expected 1 rows, as terminated has, got 2'],
    ['time limits of another shape', complete, { terminated: [[true]], timeLimit: [[]] }, 'timeLimit[0]: expected 1 entries, as terminated[0] has, got 0'],
    ['next values of another shape', complete, { terminated: [[true]], nextValue: [] }, 'nextValue: expected 1 rows, as terminated has, got 0'],
    ['too few lengths', complete, { terminated: [[true], [true]], lengths: [1] }, 'lengths: expected an array of 2 integers, got 1 entries'],
    ['lengths as a number', complete, { terminated: [[true]], lengths: 1 }, 'lengths: expected an array of 1 integers, got 1'],
    ['a length beyond the row', complete, { terminated: [[true]], lengths: [2] }, 'lengths[0]: expected an integer from 1 to 1, got 2'],
    ['a length of 0', complete, { terminated: [[true]], lengths: [0] }, 'lengths[0]: expected an integer from 1 to 1, got 0'],
    ['a length as a string', complete, { terminated: [[true]], lengths: ['1'] }, 'lengths[0]: expected an integer from 1 to 1, got "1"'],
    ['a start before 0', segments, { terminated: [[true]], startTime: [-1] }, 'startTime[0]: expected an integer >= 0, got -1'],
    ['a start that is NaN', segments, { terminated: [[true]], startTime: [NaN] }, 'startTime[0]: expected an integer >= 0, got NaN'],
    ['a start in complete episodes', complete, { terminated: [[true]], startTime: [1] }, "trajectories[0].startTime: expected 0, since episodes is 'complete' (or say 'segments'), got 1"],
    ['NaN among the data', complete, { terminated: [[false, true]], reward: [[1, NaN]] }, 'trajectories[0].reward[1]: expected a finite number, got NaN'],
    ['a row that just stops', complete, { terminated: [[false]], reward: [[1]] }, "trajectories[0].end: expected a true end, since episodes is 'complete' (or say 'segments'), got truncated"],
    [
      'a cut without the value of what followed',
      segments,
      { terminated: [[false]], reward: [[1]], value: [[2]] },
      'trajectories[0].end.value: expected the finite value of the successor, since steps carry value, got undefined',
    ],
    [
      'a cut with NaN for what followed',
      segments,
      { terminated: [[false, false]], truncated: [[true, false]], value: [[2, 2]], nextValue: [[NaN, 1]] },
      'trajectories[0].end.value: expected the finite value of the successor, since steps carry value, got NaN',
    ],
    ['the header', { ...complete, discount: 7 }, { terminated: [[true]] }, 'discount: expected a number in [0, 1], got 7'],
    ['actions', { ...complete, actions: null }, { terminated: [[true]] }, "actions: expected 'discrete' or 'continuous', got null"],
  ] as const)
    it(name, () => expect(padded(header, rest)).toBe(problem))

  it('all at once', () =>
    expect(padded(complete, { terminated: [[true, true], [true]], reward: [[1]], lengths: [3, 'x'], startTime: [0] })).toBe(
      [
        'reward: expected 2 rows, as terminated has, got 1',
        'terminated[1]: expected 2 entries, as terminated[0] has, got 1',
        'lengths[0]: expected an integer from 1 to 2, got 3',
        'lengths[1]: expected an integer from 1 to 2, got "x"',
        'startTime: expected an array of 2 integers, got 1 entries',
      ].join('\n'),
    ))

  it('flags that are neither booleans nor numbers', () => {
    expect(padded(complete, { terminated: [['false', 'true']], reward: [[1, 2]] })).toContain('terminated[0][0]')
    expect(padded(segments, { terminated: [[NaN, 1]], reward: [[1, 2]] })).toContain('terminated[0][0]')
  })
  it('flags as 0 and 1, in typed arrays too', () => {
    const one = must(fromPadded({ ...complete, terminated: [Uint8Array.of(0, 1, 1)], reward: [Float32Array.of(1, 2, 3)] }))
    const other = must(fromPadded({ ...complete, terminated: [[false, true, true]], reward: [[1, 2, 3]] }))
    expect(one).toEqual(other)
    expect(Array.from(one.offsets)).toEqual([0, 2, 3])
  })

  for (const input of [null, undefined, [], 5, 'x', Symbol('x'), 3n, () => 0])
    it(`${typeof input}: a problem, nothing thrown`, () => expect(text(fromPadded(input as never))).toContain('terminated: expected an array of at least one row'))
  it('rows with holes', () => {
    for (const rest of [{ terminated: Object.assign([], { length: 2 }) }, { terminated: [[true], [true]], reward: Object.assign([], { length: 2 }) }, { terminated: [Object.assign([], { length: 2 })] }, { terminated: [[true]], lengths: Object.assign([], { length: 1 }) }])
      expect(thrown(() => padded(segments, rest))).toBe('nothing')
  })

  const odd = fc.anything({ withNullPrototype: true, withBigInt: true, withTypedArray: true, withSparseArray: true, maxDepth: 3 })
  const cell = fc.oneof({ weight: 8, arbitrary: fc.constantFrom(0, 1, -1, true, false) }, { weight: 1, arbitrary: odd })
  const rows = fc.oneof({ weight: 8, arbitrary: fc.array(fc.array(cell, { minLength: 2, maxLength: 2 }), { minLength: 2, maxLength: 2 }) }, { weight: 1, arbitrary: odd })
  it('never throws, and lets no NaN through', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          { weight: 1, arbitrary: fc.oneof(odd, fc.object()) },
          {
            weight: 5,
            arbitrary: fc.record(
              {
                discount: fc.constantFrom(0.5, NaN),
                provenance: fc.constantFrom('on-policy', 'off-policy'),
                episodes: fc.constantFrom('segments', 'complete'),
                terminated: rows,
                truncated: rows,
                timeLimit: rows,
                nextValue: rows,
                reward: rows,
                value: rows,
                logProb: rows,
                behaviourLogProb: rows,
                lengths: fc.oneof(fc.array(fc.integer({ min: 1, max: 2 }), { minLength: 2, maxLength: 2 }), odd),
                startTime: fc.oneof(fc.constant([0, 1]), odd),
              },
              { requiredKeys: ['terminated', 'discount', 'provenance', 'episodes'] },
            ),
          },
        ),
        (input) => {
          const result: E.Either<unknown, object> = fromPadded(input as never)
          if (E.isRight(result)) for (const column of Object.values(result.right as Batch)) if (column instanceof Float64Array) expect(column.every(Number.isFinite)).toBe(true)
        },
      ),
      { numRuns: 3000 },
    )
  })
})

describe('fromPadded: what comes of rows', () => {
  const number = fc.integer({ min: -9, max: 9 })
  const logs = fc.integer({ min: -9, max: 0 })
  const row = fc.record({
    steps: fc.array(fc.record({ reward: number, logProb: logs, behaviourLogProb: logs, value: number, nextValue: number, flag: fc.constantFrom('', '', 'terminated', 'truncated', 'timeLimit') }), { minLength: 1, maxLength: 5 }),
    startTime: fc.nat({ max: 3 }),
  })
  const rowsOf = fc.array(row, { minLength: 1, maxLength: 4 })
  const names = ['reward', 'logProb', 'behaviourLogProb', 'value', 'nextValue'] as const
  const flags = ['terminated', 'truncated', 'timeLimit'] as const
  type Rows = typeof rowsOf extends fc.Arbitrary<infer A> ? A : never
  const header = { discount: 0.9, provenance: 'off-policy', episodes: 'segments', version: 2 } as const

  const asPadded = (given: Rows, padding: (i: number) => number, flagPadding: boolean) => {
    const T = Math.max(...given.map(({ steps }) => steps.length)) + 1
    const wide = (i: number, x: readonly number[]) => Array.from({ length: T }, (_, t) => x[t] ?? padding(i * T + t))
    const columns = Object.fromEntries(names.map((name) => [name, given.map(({ steps }, i) => wide(i, steps.map((s) => s[name])))]))
    const ends = Object.fromEntries(flags.map((name) => [name, given.map(({ steps }) => Array.from({ length: T }, (_, t) => (steps[t] === undefined ? flagPadding : steps[t].flag === name)))]))
    return fromPadded({ ...header, ...columns, ...ends, lengths: given.map(({ steps }) => steps.length), startTime: given.map(({ startTime }) => startTime) } as never)
  }
  const asSteps = (given: Rows) => {
    const pieces = given.flatMap(({ steps, startTime }) => {
      const out: object[] = []
      let from = 0
      for (const [t, { flag, nextValue }] of steps.entries()) {
        if (flag === '' && t < steps.length - 1) continue
        const end: End = flag === 'terminated' ? terminated : flag === 'timeLimit' ? timeLimit : truncated({ value: nextValue })
        const piece = steps.slice(from, t + 1)
        out.push({ ...Object.fromEntries((['reward', 'logProb', 'behaviourLogProb', 'value'] as const).map((name) => [name, piece.map((s) => s[name])])), startTime: from === 0 ? startTime : 0, end })
        from = t + 1
      }
      return out
    })
    return fromSteps({ ...header, trajectories: pieces } as never)
  }

  it('the same as the trajectories given one by one', () => {
    fc.assert(
      fc.property(rowsOf, (given) => {
        expect(must(asPadded(given, () => 0, false) as never)).toEqual(must(asSteps(given) as never))
      }),
      { numRuns: 300 },
    )
  })
  it('what is padded does not matter', () => {
    fc.assert(
      fc.property(rowsOf, fc.array(fc.double(), { minLength: 1, maxLength: 9 }), fc.boolean(), (given, padding, flag) => {
        expect(must(asPadded(given, (k) => padding[k % padding.length], flag) as never)).toEqual(must(asPadded(given, () => 0, false) as never))
      }),
      { numRuns: 300 },
    )
  })

  it('rows are cut at their flags; the time starts anew', () => {
    const batch = must(
      fromPadded({
        discount: 0.5,
        provenance: 'on-policy',
        episodes: 'segments',
        terminated: [[false, true, false, false, false]],
        truncated: [[false, false, true, false, false]],
        timeLimit: [[false, false, false, true, false]],
        reward: [[1, 2, 3, 4, 5]],
        value: [[0, 0, 0, 0, 0]],
        nextValue: [[10, 20, 30, 40, 50]],
        startTime: [7],
      }),
    )
    expect(Array.from(batch.offsets)).toEqual([0, 2, 3, 4, 5])
    expect(batch.ends.map(({ _tag }) => _tag)).toEqual(['Terminated', 'Truncated', 'TimeLimit', 'Truncated'])
    expect(Array.from(batch.bootstrapValue)).toEqual([0, 30, 0, 50])
    expect(Array.from(batch.startTime)).toEqual([7, 0, 0, 0])
    expect(stepCount(batch)).toBe(5)
  })
  it('a step that is both terminated and truncated is terminated', () => {
    const batch = must(fromPadded({ ...segments, terminated: [[true]], truncated: [[true]], reward: [[1]], value: [[3]], nextValue: [[9]] }))
    expect(batch.ends).toEqual([terminated])
    expect(Array.from(batch.bootstrapValue)).toEqual([0])
  })
})
