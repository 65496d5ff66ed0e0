import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import { baseline, causality, clip, dropOuterDiscount, gae, importance, leaveOneOut, meanOverSteps, meanOverTrajectories, perStep, recipes, reduce, totalReturn } from 'estimand'
import { box, cartPole, cliffWalking, discrete, environment, normaliseObservation, oneHot, timeLimit } from 'estimand/environment'
import { adam, beside, linearRate, mlp, policyOutput, sgd, tabular, valueOutput } from 'estimand/network'
import { categorical, policyOf } from 'estimand/policy'
import type { Metrics, TrainOptions } from '../../src/training/index.ts'
import {
  a2c,
  cleanRlCartPole,
  cloning,
  entropyBonus,
  episodes,
  evaluate,
  fitValue,
  inMinibatches,
  klPenalty,
  ppo,
  reinforce,
  reinforceLoo,
  resume,
  segments,
  train,
  TrainingStopped,
  wholeBatch,
} from '../../src/training/index.ts'
import { effectiveShare, explainedVariance as varianceExplained } from '../../src/training/metrics.ts'
import { seed } from '../seed/seed.ts'

const pole = pipe(cartPole({ steps: Infinity }), timeLimit({ steps: 500, as: 'TimeLimit' }))
const plain = policyOf(mlp({ observation: pole.observation, hidden: [16], outputs: [policyOutput(2)] }), categorical(2))
const valued = policyOf(mlp({ observation: pole.observation, hidden: [16], outputs: [policyOutput(2), valueOutput] }), categorical(2))
const apart = policyOf(
  pipe(
    mlp({ observation: pole.observation, hidden: [16], outputs: [policyOutput(2)] }),
    beside(mlp({ observation: pole.observation, hidden: [16], outputs: [valueOutput] })),
  ),
  categorical(2),
)
const better = pipe(totalReturn, causality, baseline(leaveOneOut), reduce(meanOverTrajectories))
const clipped = pipe(totalReturn, causality, baseline(leaveOneOut), importance(perStep), clip({ epsilon: 0.2 }))

const onWhole = {
  sampler: episodes({ environment: pole, count: 16, discount: 1 }),
  policy: plain,
  objective: wholeBatch(better),
  optimiser: adam(),
  rate: 0.01,
  seed,
} as const

const mean = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0) / x.length
/** Everything but the clock. */
const timeless = ({ seconds: _seconds, stepsPerSecond: _stepsPerSecond, ...rest }: Metrics) => rest
const taken = (metrics: Iterable<Metrics>, count: number): readonly Metrics[] => {
  const all: Metrics[] = []
  for (const one of metrics) if (all.push(one) === count) break
  return all
}

describe('training learns', () => {
  it.each([
    ['REINFORCE with leave-one-out', () => train(onWhole)],
    ['the same, clipped and in epochs', () => train({ ...onWhole, objective: pipe(clipped, inMinibatches(meanOverTrajectories)), rate: 0.003, epochs: 4 })],
    ['the same, clipped, whole batches', () => train({ ...onWhole, objective: wholeBatch(recipes.clipped.estimator), rate: 0.003, epochs: 4 })],
  ])('%s: returns rise from 20 to beyond 80 in 30 updates', (_, begin) => {
    const metrics = taken(begin(), 30)
    expect(mean(metrics[0].returns)).toBeLessThan(40)
    expect(mean(metrics.slice(-3).flatMap(({ returns }) => returns))).toBeGreaterThan(80)
  })

  it('PPO on segments', () => {
    const metrics = taken(train({ ...ppo({ environment: cartPole(), policy: apart, copies: 8, length: 64, rate: 0.01 }), seed }), 25)
    expect(mean(metrics.slice(-5).flatMap(({ returns }) => returns))).toBeGreaterThan(60)
  })

  it('A2C and REINFORCE, by their recipes', () => {
    const fast = taken(train({ ...a2c({ environment: cartPole(), policy: valued, length: 32, rate: 5e-3 }), seed }), 60)
    expect(mean(fast.slice(-10).flatMap(({ returns }) => returns))).toBeGreaterThan(40)
    expect(train({ ...reinforce({ environment: pole, policy: plain, count: 4 }), seed }).next().returns).toHaveLength(4)
    expect(train({ ...reinforceLoo({ environment: pole, policy: plain, count: 4 }), seed }).next().returns).toHaveLength(4)
  })

  it('cloning imitates: the clone does about as well as who was recorded', () => {
    const expert = train(onWhole)
    taken(expert, 25)
    const steps = evaluate(pole, { episodes: 20, seed })(plain, expert.parameters())
    const clone = policyOf(mlp({ observation: pole.observation, hidden: [16], outputs: [policyOutput(2)] }), categorical(2))
    const training = train({ ...cloning({ policy: clone, steps }), updates: 40, seed: seed + 1 })
    const metrics = [...training]
    expect(metrics).toHaveLength(40)
    const own = mean(evaluate(pole, { episodes: 40, seed: seed + 2 })(clone, training.parameters()).returns)
    const untrained = mean(evaluate(pole, { episodes: 40, seed: seed + 2 })(clone, clone.network.init(1)).returns)
    expect(own).toBeGreaterThan(mean(steps.returns) / 2)
    expect(own).toBeGreaterThan(2 * untrained)
  })

  it('on tables too', () => {
    const walk = timeLimit({ steps: 30, as: 'TimeLimit' })(cliffWalking())
    const training = train({
      sampler: episodes({ environment: walk, count: 8, discount: 1 }),
      policy: policyOf(tabular({ states: 48, actions: 4 }), categorical(4)),
      objective: wholeBatch(better),
      optimiser: sgd(),
      rate: 0.02,
      seed,
    })
    const metrics = taken(training, 120)
    expect(mean(metrics.slice(-20).flatMap(({ returns }) => returns))).toBeGreaterThan(mean(metrics.slice(0, 5).flatMap(({ returns }) => returns)) + 50)
  })
})

describe('the metrics of an update', () => {
  it('count updates and steps, and say what the policy did', () => {
    const metrics = taken(train({ ...ppo({ environment: cartPole(), policy: valued }), seed, updates: 3 }), 99)
    expect(metrics.map(({ update, steps }) => [update, steps])).toEqual([[1, 512], [2, 1024], [3, 1536]])
    for (const { entropy, kl, clipFraction, effectiveSampleSize, explainedVariance, gradientNorm, seconds, returns, meanLength } of metrics) {
      expect(entropy).toBeGreaterThan(0)
      expect(entropy).toBeLessThanOrEqual(Math.LN2 + 1e-9)
      expect(kl).toBeGreaterThan(0)
      expect(clipFraction).toBeGreaterThanOrEqual(0)
      expect(effectiveSampleSize).toBeGreaterThan(0.5)
      expect(effectiveSampleSize).toBeLessThan(1)
      expect(explainedVariance).toBeLessThan(1)
      expect(gradientNorm).toBeGreaterThan(0)
      expect(seconds).toBeGreaterThan(0)
      expect(meanLength).toBeCloseTo(mean(returns))
    }
  })

  it('are by hand what they say', () => {
    expect(effectiveShare(Float64Array.of(0, Math.log(3)))).toBeCloseTo(16 / 20, 12)
    expect(effectiveShare(Float64Array.of(1000, 1000))).toBe(1)
    expect(varianceExplained(Float64Array.of(1, 3), [1, 3])).toBe(1)
    expect(varianceExplained(Float64Array.of(1, 3), [5, 7])).toBe(1)
    expect(varianceExplained(Float64Array.of(1, 3), [0, 0])).toBe(0)
    expect(varianceExplained(Float64Array.of(1, 3), [3, 1])).toBe(-3)
    expect(varianceExplained(Float64Array.of(2, 2), [0, 1])).toBeNull()
    expect(varianceExplained(Float64Array.of(0.1, 0.1, 0.1), [0, 1, 2])).toBeNull()
    expect(varianceExplained(Float64Array.of(0.1 + 0.2, 0.3, 0.3), [0, 1, 2])).toBeNull()
    for (const size of [1e200, 1e-200]) expect(varianceExplained(Float64Array.of(size, 3 * size), [3 * size, size])).toBeCloseTo(-3, 12)
  })

  it('with a rate of 0 nothing has moved', () => {
    const { kl, effectiveSampleSize, clipFraction } = train({ ...ppo({ environment: cartPole(), policy: valued, rate: 0 }), seed }).next()
    expect(kl).toBeLessThan(1e-9)
    expect(effectiveSampleSize).toBeCloseTo(1)
    expect(clipFraction).toBe(0)
  })

  it('too large a step shows as a clip fraction, and stops the epochs where it is asked to', () => {
    const options = { ...ppo({ environment: cartPole(), policy: apart, rate: 0.3, epochs: 6 }), seed }
    const free = train(options).next()
    expect([free.epochs, free.clipFraction > 0.1, free.kl > 0.005]).toEqual([6, true, true])
    const stopped = train({ ...options, stopAtKl: 0.005 }).next()
    expect(stopped.epochs).toBeLessThan(6)
    expect(stopped.kl).toBeGreaterThan(0.005)
  })

  it("CleanRL's configuration is theirs, number for number, but for truncation, which is said", () => {
    const options = cleanRlCartPole({ truncation: 'bootstrapped' })
    const rate = options.rate as (update: number) => number
    expect([options.epochs, options.minibatches, options.gradientNorm, options.updates, rate(0), rate(488), rate(976)]).toEqual([4, 4, 0.5, 976, 2.5e-4, 1.25e-4, 0])
    expect(options.objective).toMatchObject({ entropy: 0.01, value: { coefficient: 0.5, lambda: 0.95, clip: 0.2 }, kl: null })
    expect(options.policy.network.name).toBe('mlp(4-64-64-2) beside mlp(4-64-64-1)')
    const names = (truncation: 'terminated' | 'bootstrapped') => cleanRlCartPole({ truncation }).sampler.environment?.changes
    expect([names('terminated'), names('bootstrapped')]).toEqual([['timeLimit(500)'], ['timeLimit(500)']])
    expect(() => cleanRlCartPole({} as never)).toThrow(/truncation: expected 'terminated' or 'bootstrapped', got undefined/)
  })
})

describe('versions', () => {
  it('rise with every gradient step', () => {
    const once = train(onWhole)
    once.next()
    once.next()
    expect(once.state().version).toBe(2)
    const often = train({ ...ppo({ environment: cartPole(), policy: valued, epochs: 3, minibatches: 4 }), seed })
    often.next()
    expect(often.state().version).toBe(12)
  })

  it('a stale batch is an error that names both', () => {
    const { sampler } = onWhole
    // Gives the first batch for ever.
    const stuck: typeof sampler = {
      ...sampler,
      open: (from) => {
        const sampling = sampler.open(from)
        let first: unknown
        return { ...sampling, sample: (actor) => (first ??= sampling.sample(actor)) as never }
      },
    }
    const training = train({ ...onWhole, sampler: stuck })
    training.next()
    expect(() => training.next()).toThrow(/update 2.*stale batch: it was sampled by version 0 of the parameters, which are now at version 1; sample again/)
  })
})

describe('resume', () => {
  const normalised = pipe(cartPole(), normaliseObservation({ clip: 10 }))
  const separate = policyOf(
    pipe(mlp({ observation: normalised.observation, hidden: [8], outputs: [policyOutput(2)] }), beside(mlp({ observation: normalised.observation, hidden: [8], outputs: [valueOutput] }))),
    categorical(2),
  )
  it.each([
    ['episodes, on-policy', onWhole],
    ['segments, PPO, running moments', { ...ppo({ environment: normalised, policy: separate, rate: linearRate({ from: 1e-3, updates: 20 }) }), seed }],
  ])('%s: goes on bit for bit', (_, given) => {
    // Both are options of train; their types have nothing else in common.
    const options = given as unknown as typeof onWhole
    const whole = train(options)
    const expected = taken(whole, 6).map(timeless)
    const first = train(options)
    taken(first, 3)
    const state = first.state()
    // What goes on afterwards does not reach into a state that was taken.
    first.next()
    const second = resume(options, state)
    expect(second._tag).toBe('Right')
    if (second._tag !== 'Right') return
    expect(taken(second.right, 3).map(timeless)).toEqual(expected.slice(3))
    expect(second.right.parameters()).toEqual(whole.parameters())
    // Control: another seed is another run.
    expect(taken(train({ ...options, seed: seed + 1 }), 6).map(timeless)).not.toEqual(expected)
  })

  it('does not take the state of other training, and says all that is other', () => {
    const state = train(onWhole).state()
    const wider = policyOf(mlp({ observation: pole.observation, hidden: [17], outputs: [policyOutput(2)] }), categorical(2))
    const other = resume({ ...onWhole, policy: wider, optimiser: sgd() }, state)
    expect(E.isLeft(other) && other.left.map(({ path }) => path)).toEqual(['of.network', 'of.optimiser', 'of.parameterCount', 'parameters', 'optimiser'])
    const again = resume({ ...onWhole, sampler: episodes({ environment: pole, count: 8, discount: 1 }) }, state)
    expect(E.isLeft(again) && again.left.map(({ path }) => path)).toContain('of.sampler')
    expect(resume(onWhole, null)).toMatchObject({ _tag: 'Left' })
    expect(resume(onWhole, { ...state, parameters: state.parameters.map(() => NaN) })).toMatchObject({ _tag: 'Left', left: [{ path: 'parameters' }] })
    expect(resume(onWhole, { ...state, optimiser: {} })).toMatchObject({ _tag: 'Left', left: [{ path: 'optimiser' }] })
  })
})

/** Options as a caller without a compiler gives them. */
const unseen = (options: object): TrainOptions<never, never, never, never, string, unknown, number, number> => options as never

describe('train refuses', () => {
  const four = 4 as number
  it.each([
    ['several epochs of an on-policy pipeline', { ...onWhole, epochs: four }, /4 epochs of 1 minibatches: after the first gradient step the batch is off-policy: add importance\(\.\.\.\)/],
    ['minibatches of an on-policy pipeline', { ...onWhole, objective: pipe(totalReturn, causality, inMinibatches(meanOverTrajectories)), minibatches: four }, /add importance/],
    ['minibatches of an estimator', { ...onWhole, objective: wholeBatch(recipes.clipped.estimator), minibatches: four }, /whole batch: end the pipe with inMinibatches/],
    ['an option that is misspelt', { ...onWhole, epoch: 4 }, /train\.epoch: expected one of .*\(nearest: epochs\)/],
    ['values of a network that has none', { ...onWhole, objective: pipe(wholeBatch(better), fitValue({ coefficient: 1, lambda: 1 })) }, /give the network a second output block, valueOutput/],
    ['no epochs', { ...onWhole, epochs: 0 }, /train: epochs: expected an integer >= 1, got 0/],
    ['a seed that is none', { ...onWhole, seed: 1.5 }, /train: seed: expected a 32-bit integer/],
    ['a negative rate', { ...onWhole, rate: -1 }, /train: rate: expected a number >= 0/],
    ['other parameters', { ...onWhole, parameters: new Float32Array(3) }, /train: parameters: expected 114 numbers/],
  ])('%s', (_, options, message) => {
    expect(() => train(unseen(options))).toThrow(message)
  })

  it('a network of size 0', () => {
    expect(() => mlp({ observation: pole.observation, hidden: [0], outputs: [policyOutput(2)] })).toThrow(/hidden\[0\]: expected an integer >= 1, got 0/)
  })

  it('segments for a return, at run time as the compiler does', () => {
    const training = train(unseen({ ...onWhole, sampler: segments({ environment: pole, copies: 2, length: 8, discount: 1 }) }))
    expect(() => training.next()).toThrow(/the batch lacks CompleteEpisodes; use gae, nStep or vtrace, or sample whole episodes/)
  })

  it('coefficients that are none', () => {
    expect(() => entropyBonus(-1)).toThrow(/entropyBonus: expected a number >= 0/)
    expect(() => klPenalty({ coefficient: 1, direction: 'backwards' } as never)).toThrow(/direction: expected 'toReference' or 'fromReference'/)
    expect(() => fitValue({ coefficient: 1, lambda: 1, clip: 0 })).toThrow(/fitValue: clip: expected a number > 0/)
    expect(() => fitValue({ coefficient: 1, lamda: 1 } as never)).toThrow(/lamda: expected one of .*nearest: lambda/)
    expect(() => wholeBatch(pipe(totalReturn) as never)).toThrow(/end the pipe with reduce/)
    expect(() => inMinibatches(meanOverSteps, { normalize: 1 } as never)(clipped)).toThrow(/normalize: expected one of normalise/)
  })
})

const caught = (act: () => unknown): TrainingStopped => {
  try {
    act()
  } catch (error) {
    if (error instanceof TrainingStopped) return error
    throw error
  }
  throw new Error('expected TrainingStopped')
}

describe('training stops', () => {
  it('where the parameters become NaN: update, steps and what was computed are named', () => {
    const training = train({ ...onWhole, rate: 1e39, optimiser: sgd() })
    const error = caught(() => taken(training, 5))
    expect(error.message).toMatch(/^training stopped in update \d+, after \d+ steps: (parameters|gradient norm|weights|sampling|kl): /)
    expect(error.update).toBeGreaterThanOrEqual(1)
  })

  it.each([
    ['pays NaN', { reward: NaN }, /sampling: .*expected a finite reward, got NaN/],
    ['observes too much', { observation: [1, 2, 3] }, /sampling: /],
  ])('where an environment %s', (_, wrong: { readonly reward?: number; readonly observation?: readonly number[] }, message) => {
    const broken = environment({
      name: 'broken',
      observation: box([1]),
      action: discrete(2),
      stateSize: 1,
      reset: () => [0],
      step: ([x]) => ({ state: [x + 1], reward: x === 3 ? (wrong.reward ?? 0) : 0, terminated: x === 5 }),
      observe: ([x]) => (x === 3 ? (wrong.observation ?? [x]) : [x]),
    })
    const policy = policyOf(mlp({ observation: broken.observation, hidden: [], outputs: [policyOutput(2)] }), categorical(2))
    const training = train({ ...reinforceLoo({ environment: broken, policy, count: 2 }), seed })
    const error = caught(() => training.next())
    expect(error.message).toMatch(message)
    expect(error).toMatchObject({ update: 1, steps: 0, metric: 'sampling' })
    expect(error.cause).toBeInstanceOf(Error)
  })
})

describe('reasons', () => {
  it('are those of the pipeline and of what stands beside it', () => {
    const objective = pipe(clipped, inMinibatches(meanOverSteps), entropyBonus(0.1), klPenalty({ coefficient: 1, direction: 'toReference' }))
    expect(objective.reasons.map(({ name }) => name)).toEqual(['state distribution', 'clipping', 'random length', 'entropy bonus', 'KL penalty'])
    expect(pipe(clipped, inMinibatches(meanOverTrajectories), entropyBonus(0)).reasons.map(({ name }) => name)).toEqual(['state distribution', 'clipping'])
    expect(pipe(gae({ lambda: 1 }), dropOuterDiscount, importance(perStep), inMinibatches(meanOverSteps)).needs).toEqual(['Reward', 'StateValue', 'BehaviourLogProb'])
  })
  it('a one-hot observation is a box', () => {
    expect(oneHot(cliffWalking()).observation.shape).toEqual([48])
  })
})
