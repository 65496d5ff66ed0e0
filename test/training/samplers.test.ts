import { pipe } from 'fp-ts/lib/function.js'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { box, cartPole, discrete, environmentOfColumns, ending, normaliseObservation, timeLimit } from 'estimand/environment'
import { mlp, policyOutput, valueOutput } from 'estimand/network'
import { categorical, policyOf } from 'estimand/policy'
import { episodes, evaluate, recorded, segments } from '../../src/training/index.ts'
import { seed } from '../seed/seed.ts'

/** Counts up to `last`; how an episode ends there is up to the caller. Observed: time, and the number of the episode. */
const counter = (last: number, end: keyof typeof ending) =>
  environmentOfColumns({
    name: 'counter',
    observation: box([2]),
    action: discrete(2),
    stateSize: 2,
    open: ({ state, reward, end: ends }) => ({
      reset: (from, to) => {
        for (let i = from; i < to; i++) {
          state[2 * i] = 0
          state[2 * i + 1]++
        }
      },
      step: (from, to) => {
        for (let i = from; i < to; i++) {
          reward[i] = ++state[2 * i]
          ends[i] = state[2 * i] === last ? ending[end] : ending.none
        }
      },
      observe: (into, from, to) => {
        for (let k = 2 * from; k < 2 * to; k++) into[k] = state[k]
      },
    }),
  })

const policy = policyOf(mlp({ observation: box([2]), hidden: [3], outputs: [{ ...policyOutput(2), gain: 1 }, valueOutput], precision: 'float64' }), categorical(2))
const parameters = policy.network.init(seed)
const actor = { policy, parameters, version: 7 }
const valueOf = (observation: readonly number[]): number => policy.network.forward(parameters, Float32Array.from(observation), 1)[2]

describe('segments', () => {
  it('are cut where episodes end and where the batch ends, with the value of what really followed', () => {
    const sampling = segments({ environment: counter(3, 'Terminated'), copies: 2, length: 5, discount: 0.5 }).open(1)
    const { batch, observations, returns, lengths } = sampling.sample(actor)
    expect(Array.from(batch.offsets)).toEqual([0, 3, 5, 8, 10])
    expect(Array.from(batch.startTime)).toEqual([0, 0, 0, 0])
    expect(Array.from(batch.reward)).toEqual([1, 2, 3, 1, 2, 1, 2, 3, 1, 2])
    expect(Array.from(observations)).toEqual([0, 1, 1, 1, 2, 1, 0, 2, 1, 2, 0, 1, 1, 1, 2, 1, 0, 2, 1, 2])
    expect(batch.ends.map(({ _tag }) => _tag)).toEqual(['Terminated', 'Truncated', 'Terminated', 'Truncated'])
    expect(Array.from(batch.bootstrapValue)).toEqual([0, valueOf([2, 2]), 0, valueOf([2, 2])])
    expect(batch.ends[1]).toMatchObject({ successor: Float32Array.of(2, 2) })
    expect([returns, lengths]).toEqual([[6, 6], [3, 3]])
    const next = sampling.sample(actor).batch
    expect(Array.from(next.offsets)).toEqual([0, 1, 4, 5, 6, 9, 10])
    expect(Array.from(next.startTime)).toEqual([2, 0, 0, 2, 0, 0])
    expect(next.ends.map(({ _tag }) => _tag)).toEqual(['Terminated', 'Terminated', 'Truncated', 'Terminated', 'Terminated', 'Truncated'])
  })

  it('bootstrap an episode that was cut from its own last observation, never from the next episode', () => {
    const { batch } = segments({ environment: counter(3, 'Truncated'), copies: 1, length: 4, discount: 1 }).open(1).sample(actor)
    expect(Array.from(batch.bootstrapValue)).toEqual([valueOf([3, 1]), valueOf([1, 2])])
    const ended = segments({ environment: counter(3, 'TimeLimit'), copies: 1, length: 4, discount: 1 }).open(1).sample(actor).batch
    expect(ended.ends.map(({ _tag }) => _tag)).toEqual(['TimeLimit', 'Truncated'])
    expect(Array.from(ended.bootstrapValue)).toEqual([0, valueOf([1, 2])])
  })

  it('that stop exactly at an end have no bootstrap value', () => {
    const { batch } = segments({ environment: counter(3, 'Terminated'), copies: 1, length: 3, discount: 1 }).open(1).sample(actor)
    expect(batch.ends.map(({ _tag }) => _tag)).toEqual(['Terminated'])
    expect(Array.from(batch.bootstrapValue)).toEqual([0])
  })
})

const pole = pipe(cartPole({ steps: Infinity }), timeLimit({ steps: 30, as: 'TimeLimit' }))
const balancer = policyOf(mlp({ observation: pole.observation, hidden: [4], outputs: [{ ...policyOutput(2), gain: 1 }, valueOutput] }), categorical(2))

describe('every batch', () => {
  it('has rows that belong together: log-probs, values and distributions are those of its observations and actions', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 }), fc.boolean(), fc.integer(), (copies, each, whole, from) => {
        const own = balancer.network.init(from)
        const sampler = whole
          ? episodes({ environment: pole, count: copies * each, copies, discount: 1 })
          : segments({ environment: pole, copies, length: 10 * each, discount: 1 })
        const { batch, observations, actions, distribution, returns, lengths } = sampler.open(from).sample({ policy: balancer, parameters: own, version: 3 })
        const n = batch.offsets[batch.count]
        const logProb = new Float64Array(n)
        balancer.logProb(own, observations, actions, n, logProb)
        for (let k = 0; k < n; k++) expect(batch.behaviourLogProb[k]).toBeCloseTo(logProb[k], 5)
        const outputs = balancer.network.forward(own, observations, n)
        for (let k = 0; k < n; k++) expect(batch.value[k]).toBeCloseTo(outputs[2 * n + k], 4)
        for (let k = 0; k < 2 * n; k++) expect(distribution[k]).toBeCloseTo(outputs[k], 5)
        expect([batch.version, batch.currentVersion]).toEqual([3, 3])
        // CartPole pays 1 a step.
        expect(returns).toEqual(lengths)
        if (whole) {
          expect(batch.count).toBe(copies * each)
          expect(lengths.toSorted()).toEqual(batch.ends.map((_, i) => batch.offsets[i + 1] - batch.offsets[i]).toSorted())
        } else expect(n).toBe(copies * 10 * each)
      }),
      { numRuns: 30 },
    )
  })

  it('of episodes gives each copy as many, however long they are', () => {
    // Two in a row of each copy: the numbers of the episodes, observed, tell.
    const sampling = episodes({ environment: counter(3, 'Terminated'), count: 4, copies: 2, discount: 1 }).open(1)
    const { batch, observations } = sampling.sample(actor)
    expect(Array.from(batch.offsets)).toEqual([0, 3, 6, 9, 12])
    const numbers = Array.from({ length: 4 }, (_, i) => observations[2 * batch.offsets[i] + 1])
    expect(numbers).toEqual([2, 3, 2, 3])
  })

  it('of whole episodes refuses one that was merely cut, and says what to do', () => {
    const sampling = episodes({ environment: counter(3, 'Truncated'), count: 2, discount: 1 }).open(1)
    expect(() => sampling.sample(actor)).toThrow(/counter, copy 0, step 2: the episode was cut.*timeLimit\(\{ steps, as: 'TimeLimit' \}\), or sample segments/)
  })

  it('goes on after save and restore, bit for bit, running moments included', () => {
    const environment = pipe(cartPole(), normaliseObservation())
    for (const sampler of [segments({ environment, copies: 3, length: 40, discount: 1 }), episodes({ environment: pole, count: 3, discount: 1 })]) {
      const own = { policy: balancer, parameters: balancer.network.init(1), version: 0 }
      const sampling = sampler.open(seed)
      sampling.sample(own)
      const again = sampler.restore(JSON.parse(JSON.stringify(sampling.save())))
      expect(again._tag).toBe('Right')
      if (again._tag === 'Right') expect(again.right.sample(own)).toEqual(sampling.sample(own))
    }
  })

  it('does not restore what is not its own', () => {
    const three = segments({ environment: pole, copies: 3, length: 4, discount: 1 })
    const two = segments({ environment: pole, copies: 2, length: 4, discount: 1 })
    expect(two.restore(three.open(1).save())).toMatchObject({ _tag: 'Left', left: [{ path: 'run.copies', expected: '2', got: '3' }] })
    expect(two.restore(null)).toMatchObject({ _tag: 'Left' })
  })

  it.each([
    ['episodes', () => episodes({ environment: pole, count: 4, copies: 3, discount: 1 }), /copies: expected a divisor of count = 4/],
    ['episodes', () => episodes({ environment: pole, count: 0, discount: 1 }), /count: expected an integer >= 1/],
    ['segments', () => segments({ environment: pole, copies: 1, length: 4, discount: 1.5 }), /discount: expected a number in \[0, 1\]/],
    ['segments', () => segments({ environment: pole, copies: 1, length: 4, discount: 1, lenght: 3 } as never), /lenght: expected one of .*nearest: length/],
  ])('%s refuses options that are none', (_, make, message) => {
    expect(make).toThrow(message)
  })

  it('refuses a policy of another space where no compiler has seen it', () => {
    const sampling = segments({ environment: pole, copies: 1, length: 4, discount: 1 }).open(1)
    expect(() => sampling.sample(actor as never)).toThrow(/policy.observation: expected Box<\[4\]>, as the environment has, got Box<\[2\]>/)
  })
})

describe('evaluation and recorded steps', () => {
  it('counts every episode, ended or cut', () => {
    const { returns } = evaluate(cartPole({ steps: 15 }), { episodes: 40, seed })(balancer, balancer.network.init(2))
    expect(returns).toHaveLength(40)
    expect(Math.max(...returns)).toBe(15)
  })

  it('recorded steps come back as they were, without the probabilities of who acted', () => {
    const steps = evaluate(pole, { episodes: 3, seed })(balancer, balancer.network.init(2))
    const { observation, action } = pole
    const { batch, observations, actions } = recorded({ observation, action, steps }).open(1).sample({ policy: balancer, parameters: balancer.network.init(9), version: 4 })
    expect([observations, actions]).toEqual([steps.observations, steps.actions])
    expect([Object.keys(batch.axes), batch.version, batch.offsets]).toEqual([[], 4, steps.batch.offsets])
    expect(() => recorded({ observation, action, steps: { ...steps, actions: new Int32Array(1) } })).toThrow(/recorded: expected observations of/)
  })
})
