import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import {
  actionValue,
  advantage,
  baseline,
  batchMean,
  batchStd,
  causality,
  clip,
  cloning,
  constantLength,
  dropOuterDiscount,
  gae,
  importance,
  leaveOneOut,
  meanOfTrajectoryMeans,
  meanOverSteps,
  meanOverTrajectories,
  normalise,
  nStep,
  perDecision,
  perStep,
  perTrajectory,
  plus,
  prefix,
  reasons,
  reduce,
  registry,
  scale,
  selfNormalise,
  stateValue,
  takenAsOne,
  totalReturn,
  truncate,
  vtrace,
  whitenSteps,
} from 'estimand'
import type { AnyEstimator, Estimator, KnownReason } from 'estimand'
import { tight } from 'estimand/laws'
import type { WitnessSetting } from 'estimand/laws'
import { seed } from '../seed/seed.ts'

const mean = reduce(meanOverTrajectories)
const toGo = pipe(totalReturn, causality)

interface Host {
  readonly word: string
  readonly reason: KnownReason
  readonly e: AnyEstimator
  readonly setting?: WitnessSetting
}
const host = <N, B extends string>(word: string, reason: KnownReason, e: Estimator<N, B>, setting: WitnessSetting = {}): Host => ({
  word,
  reason,
  e: e as Estimator<unknown, B>,
  setting,
})

/** Each word that adds a reason, in a pipeline that has no other, or in worlds where no other can show. */
const hosts: readonly Host[] = [
  host('batchMean', 'own sample', pipe(totalReturn, baseline(batchMean), mean)),
  host('batchMean', 'own sample among survivors', pipe(toGo, baseline(batchMean), mean), { states: 3 }),
  host('perDecision', 'own sample, reweighted', pipe(totalReturn, baseline(batchMean), importance(perDecision), mean)),
  host('actionValue', 'action-dependent', pipe(toGo, baseline(actionValue), mean)),
  host('dropOuterDiscount', 'outer discount dropped', pipe(toGo, dropOuterDiscount, mean)),
  host('advantage', 'inexact values', pipe(advantage, mean)),
  host('gae', 'inexact values', pipe(gae({ lambda: 0.5 }), mean)),
  host('nStep', 'inexact values', pipe(nStep({ n: 1 }), mean)),
  host('cloning', 'cloning', pipe(cloning, mean)),
  host('batchStd', 'divided by a deviation', pipe(totalReturn, normalise(batchStd({ ddof: 0, epsilon: 0.1 })), mean)),
  host('whitenSteps', 'divided by a deviation', pipe(toGo, normalise(whitenSteps({ ddof: 0, epsilon: 0.1 })), mean)),
  host('perStep', 'state distribution', pipe(toGo, importance(perStep), mean)),
  host('prefix', 'behaviour value', pipe(toGo, importance(prefix), mean)),
  host('takenAsOne', 'ratio taken as one', pipe(toGo, importance(takenAsOne), mean)),
  host('vtrace', 'state distribution', pipe(vtrace({ rhoBar: Infinity, cBar: Infinity }), mean)),
  host('vtrace', 'truncation', pipe(vtrace({ rhoBar: 0.7, cBar: 1 }), mean), { horizon: 1 }),
  host('vtrace', 'inexact values', pipe(vtrace({ rhoBar: 1, cBar: 0.5 }), mean), { sampling: 'target' }),
  host('truncate', 'truncation', pipe(toGo, importance(perTrajectory), truncate({ at: 1.2 }), mean)),
  host('clip', 'clipping', pipe(toGo, importance(perTrajectory), clip({ epsilon: 0.2 }), mean)),
  host('selfNormalise', 'self-normalised', pipe(toGo, importance(perTrajectory), selfNormalise, mean)),
  host('meanOverSteps', 'random length', pipe(toGo, reduce(meanOverSteps))),
  host('meanOfTrajectoryMeans', 'divided by length', pipe(toGo, reduce(meanOfTrajectoryMeans))),
  host('constantLength', 'scaled by 1/length', pipe(toGo, reduce(constantLength(3)))),
  host('scale', 'scaled', pipe(toGo, mean, scale(2))),
  host('plus', 'summed', pipe(toGo, mean, plus(pipe(totalReturn, mean)))),
]

describe('every declared reason has a witness', () => {
  for (const { word, reason, e, setting } of hosts)
    it(`${word}: ${reason}`, () => {
      expect(e.reasons.map(({ name }) => name)).toContain(reason)
      const witness = tight(reasons[reason], setting)({ seed, runs: 400 })(e)
      expect(witness).not.toBeNull()
    })

  it('every reason of the table has a host', () => {
    expect([...new Set(hosts.map(({ reason }) => reason))].toSorted()).toEqual(Object.keys(reasons).toSorted())
  })

  it('every word of the registry that adds a reason has a host', () => {
    const bare = Object.values(registry).flatMap((entries: Readonly<Record<string, { readonly bare: unknown }>>) => Object.entries(entries))
    const adding = bare.flatMap(([word, { bare: value }]) => {
      const declared: unknown = (value as { readonly reasons?: unknown } | null)?.reasons
      const none = Array.isArray(declared) ? declared.length === 0 : Object.values((declared ?? {}) as object).every((list) => Array.isArray(list) && list.length === 0)
      return none ? [] : [word]
    })
    expect(adding.filter((word) => !hosts.some((h) => h.word === word))).toEqual([])
  })
})

describe('a reason that never shows is reported as such', () => {
  const lie = <N, B extends string>(e: Estimator<N, B>): AnyEstimator => ({ ...(e as Estimator<unknown, B>), reasons: [reasons.clipping] })
  const truths: Readonly<Record<string, AnyEstimator>> = {
    'a constant baseline': lie(pipe(toGo, mean)),
    'a state value as baseline': lie(pipe(toGo, baseline(stateValue), mean)),
    'leave-one-out': lie(pipe(totalReturn, baseline(leaveOneOut), mean)),
    'one ratio per trajectory': lie(pipe(toGo, importance(perTrajectory), mean)),
    'a scale, called biased': lie(pipe(toGo, mean, scale(2))),
  }
  for (const [name, e] of Object.entries(truths)) it(name, () => expect(tight(reasons.clipping)({ seed, runs: 60 })(e)).toBeNull())
})
