import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { recipes } from 'estimand'
import type { Box, Environment, Moments } from 'estimand/environment'
import {
  box,
  cartPole,
  changed,
  clipReward,
  ending,
  environment,
  environmentInPlace,
  environmentOfColumns,
  lockStep,
  normaliseObservation,
  normaliseReward,
  observationMoments,
  rewardDeviation,
  scaleReward,
  shapeReward,
  timeLimit,
  uniform,
} from 'estimand/environment'
import { beside, mlp, policyOutput, sgd, valueOutput, withLogDeviation } from 'estimand/network'
import { gaussian, policyOf } from 'estimand/policy'
import { cloning, episodes, evaluate, ppo, resume, train, wholeBatch } from '../../src/training/index.ts'
import type { Training } from '../../src/training/index.ts'
import { seed } from '../seed/seed.ts'

const mean = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0) / x.length

type Drift = Environment<Box<readonly [2]>, Box<readonly [1]>>

// One walk in the three forms that environments have: what is observed is far from 0 and on two scales, so that moments matter.
const walks: Readonly<Record<'pure' | 'in place' | 'columns', Drift>> = {
  pure: environment({
    name: 'drift',
    observation: box([2]),
    action: box([1]),
    stateSize: 2,
    reset: (random) => [uniform(random, 3, 5), 0],
    step: ([x, t], [a]) => ({ state: [x + Math.tanh(a) - 0.1, t + 1], reward: -Math.abs(x - 2), terminated: t >= 12 }),
    observe: ([x, t]) => [100 * x, t],
  }),
  'in place': environmentInPlace({
    name: 'drift',
    observation: box([2]),
    action: box([1]),
    stateSize: 2,
    reset: (state, random) => {
      state[0] = uniform(random, 3, 5)
      state[1] = 0
    },
    step: (state, [a], outcome) => {
      outcome.reward = -Math.abs(state[0] - 2)
      outcome.terminated = state[1] >= 12
      state[0] += Math.tanh(a) - 0.1
      state[1]++
    },
    observe: ([x, t], into) => {
      into[0] = 100 * x
      into[1] = t
    },
  }),
  columns: environmentOfColumns({
    name: 'drift',
    observation: box([2]),
    action: box([1]),
    stateSize: 2,
    open: ({ state, action, reward, end, random }) => ({
      reset: (from, to) => {
        for (let i = from; i < to; i++) {
          state[2 * i] = uniform(random[i], 3, 5)
          state[2 * i + 1] = 0
        }
      },
      step: (from, to) => {
        for (let i = from; i < to; i++) {
          reward[i] = -Math.abs(state[2 * i] - 2)
          end[i] = state[2 * i + 1] >= 12 ? ending.Terminated : ending.none
          state[2 * i] += Math.tanh(action[i]) - 0.1
          state[2 * i + 1]++
        }
      },
      observe: (into, from, to) => {
        for (let k = 2 * from; k < 2 * to; k += 2) {
          into[k] = 100 * state[k]
          into[k + 1] = state[k + 1]
        }
      },
    }),
  }),
}

/** A change of one's own that learns, whether it says so or not: observations less the least that was ever seen. */
const lessLeast =
  (learns: 'said' | 'not said') =>
  (inner: Drift): Drift =>
    changed(inner, {
      word: 'lessLeast',
      observation: inner.observation,
      action: inner.action,
      learns: learns === 'said' ? ['observations'] : [],
      open: ({ observe }, { learning }) => {
        const least = Float64Array.of(1000)
        return {
          observe: (into, from, to) => {
            observe(into, from, to)
            if (learning !== 'stands still') for (let i = from; i < to; i++) least[0] = Math.min(least[0], into[2 * i])
            for (let i = from; i < to; i++) into[2 * i] -= least[0]
          },
          memory: [{ name: 'lessLeast: least', values: least }],
        }
      },
    })

/** The same with a number that stays. */
const less =
  (least: number) =>
  (inner: Drift): Drift =>
    changed(inner, {
      word: 'less',
      observation: inner.observation,
      action: inner.action,
      open: ({ observe }) => ({
        observe: (into, from, to) => {
          observe(into, from, to)
          for (let i = from; i < to; i++) into[2 * i] -= least
        },
      }),
    })

/** A change that remembers within an episode only: what was observed before, in place of the time. */
const before = (inner: Drift): Drift =>
  changed(inner, {
    word: 'before',
    observation: inner.observation,
    action: inner.action,
    open: ({ reset, observe }, { count }) => {
      const last = new Float64Array(count)
      return {
        reset: (from, to) => {
          reset(from, to)
          last.fill(0, from, to)
        },
        observe: (into, from, to) => {
          observe(into, from, to)
          for (let i = from; i < to; i++) {
            into[2 * i + 1] = last[i]
            last[i] = into[2 * i] / 100
          }
        },
        memory: [{ name: 'before: last', values: last }],
      }
    },
  })

type Word = 'normaliseObservation' | 'lessLeast' | 'lessLeast, not said' | 'normaliseReward' | 'timeLimit' | 'scaleReward' | 'clipReward' | 'shapeReward' | 'before'

/** Changes by name, and whether they learn what a policy sees. */
const words: Readonly<Record<Word, { readonly learns: boolean; readonly change: (inner: Drift) => Drift }>> = {
  normaliseObservation: { learns: true, change: normaliseObservation({ clip: 5 }) },
  lessLeast: { learns: true, change: lessLeast('said') },
  'lessLeast, not said': { learns: true, change: lessLeast('not said') },
  normaliseReward: { learns: false, change: normaliseReward({ discount: 0.9 }) },
  timeLimit: { learns: false, change: timeLimit({ steps: 9, as: 'Truncated' }) },
  scaleReward: { learns: false, change: scaleReward(0.1) },
  clipReward: { learns: false, change: clipReward({ low: -1, high: 0 }) },
  shapeReward: { learns: false, change: shapeReward({ discount: 0.9, potential: ([x]) => x }) },
  before: { learns: false, change: before },
}
const wordNames = Object.keys(words) as readonly Word[]

const around = (walk: Drift, names: readonly Word[]): Drift => names.reduce<Drift>((inner, name) => words[name].change(inner), walk)

const momentsIn = (values: readonly number[]): Moments => {
  const m = (values.length - 1) / 2
  return { count: values[0], mean: values.slice(1, 1 + m), variance: values.slice(1 + m).map((squares) => squares / values[0]) }
}

/** The same changes with what was learnt in them as numbers: no run of them learns anything. */
const frozenAround = (walk: Drift, names: readonly Word[], memory: NonNullable<ReturnType<Training['learnt']>>['memory']): Drift => {
  const learnt = memory.filter(({ name }) => name.startsWith('normaliseObservation') || name.startsWith('lessLeast'))
  let next = 0
  return names.reduce<Drift>((inner, name) => {
    if (!words[name].learns) return words[name].change(inner)
    const { values } = learnt[next++]
    return name === 'normaliseObservation' ? normaliseObservation({ clip: 5, by: momentsIn(values) })(inner) : less(values[0])(inner)
  }, walk)
}

const { observation } = walks.pure
const policy = policyOf(pipe(withLogDeviation(mlp({ observation, hidden: [4], outputs: [policyOutput(1)] })), beside(mlp({ observation, hidden: [4], outputs: [valueOutput] }))), gaussian(1))
const optionsFor = (where: Drift) => ({ ...ppo({ environment: where, policy, copies: 3, length: 20, epochs: 2, minibatches: 2, rate: 0.01 }), seed })
const trained = (where: Drift, updates = 2): Training => {
  const training = train(optionsFor(where))
  for (let k = 0; k < updates; k++) training.next()
  return training
}
const on = { episodes: 7, seed: seed + 1 }
/** A state but for the clock. */
const stateOf = (training: Training) => ({ ...training.state(), seconds: 0 })

const anyWords = fc.array(fc.constantFrom(...wordNames), { maxLength: 4 })
const anyWalk = fc.constantFrom(...Object.values(walks))

describe('evaluate(training)', () => {
  it('acts in what was trained in, with everything that was learnt as it stands: as the same changes with the numbers written in', () => {
    fc.assert(
      fc.property(anyWalk, anyWords, (walk, names) => {
        const training = trained(around(walk, names))
        const frozen = frozenAround(walk, names, training.learnt()?.memory ?? [])
        const expected = evaluate(frozen, on)(policy, training.parameters())
        const got = evaluate(training, on)
        expect(got.returns).toEqual(expected.returns)
        expect(got.observations).toEqual(expected.observations)
        expect(got.actions).toEqual(expected.actions)
        expect(got.lengths).toEqual(expected.lengths)
      }),
      { numRuns: 60 },
    )
  })

  it('leaves the training as it was, and gives the same of a training that was resumed', () => {
    fc.assert(
      fc.property(anyWalk, anyWords, (walk, names) => {
        const where = around(walk, names)
        const training = trained(where)
        const state = stateOf(training)
        const { returns } = evaluate(training, on)
        expect(stateOf(training)).toEqual(state)
        const again = resume(optionsFor(where), structuredClone(state))
        expect(E.isRight(again) && evaluate(again.right, on).returns).toEqual(returns)
        // Control: more training is another policy.
        training.next()
        expect(evaluate(training, on).returns).not.toEqual(returns)
      }),
      { numRuns: 20 },
    )
  })

  it('of what learns from records says where to act', () => {
    const steps = evaluate(walks.pure, on)(policy, policy.network.init(1))
    const training = train({ ...cloning({ policy, steps }), seed })
    expect(training.environment).toBeNull()
    expect(() => evaluate(training, on)).toThrow('evaluate: what is trained learns from recorded steps, which come from no environment: call evaluate(environment, { episodes, seed })(policy, training.parameters())')
  })

  it('of a sampler that does not say what was learnt is refused where something was', () => {
    const silent = (where: Drift) => {
      const options = optionsFor(where)
      const { sampler } = options
      const withoutLearnt: typeof sampler = { ...sampler, open: (from) => ({ ...sampler.open(from), learnt: undefined as never }) }
      return train({ ...options, sampler: withoutLearnt })
    }
    expect(() => evaluate(silent(around(walks.pure, ['normaliseObservation'])), on)).toThrow(/evaluate: drift: its run keeps normaliseObservation.*give its sampling `learnt/)
    expect(evaluate(silent(walks.pure), on).returns).toHaveLength(7)
  })

  it('finds a change that goes on learning, or learns for each copy', () => {
    const keeps = (each: 'copy' | 'run', heeds: boolean) =>
      changed(walks.pure, {
        word: 'counts',
        observation,
        action: walks.pure.action,
        open: ({ observe }, { count, learning }) => {
          const seen = new Float64Array(each === 'run' ? 1 : count)
          return {
            observe: (into, from, to) => {
              observe(into, from, to)
              if (!heeds || learning !== 'stands still') for (let i = from; i < to; i++) seen[each === 'run' ? 0 : i]++
            },
            memory: [{ name: 'counts: seen', values: seen }],
          }
        },
      })
    expect(() => evaluate(trained(keeps('run', false)), on)).toThrow("evaluate: drift: counts: seen changed during the evaluation, so the episodes judged another policy; have the change leave it as it is where learning is 'stands still'")
    expect(evaluate(trained(keeps('run', true)), on).returns).toHaveLength(7)
    expect(() => evaluate(trained(keeps('copy', true)), on)).toThrow(/counts: seen: expected 1 numbers whatever the number of copies, got 3/)
  })

  it('reads the moments of a training, to freeze them by hand', () => {
    const training = trained(around(walks.pure, ['normaliseObservation']))
    const learnt = training.learnt()
    expect(learnt).not.toBeNull()
    if (learnt === null) return
    const frozen = normaliseObservation({ clip: 5, by: observationMoments(learnt) })(walks.pure)
    expect(evaluate(frozen, on)(policy, training.parameters()).returns).toEqual(evaluate(training, on).returns)
  })
})

describe('evaluate(environment)', () => {
  it('is refused where a run learns what a policy sees, in any order of changes, declared or not; and only there', () => {
    fc.assert(
      fc.property(anyWalk, anyWords, (walk, names) => {
        const judge = () => evaluate(around(walk, names), on)(policy, policy.network.init(1)).returns
        if (names.some((name) => words[name].learns)) expect(judge).toThrow(/evaluate: drift: the environment learns .*call evaluate\(training, \{ episodes, seed \}\), or freeze/)
        else expect(judge()).toHaveLength(7)
      }),
      { numRuns: 100 },
    )
  })

  it('says what is earned as the environment itself pays it, whatever changes rewards', () => {
    const plain = evaluate(walks.columns, on)(policy, policy.network.init(1))
    const changedRewards = evaluate(around(walks.columns, ['scaleReward', 'normaliseReward', 'clipReward', 'shapeReward']), on)(policy, policy.network.init(1))
    expect(changedRewards.returns).toEqual(plain.returns)
    // Ends and rewards add up to it, by a loop over the batch.
    const { batch, returns } = plain as unknown as { readonly batch: { readonly offsets: Int32Array; readonly reward: Float64Array }; readonly returns: readonly number[] }
    const sums = returns.map((_, i) => batch.reward.subarray(batch.offsets[i], batch.offsets[i + 1]).reduce((a, b) => a + b, 0))
    expect(sums.toSorted()).toEqual([...returns].toSorted())
  })

  it('counts rewards that a training normalises in raw returns as well', () => {
    const training = trained(around(walks.columns, ['normaliseReward']))
    const raw = evaluate(walks.columns, on)(policy, training.parameters())
    expect(evaluate(training, on).returns).toEqual(raw.returns)
    const run = lockStep(around(walks.columns, ['normaliseReward']), { copies: 1, seed })
    expect(rewardDeviation({ memory: run.memory, environment: run.environment })).toBeGreaterThan(0)
  })

  it('judges the policy that was trained where fresh moments would judge another', () => {
    // At an observation of 10 or -10 the sign pays; fresh moments make it 0 at first.
    const sign = environmentOfColumns({
      name: 'sign',
      observation: box([1]),
      action: box([1]),
      stateSize: 1,
      open: ({ state, action, reward, end, random }) => ({
        reset: (from, to) => {
          for (let i = from; i < to; i++) state[i] = uniform(random[i], 0, 1) < 0.5 ? 10 : -10
        },
        step: (from, to) => {
          for (let i = from; i < to; i++) {
            reward[i] = action[i] > 0 === state[i] > 0 ? 1 : 0
            end[i] = ending.Terminated
          }
        },
        observe: (into, from, to) => {
          for (let i = from; i < to; i++) into[i] = state[i]
        },
      }),
    })
    const linear = policyOf(withLogDeviation(mlp({ observation: sign.observation, hidden: [], outputs: [policyOutput(1)] })), gaussian(1))
    // Mean action 20 x with a deviation of 1: at x = 1 and -1 the sign that pays.
    const parameters = Float32Array.from({ length: linear.network.parameterCount }, (_, k) => (k === 0 ? 20 : 0))
    const sampler = episodes({ environment: normaliseObservation()(sign), count: 640, copies: 64, discount: 1 })
    const training = train({ sampler, policy: linear, objective: wholeBatch(recipes.reinforce.estimator), optimiser: sgd(), rate: 0, parameters, seed })
    training.next()
    expect(mean(evaluate(training, { episodes: 200, seed }).returns)).toBe(1)
  })
})

describe('the compiler', () => {
  it('is told what a run learns', () => {
    const plain: Environment<Box<readonly [4]>, ReturnType<typeof cartPole>['action'], never> = timeLimit({ steps: 3, as: 'TimeLimit' })(cartPole())
    const running: Environment<Box<readonly [4]>, ReturnType<typeof cartPole>['action'], 'observations'> = pipe(cartPole(), normaliseObservation(), timeLimit({ steps: 3, as: 'TimeLimit' }))
    const both: Environment<Box<readonly [4]>, ReturnType<typeof cartPole>['action'], 'observations' | 'rewards'> = pipe(running, normaliseReward({ discount: 1 }))
    const frozen: Environment<Box<readonly [4]>, ReturnType<typeof cartPole>['action'], never> = pipe(cartPole(), normaliseObservation({ by: { mean: [0, 0, 0, 0], variance: [1, 1, 1, 1], count: 1 } }))
    expect([plain.learns, running.learns, both.learns, frozen.learns]).toEqual([[], ['observations'], ['observations', 'rewards'], []])
  })
})
