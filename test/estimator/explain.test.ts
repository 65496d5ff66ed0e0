import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { baseline, batchMean, claimScale, describe as described, describeProblems, explain, leaveOneOut, meanOverTrajectories, mix, pipelineFromJson, reduce, scale, totalReturn } from 'estimand'
import { describe, expect, it } from 'vitest'
import { readVectors } from '../vectors/read.ts'

const of = (words: readonly unknown[]) => {
  const decoded = pipelineFromJson([...words, { reduce: 'meanOverTrajectories' }])
  if (E.isLeft(decoded)) throw new Error(describeProblems(decoded.left))
  return explain(decoded.right)
}
const mean = reduce(meanOverTrajectories)

describe('the weight as a formula, written by hand', () => {
  const weights: readonly (readonly [readonly unknown[], string])[] = [
    [['totalReturn'], '1/N R_i'],
    [['totalReturn', 'causality'], '1/N (gamma^t G_it)'],
    [['totalReturn', 'causality', 'dropOuterDiscount'], '1/N G_it'],
    [['totalReturn', { baseline: { constant: -0.5 } }, 'causality'], '1/N (gamma^t G_it - (-0.5))'],
    [['totalReturn', 'causality', { baseline: 'stateValue' }], '1/N (gamma^t (G_it - V(s_t)))'],
    [[{ totalReturn: { objective: 'undiscounted' } }, 'causality', { baseline: { constant: 1 } }], '1/N (G_it - 1)'],
    [['totalReturn', { baseline: 'batchMean' }, { normalise: { batchStd: { ddof: 1, epsilon: 0.1 } } }], '1/N ((R_i - mean_j R_j) / (std_j R_j + 0.1))'],
    [['totalReturn', { importance: 'perDecision' }], '1/N (sum_u rho_{0:max(u,t)} gamma^u r_u)'],
    [
      ['totalReturn', { baseline: { constant: 0.5 } }, 'causality', { baseline: 'stateValue' }, { importance: 'perDecision' }],
      '1/N (sum_{u>=t} rho_{0:u} gamma^u r_u - rho_{0:t} gamma^t V(s_t) - rho_{0:t} 0.5)',
    ],
    [['totalReturn', 'causality', 'dropOuterDiscount', { importance: 'perDecision' }], '1/N (sum_{u>=t} rho_{0:u} gamma^(u-t) r_u)'],
    [['totalReturn', 'causality', { importance: 'perStep' }, { clip: { epsilon: 0.2 } }], '1/N clip[rho_t; 1 -+ 0.2] (gamma^t G_it)'],
    [['totalReturn', { importance: 'perTrajectory' }, { truncate: { at: 2 } }], '1/N min(rho_{0:L-1}, 2) R_i'],
    [['totalReturn', { importance: 'perTrajectory' }, 'selfNormalise'], '1/N (N rho_{0:L-1} / sum_j rho_{0:L-1}) R_i'],
    [['cloning', { importance: 'takenAsOne' }], '1/N 1'],
  ]
  for (const [words, text] of weights) it(text, () => expect(of(words).weight.text).toBe(text))

  it('LaTeX has balanced braces for every golden pipeline', () => {
    const { pipelines } = readVectors('pipelines.json')
    let checked = 0
    for (const { spec } of Object.values(pipelines)) {
      const e = pipelineFromJson(JSON.parse(JSON.stringify(spec).replaceAll(/"(T|(1\+)?(aux|truth)\.[\w.]+)"/g, '2').replaceAll('"constantPerTime":2', '"constantPerTime":[2]')))
      if (spec === null) continue
      if (E.isLeft(e)) throw new Error(describeProblems(e.left))
      const { latex } = explain(e.right).weight
      let depth = 0
      for (const c of latex) {
        depth += c === '{' ? 1 : c === '}' ? -1 : 0
        expect(depth).toBeGreaterThanOrEqual(0)
      }
      expect(depth, latex).toBe(0)
      expect(latex.split('\\left').length, latex).toBe(latex.split('\\right').length)
      checked++
    }
    expect(checked).toBeGreaterThan(0)
  })
})

describe('the rest of an explanation', () => {
  it('unbiased, a single reason, a claim, several reasons', () => {
    expect(explain(pipe(totalReturn, baseline(leaveOneOut), mean)).expectation?.text).toBe('grad J')
    expect(explain(pipe(totalReturn, baseline(batchMean), mean)).expectation?.text).toBe('(N-1)/N grad J')
    expect(explain(pipe(totalReturn, baseline(batchMean), mean, claimScale({ factor: (n) => (n - 1) / n, text: '(N-1)/N' }))).expectation?.text).toBe('(N-1)/N grad J')
    expect(of(['totalReturn', 'causality', { importance: 'perStep' }, { clip: { epsilon: 0.2 } }]).expectation).toBeNull()
  })
  it('needs, reasons with class and source, sources without repetition', () => {
    const { needs, bias, sources, objective } = of([{ vtrace: { rhoBar: 1, cBar: 1 } }])
    expect(needs).toEqual(['Reward', 'StateValue', 'BehaviourLogProb'])
    expect(bias.map((r) => [r.name, r.class])).toEqual([
      ['state distribution', 'biased'],
      ['truncation', 'biased'],
      ['inexact values', 'biased'],
    ])
    expect(new Set(sources).size).toBe(sources.length)
    expect(objective.name).toBe('discounted')
  })
  it('a combination names its parts', () => {
    const a = pipe(totalReturn, mean)
    expect(explain(mix([0.5, a], [0.5, pipe(a, scale(2))])).pipeline).toEqual([
      'mix [0.5,0.5]',
      '  part 1',
      '    totalReturn',
      '    reduce "meanOverTrajectories"',
      '  part 2',
      '    scale 2',
      '      part 1',
      '        totalReturn',
      '        reduce "meanOverTrajectories"',
    ])
  })
  it('as text for a terminal', () => {
    const text = described(of(['totalReturn', 'causality', { importance: 'perStep' }]))
    expect(text).toContain('bias         state distribution (biased): only the ratio of the action itself is corrected')
    expect(text).toContain('needs        Reward, CompleteEpisodes, BehaviourLogProb')
  })
})
