import { pipe } from 'fp-ts/lib/function.js'
import {
  baseline,
  batchMean,
  batchStd,
  causality,
  claimScale,
  clip,
  cloning,
  constant,
  constantLength,
  describe as asText,
  dropOuterDiscount,
  explain,
  gae,
  importance,
  leaveOneOut,
  meanOfTrajectoryMeans,
  meanOverSteps,
  meanOverTrajectories,
  mix,
  normalise,
  nStep,
  perDecision,
  perStep,
  perTrajectory,
  plus,
  prefix,
  reduce,
  returnCredit,
  scale,
  selfNormalise,
  stateValue,
  takenAsOne,
  totalReturn,
  truncate,
  vtrace,
  weightModifier,
  whitenSteps,
  zero,
} from 'estimand'
import type { Estimator } from 'estimand'
import { describe, expect, it } from 'vitest'
import { readVectors } from '../vectors/read.ts'
import type { MdpFile, PipelineFile } from '../vectors/schema.ts'
import { estimatorOf } from '../vectors/setting.ts'

const mean = reduce(meanOverTrajectories)
const toGo = pipe(totalReturn, causality)
const undiscounted = totalReturn({ objective: 'undiscounted' })
const says = <N, B extends string>(e: Estimator<N, B>, formula: string): void => it(formula, () => expect(explain(e).weight.text).toBe(formula))

describe('the weight as a formula, written by hand', () => {
  says(pipe(totalReturn, mean), '1/N R_i')
  says(pipe(undiscounted, mean), '1/N (sum_u r_iu)')
  says(pipe(undiscounted, causality, mean), '1/N (sum_{u>=t} r_iu)')
  says(pipe(toGo, mean), '1/N (gamma^t G_it)')
  says(pipe(toGo, dropOuterDiscount, mean), '1/N G_it')
  says(pipe(toGo, baseline(leaveOneOut), mean), '1/N (gamma^t (G_it - mean_{j!=i alive at t} G_jt))')
  says(pipe(toGo, baseline(leaveOneOut({ ended: 'zero' })), mean), '1/N (gamma^t (G_it - mean_{j!=i} G_jt))')
  says(pipe(totalReturn, baseline(constant(0.5)), mean), '1/N (R_i - 0.5)')
  says(pipe(totalReturn, baseline(constant(0.5)), causality, mean), '1/N (gamma^t G_it - 0.5)')
  says(pipe(totalReturn, baseline(constant(1)), causality, baseline(stateValue), mean), '1/N (gamma^t (G_it - V(s_t)) - 1)')
  says(pipe(totalReturn, baseline(constant(1)), causality, baseline(stateValue), dropOuterDiscount, mean), '1/N (G_it - V(s_t) - 1)')
  says(pipe(totalReturn, baseline(batchMean), normalise(batchStd({ ddof: 1, epsilon: 0.1 })), reduce(meanOfTrajectoryMeans)), '1/(N L_i) ((R_i - mean_j R_j) / (std_{j, ddof 1} R_j + 0.1))')
  says(pipe(toGo, importance(perStep), clip({ epsilon: 0.2 }), mean), '1/N clip[rho_t; 1 -+ 0.2] (gamma^t G_it)')
  says(pipe(toGo, importance(prefix), truncate({ at: 2 }), mean), '1/N min(rho_{0:t}, 2) (gamma^t G_it)')
  says(pipe(totalReturn, importance(perTrajectory), reduce(constantLength(5))), '1/(5 N) rho_{0:L-1} R_i')
  says(pipe(nStep({ n: 2 }), mean), '1/N (gamma^t sum_{l<2} gamma^l delta_{t+l})')
  says(pipe(gae({ lambda: 0.5 }), reduce(meanOverSteps)), '1/(sum_j L_j) (gamma^t sum_l (gamma 0.5)^l delta_{t+l})')
  says(pipe(vtrace({ rhoBar: 1, cBar: 2 }), mean), '1/N (gamma^t min(1, rho_t) (r_t + gamma v[1, 2]_{t+1} - V_t))')
  says(pipe(cloning, mean), '1/N 1')
  // A ratio per reward, and the ratio so far in front of baselines.
  says(pipe(toGo, importance(perDecision), mean), '1/N (sum_{u>=t} rho_{0:u} gamma^u r_u)')
  says(pipe(totalReturn, importance(perDecision), mean), '1/N (sum_u rho_{0:max(u,t)} gamma^u r_u)')
  says(pipe(toGo, baseline(stateValue), importance(perDecision), mean), '1/N (sum_{u>=t} rho_{0:u} gamma^u r_u - rho_{0:t} gamma^t V(s_t))')
  says(pipe(totalReturn, baseline(constant(2)), importance(perDecision), mean), '1/N (sum_u rho_{0:max(u,t)} gamma^u r_u - rho_{0:t} 2)')
  says(pipe(totalReturn, baseline(constant(2)), causality, importance(perDecision), mean), '1/N (sum_{u>=t} rho_{0:u} gamma^u r_u - rho_{0:t} 2)')
  says(pipe(undiscounted, causality, importance(perDecision), mean), '1/N (sum_{u>=t} rho_{0:u} r_u)')
  says(pipe(undiscounted, importance(perDecision), mean), '1/N (sum_u rho_{0:max(u,t)} r_u)')
  // Combinations.
  says(pipe(totalReturn, mean, scale(-2)), '-2 (1/N R_i)')
  says(pipe(totalReturn, mean, plus(pipe(cloning, mean)), scale(3)), '3 (1/N R_i + 1/N 1)')
  says(mix([0.25, pipe(totalReturn, mean)], [0.75, pipe(toGo, mean)]), '0.25 (1/N R_i) + 0.75 (1/N (gamma^t G_it))')
  says(zero('discounted'), '0')
})

describe('the formula means what is computed', () => {
  it('per decision without the outer factor: gamma^(u-t), not gamma^u', () => {
    const { text, latex } = explain(pipe(toGo, dropOuterDiscount, importance(perDecision), mean)).weight
    expect(text).toBe('1/N (sum_{u>=t} rho_{0:u} gamma^(u-t) r_u)')
    expect(latex).toContain('\\gamma^{u-t}')
  })
  it('a difference under a ratio that is taken as one stays a factor', () =>
    expect(explain(pipe(totalReturn, baseline(constant(0.5)), importance(takenAsOne), mean)).weight.text).toBe('1/N (R_i - 0.5)'))
  it('self-normalised: the credit does not stand under the sum', () =>
    expect(explain(pipe(totalReturn, importance(perTrajectory), selfNormalise, mean)).weight.text).toMatch(/^1\/N \(N rho_\{0:L-1\} \/ sum_j rho_\{j,0:L-1\}\) R_i$/))
  it('a weight modifier after a ratio stays under the reduction', () => {
    const shifted = weightModifier({ word: 'shifted', needs: [], coupling: 'none', reasons: [], apply: (w) => w.map((v) => v + 1), formula: (w) => ({ text: `${w.text} + 1`, latex: `${w.latex} + 1` }), source: 'a test' })
    expect(explain(pipe(totalReturn, shifted, mean)).weight.text).toBe('1/N (R_i + 1)')
    expect(explain(pipe(totalReturn, importance(perTrajectory), shifted, mean)).weight.text).toBe('1/N (rho_{0:L-1} R_i + 1)')
  })
  it('a return of one’s own, per decision, outer factor dropped: a return to go still', () => {
    const twice = returnCredit({ word: 'twice', needs: ['Reward'], reasons: [], objective: 'discounted', formula: { text: '2 R_i', latex: '2 R_i' }, source: 'a test', reward: ({ reward }) => Float64Array.from(reward, (r) => 2 * r) })
    expect(explain(pipe(twice, causality, mean)).weight.text).toBe('1/N (gamma^t (2 R_i from t on))')
    expect(explain(pipe(twice, causality, dropOuterDiscount, importance(perDecision), mean)).weight.text).toContain('sum_{u>=t}')
  })
  it('infinite options are written as the JSON form has them', () =>
    expect(explain(pipe(vtrace({ rhoBar: Infinity, cBar: 1 }), mean)).pipeline[0]).toBe('vtrace {"rhoBar":"Infinity","cBar":1}'))
})

describe('what else an explanation says', () => {
  const ppo = pipe(gae({ lambda: 0.5 }), normalise(whitenSteps({ ddof: 0, epsilon: 0.1 })), importance(perStep), clip({ epsilon: 0.2 }), reduce(meanOverSteps))
  it('of a pipeline', () => {
    const e = explain(ppo)
    expect(e.pipeline).toEqual(['gae {"lambda":0.5}', 'normalise {"whitenSteps":{"ddof":0,"epsilon":0.1}}', 'importance "perStep"', 'clip {"epsilon":0.2}', 'reduce "meanOverSteps"'])
    expect(e.needs).toEqual(['Reward', 'StateValue', 'BehaviourLogProb'])
    expect(e.coupling).toBe('exchangeable')
    expect(e.bias.map(({ name }) => name)).toEqual(['inexact values', 'divided by a deviation', 'state distribution', 'clipping', 'random length'])
    expect(e.expectation).toBeNull()
    expect(e.objective.formula.text).toBe('J = E sum_t gamma^t r_t')
    expect(new Set(e.sources).size).toBe(e.sources.length)
    expect(e.sources).toEqual([
      'Schulman et al. 2016, High-dimensional continuous control using GAE, eq. 16',
      'Dhariwal et al. 2017, OpenAI baselines',
      'Degris, White, Sutton 2012, Off-policy actor-critic, section 2',
      'Schulman et al. 2017, Proximal policy optimization algorithms, eq. 7',
      'Liu et al. 2025, Understanding R1-Zero-like training, section 3.1',
    ])
  })
  it('as text', () => {
    const lines = asText(explain(pipe(undiscounted, mean))).split('\n')
    expect(lines).toEqual([
      'pipeline     totalReturn {"objective":"undiscounted"}',
      '             reduce "meanOverTrajectories"',
      'weight       W_it = 1/N (sum_u r_iu)',
      'estimate     ghat = sum_i sum_t W_it grad log pi(a_it|s_it)',
      'objective    J = E sum_t r_t',
      'needs        Reward, CompleteEpisodes, OnPolicy',
      'coupling     trajectories are independent',
      'bias         none, given support',
      'expectation  grad J',
      'sources      Williams 1992, Simple statistical gradient-following algorithms, eq. 4',
      '             Williams 1992, Simple statistical gradient-following algorithms',
    ])
    expect(asText(explain(ppo))).toContain('expectation  no closed form; compute it with exact')
    expect(asText(explain(pipe(cloning, importance(takenAsOne), mean)))).toContain('needs        nothing')
  })
  it('of a combination', () => {
    const e = explain(mix([0.5, pipe(totalReturn, mean)], [0.5, pipe(cloning, mean)]))
    expect(e.pipeline).toEqual(['mix [0.5,0.5]', '  part 1', '    totalReturn', '    reduce "meanOverTrajectories"', '  part 2', '    cloning', '    reduce "meanOverTrajectories"'])
    expect(explain(pipe(totalReturn, mean, scale(2))).pipeline[0]).toBe('scale 2')
  })
  it('expectations', () => {
    expect(explain(pipe(toGo, baseline(leaveOneOut), mean)).expectation?.text).toBe('grad J')
    expect(explain(pipe(totalReturn, baseline(batchMean), mean)).expectation?.text).toBe('(N-1)/N grad J')
    expect(explain(pipe(totalReturn, mean, claimScale({ factor: () => 1, text: '1' }))).expectation?.text).toBe('1 grad J')
    expect(explain(zero('discounted')).expectation?.text).toBe('0 grad J')
    expect(explain(pipe(toGo, baseline(batchMean), importance(perTrajectory), mean)).expectation?.text).toContain('not parallel')
  })
  it('the mean of a biased and an unbiased estimator has neither expectation', () => {
    const half = mix([0.5, pipe(totalReturn, baseline(batchMean), mean)], [0.5, pipe(totalReturn, mean)])
    // (1/2 (N-1)/N + 1/2) grad J
    expect(explain(half).expectation).toBeNull()
    expect(explain(pipe(half, scale(1))).expectation).toBeNull()
  })
})

describe('formulas render', () => {
  const { mdps } = readVectors<MdpFile>('mdp.json')
  const { pipelines } = readVectors<PipelineFile>('pipelines.json')
  const pairs = (s: string, a: RegExp, b: RegExp) => expect((s.match(a) ?? []).length, s).toBe((s.match(b) ?? []).length)
  const balanced = (s: string): void => {
    let depth = 0
    for (const c of s) {
      if (c === '{') depth++
      if (c === '}') depth--
      expect(depth, s).toBeGreaterThanOrEqual(0)
    }
    expect(depth, s).toBe(0)
    pairs(s, /\\left(?![a-z])/g, /\\right(?![a-z])/g)
    pairs(s, /\\bigl/g, /\\bigr/g)
    expect(s).not.toMatch(/undefined|NaN|Infinity|null/)
  }
  it('braces and brackets are balanced, in every golden pipeline and reason', () => {
    let seen = 0
    for (const { spec } of Object.values(pipelines)) {
      if (spec === null) continue
      const { weight, bias, expectation, objective, estimate } = explain(estimatorOf(spec, mdps[0]))
      for (const { latex } of [weight, objective.formula, estimate, ...bias.map((r) => r.expectation), ...(expectation === null ? [] : [expectation])]) balanced(latex)
      pairs(weight.text, /\(/g, /\)/g)
      expect(weight.text).not.toMatch(/undefined|NaN|null/)
      seen++
    }
    expect(seen).toBeGreaterThan(0)
  })
})
