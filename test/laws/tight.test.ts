import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import {
  baseline,
  causality,
  importance,
  leaveOneOut,
  meanOverTrajectories,
  perTrajectory,
  reasons,
  reduce,
  registry,
  scale,
  stateValue,
  totalReturn,
} from 'estimand'
import type { AnyEstimator, Estimator } from 'estimand'
import { exactOfAll } from 'estimand/exact'
import { hosts, tight, witnessOf } from 'estimand/laws'
import type { Host } from 'estimand/laws'
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
      expect(exactOfAll({ mdp: world.mdp, value: world.value, actionValue: world.actionValue, sampling, batchSize })([estimator])).toMatchObject({
        right: [{ target: { value: target }, expectation }],
      })
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
