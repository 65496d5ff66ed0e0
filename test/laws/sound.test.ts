import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import * as E from 'fp-ts/lib/Either.js'
import {
  baseline,
  baselineOf,
  batchMean,
  causality,
  claimScale,
  cloning,
  constantLength,
  gae,
  importance,
  leaveOneOut,
  meanOverTrajectories,
  perDecision,
  perStep,
  perTrajectory,
  pipelineFromJson,
  ratioOf,
  reduce,
  returnCredit,
  returnsToGo,
  stateValue,
  stepCredit,
  totalReturn,
} from 'estimand'
import type { AnyEstimator, Estimator } from 'estimand'
import { sound, soundPipelines, tryLaw } from 'estimand/laws'
import { testLaw } from 'estimand/laws/vitest'
import { seed } from '../seed/seed.ts'
import { readVectors } from '../vectors/read.ts'
import type { PipelineFile } from '../vectors/schema.ts'

const mean = reduce(meanOverTrajectories)
const toGo = pipe(totalReturn, causality)
const anyNeed = <N, B extends string>(e: Estimator<N, B>): AnyEstimator => e as Estimator<unknown, B>

describe('pipelines that declare no reason are unbiased', () => {
  const { pipelines } = readVectors<PipelineFile>('pipelines.json')
  // Numbers of an MDP entry stand for themselves in the golden file; here any number will do.
  const filled = JSON.parse(
    JSON.stringify(pipelines)
      .replaceAll('"truth.optimalBaselines.perTimeRtg"', '[0.5, -1, 2, 0.3]')
      .replaceAll(/"1\+aux\.\w+"/g, '1.2')
      .replaceAll(/"(aux|truth)\.(b|clipEps|truncation|stdEps|optimalBaselines\.\w+)"/g, '0.3')
      .replaceAll('"T"', '3'),
  ) as PipelineFile['pipelines']
  const unbiased = Object.entries(filled).flatMap(([id, { spec }]) => {
    const e = pipelineFromJson(spec)
    return E.isRight(e) && e.right.reasons.length === 0 ? [[id, e.right] as const] : []
  })
  it('there are many', () => expect(unbiased.length).toBeGreaterThan(15))
  for (const [id, e] of unbiased)
    it(id, () => {
      const outcome = tryLaw({ seed, runs: 40 })(sound(e))
      expect(outcome._tag === 'failed' ? outcome.report : '').toBe('')
    })
})

describe('every legal pipeline of the built-in words', () => {
  testLaw(soundPipelines, { seed, runs: 400 })
  it('rejects pipelines that forget one of their reasons', () => {
    for (const forgotten of ['state distribution', 'own sample', 'outer discount dropped', 'inexact values', 'inexact values at cuts', 'random length']) {
      const cases = soundPipelines.cases.map(({ world, pipeline }) => ({
        world,
        pipeline: { ...pipeline, estimator: { ...pipeline.estimator, reasons: pipeline.estimator.reasons.filter(({ name }) => name !== forgotten) } },
      }))
      expect(tryLaw({ seed, runs: 600 })({ ...soundPipelines, cases })._tag, forgotten).toBe('failed')
    }
  })
})

describe('scales that are claimed', () => {
  const shrunk = claimScale({ factor: (n) => (n - 1) / n, text: '(N-1)/N' })
  testLaw(sound(pipe(totalReturn, baseline(batchMean), mean, shrunk)), { seed, runs: 30 })
  testLaw(sound(pipe(totalReturn, baseline(batchMean), causality, mean, shrunk)), { seed, runs: 30 })
  testLaw(sound(pipe(totalReturn, causality, baseline(batchMean({ ended: 'zero' })), mean, shrunk)), { seed, runs: 30 })
  testLaw(sound(pipe(totalReturn, baseline(batchMean), importance(perTrajectory), mean, shrunk)), { seed, runs: 30 })
  testLaw(sound(pipe(toGo, reduce(constantLength(5)), claimScale({ factor: () => 1 / 5, text: '1/5' }))), { seed, runs: 40 })
  testLaw(
    sound(pipe(totalReturn, baseline(batchMean), reduce(constantLength(3)), claimScale({ factor: (n) => (n - 1) / n / 3, text: '(N-1)/(3 N)' }))),
    { seed, runs: 30 },
  )
  testLaw(sound(pipe(cloning, mean, claimScale({ factor: () => 0, text: '0' }))), { seed, runs: 40 })
})

describe('mutants that declare no reason are rejected', () => {
  const formula = { text: 'mutant', latex: 'mutant' }
  const source = 'a mutant'
  const credit = (reward: (r: ArrayLike<number>) => Float64Array) =>
    returnCredit({ word: 'mutant', needs: ['Reward'], reasons: [], objective: 'discounted', formula, source, reward: (b) => reward(b.reward) })
  const perStepOfRewards = (weights: (reward: Float64Array, discount: number, begin: number, end: number, out: Float64Array) => void) =>
    stepCredit({
      word: 'mutant',
      needs: ['Reward', 'CompleteEpisodes'],
      reasons: [],
      outer: 'discount',
      formula,
      source,
      column: ({ reward, discount, offsets, count }) => {
        const out = new Float64Array(offsets[count])
        for (let i = 0; i < count; i++) weights(Float64Array.from(reward), discount, offsets[i], offsets[i + 1], out)
        return out
      },
    })
  const ratio = (word: string, of: (l: Float64Array, offsets: Int32Array, count: number) => Float64Array) =>
    ratioOf({
      word,
      stage: 'trajectory ratio',
      needs: [],
      reasons: [],
      formula,
      source,
      ratio: (l, { offsets, count }) => of(Float64Array.from(l), offsets, count),
    })
  const summed = (sign: number) => (l: Float64Array, offsets: Int32Array, count: number) => {
    const out = new Float64Array(l.length)
    for (let i = 0; i < count; i++) out.fill(Math.exp(sign * l.subarray(offsets[i], offsets[i + 1]).reduce((a, b) => a + b, 0)), offsets[i], offsets[i + 1])
    return out
  }
  const mutants: Readonly<Record<string, AnyEstimator>> = {
    'sign of the reward': anyNeed(pipe(credit((r) => Float64Array.from(r, (x) => -x)), mean)),
    'off by one: the reward of the step itself is left out': anyNeed(
      pipe(
        perStepOfRewards((r, g, from, to, out) => {
          let next = 0
          for (let k = to - 1; k >= from; k--) {
            out[k] = g * next
            next = r[k] + g * next
          }
        }),
        mean,
      ),
    ),
    'off by one: the last reward is left out': anyNeed(
      pipe(
        perStepOfRewards((r, g, from, to, out) => {
          let next = 0
          for (let k = to - 1; k >= from; k--) out[k] = next = (k === to - 1 ? 0 : r[k]) + g * next
        }),
        mean,
      ),
    ),
    'missing discount': anyNeed(
      pipe(
        perStepOfRewards((r, _g, from, to, out) => {
          let next = 0
          for (let k = to - 1; k >= from; k--) out[k] = next = r[k] + next
        }),
        mean,
      ),
    ),
    'missing outer discount': { ...anyNeed(pipe(toGo, mean)), estimate: (b) => anyNeed(pipe(stepCredit({
      word: 'mutant', needs: ['Reward', 'CompleteEpisodes'], reasons: [], outer: 'none', formula, source,
      column: ({ reward, discount, offsets, count }) => {
        const out = new Float64Array(offsets[count])
        for (let i = 0; i < count; i++) {
          let next = 0
          for (let k = offsets[i + 1] - 1; k >= offsets[i]; k--) out[k] = next = reward[k] + discount * next
        }
        return out
      },
    }), mean)).estimate(b) },
    'own sample declared as leave-one-out': { ...anyNeed(pipe(totalReturn, baseline(batchMean), mean)), reasons: [] },
    'inverted ratio': anyNeed(pipe(toGo, importance(ratio('inverted', summed(-1))), mean)),
    'ratio of the first step only': anyNeed(
      pipe(toGo, importance(ratio('first', (l, offsets, count) => {
        const out = new Float64Array(l.length)
        for (let i = 0; i < count; i++) out.fill(Math.exp(l[offsets[i]]), offsets[i], offsets[i + 1])
        return out
      })), mean),
    ),
    'ratio per step declared unbiased': { ...anyNeed(pipe(toGo, importance(perStep), mean)), reasons: [] },
    'no ratio on data of another policy': { ...anyNeed(pipe(toGo, mean)), needs: ['Reward', 'CompleteEpisodes'] },
    'baseline of the future': anyNeed(
      pipe(
        toGo,
        baseline(
          baselineOf({
            word: 'future', row: 'stepBaseline', needs: ['Reward'], coupling: 'none', reasons: { whole: [], perStep: [] },
            level: ({ batch }) => ({ axis: 'per step', column: batch.reward }),
            formula: { whole: formula, perStep: formula }, source,
          }),
        ),
        mean,
      ),
    ),
    'baseline not reweighted by the prefix': {
      ...anyNeed(pipe(toGo, importance(perDecision), mean)),
      needs: ['Reward', 'CompleteEpisodes', 'BehaviourLogProb', 'StateValue'],
      estimate: (b) => {
        const w = anyNeed(pipe(toGo, importance(perDecision), mean)).estimate(b)
        const without = anyNeed(pipe(toGo, mean)).estimate(b)
        const withB = anyNeed(pipe(toGo, baseline(stateValue), mean)).estimate(b)
        return w.map((x, k) => x - (without[k] - withB[k]))
      },
    },
    'gae with lambda 1/2 declared as lambda 1': { ...anyNeed(pipe(gae({ lambda: 0.5 }), mean)), reasons: [] },
    'gae(1) that says nothing of cuts': { ...anyNeed(pipe(gae({ lambda: 1 }), mean)), reasons: [] },
    'a return that takes pieces for episodes': anyNeed(
      pipe(stepCredit({ word: 'mutant', needs: ['Reward'], reasons: [], outer: 'discount', formula, source, column: (b) => returnsToGo(b, b.reward, b.discount) }), mean),
    ),
    'leave-one-out that forgets itself in batches of three': {
      ...anyNeed(pipe(totalReturn, baseline(leaveOneOut), mean)),
      estimate: (batch) => (batch.count === 3 ? anyNeed(pipe(totalReturn, baseline(batchMean), mean)) : anyNeed(pipe(totalReturn, baseline(leaveOneOut), mean))).estimate(batch),
    },
    'leave-one-out over N instead of N - 1': {
      ...anyNeed(pipe(totalReturn, baseline(leaveOneOut), mean)),
      claim: { factor: (n) => (n - 1) / n, text: '(N-1)/N' },
    },
  }
  for (const [name, mutant] of Object.entries(mutants))
    it(name, () => expect(tryLaw({ seed, runs: 300 })(sound(mutant))._tag).toBe('failed'))

  it('a failure prints the smallest world as a table', () => {
    const outcome = tryLaw({ seed, runs: 300 })(sound(mutants['sign of the reward']))
    if (outcome._tag !== 'failed') throw new Error('expected a failure')
    expect(outcome.smallest.mdp.S).toBe(1)
    expect(outcome.smallest.mdp.T).toBe(1)
    expect(outcome.report).toMatch(/state\s+start\s+action\s+next state\s+reward\s+pi\(a\|s\)\s+mu\(a\|s\)/)
    expect(outcome.report).toMatch(/state\s+action\s+expected\s+actual\s+difference/)
  })
})
