import * as E from 'fp-ts/lib/Either.js'
import * as fc from 'fast-check'
import { describeProblems, fromSteps, longest, stepCount, terminated, timeLimit, truncated } from 'estimand'
import type { Batch, Steps } from 'estimand'
import { describe, expect, it } from 'vitest'
import { must, text, thrown } from '../estimator/outcome.ts'

const complete = { discount: 0.9, provenance: 'on-policy', episodes: 'complete' } as const
const segments = { ...complete, episodes: 'segments' } as const
const offPolicy = { ...complete, provenance: 'off-policy' } as const
const of = (header: object, ...trajectories: readonly unknown[]): string => text(fromSteps({ ...header, trajectories } as never))
const end = terminated

describe('fromSteps: what is wrong with the header', () => {
  const steps = { reward: [1], end }
  for (const [header, problem] of [
    [{ discount: -0.1 }, 'discount: expected a number in [0, 1], got -0.1'],
    [{ discount: 1.0001 }, 'discount: expected a number in [0, 1], got 1.0001'],
    [{ discount: NaN }, 'discount: expected a number in [0, 1], got NaN'],
    [{ discount: '0.9' }, 'discount: expected a number in [0, 1], got "0.9"'],
    [{ discount: undefined }, 'discount: expected a number in [0, 1], got undefined'],
    [{ provenance: 'on policy' }, "provenance: expected 'on-policy' or 'off-policy', got \"on policy\""],
    [{ provenance: null }, "provenance: expected 'on-policy' or 'off-policy', got null"],
    [{ episodes: true }, "episodes: expected 'complete' or 'segments', got true"],
    [{ actions: 'box' }, "actions: expected 'discrete' or 'continuous', got \"box\""],
    [{ actions: null }, "actions: expected 'discrete' or 'continuous', got null"],
    [{ version: 0.5 }, 'version: expected an integer, got 0.5'],
    [{ version: '1' }, 'version: expected an integer, got "1"'],
    [{ version: Infinity }, 'version: expected an integer, got Infinity'],
  ] as const)
    it(problem, () => expect(of({ ...complete, ...header }, steps)).toBe(problem))

  it('discounts 0 and 1 are fine', () => {
    expect(of({ ...complete, discount: 0 }, steps)).toBe('no problem')
    expect(of({ ...complete, discount: 1 }, steps)).toBe('no problem')
  })
})

describe('fromSteps: what is wrong with trajectories', () => {
  const never = undefined as never
  for (const [name, header, trajectories, problem] of [
    ['none', complete, [], 'trajectories: expected at least one trajectory, got 0'],
    ['an empty one', complete, [{ reward: [], end }], 'trajectories[0]: expected at least one step, got 0'],
    ['one without columns or length', complete, [{ end }], 'trajectories[0]: expected at least one step, got 0'],
    ['a length that is no integer', complete, [{ length: 1.5, end }], 'trajectories[0]: expected at least one step, got 1.5'],
    ['a length that its columns do not have', complete, [{ reward: [1], length: 2, end }], 'trajectories[0].length: expected 1, as its columns have, got 2'],
    ['null', complete, [null], 'trajectories[0]: expected an object of columns, got null'],
    ['a number', complete, [3], 'trajectories[0]: expected an object of columns, got 3'],
    ['a string', complete, ['steps'], 'trajectories[0]: expected an object of columns, got "steps"'],
    ['no end', complete, [{ reward: [1] }], 'trajectories[0].end: expected terminated, timeLimit or truncated({ value }), got undefined'],
    ['an end that is null', complete, [{ reward: [1], end: null }], 'trajectories[0].end: expected terminated, timeLimit or truncated({ value }), got null'],
    ['an end as a word', complete, [{ reward: [1], end: 'Terminated' }], 'trajectories[0].end: expected terminated, timeLimit or truncated({ value }), got "Terminated"'],
    ['an end with another tag', complete, [{ reward: [1], end: { _tag: 'done' } }], 'trajectories[0].end: expected terminated, timeLimit or truncated({ value }), got {"_tag":"done"}'],
    ['NaN', complete, [{ reward: [0, NaN], end }], 'trajectories[0].reward[1]: expected a finite number, got NaN'],
    ['infinity', complete, [{ reward: [-Infinity], end }], 'trajectories[0].reward[0]: expected a finite number, got -Infinity'],
    ['a string for a number', complete, [{ reward: ['1'], end }], 'trajectories[0].reward[0]: expected a finite number, got "1"'],
    ['null for a number', complete, [{ reward: [null], end }], 'trajectories[0].reward[0]: expected a finite number, got null'],
    ['a hole for a number', complete, [{ reward: [never], end }], 'trajectories[0].reward[0]: expected a finite number, got undefined'],
    ['a bigint that no number holds', complete, [{ reward: [2n ** 60n], end }], 'trajectories[0].reward[0]: expected a finite number, got 1152921504606846976n, beyond 2^53'],
    ['a column that is no array', complete, [{ reward: 1, length: 1, end }], 'trajectories[0].reward: expected an array of numbers, got 1'],
    ['a column that is null', complete, [{ reward: null, length: 1, end }], 'trajectories[0].reward: expected an array of numbers, got null'],
    ['a column as a string', complete, [{ reward: '12', length: 2, end }], 'trajectories[0].reward: expected an array of numbers, got "12"'],
    ['a data view', complete, [{ reward: new DataView(new ArrayBuffer(8)), length: 1, end }], 'trajectories[0].reward: expected an array of numbers, got {}'],
    ['unequal lengths', complete, [{ reward: [1, 2], logProb: [-1], end }], 'trajectories[0].logProb: expected 2 entries, one per step, got 1'],
    ['a log-prob that is NaN', complete, [{ reward: [1], logProb: [NaN], end }], 'trajectories[0].logProb[0]: expected a finite number, got NaN'],
    ['an impossible action', complete, [{ reward: [1], behaviourLogProb: [-Infinity], end }], 'trajectories[0].behaviourLogProb[0]: expected a finite number, got -Infinity'],
    [
      'a column that some lack',
      complete,
      [{ reward: [1], end }, { reward: [1], actionValue: [2], end }],
      'trajectories[0].actionValue: expected a column, as other trajectories have, got undefined',
    ],
    ['a group that some lack', complete, [{ reward: [1], group: 0, end }, { reward: [1], end }], 'trajectories[1].group: expected an integer, as other trajectories have, got undefined'],
    ['a group that is no integer', complete, [{ reward: [1], group: 0.5, end }], 'trajectories[0].group: expected an integer, as other trajectories have, got 0.5'],
    ['a start before 0', segments, [{ reward: [1], startTime: -1, end }], 'trajectories[0].startTime: expected an integer >= 0, got -1'],
    ['a start between steps', segments, [{ reward: [1], startTime: 0.5, end }], 'trajectories[0].startTime: expected an integer >= 0, got 0.5'],
    ['a start as a string', segments, [{ reward: [1], startTime: '2', end }], 'trajectories[0].startTime: expected an integer >= 0, got "2"'],
    ['complete with a start', complete, [{ reward: [1], startTime: 2, end }], "trajectories[0].startTime: expected 0, since episodes is 'complete' (or say 'segments'), got 2"],
    ['complete with a cut', complete, [{ reward: [1], end: truncated({ value: 1 }) }], "trajectories[0].end: expected a true end, since episodes is 'complete' (or say 'segments'), got truncated"],
    [
      'a cut without a value where steps have one',
      segments,
      [{ reward: [1], value: [0], end: truncated({}) }],
      'trajectories[0].end.value: expected the finite value of the successor, since steps carry value, got undefined',
    ],
    [
      'a cut with NaN for a value',
      segments,
      [{ reward: [1], value: [0], end: truncated({ value: NaN }) }],
      'trajectories[0].end.value: expected the finite value of the successor, since steps carry value, got NaN',
    ],
    [
      'off-policy without current log-probs',
      offPolicy,
      [{ reward: [1], behaviourLogProb: [-1], end }],
      'trajectories[0].logProb: expected the current log-probs, since provenance is off-policy, got undefined',
    ],
    [
      'on-policy although log-probs differ',
      complete,
      [{ reward: [1, 1], logProb: [-1, -1.5], behaviourLogProb: [-1, -1], end }],
      "trajectories[0].logProb[1]: expected behaviourLogProb[1] = -1, since provenance is 'on-policy' (or say 'off-policy'), got -1.5",
    ],
  ] as const)
    it(name, () => expect(of(header, ...trajectories)).toBe(problem))

  for (const name of ['logProb', 'behaviourLogProb', 'referenceLogProb', 'rolloutLogProb'] as const)
    it(`${name} above 0: discrete actions have none, densities may, rounding is let through`, () => {
      const header = { ...offPolicy, provenance: name === 'behaviourLogProb' ? 'on-policy' : 'off-policy' }
      expect(of(header, { [name]: [0.5], end })).toBe(`trajectories[0].${name}[0]: expected a log-probability <= 0 (for densities say actions: 'continuous'), got 0.5`)
      expect(of({ ...header, actions: 'continuous' }, { [name]: [0.5], end })).toBe('no problem')
      expect(of(header, { [name]: [1e-7], end })).toBe('no problem')
      expect(of({ ...header, actions: 'continuous' }, { [name]: [Infinity], end })).toBe(`trajectories[0].${name}[0]: expected a finite number, got Infinity`)
    })

  it('rewards and values may have any sign', () =>
    expect(of(segments, { reward: [5], value: [7], actionValue: [9], end: truncated({ value: 11 }) })).toBe('no problem'))

  it('all at once, trajectory by trajectory', () =>
    expect(
      of(
        { discount: 2, provenance: 'maybe', episodes: 'complete', actions: 'discrete', version: NaN },
        { reward: [1, 'two'], logProb: [0.1, -1], value: [0], group: 1, startTime: 3, end: truncated({}) },
        null,
        { reward: [Infinity], group: null },
      ),
    ).toBe(
      [
        'discount: expected a number in [0, 1], got 2',
        "provenance: expected 'on-policy' or 'off-policy', got \"maybe\"",
        'version: expected an integer, got NaN',
        'trajectories[0].reward[1]: expected a finite number, got "two"',
        "trajectories[0].logProb[0]: expected a log-probability <= 0 (for densities say actions: 'continuous'), got 0.1",
        'trajectories[0].value: expected 2 entries, one per step, got 1',
        "trajectories[0].startTime: expected 0, since episodes is 'complete' (or say 'segments'), got 3",
        "trajectories[0].end: expected a true end, since episodes is 'complete' (or say 'segments'), got truncated",
        'trajectories[0].end.value: expected the finite value of the successor, since steps carry value, got undefined',
        'trajectories[1]: expected an object of columns, got null',
        'trajectories[2].reward[0]: expected a finite number, got Infinity',
        'trajectories[2].logProb: expected a column, as other trajectories have, got undefined',
        'trajectories[2].value: expected a column, as other trajectories have, got undefined',
        'trajectories[2].group: expected an integer, as other trajectories have, got null',
        'trajectories[2].end: expected terminated, timeLimit or truncated({ value }), got undefined',
      ].join('\n'),
    ))

  it('beyond twenty lines they are counted', () => {
    const lines = of(complete, { reward: Array.from({ length: 25 }, () => NaN), end }).split('\n')
    expect(lines.length).toBe(21)
    expect(lines[20]).toBe('... and 5 more')
  })
  it('long values are shortened', () => expect(of({ ...complete, provenance: 'x'.repeat(500) }, { reward: [1], end })).toHaveLength(`provenance: expected 'on-policy' or 'off-policy', got `.length + 80))
})

describe('fromSteps: input of another kind', () => {
  for (const input of [null, undefined, [], [1], 5, NaN, 'batch', true, 3n, Symbol('batch'), () => 0, new Map(), Object.create(null) as object])
    it(`${typeof input}: a problem, nothing thrown`, () => expect(text(fromSteps(input as never))).toContain('trajectories: expected an array, got undefined'))
  for (const trajectories of [null, {}, 'ab', 3, new Float64Array(2)])
    it(`trajectories ${Object.prototype.toString.call(trajectories)}`, () => expect(text(fromSteps({ ...complete, trajectories } as never))).toContain('trajectories: expected an array'))
  it('log-probs that are no numbers at all, on-policy', () => {
    const odd = [1n, Symbol('p'), Object.create(null), {}, [], null, '-1']
    for (const a of odd)
      for (const b of [...odd, -1]) {
        const given = { ...complete, trajectories: [{ reward: [1], logProb: [a], behaviourLogProb: [b], end }] } as never
        expect(thrown(() => fromSteps(given))).toBe('nothing')
        expect(E.isLeft(fromSteps(given))).toBe(true)
      }
    expect(thrown(() => fromSteps({ ...complete, trajectories: [{ logProb: BigInt64Array.of(1n), behaviourLogProb: BigInt64Array.of(1n), end }] } as never))).toBe('nothing')
  })
  it('an array with holes', () => {
    const holes = Object.assign([], { length: 3 })
    expect(thrown(() => fromSteps({ ...complete, trajectories: holes } as never))).toBe('nothing')
    expect(thrown(() => text(fromSteps({ ...complete, trajectories: [{ reward: [1], end }, , ] } as never)))).toBe('nothing') // eslint-disable-line no-sparse-arrays
    expect(thrown(() => must(fromSteps({ ...complete, trajectories: holes } as never)))).toContain('trajectories[0]: expected an object of columns, got undefined')
  })
  it('numbers that no 32-bit layout holds', () => {
    expect(of(segments, { reward: [1], startTime: 2 ** 31, end })).toContain('trajectories[0].startTime')
    expect(of(complete, { length: 2 ** 31, end }, { length: 2 ** 31, end })).not.toBe('no problem')
  })

  const odd = fc.anything({ withNullPrototype: true, withBigInt: true, withTypedArray: true, withSparseArray: true, withMap: true, withSet: true, withDate: true, maxDepth: 3 })
  const entry = fc.oneof({ weight: 6, arbitrary: fc.integer({ min: -9, max: 0 }) }, { weight: 1, arbitrary: fc.oneof(fc.double(), fc.bigInt(), fc.constantFrom(null, undefined, '1'), odd) })
  const column = fc.oneof(
    { weight: 6, arbitrary: fc.array(entry, { maxLength: 3 }) },
    { weight: 1, arbitrary: fc.oneof(fc.float64Array({ maxLength: 3 }), fc.bigInt64Array({ maxLength: 3 }), fc.sparseArray(entry, { maxLength: 3 }), odd) },
  )
  const anEnd = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(terminated, timeLimit, truncated({ value: 1 }), truncated({})) }, { weight: 1, arbitrary: odd })
  const steps = fc.record(
    { reward: column, logProb: column, behaviourLogProb: column, value: column, group: entry, startTime: entry, length: entry, end: anEnd },
    { requiredKeys: ['end'] },
  )
  const header = {
    discount: fc.oneof(fc.constantFrom(0, 0.5, 1), odd),
    provenance: fc.oneof(fc.constantFrom('on-policy', 'off-policy'), odd),
    episodes: fc.oneof(fc.constantFrom('segments', 'complete'), odd),
    actions: fc.oneof(fc.constantFrom('discrete', 'continuous'), odd),
    version: fc.oneof(fc.constant(0), odd),
    trajectories: fc.oneof({ weight: 6, arbitrary: fc.array(fc.oneof({ weight: 8, arbitrary: steps }, { weight: 1, arbitrary: odd }), { maxLength: 3 }) }, { weight: 1, arbitrary: odd }),
  }
  it('never throws, and what comes through is finite and laid out', () => {
    fc.assert(
      fc.property(fc.oneof({ weight: 1, arbitrary: fc.oneof(odd, fc.object()) }, { weight: 6, arbitrary: fc.record(header, { requiredKeys: ['trajectories'] }) }), (input) => {
        const result: E.Either<unknown, object> = fromSteps(input as never)
        if (E.isLeft(result)) {
          expect(describeProblems(result.left as never).length).toBeGreaterThan(0)
          return
        }
        const batch = result.right as Batch
        for (const value of Object.values(batch)) if (value instanceof Float64Array) expect(value.every(Number.isFinite)).toBe(true)
        for (let i = 0; i < batch.count; i++) {
          expect(batch.offsets[i + 1]).toBeGreaterThan(batch.offsets[i])
          expect(batch.startTime[i]).toBeGreaterThanOrEqual(0)
        }
        expect(batch.count).toBeGreaterThan(0)
      }),
      { numRuns: 4000 },
    )
  })
})

describe('fromSteps: what a good batch looks like', () => {
  const batch = must(
    fromSteps({
      discount: 0.5,
      provenance: 'off-policy',
      episodes: 'segments',
      version: 7,
      trajectories: [
        { reward: [1, 2], logProb: [-1, -2], behaviourLogProb: [-3, -4], value: [5, 6], actionValue: [7, 8], referenceLogProb: [-1, -1], rolloutLogProb: [-2, -2], group: 4, startTime: 3, end: truncated({ value: 9, successor: 'seen' }) },
        { reward: [3], logProb: [-5], behaviourLogProb: [-6], value: [7], actionValue: [9], referenceLogProb: [-1], rolloutLogProb: [-2], group: 4, end: timeLimit },
      ],
    }),
  )
  it('columns, layout, facts', () => {
    expect([batch.count, batch.discount, batch.version, batch.currentVersion, stepCount(batch), longest(batch)]).toEqual([2, 0.5, 7, 7, 3, 2])
    expect(Array.from(batch.offsets)).toEqual([0, 2, 3])
    expect(Array.from(batch.startTime)).toEqual([3, 0])
    expect(batch.ends).toEqual([truncated({ value: 9, successor: 'seen' }), timeLimit])
    expect(Array.from(batch.reward)).toEqual([1, 2, 3])
    expect(Array.from(batch.bootstrapValue)).toEqual([9, 0])
    expect(Array.from(batch.group)).toEqual([4, 4])
    expect(batch.provenance).toContain('off-policy')
    expect(batch.episodes).toContain('segments')
    expect(batch.axes).toEqual({
      reward: 'per step',
      logProb: 'per step',
      behaviourLogProb: 'per step',
      value: 'per step',
      actionValue: 'per step',
      referenceLogProb: 'per step',
      rolloutLogProb: 'per step',
      bootstrapValue: 'per trajectory',
      group: 'per trajectory',
    })
  })
  it('typed arrays and plain ones are the same', () => {
    const typed = must(fromSteps({ ...complete, trajectories: [{ reward: Float32Array.of(1, 2), behaviourLogProb: Float64Array.of(-1, -2), value: Int8Array.of(3, 4), end }] }))
    const plain = must(fromSteps({ ...complete, trajectories: [{ reward: [1, 2], behaviourLogProb: [-1, -2], value: [3, 4], end }] }))
    expect(typed).toEqual(plain)
  })
  it('columns are copies', () => {
    const reward = Float64Array.of(1, 2)
    const copied = must(fromSteps({ ...complete, trajectories: [{ reward, end }] }))
    reward[0] = 99
    expect(copied.reward[0]).toBe(1)
  })
  it('on-policy, what the sampler recorded is what the policy says', () => {
    const fresh = must(fromSteps({ ...complete, trajectories: [{ reward: [1], behaviourLogProb: [-0.5], end }] }))
    expect(Array.from(fresh.logProb)).toEqual([-0.5])
    const apart = { reward: [1], behaviourLogProb: [-0.5], logProb: [-0.5 + 1e-7], end }
    expect(of(complete, apart)).toBe('no problem')
  })
  it('a trajectory for cloning needs no column', () => {
    const cloned = must(fromSteps({ ...offPolicy, trajectories: [{ length: 3, end }, { length: 1, end }] as readonly Steps[] }))
    expect(Array.from(cloned.offsets)).toEqual([0, 3, 4])
  })
  it('a true end has no bootstrap value, whatever it carries', () => {
    const odd = { ...terminated, value: 5 } as never
    expect(Array.from(must(fromSteps({ ...segments, trajectories: [{ value: [1], end: odd }] })).bootstrapValue)).toEqual([0])
  })
})
