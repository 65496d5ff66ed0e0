import * as E from 'fp-ts/lib/Either.js'
import * as fc from 'fast-check'
import { estimate, pipelineFromJson, registry } from 'estimand'
import type { Composition, Registry, Word } from 'estimand'
import { batches, pipelines as legalPipelines } from 'estimand/laws'
import { describe, expect, it } from 'vitest'
import { seed } from '../seed/seed.ts'
import { readVectors } from '../vectors/read.ts'
import type { MdpFile, PipelineFile } from '../vectors/schema.ts'
import { gap, substitute } from '../vectors/setting.ts'
import { must, text, thrown } from './outcome.ts'

const says = (json: unknown): string => text(pipelineFromJson(json))
const end = { reduce: 'meanOverTrajectories' }

/** A pipeline as JSON again. */
const written = (composition: Composition): readonly unknown[] => {
  if (composition._tag !== 'pipeline') throw new TypeError('not a pipeline')
  return composition.words.map(({ word, argument }: Word) => (argument === undefined ? word : { [word]: argument }))
}
/** "Infinity" is what JSON has for it. */
const asJson = (x: unknown): unknown => JSON.parse(JSON.stringify(x, (_key, value: unknown) => (value === Infinity ? 'Infinity' : value)))

describe('there and back', () => {
  const { mdps } = readVectors<MdpFile>('mdp.json')
  const { pipelines } = readVectors<PipelineFile>('pipelines.json')
  const golden = Object.entries(pipelines).flatMap(([id, { spec }]) => (spec === null ? [] : [[id, substitute(spec, mdps[0]) as readonly unknown[]] as const]))
  it('there are some', () => expect(golden.length).toBeGreaterThan(0))
  for (const [id, spec] of golden)
    it(id, () => {
      const e = must(pipelineFromJson(spec))
      expect(asJson(written(e.composition))).toEqual(spec)
      const again = must(pipelineFromJson(asJson(written(e.composition))))
      for (const key of ['composition', 'formula', 'needs', 'reasons', 'sources', 'coupling', 'objective'] as const) expect(again[key]).toEqual(e[key])
    })
  it('arbitrary legal pipelines: the same JSON, the same weights', () => {
    fc.assert(
      fc.property(legalPipelines, batches({ provenance: 'on-policy', episodes: 'complete' }), ({ words, estimator }, batch) => {
        expect(asJson(written(estimator.composition))).toEqual(words)
        expect(gap(estimate(must(pipelineFromJson(words)))(batch), estimate(estimator)(batch))).toBe(0)
      }),
      { numRuns: 150, seed },
    )
  })
  it('what is decoded is not tied to the JSON it came from', () => {
    const options = { objective: 'undiscounted' }
    const json = [{ totalReturn: options }, end]
    const e = must(pipelineFromJson(json))
    options.objective = 'discounted'
    expect(asJson(written(e.composition))).toEqual([{ totalReturn: { objective: 'undiscounted' } }, end])
  })
})

describe('what is wrong, where, and what was meant', () => {
  const credits = 'one of totalReturn, advantage, gae, nStep, vtrace, cloning'
  const steps = 'one of causality, dropOuterDiscount, truncate, clip, selfNormalise, baseline, normalise, importance, reduce'
  const baselines = 'one of constant, constantPerTime, batchMean, leaveOneOut, stateValue, actionValue'
  const reductions = 'one of meanOverTrajectories, meanOverSteps, meanOfTrajectoryMeans, constantLength'
  const whole = 'pipeline: expected an array that begins with a credit and ends with reduce, got'
  for (const [json, problem] of [
    [[], `${whole} []`],
    [null, `${whole} null`],
    [undefined, `${whole} undefined`],
    ['totalReturn', `${whole} "totalReturn"`],
    [{ totalReturn: null }, 'pipeline: expected an array of steps, or a combination: one of plus, scale, mix, zero (nearest: '],
    [5, `${whole} 5`],
    [[null], 'pipeline[0]: expected a word, or an object with one word, got null'],
    [[3], 'pipeline[0]: expected a word, or an object with one word, got 3'],
    [[['totalReturn']], 'pipeline[0]: expected a word, or an object with one word, got ["totalReturn"]'],
    [[{}], 'pipeline[0]: expected one word, got none'],
    [[{ gae: { lambda: 1 }, nStep: { n: 1 } }], 'pipeline[0]: expected one word, got gae, nStep'],
    [['totalretrun', end], `pipeline[0]: expected ${credits} (nearest: totalReturn), got "totalretrun"`],
    [['causality', end], `pipeline[0]: expected ${credits} (nearest: `],
    [['', end], `pipeline[0]: expected ${credits} (nearest: gae), got ""`],
    [['gae', end], 'pipeline[0].gae: expected options lambda, got none'],
    [[{ gae: {} }, end], 'pipeline[0].gae.lambda: expected a value, got none'],
    [[{ gae: { lamda: 1 } }, end], 'pipeline[0].gae.lamda: expected one of lambda, episodes (nearest: lambda), got "lamda"'],
    [[{ gae: { lambda: 1, extra: 2 } }, end], 'pipeline[0].gae.extra: expected one of lambda, episodes (nearest: lambda), got "extra"'],
    [[{ gae: 0.5 }, end], 'pipeline[0].gae: expected an object with lambda, got 0.5'],
    [[{ gae: [0.5] }, end], 'pipeline[0].gae: expected an object with lambda, got [0.5]'],
    [[{ gae: null }, end], 'pipeline[0].gae: expected an object with lambda, got null'],
    [[{ gae: { lambda: '0.5' } }, end], 'pipeline[0].gae.lambda: expected a number in [0, 1], got "0.5"'],
    [[{ gae: { lambda: NaN } }, end], 'pipeline[0].gae.lambda: expected a number in [0, 1], got NaN'],
    [[{ gae: { lambda: null } }, end], 'pipeline[0].gae.lambda: expected a number in [0, 1], got null'],
    [[{ gae: { lambda: 'Infinity' } }, end], 'pipeline[0].gae.lambda: expected a number in [0, 1], got Infinity'],
    [[{ nStep: { n: 0 } }, end], 'pipeline[0].nStep.n: expected an integer >= 1, got 0'],
    [[{ vtrace: { rhoBar: 1 } }, end], 'pipeline[0].vtrace.cBar: expected a value, got none'],
    [[{ vtrace: { rhoBar: 'Infinity', cbar: 1 } }, end], 'pipeline[0].vtrace.cbar: expected one of rhoBar, cBar, episodes (nearest: cBar), got "cbar"'],
    [[{ cloning: {} }, end], 'pipeline[0].cloning: expected no options, got {}'],
    [[{ totalReturn: { objective: 'both' } }, end], `pipeline[0].totalReturn.objective: expected 'discounted' or 'undiscounted', got "both"`],
    [['totalReturn'], 'pipeline[1]: expected reduce, which ends a pipeline, got the end'],
    [['totalReturn', 'causality'], 'pipeline[2]: expected reduce, which ends a pipeline, got the end'],
    [['totalReturn', 'casuality', end], `pipeline[1]: expected ${steps} (nearest: causality), got "casuality"`],
    [['totalReturn', 'gae', end], `pipeline[1]: expected ${steps} (nearest:`],
    [['totalReturn', { causality: {} }, end], 'pipeline[1].causality: expected no options, got {}'],
    [['totalReturn', 7, end], 'pipeline[1]: expected a word, or an object with one word, got 7'],
    [['totalReturn', 'baseline', end], `pipeline[1].baseline: expected ${baselines}, got none`],
    [['totalReturn', { baseline: null }, end], 'pipeline[1].baseline: expected a word, or an object with one word, got null'],
    [['totalReturn', { baseline: 'leaveoneout' }, end], `pipeline[1].baseline: expected ${baselines} (nearest: leaveOneOut), got "leaveoneout"`],
    [['totalReturn', { baseline: 'constant' }, end], 'pipeline[1].baseline.constant: expected an argument, got none'],
    [['totalReturn', { baseline: { constant: '0.3' } }, end], 'pipeline[1].baseline.constant: expected a number, got "0.3"'],
    [['totalReturn', { baseline: { constant: 'Infinity' } }, end], 'pipeline[1].baseline.constant: expected a finite number, got Infinity'],
    [['totalReturn', { baseline: { constant: {} } }, end], 'pipeline[1].baseline.constant: expected a number, got {}'],
    [['totalReturn', { baseline: { constantPerTime: 1 } }, end], 'pipeline[1].baseline.constantPerTime: expected an array of numbers, got 1'],
    [['totalReturn', { baseline: { constantPerTime: [1, 'x'] } }, end], 'pipeline[1].baseline.constantPerTime[1]: expected a finite number, got "x"'],
    [['totalReturn', { baseline: { leaveOneOut: { ended: 'one' } } }, end], `pipeline[1].baseline.leaveOneOut.ended: expected 'left out' or 'zero', got "one"`],
    [['totalReturn', { normalise: 'batchStd' }, end], 'pipeline[1].normalise.batchStd: expected options ddof, epsilon, got none'],
    [['totalReturn', { normalise: { batchStd: { ddof: 0, eps: 1 } } }, end], 'pipeline[1].normalise.batchStd.eps: expected one of ddof, epsilon (nearest: '],
    [['totalReturn', { importance: 'perstep' }, end], 'pipeline[1].importance: expected one of perTrajectory, perDecision, perStep, prefix, takenAsOne (nearest: perStep), got "perstep"'],
    [['totalReturn', { importance: { perStep: {} } }, end], 'pipeline[1].importance.perStep: expected no options, got {}'],
    [['totalReturn', { importance: 'perStep' }, { clip: 0.2 }, end], 'pipeline[2].clip: expected an object with epsilon, got 0.2'],
    [['totalReturn', { importance: 'perStep' }, { clip: { epsilon: -1 } }, end], 'pipeline[2].clip.epsilon: expected a number >= 0, got -1'],
    [['totalReturn', { importance: 'perStep' }, { truncate: { at: 0 } }, end], 'pipeline[2].truncate.at: expected a number > 0, got 0'],
    [['totalReturn', 'reduce'], `pipeline[1].reduce: expected ${reductions}, got none`],
    [['totalReturn', { reduce: 'mean' }], `pipeline[1].reduce: expected ${reductions} (nearest:`],
    [['totalReturn', { reduce: 'constantLength' }], 'pipeline[1].reduce.constantLength: expected an argument, got none'],
    [['totalReturn', { reduce: { constantLength: 2.5 } }], 'pipeline[1].reduce.constantLength: expected an integer >= 1, got 2.5'],
    // What the table refuses, with its sentence and its position.
    [['totalReturn', 'causality', 'causality', end], 'pipeline[2]: expected causality: already applied; remove the second one, got "causality"'],
    [['totalReturn', end, 'causality'], 'pipeline[2]: expected causality: goes before reduce; move it up, got "causality"'],
    [['totalReturn', end, 'causality', end], 'pipeline[2]: expected causality: goes before reduce; move it up'],
    [['totalReturn', end, end], 'pipeline[2]: expected reduce: already reduced; remove the second one'],
    [[{ gae: { lambda: 1 } }, { importance: 'perDecision' }, end], 'pipeline[1]: expected importance(perDecision): needs rewards separable by time; begin with totalReturn, or use importance(perTrajectory)'],
    [['totalReturn', { clip: { epsilon: 1 } }, end], 'pipeline[1]: expected clip: needs a ratio; put importance(perStep) before it'],
    [['totalReturn', { baseline: 'stateValue' }, end], 'pipeline[1]: expected baseline: this one is a number per step, a whole return is not; put causality before it'],
  ] as const)
    it(JSON.stringify(json) ?? 'undefined', () => expect(says(json)).toContain(problem))

  for (const word of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'prototype', '__defineGetter__'])
    it(`${word} is no word, wherever it stands`, () => {
      const named = (value: unknown): unknown => JSON.parse(`{${JSON.stringify(word)}:${JSON.stringify(value)}}`)
      for (const json of [
        [word, end],
        [named({}), end],
        ['totalReturn', word, end],
        ['totalReturn', named(1), end],
        ['totalReturn', { baseline: word }, end],
        ['totalReturn', { baseline: named(1) }, end],
        ['totalReturn', { normalise: word }, end],
        ['totalReturn', { importance: word }, end],
        ['totalReturn', { reduce: word }],
        [{ gae: named(0.5) }, end],
        ['totalReturn', { importance: 'perStep' }, { clip: named(1) }, end],
      ]) {
        expect(thrown(() => pipelineFromJson(json))).toBe('nothing')
        expect(says(json)).toMatch(/expected one of .* \(nearest: /)
      }
    })
  it('options that only the prototype has are missing', () => {
    expect(says([{ gae: Object.create({ lambda: 0.5 }) as unknown }, end])).toBe('pipeline[0].gae.lambda: expected a value, got none')
  })
  it('Infinity as a word, wherever a number stands', () => {
    expect(says([{ vtrace: { rhoBar: 'Infinity', cBar: 'Infinity' } }, end])).toBe('no problem')
    expect(says(['totalReturn', { importance: 'perStep' }, { truncate: { at: 'Infinity' } }, end])).toBe('no problem')
    expect(says(['totalReturn', { importance: 'perStep' }, { clip: { epsilon: 'Infinity' } }, end])).toBe('no problem')
    expect(says(['totalReturn', { importance: 'perStep' }, { clip: { epsilon: '-Infinity' } }, end])).toContain('clip.epsilon: expected a number >= 0')
  })
  it('options that cannot be printed', () => {
    const odd = { toString: 1, valueOf: 1 }
    for (const json of [
      [{ gae: { lambda: odd } }, end],
      [{ nStep: { n: odd } }, end],
      ['totalReturn', { baseline: { constantPerTime: [odd] } }, end],
      ['totalReturn', { baseline: { leaveOneOut: { ended: odd } } }, end],
      ['totalReturn', { normalise: { batchStd: { ddof: odd, epsilon: 1 } } }, end],
      ['totalReturn', { normalise: { batchStd: { ddof: 0, epsilon: odd } } }, end],
      [{ totalReturn: { objective: odd } }, end],
    ]) {
      expect(thrown(() => pipelineFromJson(json)), JSON.stringify(json)).toBe('nothing')
      expect(E.isLeft(pipelineFromJson(json))).toBe(true)
    }
  })
  it('very deep and very long input', () => {
    const deep = JSON.parse(`${'['.repeat(20_000)}1${']'.repeat(20_000)}`) as unknown
    for (const json of [deep, [deep], [{ gae: { lambda: deep } }, end], ['totalReturn', { baseline: { constantPerTime: deep } }, end], ['x'.repeat(100_000), end]]) {
      expect(thrown(() => pipelineFromJson(json))).toBe('nothing')
      expect(E.isLeft(pipelineFromJson(json))).toBe(true)
    }
  })
  it('never throws on arbitrary JSON', () => {
    const words = Object.values(registry).flatMap((entries: Registry[keyof Registry]) => Object.keys(entries))
    const word = fc.oneof(fc.constantFrom(...words, 'baseline', 'normalise', 'importance', 'reduce', '__proto__', 'constructor'), fc.string())
    const call: fc.Arbitrary<unknown> = fc.letrec<{ call: unknown }>((tie) => ({
      call: fc.oneof({ maxDepth: 3, depthIdentifier: 'call' }, word, fc.dictionary(word, fc.oneof(tie('call'), fc.jsonValue()), { maxKeys: 2 }), fc.jsonValue()),
    })).call
    fc.assert(
      fc.property(fc.oneof({ weight: 1, arbitrary: fc.jsonValue() }, { weight: 3, arbitrary: fc.tuple(fc.constantFrom('totalReturn', 'cloning', 'advantage'), fc.array(call, { maxLength: 4 })).map(([credit, rest]) => [credit, ...rest]) }), (json) => {
        const result = pipelineFromJson(json)
        if (E.isRight(result)) expect(typeof result.right.estimate).toBe('function')
        else for (const { path, expected, got } of result.left) expect(`${path}${expected}${got}`.length).toBeGreaterThan(0)
      }),
      { numRuns: 10_000, seed },
    )
  })
})
