import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import {
  baseline,
  causality,
  clip,
  cloning,
  constant,
  entry,
  importance,
  meanOverTrajectories,
  mix,
  perStep,
  pipelineFromJson,
  plus,
  plusMonoid,
  ratioOf,
  reasons,
  reduce,
  reductionOf,
  registry,
  scale,
  stepCredit,
  toJson,
  totalReturn,
  truncate,
  vtrace,
  weightModifier,
  withWords,
  zero,
} from 'estimand'
import type { AnyEstimator, Estimator } from 'estimand'
import { jsonIsInverse, tryLaw } from 'estimand/laws'
import { testLaw } from 'estimand/laws/vitest'
import { describe, expect, it } from 'vitest'
import { seed } from '../seed/seed.ts'
import { must, text } from './outcome.ts'

const mean = reduce(meanOverTrajectories)
const end = { reduce: 'meanOverTrajectories' }
const any = <N, B extends string>(e: Estimator<N, B>): AnyEstimator => e as Estimator<unknown, B>
const says = (json: unknown): string => text(pipelineFromJson(json))

describe('to JSON and back', () => {
  testLaw(jsonIsInverse(), { seed, runs: 300 })

  const rejects = (name: string, form: Parameters<typeof jsonIsInverse>[0]): void =>
    it(`rejects ${name}`, () => expect(tryLaw({ seed, runs: 300 })(jsonIsInverse(form))._tag).toBe('failed'))
  rejects('a writer that drops the options', { write: (e) => JSON.parse(JSON.stringify(toJson(e)).replaceAll(/"epsilon":[\d.]+/g, '"epsilon":1')), read: pipelineFromJson })
  rejects('a writer that swaps two steps', { write: (e) => [...(toJson(e) as readonly never[])].toReversed(), read: pipelineFromJson })
  rejects('a reader that reads another ratio', { write: toJson, read: (json) => pipelineFromJson(JSON.parse(JSON.stringify(json).replaceAll('perStep', 'prefix'))) })

  it('by hand', () => {
    expect(toJson(pipe(totalReturn({ objective: 'undiscounted' }), causality, baseline(constant(0.5)), importance(perStep), truncate({ at: Infinity }), mean))).toEqual([
      { totalReturn: { objective: 'undiscounted' } },
      'causality',
      { baseline: { constant: 0.5 } },
      { importance: 'perStep' },
      { truncate: { at: 'Infinity' } },
      end,
    ])
    expect(toJson(pipe(vtrace({ rhoBar: 1, cBar: Infinity }), mean))).toEqual([{ vtrace: { rhoBar: 1, cBar: 'Infinity' } }, end])
    const whole = pipe(totalReturn, mean)
    const toGo = pipe(totalReturn, causality, mean)
    expect(toJson(plus(toGo)(whole))).toEqual({ plus: [['totalReturn', end], ['totalReturn', 'causality', end]] })
    expect(toJson(scale(2)(whole))).toEqual({ scale: { by: 2, of: ['totalReturn', end] } })
    expect(toJson(mix([0.25, whole], [0.75, toGo]))).toEqual({
      mix: [
        { weight: 0.25, of: ['totalReturn', end] },
        { weight: 0.75, of: ['totalReturn', 'causality', end] },
      ],
    })
    expect(toJson(zero('undiscounted'))).toEqual({ zero: 'undiscounted' })
  })

  it('combinations are read again as they were', () => {
    const sum = plusMonoid<unknown, string>('discounted')
    const whole = any(pipe(totalReturn, mean))
    const toGo = any(pipe(totalReturn, causality, importance(perStep), clip({ epsilon: 0.2 }), mean))
    for (const e of [plus(toGo)(whole), scale(-1)(toGo), mix([0.5, whole], [0.5, toGo]), any(sum.empty), plus(any(sum.empty))(whole)]) {
      const again = must(pipelineFromJson(JSON.parse(JSON.stringify(toJson(e)))))
      for (const key of ['composition', 'formula', 'needs', 'reasons', 'objective', 'coupling'] as const) expect(again[key]).toEqual(e[key])
    }
  })

  it('a sum of three is a sum of sums', () => {
    const three = must(pipelineFromJson({ plus: [['totalReturn', end], ['cloning', end], ['totalReturn', 'causality', end]] }))
    expect(toJson(three)).toEqual({ plus: [{ plus: [['totalReturn', end], ['cloning', end]] }, ['totalReturn', 'causality', end]] })
  })
})

describe('what is wrong with a combination', () => {
  const part = ['totalReturn', end]
  for (const [json, problem] of [
    [{ plus: [part] }, 'pipeline.plus: expected an array of two pipelines or more'],
    [{ plus: part }, 'pipeline.plus[0]: expected an array that begins with a credit and ends with reduce, got "totalReturn"'],
    [{ plus: [part, [{ totalReturn: { objective: 'undiscounted' } }, end]] }, 'pipeline.plus: expected parts of one objective, got plus: '],
    [{ scale: { by: '2', of: part } }, 'pipeline.scale.by: expected a finite number, got "2"'],
    [{ scale: { by: 2 } }, 'pipeline.scale.of: expected a value, got none'],
    [{ scale: { of: part, bye: 2 } }, 'pipeline.scale.bye: expected one of by, of (nearest: by), got "bye"'],
    [{ scale: [2, part] }, 'pipeline.scale: expected an object with by, of, got [2,'],
    [{ scale: { by: 1, of: ['totalReturn', 'casuality', end] } }, 'pipeline.scale.of[1]: expected one of causality'],
    [{ mix: [] }, 'pipeline.mix: expected an array of { weight, of }, got []'],
    [{ mix: [{ weight: 0.5, of: part }, { weight: 0.4, of: part }] }, 'pipeline.mix: expected weights that sum to 1, got 0.5 + 0.4 = 0.9; use scale and plus for other sums'],
    [{ mix: [{ weight: null, of: part }] }, 'pipeline.mix[0].weight: expected a finite number, got null'],
    [{ zero: 'both' }, `pipeline.zero: expected 'discounted' or 'undiscounted', got "both"`],
    [{ sum: [part, part] }, 'pipeline: expected an array of steps, or a combination: one of plus, scale, mix, zero (nearest: '],
    [{ plus: [part, part], scale: 2 }, 'pipeline: expected one word, got plus, scale'],
    [JSON.parse('{"__proto__": []}') as unknown, 'pipeline: expected an array of steps, or a combination'],
  ] as const)
    it(JSON.stringify(json), () => expect(says(json)).toContain(problem))

  it('every part and step that is wrong is named', () => {
    expect(says({ plus: [['totalReturn', 'casuality', { clip: { epsilon: -1 } }, end], ['gea', end]] }).split('\n').map((line) => line.split(':')[0])).toEqual([
      'pipeline.plus[0][1]',
      'pipeline.plus[0][2].clip.epsilon',
      'pipeline.plus[1][0]',
    ])
  })

  it('deeper and longer than anybody writes', () => {
    let deep: unknown = part
    for (let k = 0; k < 20_000; k++) deep = { scale: { by: 1, of: deep } }
    expect(says(deep)).toContain('expected combinations nested at most 100 deep')
    expect(says(['totalReturn', ...Array.from({ length: 100_000 }, () => ({ baseline: { constant: 1 } })), end])).toBe('pipeline: expected at most 1000 steps, got 100002')
  })
})

describe('words of your own', () => {
  const half = ratioOf({
    word: 'half',
    argument: 0.5,
    stage: 'step ratio',
    needs: [],
    reasons: [reasons['state distribution']],
    ratio: (logRatio) => logRatio.map((l) => Math.exp(l / 2)),
    formula: { text: 'sqrt(rho_t)', latex: '\\sqrt{\\rho_t}' },
    source: 'a test',
  })
  const power = (exponent: number) => ({ ...half, word: 'power', argument: exponent })
  const one = stepCredit({
    word: 'one',
    needs: ['Reward'],
    reasons: [reasons.cloning],
    outer: 'none',
    column: (batch) => new Float64Array(batch.offsets[batch.count]).fill(1),
    formula: { text: '1', latex: '1' },
    source: 'a test',
  })
  const shifted = (options: { readonly by: number }) =>
    weightModifier({ word: 'shifted', argument: options, needs: [], coupling: 'none', reasons: [reasons.scaled], apply: (w) => w.map((x) => x + options.by), formula: (w) => w, source: 'a test' })
  const mine = withWords({
    ratios: { power: entry.withNumber(power) },
    modifiers: { shifted: entry.withOptions(['by'], shifted) },
  })(registry)

  it('are read and written', () => {
    const json = ['totalReturn', 'causality', { importance: { power: 0.5 } }, { shifted: { by: 'Infinity' } }, end]
    expect(toJson(must(pipelineFromJson(json, mine)))).toEqual(json)
    expect(E.isLeft(pipelineFromJson(json))).toBe(true)
    expect(Object.keys(registry.ratios)).not.toContain('power')
  })
  it('are named where one is misspelt', () => {
    expect(text(pipelineFromJson(['totalReturn', { importance: { pover: 0.5 } }, end], mine))).toContain('(nearest: power)')
  })
  it('keep their own name, and take nobody else\'s', () => {
    expect(() => withWords({ ratios: { other: entry.alone(half) } })(registry)).toThrow('withWords: other: calls itself half; register it under that name')
    expect(() => withWords({ ratios: { perStep: entry.alone(half) } })(registry)).toThrow('withWords: perStep: is taken among the ratios; choose another name')
    expect(() => withWords({ modifiers: { reduce: entry.alone(causality) } })(registry)).toThrow('withWords: reduce: is taken among the modifiers')
    expect(() => withWords({ ratio: {} } as never)(registry)).toThrow('withWords: ratio: expected one of the places credits')
    expect(() => withWords({ credits: { two: entry.alone(one) } })(registry)).toThrow('withWords: two: calls itself one')
  })
  it('an argument that JSON cannot hold is named', () => {
    const byFunction = reductionOf({ ...meanOverTrajectories, word: 'byFunction', argument: () => 1 } as never)
    expect(() => toJson(any(pipe(cloning, reduce(byFunction))))).toThrow('toJson: reduce: expected an argument of numbers, texts, lists and records, got function')
  })
})
