import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import {
  causality,
  clip,
  estimate,
  fromColumns,
  fromPadded,
  fromSteps,
  gae,
  importance,
  meanOverTrajectories,
  perDecision,
  perStep,
  perTrajectory,
  prefix,
  prepare,
  reduce,
  reuse,
  selfNormalise,
  surrogate,
  terminated,
  totalReturn,
  truncate,
  vtrace,
} from 'estimand'
import type { AllFacts, AnyEstimator, Trajectories } from 'estimand'
import { batchCodec } from 'estimand/codecs'
import { describe, expect, it } from 'vitest'
import { effectiveShare } from '../../src/training/metrics.ts'
import { must, text } from '../estimator/outcome.ts'

type Any = Trajectories<AllFacts>

const header = { discount: 1, provenance: 'off-policy', episodes: 'complete' } as const
const steps = { reward: [1, 2, 4], value: [0, 0, 0], logProb: [-1, -Infinity, -1], behaviourLogProb: [-1, -1, -1] }
const other = { reward: [8], value: [0], logProb: [-1], behaviourLogProb: [-1] }
const end = terminated

const given = {
  fromSteps: () => fromSteps({ ...header, trajectories: [{ ...steps, end }, { ...other, end }] }),
  fromColumns: () =>
    fromColumns({
      ...header,
      offsets: [0, 3, 4],
      ends: [end, end],
      reward: [1, 2, 4, 8],
      value: [0, 0, 0, 0],
      logProb: [-1, -Infinity, -1, -1],
      behaviourLogProb: [-1, -1, -1, -1],
    }),
  fromPadded: () =>
    fromPadded({
      ...header,
      lengths: [3, 1],
      terminated: [[0, 0, 1], [1, 0, 0]],
      reward: [[1, 2, 4], [8, 0, 0]],
      value: [[0, 0, 0], [0, 0, 0]],
      logProb: [[-1, -Infinity, -1], [-1, 0, 0]],
      behaviourLogProb: [[-1, -1, -1], [-1, 0, 0]],
    }),
  reuse: () =>
    pipe(
      fromSteps({ ...header, provenance: 'on-policy', trajectories: [{ ...steps, logProb: [-1, -1, -1], end }, { ...other, end }] }),
      E.chain(reuse({ logProb: [-1, -Infinity, -1, -1], version: 1 })),
    ),
  'the codec, by trajectories': () =>
    E.mapLeft(() => [])(batchCodec.decode({ ...header, trajectories: [{ ...steps, logProb: [-1, '-Infinity', -1], end: 'terminated' }, { ...other, end: 'terminated' }] })),
  'the codec, by columns': () =>
    E.mapLeft(() => [])(
      batchCodec.decode({
        ...header,
        offsets: [0, 3, 4],
        ends: ['terminated', 'terminated'],
        reward: [1, 2, 4, 8],
        value: [0, 0, 0, 0],
        logProb: [-1, '-Infinity', -1, -1],
        behaviourLogProb: [-1, -1, -1, -1],
      }),
    ),
}

const mean = reduce(meanOverTrajectories)
const toGo = pipe(totalReturn, causality)

describe('an action that has become impossible is a ratio of 0', () => {
  for (const [name, make] of Object.entries(given))
    it(name, () => {
      const batch = must(make() as E.Either<never, Any>)
      // N W: returns to go 7, 6, 4 | 8; ratios 1, 0, 1 | 1.
      for (const [e, expected] of [
        [pipe(toGo, importance(perStep), mean), [7, 0, 4, 8]],
        [pipe(toGo, importance(perStep), truncate({ at: 2 }), mean), [7, 0, 4, 8]],
        [pipe(toGo, importance(perStep), clip({ epsilon: 0.2 }), mean), [7, 0, 4, 8]],
        [pipe(toGo, importance(prefix), mean), [7, 0, 0, 8]],
        [pipe(toGo, importance(perTrajectory), mean), [0, 0, 0, 8]],
        [pipe(toGo, importance(perTrajectory), selfNormalise, mean), [0, 0, 0, 16]],
        [pipe(toGo, importance(perDecision), mean), [1, 0, 0, 8]],
        [pipe(totalReturn, importance(perDecision), mean), [1, 0, 0, 8]],
        [pipe(vtrace({ rhoBar: Infinity, cBar: Infinity }), mean), [1, 0, 4, 8]],
        [pipe(gae({ lambda: 1 }), importance(perStep), mean), [7, 0, 4, 8]],
      ] as readonly (readonly [AnyEstimator, readonly number[]])[]) {
        expect(Array.from(estimate(e)(batch), (w) => 2 * w + 0), e.formula.text).toEqual(expected)
        // Every log pi that counts is -1.
        expect(surrogate(e)(batch).value).toBe(-expected.reduce((a, b) => a + b, 0) / 2)
      }
    })
  it('in a slice', () => {
    const batch = must(given.fromSteps() as E.Either<never, Any>)
    const whole = pipe(toGo, importance(perStep), clip({ epsilon: 0.2 }), prepare(meanOverTrajectories))(batch)
    expect(Array.from(whole.weights([0, 3], [-Infinity, -1]), (w) => w + 0)).toEqual([0, 4])
  })
  it('a batch with it is written as JSON, and read again', () => {
    const batch = must(given.fromSteps() as E.Either<never, Any>)
    const again = must(E.mapLeft(() => [])(batchCodec.decode(JSON.parse(JSON.stringify(batchCodec.encode(batch))))))
    expect(again.logProb).toEqual(batch.logProb)
  })
  it('where all are impossible, no step is effective', () => {
    expect(effectiveShare(Float64Array.of(-Infinity, -Infinity))).toBe(0)
    expect(effectiveShare(Float64Array.of(0, -Infinity))).toBe(0.5)
  })
})

describe('what else is no log-probability stays refused', () => {
  const refused = (more: object, provenance: 'on-policy' | 'off-policy' = 'off-policy'): string =>
    text(fromSteps({ ...header, provenance, actions: 'continuous', trajectories: [{ reward: [1], logProb: [-1], behaviourLogProb: [-1], end, ...more }] }))
  for (const [name, more, path] of [
    ['the policy that sampled cannot have given probability 0', { behaviourLogProb: [-Infinity] }, 'behaviourLogProb[0]: expected a finite number, got -Infinity'],
    ['Infinity', { logProb: [Infinity] }, 'logProb[0]: expected a finite number, got Infinity'],
    ['NaN', { logProb: [NaN] }, 'logProb[0]: expected a finite number, got NaN'],
    ['without behaviour log-probs there is no ratio', { logProb: [-Infinity], behaviourLogProb: undefined }, 'logProb[0]: expected a finite number, got -Infinity'],
    ['a reference has no ratio', { referenceLogProb: [-Infinity] }, 'referenceLogProb[0]: expected a finite number, got -Infinity'],
    ['the words of the codec', { logProb: ['-Infinity'] }, 'logProb[0]: expected a finite number, got "-Infinity"'],
  ] as const)
    it(name, () => expect(refused(more)).toContain(`trajectories[0].${path}`))
  it('on-policy, the current policy sampled', () => expect(refused({ logProb: [-Infinity] }, 'on-policy')).toContain('logProb[0]: expected a finite number, got -Infinity'))
})
