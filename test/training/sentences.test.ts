import { pipe } from 'fp-ts/lib/function.js'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { meanOverSteps, recipes, totalReturn, whitenSteps } from 'estimand'
import { openBackend } from 'estimand/backend'
import * as environments from 'estimand/environment'
import { box, cartPole, cliffWalking, discrete, ending, lockStep, pendulum } from 'estimand/environment'
import * as networks from 'estimand/network'
import { adam, mlp, policyOutput, sgd, tabular, valueOutput } from 'estimand/network'
import * as policies from 'estimand/policy'
import { categorical, gaussian, guarded, policyOf } from 'estimand/policy'
import * as training from '../../src/training/index.ts'
import { episodes, evaluate, segments, train, wholeBatch } from '../../src/training/index.ts'
import { seed } from '../seed/seed.ts'

const environment = cartPole()
const plain = policyOf(mlp({ observation: environment.observation, hidden: [4], outputs: [policyOutput(2)] }), categorical(2))
const valued = policyOf(mlp({ observation: environment.observation, hidden: [4], outputs: [policyOutput(2), valueOutput] }), categorical(2))
const steps = evaluate(environment, { episodes: 2, seed })(plain, plain.network.init(1))
const objective = wholeBatch(recipes.reinforceLoo.estimator)
const right = { sampler: episodes({ environment: environments.timeLimit({ steps: 20, as: 'TimeLimit' })(cartPole({ steps: Infinity })), count: 2, discount: 1 }), policy: plain, objective, optimiser: adam(), rate: 0.01, seed }
const form = { name: 'still', observation: box([1]), action: discrete(2), stateSize: 1 }
const pure = { ...form, reset: () => [0], step: () => ({ state: [0], reward: 0, terminated: true }), observe: () => [0] }
const inPlace = { ...form, reset: () => undefined, step: () => undefined, observe: () => undefined }
const columns = { ...form, open: () => ({ reset: () => undefined, step: () => undefined, observe: () => undefined }) }
const change = { word: 'nothing', observation: environment.observation, action: environment.action, open: () => ({}) }
const table = { name: 'coin', states: 1, actions: 1, start: [1], branches: [[[{ probability: 1, next: 0, reward: 1, terminated: true }]]] }
const moments = { mean: [0, 0, 0, 0], variance: [1, 1, 1, 1], count: 1 }
const engine = { forward: plain.network.forward, vectorJacobianProduct: plain.network.vectorJacobianProduct }

type Options = Readonly<Record<string, unknown>>
type Taker = readonly [name: string, take: (options: never) => unknown, options: Options]

/** Everything that takes an object of options, with options that are right. */
const takers: readonly Taker[] = [
  ['train', (o) => train(o), right],
  ['train', (o) => training.resume(o, train(right as never).state()), right],
  ['episodes', episodes, { environment, count: 2, discount: 1, copies: 1 }],
  ['segments', segments, { environment, copies: 1, length: 4, discount: 1 }],
  ['recorded', training.recorded, { observation: environment.observation, action: environment.action, steps }],
  ['evaluate', (o) => evaluate(environment, o), { episodes: 1, seed }],
  ['fitValue', training.fitValue, { coefficient: 1, lambda: 1, clip: 1 }],
  ['klPenalty', training.klPenalty, { coefficient: 1, direction: 'toReference' }],
  ['inMinibatches', (o) => training.inMinibatches(meanOverSteps, o)(totalReturn as never), { normalise: whitenSteps({ ddof: 1, epsilon: 1e-8 }) }],
  ['reinforce', training.reinforce, { environment, policy: plain, count: 2, discount: 1, rate: 0.1 }],
  ['reinforceLoo', training.reinforceLoo, { environment, policy: plain }],
  ['a2c', training.a2c, { environment, policy: valued, copies: 2, length: 2, discount: 1, rate: 0.1, entropy: 0 }],
  ['ppo', training.ppo, { environment, policy: valued, lambda: 1, clip: 0.1, valueClip: 1, epochs: 1, minibatches: 1 }],
  ['cloning', training.cloning, { steps, policy: plain, rate: 0.1, minibatches: 1 }],
  ['cleanRlCartPole', training.cleanRlCartPole, { truncation: 'terminated', steps: 1000 }],
  ['adam', adam, { beta1: 0.9, beta2: 0.9, epsilon: 1e-5 }],
  ['sgd', sgd, { momentum: 0.5 }],
  ['linearRate', networks.linearRate, { from: 1, to: 0, updates: 3 }],
  ['cosineRate', networks.cosineRate, { from: 1, updates: 3 }],
  ['mlp', mlp, { observation: box([2]), hidden: [], outputs: [policyOutput(2)], activation: 'relu', gain: 1, precision: 'float64', engine: networks.scalarMlp }],
  ['mlp: outputs[0]', (o) => mlp({ observation: box([2]), hidden: [], outputs: [o] }), { ...policyOutput(2) }],
  ['tabular', tabular, { states: 2, actions: 2 }],
  ['linearGaussian', networks.linearGaussian, { states: 2, actions: 2, logDeviation: 0 }],
  [plain.network.name, (o) => guarded(plain.network, o), engine],
  ['lockStep', (o) => lockStep(environment, o), { copies: 1, seed, onEnd: 'wait' }],
  ['box', (o) => box([2], o), { low: 0, high: 1 }],
  ['timeLimit', (o) => environments.timeLimit(o)(environment), { steps: 3, as: 'Truncated' }],
  ['clipReward', (o) => environments.clipReward(o)(environment), { low: 0, high: 1 }],
  ['shapeReward', (o) => environments.shapeReward(o)(environment), { discount: 1, potential: () => 0 }],
  ['normaliseReward', (o) => environments.normaliseReward(o)(environment), { discount: 1, clip: 1 }],
  ['normaliseObservation', (o) => environments.normaliseObservation(o)(environment), { by: moments, clip: 1 }],
  ['normaliseObservation.by', (o) => environments.normaliseObservation({ by: o })(environment), moments],
  ['changed', (o) => environments.changed(environment, o), change],
  ['nothing: open', (o) => lockStep(environments.changed(environment, { ...change, open: () => o }), { copies: 1, seed }), {}],
  ['environment', environments.environment, pure],
  ['environmentInPlace', environments.environmentInPlace, inPlace],
  ['environmentOfColumns', environments.environmentOfColumns, { ...columns, outside: 'refused' }],
  ['still: open', (o) => lockStep(environments.environmentOfColumns({ ...form, open: () => o }), { copies: 1, seed }), { ...columns.open(), memory: [] }],
  ['tabular', environments.tabular, table],
  ['branches[0][0][0]', (o) => environments.tabular({ ...table, branches: [[[o]]] }), table.branches[0][0][0]],
  ['frozenLake', environments.frozenLake, { size: '8x8', ice: 'rough', steps: 3 }],
  ['cartPole', cartPole, { steps: 3 }],
  ['pendulum', pendulum, { steps: 3 }],
  ['cliffWalking', cliffWalking, { steps: 3 }],
  ['acrobot', environments.acrobot, { steps: 3 }],
  ['mountainCar', environments.mountainCar, { steps: 3 }],
  ['mountainCarContinuous', environments.mountainCarContinuous, { steps: 3 }],
]

const said = (take: () => unknown): string => {
  try {
    take()
    return 'taken'
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`
  }
}

describe('options', () => {
  it.each(takers.map(([name, take, options], k) => [`${name} (${k})`, name, take, options] as const))('of %s: right ones are taken; each other key is named, with the known one that is nearest', (_, name, take, options) => {
    expect(said(() => take(options as never))).toBe('taken')
    const keys = Object.keys(options)
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ minLength: 1, maxLength: 8 }).filter((key) => !/^\d+$/.test(key)),
          fc.tuple(fc.constantFrom(...(keys.length === 0 ? ['steps'] : keys)), fc.constantFrom('s', '_', 'Size')).map(([key, tail]) => key + tail),
        ),
        (key) => {
          fc.pre(!keys.includes(key) && !(key in Object.prototype))
          const message = said(() => take({ ...options, [key]: 1 } as never))
          expect(message).toMatch(/^(Range|Type)Error: /)
          expect(message).toContain(`${name === 'lockStep' ? 'CartPole-v1: lockStep' : name}.${key}: expected one of `)
          const tail = keys.find((known) => key === `${known}s`)
          if (tail !== undefined && tail.length > 3) expect(message).toContain(`(nearest: ${tail})`)
        },
      ),
      { numRuns: 25 },
    )
  })

  it('of openBackend', async () => {
    await expect(openBackend({ prefer: 'simd', fallback: 1 } as never)).rejects.toThrow('openBackend.fallback: expected one of prefer, load')
  })

  it('that are none are answered with what to write, and never with the trace of an engine', () => {
    const wrong = [undefined, null, 0.5, 'x', [], () => 1]
    const optional = new Set(['adam', 'sgd', 'normaliseObservation', 'frozenLake', 'cartPole', 'pendulum', 'acrobot', 'mountainCar', 'mountainCarContinuous', 'cliffWalking', 'box', 'inMinibatches', 'normaliseObservation.by'])
    for (const [name, take] of takers)
      for (const x of wrong) {
        const message = said(() => take(x as never))
        if (x === undefined && optional.has(name)) expect(message).toBe('taken')
        else expect(`${name} of ${String(x)}: ${message}`).toMatch(/(Range|Type)Error: .*expected/)
      }
  })
})

describe('what stands where something else belongs', () => {
  const of = (more: object, without: string | null = null) => Object.fromEntries(Object.entries({ ...right, ...more }).filter(([key]) => key !== without))
  it.each([
    ['an optimiser that is not called', of({ optimiser: adam }), 'train.optimiser: expected an optimiser, such as adam() or sgd({ momentum: 0.9 }), got the function adam itself: call it'],
    ['an estimator as the objective', of({ objective: recipes.reinforceLoo.estimator }), 'train.objective: expected an objective: wholeBatch(estimator), or a pipeline that ends in inMinibatches(...) in place of reduce(...), got an estimator'],
    ['a weighting as the objective', of({ objective: pipe(totalReturn) }), 'train.objective: expected an objective: wholeBatch(estimator), or a pipeline that ends in inMinibatches(...) in place of reduce(...), got a weighting'],
    ['wholeBatch itself', of({ objective: wholeBatch }), 'got the function wholeBatch itself: call it'],
    ['a network as the policy', of({ policy: plain.network }), 'train.policy: expected a policy, such as policyOf(network, head), got a network'],
    ['an environment as the sampler', of({ sampler: environment }), 'train.sampler: expected a sampler, such as episodes({ environment, count: 16, discount: 1 }) or segments({ environment, copies: 8, length: 128, discount: 0.99 }), got the environment CartPole-v1'],
    ['a rate in words', of({ rate: 'fast' }), 'train.rate: expected a number >= 0, or a schedule such as linearRate({ from: 1e-3, updates: 100 }), got "fast"'],
    ['parameters in a plain array', of({ parameters: [0] }), 'train.parameters: expected a Float32Array or Float64Array, got [0]'],
    ['no policy', of({}, 'policy'), 'train.policy: expected a policy, such as policyOf(network, head), got none'],
    ['no sampler', of({}, 'sampler'), 'train.sampler: expected a sampler'],
    ['no objective', of({}, 'objective'), 'train.objective: expected an objective'],
    ['no optimiser', of({}, 'optimiser'), 'train.optimiser: expected an optimiser'],
    ['no rate', of({}, 'rate'), 'train.rate: expected a number >= 0'],
    ['no seed', of({}, 'seed'), 'train.seed: expected a 32-bit integer, got none'],
    ['nothing at all', {}, 'train.sampler: expected a sampler'],
  ])('train: %s', (_, options, words) => {
    expect(() => train(options as never)).toThrow(words)
  })

  it('train lists all that is wrong', () => {
    expect(said(() => train({} as never)).split('\n').map((line) => line.replace(/^TypeError: /, '').split(':')[0])).toEqual(['train.sampler', 'train.policy', 'train.objective', 'train.optimiser', 'train.rate', 'train.seed'])
  })

  it.each([
    ['an environment that is not called', () => lockStep(cartPole as never, { copies: 1, seed }), 'lockStep: expected an environment, such as cartPole(), got the function cartPole'],
    ['the same in a pipe', () => pipe(cartPole as never, environments.normaliseObservation()), 'normaliseObservation: expected an environment, such as cartPole(), got the function cartPole'],
    ['the same in a sampler', () => episodes({ environment: pendulum as never, count: 2, discount: 1 }), 'episodes.environment: expected an environment, such as cartPole(), got the function pendulum itself: call it'],
    ['the same evaluated', () => evaluate(cartPole as never, { episodes: 1, seed }), 'evaluate: expected a training, or an environment such as cartPole(), got the function cartPole'],
    ['a change without its options', () => pipe(environment, environments.timeLimit as never), "timeLimit: expected options, such as timeLimit({ steps: 500, as: 'Truncated' }), got the environment CartPole-v1; it comes after them"],
    ['the same, options being optional', () => pipe(environment, environments.normaliseObservation as never), 'normaliseObservation: expected options, such as normaliseObservation() or normaliseObservation({ clip: 10 }), got the environment CartPole-v1'],
    ['states by number normalised', () => pipe(cliffWalking() as never, environments.normaliseObservation()), 'normaliseObservation: CliffWalking-v1: expected an environment that observes a box, got one that observes Discrete<48>; make indices into vectors with oneHot'],
    ['a box as one of n things', () => environments.oneHot(environment as never), 'oneHot: CartPole-v1: expected an environment that observes one of n things, got one that observes Box<[4]>'],
    ['a head as a network', () => policyOf(categorical(2) as never, plain.network as never), 'policyOf: expected a network'],
    ['a head that is not called', () => policyOf(plain.network, categorical as never), 'policyOf: head: expected a head, such as categorical(2) or gaussian(1), got the function categorical'],
    ['a policy beside a network', () => networks.beside(plain as never)(plain.network), 'beside: expected a network'],
    ['a bonus on an estimator', () => training.entropyBonus(0.1)(recipes.reinforce.estimator as never), 'entropyBonus: expected an objective: wholeBatch(estimator), or a pipeline that ends in inMinibatches(...) in place of reduce(...), got an estimator'],
    ['a penalty on an estimator', () => training.klPenalty({ coefficient: 1, direction: 'toReference' })(recipes.reinforce.estimator as never), 'klPenalty: expected an objective'],
    ['values fitted beside an estimator', () => training.fitValue({ coefficient: 1, lambda: 1 })(recipes.reinforce.estimator as never), 'fitValue: expected an objective'],
    ['minibatches without a reduction', () => (training.inMinibatches as (r?: unknown) => (w: unknown) => unknown)()(totalReturn), 'inMinibatches: expected a reduction, such as meanOverSteps, got undefined'],
    ['a flag that transitions have not', () => lockStep(environments.environment({ ...pure, step: () => ({ state: [0], reward: 0, terminated: false, truncated: true }) } as never), { copies: 1, seed }).step([0]), 'still, copy 0, step 0: expected step to give { state, reward, terminated } and nothing else, got "truncated" too; a time limit is put around it with timeLimit'],
    ['the same in place', () => lockStep(environments.environmentInPlace({ ...inPlace, reset: () => undefined, observe: () => undefined, step: (_s: unknown, _a: unknown, outcome: { truncated?: boolean }) => void (outcome.truncated = true) } as never), { copies: 1, seed }).step([0]), 'truncated'],
  ])('%s', (_, act, words) => {
    expect(act).toThrow(words)
  })

  it('every name that is exported and takes options is in the table above', () => {
    const tried = new Set(takers.map(([name]) => name))
    // Functions of values, of spaces by number, of a training or of its parts; and what is no function.
    const others = new Set(
      `endOf resumed observationMoments rewardDeviation oneHot clipAction repeatAction scaleReward discrete describeSpace sizeOf spaceProblems streamsOf uniform fromMdp ending environments EnvironmentFailure
       policyOutput valueOutput scalarMlp simdMlp withLogDeviation beside clipGradientNorm constantRate categorical gaussian fixedGaussian logDeviationBound slice policyOf guarded
       entropyBonus wholeBatch TrainingStopped resume`.split(/\s+/),
    )
    expect([environments, networks, policies, training].flatMap((module) => Object.keys(module)).filter((name) => !tried.has(name) && !others.has(name))).toEqual([])
    expect([ending.none, gaussian(1).parameters]).toEqual([0, 2])
  })
})
