import * as E from 'fp-ts/lib/Either.js'
import * as fc from 'fast-check'
import { describeProblems, fromColumns, fromPadded, fromSteps, pipelineFromJson, reuse, terminated, truncated } from 'estimand'
import type { Problem } from 'estimand'
import { linearQuadratic, mdp } from 'estimand/exact'
import { describe, expect, it } from 'vitest'

const text = <A>(result: E.Either<readonly Problem[], A>): string => (E.isLeft(result) ? describeProblems(result.left) : 'no problem')
const complete = { discount: 0.9, provenance: 'on-policy', episodes: 'complete' } as const

describe('fromSteps names every problem by path, expected and got', () => {
  it('many at once', () => {
    const batch = fromSteps({
      discount: 1.5,
      provenance: 'on-policy',
      episodes: 'complete',
      trajectories: [
        { reward: [1, NaN, Infinity], logProb: [-1, 0.5, -Infinity], value: [0, 0], end: truncated({}) },
        { reward: [], logProb: [], value: [], end: terminated },
      ],
    })
    expect(text(batch)).toBe(
      [
        'discount: expected a number in [0, 1], got 1.5',
        'trajectories[0].reward[1]: expected a finite number, got NaN',
        'trajectories[0].reward[2]: expected a finite number, got Infinity',
        "trajectories[0].logProb[1]: expected a log-probability <= 0 (for densities say actions: 'continuous'), got 0.5",
        'trajectories[0].logProb[2]: expected a finite number, got -Infinity',
        'trajectories[0].value: expected 3 entries, one per step, got 2',
        "trajectories[0].end: expected a true end, since episodes is 'complete' (or say 'segments'), got truncated",
        'trajectories[0].end.value: expected the finite value of the successor, since steps carry value, got undefined',
        'trajectories[1]: expected at least one step, got 0',
      ].join('\n'),
    )
  })
  it('no trajectory', () => expect(text(fromSteps({ ...complete, trajectories: [] }))).toBe('trajectories: expected at least one trajectory, got 0'))
  it('a column that some have and others lack', () =>
    expect(text(fromSteps({ ...complete, trajectories: [{ reward: [1], value: [0], end: terminated }, { reward: [1], end: terminated }] }))).toBe(
      'trajectories[1].value: expected a column, as other trajectories have, got undefined',
    ))
  it('numbers as strings', () =>
    expect(text(fromSteps({ ...complete, trajectories: [{ reward: ['1', null] as never, end: terminated }] }))).toBe(
      'trajectories[0].reward[0]: expected a finite number, got "1"\ntrajectories[0].reward[1]: expected a finite number, got null',
    ))
  it('a log-prob that is not the sampler’s on on-policy data', () =>
    expect(text(fromSteps({ ...complete, trajectories: [{ reward: [1], logProb: [-1], behaviourLogProb: [-2], end: terminated }] }))).toBe(
      "trajectories[0].logProb[0]: expected behaviourLogProb[0] = -2, since provenance is 'on-policy' (or say 'off-policy'), got -1",
    ))
  it('off-policy data without current log-probs', () =>
    expect(text(fromSteps({ ...complete, provenance: 'off-policy', trajectories: [{ reward: [1], behaviourLogProb: [-2], end: terminated }] }))).toContain(
      'expected the current log-probs',
    ))
  it('densities may exceed 1', () =>
    expect(text(fromSteps({ ...complete, actions: 'continuous', trajectories: [{ reward: [1], logProb: [0.5], end: terminated }] }))).toBe('no problem'))
  it('never throws, and lets nothing through that is not finite', () => {
    const anything = fc.anything({ withNullPrototype: true, withBigInt: true, withTypedArray: true, maxDepth: 4 })
    fc.assert(
      fc.property(fc.oneof(anything, fc.record({ trajectories: fc.array(fc.oneof(anything, fc.record({ reward: anything, end: anything }))), terminated: fc.array(anything), offsets: fc.array(fc.nat()), ends: fc.array(anything), reward: anything })), (x) => {
        for (const make of [fromSteps, fromPadded, fromColumns] as readonly ((input: never) => E.Either<unknown, object>)[]) {
          const batch = make(x as never)
          if (E.isRight(batch)) for (const column of Object.values(batch.right)) if (column instanceof Float64Array) expect(column.every(Number.isFinite)).toBe(true)
        }
      }),
      { numRuns: 3000 },
    )
  })
})

describe('fromPadded', () => {
  it('flags and rows that do not fit', () =>
    expect(text(fromPadded({ ...complete, reward: [[1, 2], [3]], terminated: [[false, true], [true, false]], lengths: [2, 3] }))).toBe(
      'reward[1]: expected 2 entries, as terminated[0] has, got 1\nlengths[1]: expected an integer from 1 to 2, got 3',
    ))
  it('a row that stops without an end is no complete episode', () =>
    expect(text(fromPadded({ ...complete, reward: [[1, 2]], terminated: [[false, false]] }))).toContain("since episodes is 'complete'"))
  it('what is padded does not matter', () => {
    const rows = (padding: number) => fromPadded({ ...complete, reward: [[1, 2, padding]], terminated: [[false, true, false]], lengths: [2] })
    expect(rows(NaN)).toEqual(rows(7))
  })
})

describe('fromColumns', () => {
  it('offsets that do not fit', () => {
    const wrong = { ...complete, offsets: [1, 1, 0.5], reward: [1, 2], ends: [terminated, terminated] }
    expect(text(fromColumns(wrong))).toBe(
      [
        'offsets[0]: expected 0, got 1',
        'offsets[1]: expected more than offsets[0] = 1, since no trajectory is empty, got 1',
        'offsets[2]: expected an integer, got 0.5',
      ].join('\n'),
    )
    expect(text(fromColumns({ ...wrong, offsets: [0, 2, 3], ends: [terminated] }))).toBe(
      'reward: expected 3 entries, one per step, got 2\nends: expected 2 ends, one per trajectory, got 1',
    )
    expect(text(fromColumns({ ...wrong, offsets: [] }))).toContain('at least two positions')
  })
  it('gives what fromSteps gives', () => {
    const trajectories = [
      { reward: [1, 2], behaviourLogProb: [-1, -2], value: [3, 4], startTime: 2, end: truncated({ value: 5 }) },
      { reward: [6], behaviourLogProb: [-3], value: [7], end: terminated },
    ]
    const header = { discount: 0.5, provenance: 'on-policy', episodes: 'segments', version: 4 } as const
    const flat = { offsets: [0, 2, 3], startTime: [2, 0], reward: [1, 2, 6], behaviourLogProb: [-1, -2, -3], value: [3, 4, 7], ends: trajectories.map(({ end }) => end) }
    expect(fromColumns({ ...header, ...flat })).toEqual(fromSteps({ ...header, trajectories }))
  })
})

describe('other edges', () => {
  it('reuse', () => {
    const batch = fromSteps({ ...complete, trajectories: [{ reward: [1, 2], behaviourLogProb: [-1, -1], end: terminated }] })
    expect(text(E.chain(reuse({ logProb: [NaN], version: 0.5 }))(batch as never))).toBe(
      'logProb: expected 2 entries, one per step, got 1\nlogProb[0]: expected a finite number, got NaN\nversion: expected an integer, got 0.5',
    )
  })
  it('pipelines, MDPs and linear-quadratic problems never throw on arbitrary JSON', () => {
    const words = fc.constantFrom('totalReturn', 'causality', 'clip', 'reduce', '__proto__', 'constructor', 'toString', 'baseline', 'hasOwnProperty')
    const steps = fc.oneof(words, fc.dictionary(words, fc.jsonValue()), fc.jsonValue())
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.array(steps)), (json) => {
        for (const decode of [pipelineFromJson, mdp, linearQuadratic]) expect(['Left', 'Right']).toContain(decode(json)._tag)
      }),
      { numRuns: 10_000 },
    )
  })
  it('a pipeline says where, what, and the nearest word', () => {
    expect(text(pipelineFromJson(['totalReturn', 'casuality', { reduce: 'meanOverSteps' }]))).toBe(
      'pipeline[1]: expected one of causality, dropOuterDiscount, truncate, clip, selfNormalise, baseline, normalise, importance, reduce (nearest: causality), got "casuality"',
    )
    expect(text(pipelineFromJson(['totalReturn', { importance: 'perStep' }, { clip: { eps: 0.2 } }, { reduce: 'meanOverSteps' }]))).toBe(
      'pipeline[2].clip.eps: expected one of epsilon (nearest: epsilon), got "eps"',
    )
    expect(text(pipelineFromJson(['totalReturn', { baseline: 'leaveOneOut' }, 'causality', { baseline: 'batchMean' }, { reduce: 'meanOverSteps' }]))).toBe(
      'pipeline[3]: expected baseline: batchMean or leaveOneOut is subtracted already; remove the second one, got {"baseline":"batchMean"}',
    )
    expect(text(pipelineFromJson(['totalReturn']))).toBe('pipeline[1]: expected reduce, which ends a pipeline, got the end')
    expect(text(pipelineFromJson([]))).toContain('expected an array that begins with a credit')
  })
})
