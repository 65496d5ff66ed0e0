import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as fc from 'fast-check'
import { concat, fromSteps, select, stepCount, terminated, timeLimit, truncated, withColumn } from 'estimand'
import type { AllFacts, Trajectories } from 'estimand'
import { batches } from 'estimand/laws'
import { describe, expect, it } from 'vitest'
import { must, text, thrown } from '../estimator/outcome.ts'

const segments = { discount: 0.5, provenance: 'off-policy', episodes: 'segments' } as const
const batch = must(
  pipe(
    fromSteps({
      ...segments,
      trajectories: [
        { reward: [1, 2], logProb: [-1, -2], behaviourLogProb: [-3, -4], value: [5, 6], group: 7, startTime: 2, end: truncated({ value: 8 }) },
        { reward: [3], logProb: [-5], behaviourLogProb: [-6], value: [7], group: 8, end: terminated },
        { reward: [4, 5, 6], logProb: [-7, -8, -9], behaviourLogProb: [-1, -1, -1], value: [0, 0, 0], group: 9, startTime: 1, end: timeLimit },
      ],
    }),
    E.chain(withColumn('mine', [10, 20, 30, 40, 50, 60])),
  ),
)
const arbitrary = batches({ provenance: 'off-policy', episodes: 'segments' })
const numbers = (b: Trajectories<AllFacts>): readonly number[] => Array.from({ length: b.count }, (_, i) => i)

describe('select', () => {
  it('every column goes along', () => {
    const two = select([2, 0])(batch)
    expect(two.count).toBe(2)
    expect(Array.from(two.offsets)).toEqual([0, 3, 5])
    expect(Array.from(two.reward)).toEqual([4, 5, 6, 1, 2])
    expect(Array.from(two.logProb)).toEqual([-7, -8, -9, -1, -2])
    expect(Array.from(two.behaviourLogProb)).toEqual([-1, -1, -1, -3, -4])
    expect(Array.from(two.value)).toEqual([0, 0, 0, 5, 6])
    expect(Array.from(two.bootstrapValue)).toEqual([0, 8])
    expect(Array.from(two.group)).toEqual([9, 7])
    expect(Array.from(two.startTime)).toEqual([1, 2])
    expect(Array.from(two.mine)).toEqual([40, 50, 60, 10, 20])
    expect(two.ends).toEqual([timeLimit, truncated({ value: 8 })])
    expect([two.discount, two.provenance, two.episodes]).toEqual([batch.discount, batch.provenance, batch.episodes])
  })
  it('a number may stand more than once, or not at all', () => {
    expect(Array.from(select([1, 1, 1])(batch).reward)).toEqual([3, 3, 3])
    expect(select([])(batch).count).toBe(0)
    expect(stepCount(select([])(batch))).toBe(0)
  })
  it('all of them in order is the batch', () => {
    fc.assert(
      fc.property(arbitrary, (b) => {
        expect(select(numbers(b))(b)).toEqual(b)
      }),
      { numRuns: 50 },
    )
  })
  it('there and back', () => {
    fc.assert(
      fc.property(arbitrary, fc.array(fc.nat(), { minLength: 4, maxLength: 4 }), (b, keys) => {
        const order = numbers(b).toSorted((i, j) => keys[i] - keys[j])
        const back = numbers(b).map((i) => order.indexOf(i))
        expect(select(back)(select(order)(b))).toEqual(b)
      }),
      { numRuns: 100 },
    )
  })
  it('one selection after another is one', () => {
    fc.assert(
      fc.property(arbitrary, fc.array(fc.nat(), { minLength: 1, maxLength: 5 }), fc.array(fc.nat(), { minLength: 1, maxLength: 5 }), (b, some, more) => {
        const first = some.map((i) => i % b.count)
        const second = more.map((i) => i % first.length)
        expect(select(second)(select(first)(b))).toEqual(select(second.map((i) => first[i]))(b))
      }),
      { numRuns: 100 },
    )
  })
  for (const wrong of [3, -1, 0.5, NaN, Infinity, '1', null, undefined])
    it(`no trajectory has the number ${String(wrong)}`, () =>
      expect(thrown(() => select([0, wrong as never])(batch))).toBe(`RangeError: select: expected numbers of trajectories from 0 to 2, got ${String(wrong)}`))
})

describe('concat', () => {
  it('the parts of a batch are the batch', () => {
    fc.assert(
      fc.property(arbitrary, fc.nat(), (b, cut) => {
        const at = 1 + (cut % b.count)
        const all = numbers(b)
        if (at === b.count) return
        expect(must(concat(select(all.slice(at))(b))(select(all.slice(0, at))(b)))).toEqual(b)
      }),
      { numRuns: 100 },
    )
  })
  it('associative', () => {
    fc.assert(
      fc.property(arbitrary, arbitrary, arbitrary, (a, second, third) => {
        const [b, c] = [second, third].map((x) => ({ ...x, discount: a.discount }))
        const left = must(pipe(concat(b)(a), E.chain(concat(c))))
        const right = must(pipe(concat(c)(b), E.chain((bc) => concat(bc)(a))))
        expect(left).toEqual(right)
        expect(left.count).toBe(a.count + b.count + c.count)
      }),
      { numRuns: 100 },
    )
  })
  it('the order matters', () => {
    const [a, b] = [select([0])(batch), select([1, 2])(batch)]
    expect(Array.from(must(concat(b)(a)).mine)).toEqual([10, 20, 30, 40, 50, 60])
    expect(Array.from(must(concat(a)(b)).mine)).toEqual([30, 40, 50, 60, 10, 20])
  })
  it('every disagreement is listed', () => {
    const other = must(fromSteps({ discount: 1, provenance: 'on-policy', episodes: 'complete', version: 2, trajectories: [{ reward: [1], actionValue: [2], end: terminated }] }))
    expect(text(concat(other as unknown as typeof batch)(batch))).toBe(
      [
        'discount: expected 0.5, as in the first batch, got 1',
        'version: expected 0, as in the first batch, got 2',
        'currentVersion: expected 0, as in the first batch, got 2',
        'provenance: expected off-policy: add importance(...) to the pipeline, or sample again, as in the first batch, got on-policy',
        'episodes: expected segments: a return needs complete episodes; use gae, nStep or vtrace, or sample whole episodes, as in the first batch, got complete',
        'logProb: expected a column of one axis in both batches, got per step and undefined',
        'behaviourLogProb: expected a column of one axis in both batches, got per step and undefined',
        'value: expected a column of one axis in both batches, got per step and undefined',
        'bootstrapValue: expected a column of one axis in both batches, got per trajectory and undefined',
        'group: expected a column of one axis in both batches, got per trajectory and undefined',
        'mine: expected a column of one axis in both batches, got per step and undefined',
        'actionValue: expected a column of one axis in both batches, got undefined and per step',
      ].join('\n'),
    )
  })
})

describe('withColumn', () => {
  for (const [name, values, problem] of [
    ['other', [1], 'other: expected 6 entries, one per step, got 1'],
    ['other', [1, 2, 3, 4, 5, 6, 7], 'other: expected 6 entries, one per step, got 7'],
    ['other', [1, NaN, 3, -Infinity, 5, 6], 'other[1]: expected a finite number, got NaN\nother[3]: expected a finite number, got -Infinity'],
    ['other', [1, 2, 3, 4, 5, '6'], 'other[5]: expected a finite number, got'],
    ['other', [1, 2, 3, 4, 5, null], 'other[5]: expected a finite number, got null'],
    ['mine', [1, 2, 3, 4, 5, 6], 'mine: expected a name that the batch does not have yet, got mine'],
    ['reward', [1, 2, 3, 4, 5, 6], 'reward: expected a name that the batch does not have yet, got reward'],
    ['offsets', [1, 2, 3, 4, 5, 6], 'offsets: expected a name that the batch does not have yet, got offsets'],
    ['__proto__', [1, 2, 3, 4, 5, 6], '__proto__: expected a name that the batch does not have yet, got __proto__'],
    ['constructor', [1, 2, 3, 4, 5, 6], 'constructor: expected a name that the batch does not have yet, got constructor'],
    ['mine', [NaN], 'mine: expected a name that the batch does not have yet, got mine\nmine: expected 6 entries, one per step, got 1\nmine[0]: expected a finite number, got NaN'],
  ] as const)
    it(problem, () => expect(text(withColumn(name as string, values as never)(batch))).toContain(problem))

  it('a copy of what is given, in a batch of its own', () => {
    const values = Float64Array.of(1, 2, 3, 4, 5, 6)
    const wider = must(withColumn('other', values)(batch))
    values[0] = 9
    expect(Array.from(wider.other)).toEqual([1, 2, 3, 4, 5, 6])
    expect(wider.axes['other']).toBe('per step')
    expect('other' in batch).toBe(false)
    expect('other' in batch.axes).toBe(false)
  })
  it('the type knows the column, and no other', () => {
    const wider = must(withColumn('other', [1, 2, 3, 4, 5, 6])(batch))
    expect(wider.other[0]).toBe(1)
    // @ts-expect-error no such column
    expect(wider.another).toBeUndefined()
  })
})
