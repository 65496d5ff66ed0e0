import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import {
  baseline,
  causality,
  clip,
  constantLength,
  gae,
  importance,
  leaveOneOut,
  meanOverTrajectories,
  mix,
  nStep,
  perTrajectory,
  plus,
  reasons,
  reduce,
  registry,
  scale,
  stateValue,
  totalReturn,
  truncate,
  vtrace,
} from 'estimand'
import type { AnyEstimator, Estimator } from 'estimand'
import { exactOfAll } from 'estimand/exact'
import { hosts, sound, tight, tryLaw, witnessOf } from 'estimand/laws'
import type { Host, WitnessSetting } from 'estimand/laws'
import { seed } from '../seed/seed.ts'

const mean = reduce(meanOverTrajectories)
const toGo = pipe(totalReturn, causality)

describe('every declared reason has a witness', () => {
  for (const host of hosts) {
    const { word, reason, estimator } = host
    it(`${word}: ${reason}`, () => {
      expect(estimator.reasons.map(({ name }) => name)).toContain(reason)
      const witness = witnessOf(host)({ seed, runs: 400 })
      if (witness === null) return expect.fail('no witness')
      // Its numbers are those of its world, and they differ.
      const { world, sampling, batchSize, target, expectation } = witness
      if (host.setting.cutAt === undefined)
        expect(exactOfAll({ mdp: world.mdp, value: world.value, actionValue: world.actionValue, sampling, batchSize })([estimator])).toMatchObject({
          right: [{ target: { value: target }, expectation }],
        })
      // On complete episodes there is nothing to be seen of a bias at cuts.
      else expect(exactOfAll({ mdp: world.mdp, value: world.value, sampling: 'target' })([estimator])).toMatchObject({ right: [{ target: { value: target.map((x): unknown => expect.closeTo(x, 9)) }, expectation: target.map((x): unknown => expect.closeTo(x, 9)) }] })
      expect(Math.max(...target.map((x, k) => Math.abs(x - expectation[k])))).toBeGreaterThan(1e-6)
      expect(witness.report).toMatch(new RegExp(`^${reason} shows .* sampled by the ${sampling} policy:`))
    })
  }

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

  it('no host says twice the same, or nothing', () => {
    expect(new Set(hosts.map(({ shows }) => shows)).size).toBe(hosts.length)
    expect(hosts.filter(({ shows }) => shows.trim().length < 10)).toEqual([])
  })
})

describe('at the extremes of its options a word declares what can occur there, and nothing else', () => {
  const any = <N, B extends string>(e: Estimator<N, B>): AnyEstimator => e as Estimator<unknown, B>
  const one = pipe(toGo, mean)
  const clipped = pipe(toGo, importance(perTrajectory), clip({ epsilon: 0.2 }), mean)
  const bounds = [0.7, 1, Infinity]
  const extremes: Readonly<Record<string, AnyEstimator>> = {
    ...Object.fromEntries([1, 2].map((length) => [`constantLength(${length})`, any(pipe(toGo, reduce(constantLength(length))))])),
    ...Object.fromEntries([0, 0.2, Infinity].map((epsilon) => [`clip at ${epsilon}`, any(pipe(toGo, importance(perTrajectory), clip({ epsilon }), mean))])),
    ...Object.fromEntries([0.1, 1, Infinity].map((at) => [`truncate at ${at}`, any(pipe(toGo, importance(perTrajectory), truncate({ at }), mean))])),
    ...Object.fromEntries(
      [0, 0.5, 1].flatMap((lambda) => (['segments', 'complete'] as const).map((episodes) => [`gae(${lambda}) of ${episodes}`, any(pipe(gae({ lambda, episodes }), mean))])),
    ),
    ...Object.fromEntries([1, 2].map((n) => [`nStep(${n})`, any(pipe(nStep({ n }), mean))])),
    ...Object.fromEntries(
      bounds.flatMap((rhoBar) =>
        bounds.flatMap((cBar) =>
          (['segments', 'complete'] as const).map((episodes) => [`vtrace(${rhoBar}, ${cBar}) of ${episodes}`, any(pipe(vtrace({ rhoBar, cBar, episodes }), mean))]),
        ),
      ),
    ),
    ...Object.fromEntries([-1, 0, 0.5, 1].map((c) => [`scale(${c})`, any(pipe(one, scale(c)))])),
    'scale(0) of what is biased': any(pipe(clipped, scale(0))),
    'a mean of one, and nothing of another': any(mix([1, pipe(toGo, importance(perTrajectory), mean)], [0, clipped])),
    'a mean of both': any(mix([0.5, pipe(toGo, importance(perTrajectory), mean)], [0.5, clipped])),
    'a sum of two': any(plus(one)(one)),
  }
  /** Where nothing else shows. */
  const settings = (name: string): readonly WitnessSetting[] => {
    const cut = { cutAt: 1, behaviour: 'the target' } as const
    switch (name) {
      case 'truncation':
        return [{ horizon: 1 }, {}]
      case 'inexact values':
        return [{ sampling: 'target' }, cut, {}]
      case 'inexact values at cuts':
        return [cut]
      default:
        return [{}]
    }
  }
  for (const [name, e] of Object.entries(extremes))
    it(name, () => {
      for (const because of e.reasons) {
        const found = settings(because.name).filter(({ cutAt }) => cutAt === undefined || !e.needs.includes('CompleteEpisodes'))
        expect(found.some((setting) => tight(because, setting)({ seed, runs: 200 })(e) !== null), because.name).toBe(true)
      }
      expect(tryLaw({ seed, runs: 60 })(sound(e))._tag).toBe('held')
    })
  it('says less at the extreme than in between', () => {
    const said = (name: string) => extremes[name].reasons.map((because) => because.name)
    for (const name of ['constantLength(1)', 'clip at Infinity', 'truncate at Infinity', 'gae(1) of complete', 'scale(1)', 'a mean of one, and nothing of another'])
      expect(said(name), name).toEqual([])
    expect(said('vtrace(Infinity, Infinity) of complete')).toEqual(['state distribution'])
    expect(said('vtrace(Infinity, Infinity) of segments')).toEqual(['state distribution', 'inexact values at cuts'])
    expect(said('vtrace(Infinity, 1) of complete')).toEqual(['state distribution', 'inexact values'])
    expect(said('gae(1) of segments')).toEqual(['inexact values at cuts'])
    expect(said('scale(0) of what is biased')).toEqual(['scaled'])
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

  it('and a host of it has no witness', () => {
    const host: Host = { word: 'clip', reason: 'clipping', estimator: lie(pipe(toGo, mean)), setting: {}, shows: 'nothing' }
    expect(witnessOf(host)({ seed, runs: 60 })).toBeNull()
  })
})
