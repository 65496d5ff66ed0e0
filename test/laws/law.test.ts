import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { baseline, baselineOf, meanOverTrajectories, NeedsNotMet, prepare, reduce, surrogate, totalReturn, wholeReturns } from 'estimand'
import type { AllFacts, Trajectories } from 'estimand'
import { bandit, exactOfAll, sampled } from 'estimand/exact'
import * as E from 'fp-ts/lib/Either.js'
import { linearInReward, permutation, slices, sound, surrogateDerivative, tryLaw } from 'estimand/laws'
import type { Law } from 'estimand/laws'
import { pipe } from 'fp-ts/lib/function.js'
import { seed } from '../seed/seed.ts'

/** The mean return of the others of the group: unbiased, and it reads a fact that no world of the laws has. */
const othersOfGroup = baselineOf({
  word: 'othersOfGroup',
  row: 'batchBaseline',
  needs: ['Reward', 'Group'],
  coupling: 'exchangeable',
  reasons: { whole: [], perStep: [] },
  level: ({ batch }) => {
    const returns = wholeReturns(batch, batch.reward, batch.discount)
    const mean = (xs: readonly number[]): number => (xs.length === 0 ? 0 : xs.reduce((a, b) => a + b, 0) / xs.length)
    const column = Float64Array.from(returns, (_, i) => mean(Array.from(returns).filter((_r, j) => j !== i && batch.group[j] === batch.group[i])))
    return { axis: 'per trajectory', column: column as typeof returns }
  },
  formula: { whole: { text: 'b', latex: 'b' }, perStep: { text: 'b', latex: 'b' } },
  source: 'a test',
})

const throwing = (what: unknown): Law<number> => ({
  name: 'small',
  states: 'x < 10',
  cases: fc.nat({ max: 1000 }),
  verdict: (x) => {
    if (x >= 10) throw what
    return { _tag: 'holds' }
  },
})

describe('a verdict that throws', () => {
  it('fails, in the smallest case, and says with what', () =>
    expect(tryLaw({ seed })(throwing(new RangeError('no such step')))).toEqual({
      _tag: 'failed',
      smallest: 10,
      seed,
      report: `small fails (seed ${seed}): x < 10\nthe verdict threw RangeError: no such step`,
    }))
  it('what is no error is said as it is', () => expect(tryLaw({ seed })(throwing('stop'))).toMatchObject({ smallest: 10, report: expect.stringContaining('the verdict threw stop') as string }))
})

describe('a case that lacks a fact', () => {
  const lacking = (when: (x: number) => boolean): Law<number> => ({
    name: 'small',
    states: 'x < 1001',
    cases: fc.nat({ max: 1000 }),
    verdict: (x) => {
      if (when(x)) throw new NeedsNotMet('estimate: the batch lacks Group', ['Group'])
      return { _tag: 'holds' }
    },
  })
  const e = pipe(totalReturn, baseline(othersOfGroup), reduce(meanOverTrajectories))
  const grouped = (law: Law<Trajectories<AllFacts>>): Law<Trajectories<AllFacts>> => ({
    ...law,
    cases: law.cases.map((batch) => ({ ...batch, axes: { ...batch.axes, group: 'per trajectory' as const }, group: Float64Array.from({ length: batch.count }, (_, i) => i % 2) as never })),
  })

  it('is no failure: the law is not tried, and says what to supply', () =>
    expect(tryLaw({ seed })(lacking(() => true))).toEqual({
      _tag: 'not tried',
      needs: ['Group'],
      seed,
      report: 'not tried: needs Group, which the cases of this law lack; give it cases that have it, { ...law, cases }',
    }))
  it('does not count where others can be tried', () => {
    const outcome = tryLaw({ seed, runs: 200 })(lacking((x) => x % 2 === 0))
    if (outcome._tag !== 'held') throw new Error(outcome.report)
    expect(outcome.runs).toBeGreaterThan(50)
    expect(outcome.runs).toBeLessThan(150)
  })
  it('does not hide a failure', () => {
    const law = lacking((x) => x % 2 === 0)
    expect(tryLaw({ seed })({ ...law, verdict: (x) => (x === 7 || x > 500 ? { _tag: 'fails', report: 'x' } : law.verdict(x)) })._tag).toBe('failed')
  })
  it('no law refutes a true word that needs Group', () => {
    for (const law of [sound(e), permutation(e), linearInReward(e), surrogateDerivative(e, surrogate(e), []), slices(e, pipe(totalReturn, baseline(othersOfGroup), prepare(meanOverTrajectories)))] as unknown as readonly Law<never>[])
      expect(tryLaw({ seed, runs: 20 })(law), law.name).toMatchObject({ _tag: 'not tried', needs: ['Group'] })
  })
  it('with cases that have it, laws hold, and refute a false word', () => {
    const linear = linearInReward(e)
    const cases = linear.cases.map((one) => ({ ...one, batch: { ...one.batch, group: Float64Array.from({ length: one.batch.count }, (_, i) => i % 2) as never } }))
    expect(tryLaw({ seed })({ ...linear, cases })._tag).toBe('held')
    const squared = { ...e, estimate: (batch: Parameters<typeof e.estimate>[0]) => e.estimate(batch).map((w) => w * w) } as typeof e
    expect(tryLaw({ seed })({ ...linearInReward(squared), cases })._tag).toBe('failed')
    expect(tryLaw({ seed })(grouped(surrogateDerivative(e, surrogate(e), [])))._tag).toBe('held')
  })
  it('what a word reads without saying so is its own fault', () => {
    const silent = { ...e, needs: ['Reward'] }
    expect(tryLaw({ seed, runs: 20 })(linearInReward(silent))._tag).toBe('failed')
  })
})

it('exact says of groups that no world has them, and what to do', () => {
  const e = pipe(totalReturn, baseline(othersOfGroup), reduce(meanOverTrajectories))
  for (const found of [exactOfAll({ mdp: bandit([1, 0], [0.5, 0.5]) })([e as never]), sampled({ mdp: bandit([1, 0], [0.5, 0.5]) }, { batches: 2, seed: 1 })(e as never)])
    expect(found).toEqual(E.left([{ path: 'estimator', expected: 'facts that the setting gives', got: 'the batch lacks Group (group); no world has group: weigh batches that have it, with estimate' }]))
})
