import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { recipes } from 'estimand'
import type { Trajectories } from 'estimand'
import { box, changed, discrete, environmentInPlace, environmentOfColumns, ending, lockStep, normaliseObservation, normaliseReward, timeLimit, uniform } from 'estimand/environment'
import type { Box, Discrete, Environment } from 'estimand/environment'
import { adam, beside, mlp, policyOutput, sgd, valueOutput } from 'estimand/network'
import type { Optimiser } from 'estimand/network'
import { categorical, policyOf } from 'estimand/policy'
import type { Policy } from 'estimand/policy'
import { episodes, evaluate, ppo, resume, train, TrainingStopped, wholeBatch } from '../../src/training/index.ts'
import type { wholeBatchOnly } from '../../src/training/objective.ts'
import type { Metrics, Training, TrainingObjective } from '../../src/training/index.ts'
import { seed } from '../seed/seed.ts'

/** Fails at one call of many, once: before it has done its work, or after. */
interface Trap {
  readonly at: number
  readonly when: 'before' | 'after'
  calls: number
}
const fault = 'the network cable was pulled'
const trapOf = (at: number, when: Trap['when']): Trap => ({ at, when, calls: 0 })

const guarded =
  <Args extends readonly unknown[], B>(trap: Trap, f: (...args: Args) => B): ((...args: Args) => B) =>
  (...args) => {
    const here = ++trap.calls === trap.at
    if (here && trap.when === 'before') throw new Error(fault)
    const result = f(...args)
    if (here) throw new Error(fault)
    return result
  }

/** Every function of a record, guarded. */
const trapped = <R extends object>(trap: Trap, record: R): R =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, typeof value === 'function' ? guarded(trap, value as (...args: readonly unknown[]) => unknown) : value])) as R

type World = Environment<Box<readonly [2]>, Discrete<2>>

/** A walk whose functions are guarded: each copy's, or those of all copies at once. */
const walk = (trap: Trap, form: 'in place' | 'columns'): World =>
  form === 'in place'
    ? environmentInPlace({
        name: 'walk',
        observation: box([2]),
        action: discrete(2),
        stateSize: 2,
        ...trapped(trap, {
          reset: (state: Float64Array, random: Parameters<typeof uniform>[0]) => {
            state[0] = uniform(random, -1, 1)
            state[1] = 0
          },
          step: (state: Float64Array, action: Float64Array, outcome: { reward: number; terminated: boolean }, random: Parameters<typeof uniform>[0]) => {
            state[0] += action[0] - 0.5 + uniform(random, -0.1, 0.1)
            state[1]++
            outcome.reward = -Math.abs(state[0])
            outcome.terminated = Math.abs(state[0]) > 2
          },
          observe: (state: Float64Array, into: Float32Array) => {
            into[0] = 10 * state[0]
            into[1] = state[1]
          },
        }),
      })
    : environmentOfColumns({
        name: 'walk',
        observation: box([2]),
        action: discrete(2),
        stateSize: 2,
        open: ({ state, action, reward, end, random }) =>
          trapped(trap, {
            reset: (from: number, to: number) => {
              for (let i = from; i < to; i++) {
                state[2 * i] = uniform(random[i], -1, 1)
                state[2 * i + 1] = 0
              }
            },
            step: (from: number, to: number) => {
              for (let i = from; i < to; i++) {
                state[2 * i] += action[i] - 0.5 + uniform(random[i], -0.1, 0.1)
                state[2 * i + 1]++
                reward[i] = -Math.abs(state[2 * i])
                end[i] = Math.abs(state[2 * i]) > 2 ? ending.Terminated : ending.none
              }
            },
            observe: (into: Float32Array, from: number, to: number) => {
              for (let i = from; i < to; i++) {
                into[2 * i] = 10 * state[2 * i]
                into[2 * i + 1] = state[2 * i + 1]
              }
            },
          }),
      })

/** A change whose functions are guarded, with a memory of its own. */
const counting =
  (trap: Trap) =>
  (inner: World): World =>
    changed(inner, {
      word: 'counting',
      observation: inner.observation,
      action: inner.action,
      open: ({ reset, step }, { count, reward }) => {
        const taken = new Int32Array(count)
        return {
          ...trapped(trap, {
            reset: (from: number, to: number) => {
              taken.fill(0, from, to)
              reset(from, to)
            },
            step: (from: number, to: number) => {
              for (let i = from; i < to; i++) taken[i]++
              step(from, to)
              for (let i = from; i < to; i++) reward[i] -= taken[i] / 100
            },
          }),
          memory: [{ name: 'counting: taken', values: taken }],
        }
      },
    })

const policyWith = <Out extends readonly number[]>(trap: Trap, { network, head, ...rest }: Policy<Box<readonly [2]>, Discrete<2>, Out>): Policy<Box<readonly [2]>, Discrete<2>, Out> => {
  const { acting, valuing, forward, vectorJacobianProduct } = network
  const watched = { forward: guarded(trap, forward), vectorJacobianProduct: guarded(trap, vectorJacobianProduct) }
  const block = (f: NonNullable<typeof acting>): NonNullable<typeof acting> => guarded(trap, (parameters) => guarded(trap, f(parameters)))
  return {
    ...rest,
    network: { ...network, ...watched, ...(acting === undefined ? {} : { acting: block(acting) }), ...(valuing === undefined ? {} : { valuing: block(valuing) }) },
    head: trapped(trap, head),
  }
}

const objectiveWith = <N, B extends string, S extends TrainingObjective<never, string, 'minibatches' | typeof wholeBatchOnly>['slices']>(trap: Trap, objective: TrainingObjective<N, B, S>): TrainingObjective<N, B, S> => ({
  ...objective,
  ready: guarded(trap, (batch: Trajectories<N>) => trapped(trap, objective.ready(batch))),
})

const optimiserWith = <S>(trap: Trap, optimiser: Optimiser<S>): Optimiser<S> => ({ ...optimiser, ascend: guarded(trap, optimiser.ascend) })

const observation = box([2])
const valued = policyOf(pipe(mlp({ observation, hidden: [3], outputs: [policyOutput(2)] }), beside(mlp({ observation, hidden: [3], outputs: [valueOutput] }))), categorical(2))
const plain = policyOf(mlp({ observation, hidden: [3], outputs: [policyOutput(2)] }), categorical(2))

const updates = 3

/** Training of which every function that a user may have written fails where the trap stands. */
const programs = {
  'PPO, epochs and minibatches, moments': (trap: Trap): Training => {
    const environment = pipe(walk(trap, 'in place'), counting(trap), normaliseObservation({ clip: 5 }), normaliseReward({ discount: 0.9 }), timeLimit({ steps: 7, as: 'Truncated' }))
    const options = ppo({ environment, policy: policyWith(trap, valued), copies: 2, length: 5, epochs: 2, minibatches: 2, rate: 0.05 })
    return train({ ...options, objective: objectiveWith(trap, options.objective), optimiser: optimiserWith(trap, adam()), rate: guarded(trap, (u: number) => 0.05 / (u + 1)), seed, updates })
  },
  'REINFORCE, whole episodes, momentum': (trap: Trap): Training => {
    const environment = pipe(walk(trap, 'columns'), normaliseObservation(), timeLimit({ steps: 4, as: 'TimeLimit' }))
    return train({
      sampler: episodes({ environment, count: 3, discount: 0.9 }),
      policy: policyWith(trap, plain),
      objective: objectiveWith(trap, wholeBatch(recipes.reinforceLoo.estimator)),
      optimiser: optimiserWith(trap, sgd({ momentum: 0.5 })),
      rate: 0.05,
      seed,
      updates,
    })
  },
} as const

const timeless = ({ seconds: _seconds, stepsPerSecond: _stepsPerSecond, ...rest }: Metrics) => rest
const stateOf = (training: Training) => ({ ...training.state(), seconds: 0 })
const never = (): Trap => trapOf(Infinity, 'before')

/** Trains to the end in spite of what fails; says what the metrics were and how often it failed. */
const inSpite = (training: Training, onFailure: (error: unknown) => void): readonly object[] => {
  const lines: object[] = []
  while (lines.length < updates) {
    try {
      lines.push(timeless(training.next()))
    } catch (error) {
      onFailure(error)
    }
  }
  return lines
}

describe('an update that fails', () => {
  for (const [name, begin] of Object.entries(programs)) {
    const free = never()
    const whole = begin(free)
    const opened = free.calls
    const expected = inSpite(whole, (error) => {
      throw error
    })
    const end = stateOf(whole)

    it(`${name}: wherever it fails, going on gives what would have come, bit for bit`, () => {
      // Every function was called, and the calls of one run are the calls of the next.
      expect(free.calls - opened).toBeGreaterThan(100)
      fc.assert(
        fc.property(fc.integer({ min: opened + 1, max: free.calls }), fc.constantFrom('before', 'after'), (at, when) => {
          const training = begin(trapOf(at, when))
          const failures: unknown[] = []
          const beforeEach: object[] = []
          const lines = inSpite(training, (error) => {
            failures.push(error)
            beforeEach.push(stateOf(training))
          })
          expect(failures).toEqual([expect.any(TrainingStopped)])
          expect((failures[0] as TrainingStopped).cause).toMatchObject({ message: fault })
          expect(lines).toEqual(expected)
          expect(stateOf(training)).toEqual(end)
          // The state after the failure is that before the update.
          const { update } = failures[0] as TrainingStopped
          const undisturbed = begin(never())
          for (let k = 1; k < update; k++) undisturbed.next()
          expect(beforeEach).toEqual([stateOf(undisturbed)])
        }),
        { numRuns: 150 },
      )
    })
  }

  it('for good fails again, in the same words, and parameters stay those before it', () => {
    const trap = never()
    const environment = timeLimit({ steps: 4, as: 'TimeLimit' })(walk(trap, 'columns'))
    const wild: Optimiser<number> = { name: 'wild', init: () => 0, ascend: (_, parameters) => void parameters.fill(NaN), descend: () => undefined }
    const options = { sampler: episodes({ environment, count: 3, discount: 0.9 }), policy: plain, objective: wholeBatch(recipes.reinforceLoo.estimator), rate: 0.05, seed }
    const training = train({ ...options, optimiser: wild })
    const before = stateOf(training)
    const said = /training stopped in update 1, after 0 steps: parameters: expected finite numbers, got NaN as number 0/
    expect(() => training.next()).toThrow(said)
    expect(() => training.next()).toThrow(said)
    expect(stateOf(training)).toEqual(before)
    expect(evaluate(training, { episodes: 3, seed }).returns).toHaveLength(3)
    expect(E.isRight(resume({ ...options, optimiser: wild }, training.state()))).toBe(true)
  })

  it('with a sampler that cannot go back is said at the next call, with the cause; parameters are still those before', () => {
    const trap = trapOf(40, 'after')
    const environment = timeLimit({ steps: 4, as: 'TimeLimit' })(walk(trap, 'columns'))
    const inner = episodes({ environment, count: 3, discount: 0.9 })
    const without = (sampling: ReturnType<typeof inner.open>): typeof sampling => ({ sample: sampling.sample, save: sampling.save })
    const sampler: typeof inner = { ...inner, open: (from) => without(inner.open(from)) }
    const training = train({ sampler, policy: plain, objective: wholeBatch(recipes.reinforceLoo.estimator), optimiser: adam(), rate: 0.05, seed })
    let before = training.parameters()
    let failed: unknown = null
    while (failed === null)
      try {
        before = training.parameters()
        training.next()
      } catch (error) {
        failed = error
      }
    expect(String(failed)).toContain(`sampling: ${fault}`)
    for (const call of [training.next, training.state, training.learnt]) {
      expect(call).toThrow(/training stopped in update \d+, after \d+ steps: sampling: the network cable was pulled; training cannot go on from there, .*resume\(options, state\) from a state that was taken before/)
      try {
        call()
      } catch (error) {
        expect((error as TrainingStopped).cause).toMatchObject({ message: fault })
      }
    }
    expect(training.parameters()).toEqual(before)
  })
})

describe('a run whose step fails halfway', () => {
  const failing = (at: number) => lockStep(walk(trapOf(at, 'before'), 'in place'), { copies: 3, seed })

  it('says so at the next step, and begins anew with reset', () => {
    fc.assert(
      fc.property(fc.integer({ min: 7, max: 12 }), (at) => {
        const run = failing(at)
        expect(() => run.step([0, 1, 0])).toThrow(fault)
        const halfway = 'walk: the step before failed halfway, and copies stand where no step would leave them; reset() begins all of them anew'
        expect(() => run.step([0, 1, 0])).toThrow(halfway)
        expect(() => run.save()).toThrow(halfway)
        expect(() => run.reset(1)).toThrow(halfway)
        run.reset()
        run.step([0, 1, 0])
        expect(run.time).toEqual(Int32Array.of(1, 1, 1))
      }),
    )
  })

  it('goes back to where it was marked, bit for bit', () => {
    const whole = lockStep(walk(never(), 'in place'), { copies: 3, seed })
    const run = failing(40)
    for (let t = 0; t < 20; t++) {
      whole.step([0, 1, t % 2])
      run.mark()
      try {
        run.step([0, 1, t % 2])
      } catch {
        run.goBack()
        run.step([0, 1, t % 2])
      }
    }
    expect(run.save()).toEqual(whole.save())
    expect(() => lockStep(walk(never(), 'columns'), { copies: 1, seed }).goBack()).toThrow('walk: goBack: expected a run that was marked; call mark() first')
  })

  it('a refused action leaves the run as it was', () => {
    const run = lockStep(walk(never(), 'columns'), { copies: 2, seed })
    const before = run.save()
    expect(() => run.step([0, 7])).toThrow(/expected an action from 0 to 1/)
    expect(run.save()).toEqual(before)
  })
})

