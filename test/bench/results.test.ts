import { describe, expect, it } from 'vitest'
import type { Comparison, Goal } from './comparison.ts'
import { atLeast, atMost, describeGoal, faults, judge } from './comparison.ts'
import { units } from './measure.ts'
import type { About, Results } from './results.ts'
import { against, fromText, isBusy, outcomeOf, rowOf, toText, whyNotResumed, withOutcome } from './results.ts'

const about: About = {
  date: '2026-01-02T03:04:05.000Z',
  cpu: 'a processor',
  cores: 2,
  memory: '4 GiB',
  system: 'linux 6 x64',
  core: 1,
  threads: 1,
  node: 'v20.0.0',
  commit: 'abc1234',
  peers: { torch: '2.0' },
  repeat: 'npm run bench',
}

const comparison = (name: string, ...goals: readonly Goal[]): Comparison => ({
  name,
  group: 'invented',
  note: '',
  ours: { from: 'here', measure: name },
  others: [{ name: 'torch', from: 'python', measure: 'x' }, { name: 'numpy', from: 'python', measure: 'y' }],
  readings: [{ key: 'value', unit: units.stepsPerSecond, goals }],
})

const values = (...numbers: readonly (number | null)[]) => numbers.map((value) => ({ value }))
const outcome = (name: string, ours: number) => outcomeOf(comparison(name), { estimand: values(ours), torch: values(1) }, [0, 0], 1)
const resultsOf = (...outcomes: Results['outcomes']): Results => ({ about, outcomes })

describe('a row', () => {
  const [reading] = comparison('a', atLeast(20, 'torch'), atMost(3, 'torch', 'numpy'), atLeast(100)).readings

  it('has medians, ranges, ratios and goals', () => {
    const row = rowOf(reading, { estimand: values(90, 110, 100), torch: values(5, 4, 4), numpy: values(50, 50, 40) })
    expect(row?.sides.map(({ name, median, min, max, n }) => [name, median, min, max, n])).toEqual([
      ['estimand', 100, 90, 110, 3],
      ['torch', 4, 4, 5, 3],
      ['numpy', 50, 40, 50, 3],
    ])
    // 100/4, rounds 90/5, 110/4, 100/4; 100/50, rounds 90/50, 110/50, 100/40.
    expect(row?.ratios).toEqual([
      { name: 'torch', ofMedians: 25, min: 18, max: 27.5 },
      { name: 'numpy', ofMedians: 2, min: 1.8, max: 2.5 },
    ])
    // The best of them in steps a second is numpy with 50.
    expect(row?.goals).toEqual([
      { goal: 'at least 20x torch', number: 25, met: true },
      { goal: 'at most 3x the best of torch, numpy', number: 2, met: true },
      { goal: 'at least 100 steps/s', number: 100, met: true },
    ])
  })

  it('is of those who were measured', () => {
    const row = rowOf(reading, { estimand: values(1), torch: values(1) })
    expect(row?.sides.map(({ name }) => name)).toEqual(['estimand', 'torch'])
    expect(row?.goals.map(({ goal }) => goal)).toEqual(['at least 20x torch', 'at least 100 steps/s'])
    expect(rowOf(reading, { torch: values(1) })).toBeNull()
    expect(rowOf({ ...reading, key: 'cpu' }, { estimand: values(1) })).toBeNull()
  })

  it('counts what was never reached as infinite', () => {
    const row = rowOf({ key: 'value', unit: units.steps, goals: [atMost(1, 'torch')] }, { estimand: values(5, null, 4), torch: values(null, 8, null) })
    expect(row?.sides.map(({ median, max, samples }) => [median, max, samples])).toEqual([
      [5, Infinity, [5, null, 4]],
      [Infinity, Infinity, [null, 8, null]],
    ])
    expect(row?.goals).toEqual([{ goal: 'at most 1x torch', number: 0, met: true }])
  })
})

describe('a goal', () => {
  const side = (name: string, median: number) => ({ name, median, min: median, max: median, n: 1, samples: [median] })

  it('is against the best, which is the least where less is better', () => {
    const sides = [side('estimand', 6), side('a', 10), side('b', 20)]
    expect(judge(atMost(0.5, 'a', 'b'), units.nanosecondsPerElement, sides)).toEqual({ goal: 'at most 0.5x the best of a, b', number: 0.6, met: false })
    expect(judge(atMost(0.5, 'a', 'b'), units.stepsPerSecond, sides)).toEqual({ goal: 'at most 0.5x the best of a, b', number: 0.3, met: true })
  })

  it('is met where it is just reached', () => {
    expect(judge(atLeast(2, 'a'), units.stepsPerSecond, [side('estimand', 20), side('a', 10)])?.met).toBe(true)
    expect(judge(atLeast(2, 'a'), units.stepsPerSecond, [side('estimand', 19.9), side('a', 10)])?.met).toBe(false)
  })

  it('is not judged where a side of it is missing', () => {
    expect(judge(atMost(1, 'a', 'b'), units.steps, [side('estimand', 1), side('a', 1)])).toBeNull()
  })

  it('can be put in words', () => {
    expect(describeGoal(atMost(50), units.milliseconds)).toBe('at most 50 ms')
  })
})

describe('faults', () => {
  it('are names that stand twice and goals against nobody', () => {
    expect(faults([comparison('a', atLeast(1, 'torch')), comparison('b')])).toEqual([])
    expect(faults([comparison('a'), comparison('a')])).toEqual(['a: twice'])
    expect(faults([comparison('a', atLeast(1, 'jax'))])).toEqual(['a: a goal against jax, which is no side of it'])
  })
})

describe('results', () => {
  it('take a new outcome in, or put it where the old one was', () => {
    const first = withOutcome(withOutcome(resultsOf(), outcome('a', 1)), outcome('b', 2))
    expect(first.outcomes.map(({ name }) => name)).toEqual(['a', 'b'])
    const second = withOutcome(first, outcome('a', 3))
    expect(second.outcomes.map(({ name, rows }) => [name, rows[0].sides[0].median])).toEqual([['a', 3], ['b', 2]])
  })

  it('are the same after being written and read, infinite numbers included', () => {
    const unreached = outcomeOf(
      { ...comparison('c'), readings: [{ key: 'value', unit: units.steps, goals: [atMost(1, 'torch')] }] },
      { estimand: values(null, 1), torch: values(3, 1e21) },
      [0.5, 1],
      2,
    )
    const results = resultsOf(outcome('a', 1.5), unreached)
    expect(fromText(toText(results))).toEqual(results)
    expect(toText(results)).toContain('"samples": [null, 1]')
  })

  it('are refused where they are something else', () => {
    expect(() => fromText('{ "rows": [] }')).toThrow(/expected results of npm run bench/)
    expect(() => fromText('{')).toThrow(SyntaxError)
  })

  it('are compared with an earlier run where both have a number', () => {
    const slower = { ...outcome('b', 10), rows: outcome('b', 10).rows.map((row) => ({ ...row, better: 'lower' as const })) }
    const changes = against(resultsOf(outcome('a', 100), slower, outcome('c', 1)), resultsOf(outcome('a', 150), { ...slower, rows: slower.rows.map((row) => ({ ...row, sides: [{ ...row.sides[0], median: 5 }] })) }, outcome('d', 1)))
    // Half as long is twice as good.
    expect(changes.map(({ name, before, now, asGood }) => [name, before, now, asGood])).toEqual([['a', 100, 150, 1.5], ['b', 10, 5, 2]])
  })

  it('are gone on with on the same machine, versions and commit only', () => {
    expect(whyNotResumed(about, { ...about, date: 'later', repeat: 'other', memory: 'same machine', peers: {} })).toEqual([])
    expect(whyNotResumed(about, { ...about, peers: { ...about.peers, numba: '1' } })).toEqual([])
    expect(whyNotResumed(about, { ...about, node: 'v22.0.0', peers: { torch: '2.1' } })).toEqual(['node was v20.0.0 and is v22.0.0', 'torch was 2.0 and is 2.1'])
  })
})

describe('a busy machine', () => {
  const both = [{ key: 'value', unit: units.stepsPerSecond, goals: [] }, { key: 'cpu', unit: units.stepsPerSecond, goals: [] }]
  const measured = (load: readonly [number, number], wall: number, cpu: number, unit = units.stepsPerSecond) =>
    outcomeOf({ ...comparison('a'), readings: both.map((one) => ({ ...one, unit })) }, { estimand: [{ value: 10, cpu: 10 }], torch: [{ value: wall, cpu }] }, load, 1)

  it('shows in the load, before or after', () => {
    expect(isBusy(measured([1, 1.2], 10, 10))).toBe(false)
    expect(isBusy(measured([1, 1.6], 10, 10))).toBe(true)
    expect(isBusy(measured([4, 1], 10, 10))).toBe(true)
  })

  it('shows in what a side had of its core, whichever way the unit goes', () => {
    expect(isBusy(measured([1, 1], 95, 100))).toBe(false)
    expect(isBusy(measured([1, 1], 50, 100))).toBe(true)
    expect(isBusy(measured([1, 1], 105, 100, units.nanosecondsPerElement))).toBe(false)
    expect(isBusy(measured([1, 1], 200, 100, units.nanosecondsPerElement))).toBe(true)
  })

  it('shows in the load alone where nobody has counted CPU time', () => {
    expect(isBusy(outcome('a', 1))).toBe(false)
  })
})
