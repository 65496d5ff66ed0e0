import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import {
  baseline,
  batchStd,
  causality,
  clip,
  constant,
  creditModifier,
  dropOuterDiscount,
  gae,
  importance,
  leaveOneOut,
  legality,
  meanOverTrajectories,
  normalise,
  perDecision,
  perStep,
  perTrajectory,
  pipelineFromJson,
  prefix,
  prepare,
  ratioModifier,
  ratioSurrogate,
  reduce,
  refusal,
  selfNormalise,
  stateValue,
  takenAsOne,
  totalReturn,
  truncate,
  vtrace,
  weightModifier,
  whitenSteps,
} from 'estimand'
import type { Reduced, Row, Stage } from 'estimand'
import { describe, expect, it } from 'vitest'
import { must, thrown } from './outcome.ts'

const x = { needs: [], coupling: 'none', reasons: [], source: 'a test' } as const
const toGo = pipe(totalReturn, causality)
const mean = reduce(meanOverTrajectories)
const std = { ddof: 0, epsilon: 1 } as const

/** A weighting in each stage, and the JSON that stands for it, where there is one. */
const stages: { readonly [S in Stage | Reduced]: { readonly w: unknown; readonly json: readonly unknown[] | null } } = {
  'whole return': { w: totalReturn, json: ['totalReturn'] },
  'reward-to-go': { w: toGo, json: ['totalReturn', 'causality'] },
  'step credit': { w: gae({ lambda: 0.5 }), json: [{ gae: { lambda: 0.5 } }] },
  normalised: { w: pipe(totalReturn, normalise(batchStd(std))), json: ['totalReturn', { normalise: { batchStd: std } }] },
  'trajectory ratio': { w: pipe(toGo, importance(perTrajectory)), json: ['totalReturn', 'causality', { importance: 'perTrajectory' }] },
  'prefix ratio': { w: pipe(toGo, importance(prefix)), json: ['totalReturn', 'causality', { importance: 'prefix' }] },
  'step ratio': { w: pipe(toGo, importance(perStep)), json: ['totalReturn', 'causality', { importance: 'perStep' }] },
  'per-decision ratio': { w: pipe(toGo, importance(perDecision)), json: ['totalReturn', 'causality', { importance: 'perDecision' }] },
  'no ratio': { w: pipe(toGo, importance(takenAsOne)), json: ['totalReturn', 'causality', { importance: 'takenAsOne' }] },
  'clipped step ratio': { w: pipe(toGo, importance(perStep), clip({ epsilon: 1 })), json: ['totalReturn', 'causality', { importance: 'perStep' }, { clip: { epsilon: 1 } }] },
  'limited step ratio': { w: pipe(toGo, importance(perStep), truncate({ at: 1 })), json: ['totalReturn', 'causality', { importance: 'perStep' }, { truncate: { at: 1 } }] },
  'limited ratio': { w: pipe(toGo, importance(perTrajectory), truncate({ at: 1 })), json: ['totalReturn', 'causality', { importance: 'perTrajectory' }, { truncate: { at: 1 } }] },
  'self-normalised ratio': { w: pipe(toGo, importance(perTrajectory), selfNormalise), json: ['totalReturn', 'causality', { importance: 'perTrajectory' }, 'selfNormalise'] },
  corrected: { w: vtrace({ rhoBar: 1, cBar: 1 }), json: [{ vtrace: { rhoBar: 1, cBar: 1 } }] },
  'finished weight': { w: pipe(toGo, weightModifier({ ...x, word: 'w', apply: (w) => w, formula: (w) => w })), json: null },
  reduced: { w: pipe(toGo, mean), json: ['totalReturn', 'causality', { reduce: 'meanOverTrajectories' }] },
}

/** A step of each row of the table, and its JSON. */
const steps: { readonly [R in Row]: { readonly apply: (w: never) => unknown; readonly json: unknown } } = {
  causality: { apply: causality, json: 'causality' },
  dropOuterDiscount: { apply: dropOuterDiscount, json: 'dropOuterDiscount' },
  baseline: { apply: baseline(constant(1)), json: { baseline: { constant: 1 } } },
  stepBaseline: { apply: baseline(stateValue), json: { baseline: 'stateValue' } },
  batchBaseline: { apply: baseline(leaveOneOut), json: { baseline: 'leaveOneOut' } },
  batchStd: { apply: normalise(batchStd(std)), json: { normalise: { batchStd: std } } },
  whitenSteps: { apply: normalise(whitenSteps(std)), json: { normalise: { whitenSteps: std } } },
  creditModifier: { apply: creditModifier({ ...x, word: 'c', apply: (c) => c, formula: (c) => c }), json: null },
  importance: { apply: importance(perStep), json: { importance: 'perStep' } },
  perDecision: { apply: importance(perDecision), json: { importance: 'perDecision' } },
  clip: { apply: clip({ epsilon: 1 }), json: { clip: { epsilon: 1 } } },
  truncate: { apply: truncate({ at: 1 }), json: { truncate: { at: 1 } } },
  selfNormalise: { apply: selfNormalise, json: 'selfNormalise' },
  ratioModifier: { apply: ratioModifier({ ...x, word: 'r', apply: (r) => r, formula: (r) => r }), json: null },
  weightModifier: { apply: weightModifier({ ...x, word: 'w', apply: (w) => w, formula: (w) => w }), json: null },
  reduce: { apply: mean, json: { reduce: 'meanOverTrajectories' } },
  prepare: { apply: prepare(meanOverTrajectories), json: null },
  ratioSurrogate: { apply: ratioSurrogate(meanOverTrajectories), json: null },
}

const inAll = <K extends string, A>(table: { readonly [Key in K]: A }): readonly (readonly [K, A])[] => Object.entries(table) as never

describe('each step in each stage: what the table says', () => {
  for (const [row, { apply, json }] of inAll<Row, (typeof steps)[Row]>(steps))
    it(row, () => {
      for (const [stage, { w, json: before }] of inAll<Stage | Reduced, (typeof stages)[Stage]>(stages)) {
        const sentence = (legality[row] as Readonly<Partial<Record<string, string>>>)[stage] ?? null
        expect(refusal(row, stage)).toBe(sentence)
        expect(thrown(() => apply(w as never)), `${row} in ${stage}`).toBe(sentence === null ? 'nothing' : `IllegalStep: ${sentence}`)
        if (sentence !== null) expect(sentence, 'a remedy').toMatch(/; |: (goes|needs|ends)/)
        if (json === null || before === null) continue
        const finish = row === 'reduce' || stage === 'reduced' ? [] : [{ reduce: 'meanOverSteps' }]
        const decoded = pipelineFromJson([...before, json, ...finish])
        if (sentence === null) expect(E.isRight(decoded), `${row} in ${stage}`).toBe(true)
        else expect(decoded).toEqual(E.left([{ path: `pipeline[${before.length}]`, expected: sentence, got: expect.any(String) as string }]))
      }
    })

  it('the stage of each', () => {
    for (const [stage, { w }] of inAll<Stage | Reduced, (typeof stages)[Stage]>(stages)) if (stage !== 'reduced') expect((w as { readonly stage: Stage }).stage).toBe(stage)
  })
  it('a second baseline of the batch, whatever stands between', () => {
    const sentence = 'baseline: batchMean or leaveOneOut is subtracted already; remove the second one'
    const once = pipe(totalReturn, baseline(leaveOneOut))
    for (const w of [once, pipe(once, causality), pipe(once, causality, dropOuterDiscount), pipe(once, baseline(constant(1))), pipe(toGo, baseline(leaveOneOut))])
      expect(thrown(() => baseline(leaveOneOut)(w as never))).toBe(`IllegalStep: ${sentence}`)
    expect(thrown(() => baseline(constant(1))(once as never))).toBe('nothing')
  })
  it('what is no weighting', () => {
    for (const w of [null, undefined, 5, 'totalReturn', {}, [], gae, (): number => 0])
      for (const [, { apply }] of inAll<Row, (typeof steps)[Row]>(steps))
        expect(thrown(() => apply(w as never))).toBe('IllegalStep: begin the pipe with a credit such as totalReturn, and call words that take options')
  })
  it('decoded and written, the same estimator', () => {
    for (const [stage, { w, json }] of inAll<Stage | Reduced, (typeof stages)[Stage]>(stages)) {
      if (json === null || stage === 'reduced') continue
      const written = mean(w as never) as { readonly formula: unknown; readonly composition: unknown; readonly needs: unknown; readonly reasons: unknown }
      const decoded = must(pipelineFromJson([...json, { reduce: 'meanOverTrajectories' }]))
      for (const key of ['formula', 'composition', 'needs', 'reasons'] as const) expect(decoded[key], stage).toEqual(written[key])
    }
  })
})
