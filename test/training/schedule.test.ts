import * as E from 'fp-ts/lib/Either.js'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { recipes } from 'estimand'
import { cliffWalking, timeLimit } from 'estimand/environment'
import { constantRate, cosineRate, linearRate, sgd, tabular } from 'estimand/network'
import type { Rate } from 'estimand/network'
import { categorical, policyOf } from 'estimand/policy'
import { cleanRlCartPole, episodes, resume, train, wholeBatch } from '../../src/training/index.ts'
import { seed } from '../seed/seed.ts'

const options = {
  sampler: episodes({ environment: timeLimit({ steps: 5, as: 'TimeLimit' })(cliffWalking()), count: 2, discount: 1 }),
  policy: policyOf(tabular({ states: 48, actions: 4 }), categorical(4)),
  objective: wholeBatch(recipes.reinforceLoo.estimator),
  optimiser: sgd(),
  seed,
} as const

const scheduled = [
  ['linearRate', (updates: number, to: number) => linearRate({ from: 0.1, to, updates })],
  ['cosineRate', (updates: number, to: number) => cosineRate({ from: 0.1, to, updates })],
  ['one of my own', (updates: number, to: number): Rate => (u) => Math.max(to, 0.1 * (1 - u / updates))],
  ['one that goes on below 0', (updates: number, to: number): Rate => (u) => (to === 0 ? 0.1 * (1 - u / updates) : Math.max(to, 0.1 * (1 - u / updates)))],
] as const
const anySchedule = fc.constantFrom(...scheduled.map(([, schedule]) => schedule))
const length = fc.integer({ min: 1, max: 5 })

describe('a schedule that ends at 0', () => {
  it('ends the training with it, and no update learns nothing', () => {
    fc.assert(
      fc.property(anySchedule, length, (schedule, updates) => {
        const training = train({ ...options, rate: schedule(updates, 0) })
        const rates = [...training].map(({ rate }) => rate)
        expect(rates).toHaveLength(updates)
        expect(Math.min(...rates)).toBeGreaterThan(0)
        expect(() => training.next()).toThrow(
          new RegExp(`training stopped in update ${updates + 1}, after \\d+ steps: rate: the schedule has ended: the rate is 0 from update ${updates + 1} on, .*take a longer schedule`),
        )
        // A state of it is as good as ever: with another rate it is gone on from.
        const longer = resume({ ...options, rate: schedule(2 * updates, 0), updates: 2 * updates }, training.state())
        expect(E.isRight(longer) && [...longer.right].map(({ rate }) => rate > 0)).toEqual(Array.from({ length: updates }, () => true))
      }),
    )
  })

  it('is refused where more updates are asked for, to begin with and to go on with', () => {
    fc.assert(
      fc.property(anySchedule, length, fc.integer({ min: 1, max: 3 }), (schedule, updates, more) => {
        const rate = schedule(updates, 0)
        const said = `train: rate: expected a schedule of ${updates + more} updates, as updates says, got one that is 0 from update ${updates + 1} on`
        expect(() => train({ ...options, rate, updates: updates + more })).toThrow(said)
        const finished = train({ ...options, rate, updates })
        for (const _ of finished);
        expect(() => resume({ ...options, rate, updates: updates + more }, finished.state())).toThrow(said)
        // Controls: as many as it has, and a schedule that ends above 0.
        expect(E.isRight(resume({ ...options, rate, updates }, finished.state()))).toBe(true)
        const above = resume({ ...options, rate: schedule(updates, 0.01), updates: updates + more }, finished.state())
        expect(E.isRight(above) && [...above.right].map((line) => line.rate)).toEqual(Array.from({ length: more }, () => 0.01))
      }),
    )
  })

  it('is not seen where a rate of 0 is meant: always, at first, in between', () => {
    const ratesOf = (rate: number | Rate, updates: number) => [...train({ ...options, rate, updates })].map((line) => line.rate)
    expect(ratesOf(0, 2)).toEqual([0, 0])
    expect(ratesOf(constantRate(0), 2)).toEqual([0, 0])
    expect(ratesOf(linearRate({ from: 0, to: 0.1, updates: 1 }), 3)).toEqual([0, 0.1, 0.1])
    expect(ratesOf((u) => (u % 3 === 0 ? 0.1 : 0), 4)).toEqual([0.1, 0, 0, 0.1])
  })

  it("does not end CleanRL's configuration before its time", () => {
    const { rate, updates } = cleanRlCartPole({ truncation: 'terminated', steps: 2048 })
    expect([updates, [0, 1, 2, 3].map((u) => (rate as Rate)(u) > 0), (rate as Rate)(4)]).toEqual([4, [true, true, true, true], 0])
  })
})

describe('a schedule that gives what is no rate', () => {
  it.each([[-0.01], [NaN], [Infinity], ['0.1' as unknown as number], [undefined as unknown as number]])('%s', (wrong) => {
    const training = train({ ...options, rate: (u) => (u === 1 ? wrong : 0.1) })
    training.next()
    expect(() => training.next()).toThrow(/training stopped in update 2, after \d+ steps: rate: expected a finite number >= 0 from the schedule, got .*; a schedule that has come to its end stays at a number/)
  })
})
