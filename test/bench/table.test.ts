import { describe, expect, it } from 'vitest'
import { atLeast, atMost } from './comparison.ts'
import type { Comparison } from './comparison.ts'
import { units } from './measure.ts'
import type { Results } from './results.ts'
import { against, outcomeOf } from './results.ts'
import { busyText, changesText, inColumns, inMarkdown, linesOf, readable, text } from './table.ts'

describe('a number', () => {
  it.each<readonly [number, string]>([
    [0, '0'],
    [0.123_45, '0.123'],
    [0.000_012, '0.0000'],
    [1.234, '1.23'],
    [9.999, '10.00'],
    [10, '10.0'],
    [123.4, '123'],
    [1234, '1234'],
    [9994, '9994'],
    [9996, '10.00k'],
    [123_456, '123k'],
    [999_400, '999k'],
    [1_234_567, '1.23M'],
    [1000, '1000'],
    [-12.34, '-12.3'],
    [Infinity, 'never'],
  ])('%d is %s', (x, expected) => {
    expect(readable(x)).toBe(expected)
  })
})

const invented: Comparison = {
  name: 'steps',
  group: 'invented',
  note: '',
  ours: { from: 'here', measure: 'x' },
  others: [{ name: 'torch', from: 'python', measure: 'y' }, { name: 'torch fused', from: 'python', measure: 'z' }],
  readings: [
    { key: 'value', unit: units.stepsPerSecond, goals: [atLeast(20, 'torch'), atLeast(30, 'torch', 'torch fused')] },
    { key: 'cpu', unit: { ...units.stepsPerSecond, name: 'steps/s of CPU time' }, goals: [] },
  ],
}
const samples = {
  'estimand': [{ value: 100, cpu: 110 }, { value: 120, cpu: 121 }, { value: 110, cpu: 120 }],
  'torch': [{ value: 4, cpu: 4 }, { value: 5, cpu: 5 }, { value: 5, cpu: 5 }],
  'torch fused': [{ value: 11, cpu: 12 }, { value: 11, cpu: 12 }, { value: 11, cpu: 12 }],
}
const outcome = outcomeOf(invented, samples, [0.5, 1.25], 3)

describe('the lines of an outcome', () => {
  it('say ours once, every other side, and a goal where it belongs', () => {
    // 110/5, rounds 25, 24, 22; 110/11; the best of both is 11.
    expect(linesOf(outcome)).toEqual([
      ['steps', 'steps/s', '110 (100 to 120)', 'torch', '5.00 (4.00 to 5.00)', '22.0x (22.0 to 25.0)', '24.0x', 'at least 20x torch: met'],
      ['', '', '', 'torch fused', '11.0', '10.0x (9.09 to 10.9)', '10.0x', 'at least 30x the best of torch, torch fused: not met (10.0)'],
    ])
  })

  it('are one where nobody is beside, with the goal of the number itself', () => {
    const alone = outcomeOf({ ...invented, readings: [{ key: 'value', unit: units.milliseconds, goals: [atMost(50)] }] }, { estimand: [{ value: 40 }] }, [0, 0], 1)
    expect(linesOf(alone)).toEqual([['steps', 'ms', '40.0', '', '', '', '', 'at most 50 ms: met']])
  })

  it('have a line for every other number, without the ratio of CPU time', () => {
    const reached = outcomeOf(
      { ...invented, readings: [...invented.readings, { key: 'stepsTo475', unit: units.steps, goals: [atMost(1, 'torch')] }] },
      { estimand: samples.estimand.map((one) => ({ ...one, stepsTo475: 300 })), torch: samples.torch.map((one) => ({ ...one, stepsTo475: null })) },
      [0, 0],
      1,
    )
    expect(linesOf(reached)[1]).toEqual(['steps', 'steps', '300', 'torch', 'never', '0x', '', 'at most 1x torch: met'])
  })
})

describe('on a busy machine', () => {
  const busy = { ...outcome, load: [3, 1] as const }
  const about = { date: '2026-01-02T03:04:05.000Z', cpu: 'x', cores: 2, memory: 'x', system: 'x', core: 1, threads: 1, node: 'x', commit: null, peers: {}, repeat: 'x' }

  it('no goal is met without a but', () => {
    expect(linesOf(outcome)[0][7]).toBe('at least 20x torch: met')
    expect(linesOf(busy).map((line) => line[7])).toEqual(['at least 20x torch: met, but busy', 'at least 30x the best of torch, torch fused: not met, but busy (10.0)'])
  })

  it('the whole says so', () => {
    expect(busyText({ about, outcomes: [outcome] })).toBe('')
    expect(busyText({ about, outcomes: [outcome, busy] })).toMatch(/^The machine was busy with other work in 1 of 2 comparisons/)
    expect(text({ about, outcomes: [busy] })).toContain('ratios are no evidence')
  })
})

describe('tables', () => {
  it('have columns as wide as their widest cell, and nothing after the last', () => {
    expect(inColumns([['a', 'bb'], ['ccc', '']])).toBe('a    bb\nccc')
  })

  it('in Markdown leave out what nobody fills', () => {
    expect(inMarkdown(['', 'unit', 'ratio', 'goal'], [['a', 'ms', '', ''], ['b', '', '', 'met']])).toBe('|  | unit | goal |\n| --- | --- | --- |\n| a | ms |  |\n| b |  | met |')
  })

  const results: Results = {
    about: { date: '2026-01-02T03:04:05.000Z', cpu: 'a processor', cores: 2, memory: '4 GiB', system: 'linux 6 x64', core: 1, threads: 1, node: 'v20.0.0', commit: 'abc1234', peers: { torch: '2.0' }, repeat: 'npm run bench:peers' },
    outcomes: [outcome],
  }

  it('say machine, versions, threads, load, date and how to repeat it', () => {
    expect(text(results).split('\n').slice(0, 7)).toEqual([
      '2026-01-02, commit abc1234: a processor, 2 cores, 4 GiB, linux 6 x64; Node v20.0.0',
      'torch 2.0',
      '1 thread, all kept on core 1; load at most 1.3; medians (least to greatest), in turns',
      'again: npm run bench:peers',
      '',
      'invented',
      '       unit     estimand          beside       theirs               ratio                 by CPU time  goal',
    ])
  })

  it('against an earlier run say how many times as good', () => {
    const earlier: Results = { ...results, outcomes: [{ ...outcome, rows: outcome.rows.map((row) => ({ ...row, sides: row.sides.map((side) => ({ ...side, median: 55 })) })) }] }
    expect(changesText(against(earlier, { ...results, outcomes: [{ ...outcome, rows: outcome.rows.slice(0, 1) }] }), earlier.about.date)).toBe(
      'against 2026-01-02: above 1 is better now\n       unit     then  now  as good\nsteps  steps/s  55.0  110  2.00x',
    )
  })
})
