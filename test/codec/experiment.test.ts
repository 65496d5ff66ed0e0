import * as E from 'fp-ts/lib/Either.js'
import * as fc from 'fast-check'
import { describeProblems } from 'estimand'
import { backendNames } from 'estimand/backend'
import type { Experiment } from 'estimand/codecs'
import { experimentCodec, problemsOf } from 'estimand/codecs'
import { bandit } from 'estimand/exact'
import { pipelines } from 'estimand/laws'
import { describe, expect, it } from 'vitest'
import { settle } from '../../src/cli/experiment.ts'
import { seed } from '../seed/seed.ts'

const codec = experimentCodec()
const json = (x: unknown): unknown => JSON.parse(JSON.stringify(x))
const decoded = (x: unknown): Experiment => {
  const result = codec.decode(x)
  if (E.isLeft(result)) throw new Error(describeProblems(problemsOf()(result.left)))
  return result.right
}
const says = (x: unknown): string => {
  const result = codec.decode(x)
  return E.isLeft(result) ? describeProblems(problemsOf()(result.left)) : 'no problem'
}

const count = fc.integer({ min: 1, max: 1000 })
const unit = fc.double({ min: 0, max: 1, noNaN: true }).map((x) => x + 0)
const size = fc.double({ min: 1e-6, max: 1e6, noNaN: true })
const orInfinity = fc.oneof(size, fc.constant('Infinity'))
/** A word as it is written: bare where it has no options. */
const word = (name: string, options: fc.Arbitrary<object>) => options.map((given) => (Object.keys(given).length === 0 ? name : { [name]: given }))
const some = <T extends object>(fields: { readonly [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(fields, { requiredKeys: [] })
const limit = some({ steps: count, as: fc.constantFrom('Truncated', 'TimeLimit') })
const named = (names: readonly string[], fields: Readonly<Record<string, fc.Arbitrary<unknown>>>) =>
  fc.record({ name: fc.constantFrom(...names), ...fields }, { requiredKeys: ['name'] }).map((one) => (Object.keys(one).length === 1 ? one.name : one))
const world = json(bandit([1, 0], [0.5, 0.5]))
const rows = fc.array(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0), { maxLength: 3 }), { maxLength: 3 })

/** Experiments in their own JSON: the one that they are encoded as. */
const experiments = fc.record(
  {
    environment: fc.oneof(
      named(['CartPole-v1', 'Pendulum-v1', 'Acrobot-v1', 'MountainCar-v0', 'MountainCarContinuous-v0', 'CliffWalking-v1'], { timeLimit: limit }),
      named(['FrozenLake-v1', 'FrozenLake8x8-v1'], { timeLimit: limit, ice: fc.constantFrom('slippery', 'rough') }),
      fc.constant({ mdp: world }),
    ),
    estimator: fc.oneof(
      fc.constantFrom('reinforce', 'reinforceLoo', 'a2c', 'clipped', 'grpo'),
      word('ppo', some({ lambda: unit, clip: orInfinity, valueClip: orInfinity })),
      word('cloning', fc.record({ demonstrations: fc.record({ observations: rows, actions: rows }) })),
      pipelines.map(({ words }) => words),
    ),
    wrappers: some({ normaliseObservation: some({ clip: orInfinity }), scaleReward: size }),
    network: some({ hidden: fc.array(count, { maxLength: 3 }), activation: fc.constantFrom('tanh', 'relu'), trunk: fc.constantFrom('shared', 'separate'), logDeviation: size }),
    optimiser: fc.oneof(word('adam', some({ beta1: fc.constant(0.5), beta2: fc.constant(0), epsilon: size })), word('sgd', some({ momentum: unit }))),
    rate: fc.oneof(size, word('linear', fc.record({ from: size, to: size, updates: count }, { requiredKeys: ['from'] }))),
    batch: fc.oneof(word('episodes', some({ count, copies: count })), word('segments', some({ copies: count, length: count }))),
    epochs: count,
    minibatches: count,
    discount: unit,
    entropy: unit,
    valueCoefficient: unit,
    gradientNorm: orInfinity,
    stopAtKl: orInfinity,
    backend: fc.constantFrom(...backendNames),
    seed: fc.integer(),
    stop: some({ steps: count, solved: fc.oneof(fc.boolean(), fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0)) }),
  },
  { requiredKeys: ['environment', 'estimator'] },
)

describe('experiments', () => {
  it('what is decoded is encoded as it was, and what is encoded is decoded to the same', () => {
    fc.assert(
      fc.property(experiments, (x) => {
        const experiment = decoded(json(x))
        expect(codec.encode(experiment)).toEqual(json(x))
        expect(codec.is(experiment)).toBe(true)
        const again = decoded(json(codec.encode(experiment)))
        // Estimators are functions: they are the same if they are written the same.
        const plain = ({ estimator, ...rest }: Experiment) => ({ ...rest, estimator: estimator.word === 'pipeline' ? codec.encode({ ...rest, estimator })['estimator'] : estimator })
        expect(plain(again)).toEqual(plain(experiment))
      }),
      { numRuns: 300, seed },
    )
  })
  it('what is settled is an experiment too, and settles to itself', () => {
    const settled = (x: unknown) => {
      const result = settle(decoded(x))
      if (E.isLeft(result)) throw new Error(describeProblems(result.left))
      return result.right
    }
    for (const x of [
      { environment: 'CartPole-v1', estimator: 'ppo', rate: { linear: { from: 0.001 } } },
      { environment: 'Pendulum-v1', estimator: { ppo: { lambda: 0.5 } } },
      { environment: { name: 'FrozenLake-v1', ice: 'rough' }, estimator: 'reinforceLoo' },
      { environment: { mdp: world }, estimator: 'a2c', stop: { solved: 1 } },
      { environment: 'CartPole-v1', estimator: { cloning: { demonstrations: { observations: [[0, 0, 0, 0]], actions: [[1]] } } } },
      { environment: 'CartPole-v1', estimator: ['totalReturn', 'causality', { importance: 'perStep' }, { clip: { epsilon: 0.2 } }, { reduce: 'meanOverTrajectories' }] },
    ]) {
      const once = codec.encode(settled(x))
      expect(codec.encode(settled(json(once)))).toEqual(once)
      expect(Object.keys(once)).toHaveLength(17)
    }
  })

  it('a batch that leaves numbers open gets the usual ones of its kind', () => {
    const batchOf = (x: object) => {
      const result = settle(decoded({ environment: 'CartPole-v1', ...x }))
      return E.isLeft(result) ? describeProblems(result.left) : result.right.batch
    }
    const usual = batchOf({ estimator: 'ppo' }) as { readonly options: { readonly copies: number; readonly length: number } }
    expect(usual).toMatchObject({ word: 'segments', options: { copies: expect.any(Number), length: expect.any(Number) } })
    expect(batchOf({ estimator: 'ppo', batch: 'segments' })).toEqual(usual)
    expect(batchOf({ estimator: 'ppo', batch: { segments: { copies: 3 } } })).toEqual({ word: 'segments', options: { ...usual.options, copies: 3 } })
    expect(batchOf({ estimator: 'a2c', batch: { segments: { copies: 3 } } })).toEqual({ word: 'segments', options: { copies: 3, length: 5 } })
    expect(batchOf({ estimator: 'reinforce', batch: { episodes: { copies: 4 } } })).toEqual({ word: 'episodes', options: { count: 16, copies: 4 } })
    // Not the usual kind of ppo.
    expect(batchOf({ estimator: 'ppo', batch: 'episodes' })).toEqual({ word: 'episodes', options: { count: 16 } })
  })

  /** Every object of an experiment's JSON by its path, but those that ignore keys that they do not know. */
  const objects = (x: unknown, path: string): readonly string[] =>
    typeof x !== 'object' || x === null
      ? []
      : [
          ...(Array.isArray(x) ? [] : [path]),
          ...Object.entries(x).flatMap(([key, value]) => (key === 'mdp' ? [] : objects(value, Array.isArray(x) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`))),
        ]
  const withKey = (x: unknown, at: string, path: string): unknown => {
    if (typeof x !== 'object' || x === null) return x
    if (Array.isArray(x)) return x.map((value, k) => withKey(value, at, `${path}[${k}]`))
    const fields = Object.fromEntries(Object.entries(x).map(([key, value]) => [key, withKey(value, at, path === '' ? key : `${path}.${key}`)]))
    return path === at ? { ...fields, unheard: 1 } : fields
  }
  it('an unknown key is refused, wherever it stands', () => {
    fc.assert(
      fc.property(experiments.chain((x) => fc.tuple(fc.constant(json(x)), fc.constantFrom(...objects(json(x), '')))), ([x, at]) => {
        const place = /^(estimator\[|estimator\.(plus|mix|scale))/.test(at) ? 'estimator' : at
        const message = says(withKey(x, at, ''))
        expect(message).not.toBe('no problem')
        expect(message.startsWith(place.replace(/\.(adam|sgd|linear|episodes|segments|ppo|cloning)$/, ''))).toBe(true)
      }),
      { numRuns: 300, seed },
    )
  })

  const right = { environment: 'CartPole-v1', estimator: 'ppo' }
  for (const [name, x, message] of [
    ['no object', 7, 'input: expected an object with environment, estimator, wrappers, network, '],
    ['nothing', {}, /^environment: expected an environment: CartPole-v1, .*, got none\nestimator: expected a recipe, or a pipeline as JSON, got none$/],
    ['a misspelt key', { ...right, discoutn: 0.9 }, /^discoutn: expected one of environment, .* \(nearest: discount\), got "discoutn"$/],
    ['a misspelt environment', { ...right, environment: 'Cartpole-v1' }, /^environment: expected one of CartPole-v1, .* \(nearest: CartPole-v1\), got "Cartpole-v1"$/],
    ['a misspelt environment with options', { ...right, environment: { name: 'Cartpole-v1' } }, /^environment\.name: expected one of .* \(nearest: CartPole-v1\), got "Cartpole-v1"$/],
    ['an environment without a name', { ...right, environment: { timeLimit: {} } }, /^environment\.name: expected one of .*, got none$/],
    ['ice without a lake', { ...right, environment: { name: 'CartPole-v1', ice: 'rough' } }, /^environment\.ice: expected one of name, timeLimit/],
    ['a bad limit', { ...right, environment: { name: 'CartPole-v1', timeLimit: { steps: 0, as: 'cut' } } }, "environment.timeLimit.steps: expected an integer >= 1, got 0\nenvironment.timeLimit.as: expected 'Truncated' or 'TimeLimit', got \"cut\""],
    ['a bad MDP', { ...right, environment: { mdp: { S: 0 } } }, /^environment\.mdp\./],
    ['a misspelt recipe', { ...right, estimator: 'ppoo' }, /^estimator: expected a pipeline as JSON, or a recipe: one of .* \(nearest: ppo\), got "ppoo"$/],
    ['a bad option of ppo', { ...right, estimator: { ppo: { lambda: 2, clipp: 0.1 } } }, /^estimator\.ppo\.lambda: expected a number in \[0, 1\], got 2\nestimator\.ppo\.clipp: expected one of lambda, clip, valueClip \(nearest: clip\)/],
    ['an option of a recipe that has none', { ...right, estimator: { reinforce: { lambda: 1 } } }, /^estimator\.reinforce\.lambda: expected /],
    ['a bad pipeline', { ...right, estimator: ['totalReturn', 'causality', 'causality'] }, 'estimator[2]: expected causality: already applied; remove the second one, got "causality"'],
    ['cloning of nothing', { ...right, estimator: 'cloning' }, 'estimator.cloning.demonstrations: expected demonstrations, got none'],
    ['cloning of texts', { ...right, estimator: { cloning: { demonstrations: { observations: [[0, 'x']], actions: 1 } } } }, 'estimator.cloning.demonstrations.observations[0][1]: expected a finite number, got "x"\nestimator.cloning.demonstrations.actions: expected an array of rows of numbers, got 1'],
    ['a network of size 0', { ...right, network: { hidden: [64, 0] } }, 'network.hidden[1]: expected an integer >= 1, got 0'],
    ['a network of half a neuron', { ...right, network: { hidden: [0.5], activation: 'gelu' } }, "network.hidden[0]: expected an integer >= 1, got 0.5\nnetwork.activation: expected 'tanh' or 'relu', got \"gelu\""],
    ['a misspelt optimiser', { ...right, optimiser: 'adams' }, 'optimiser: expected one of adam, sgd (nearest: adam), got "adams"'],
    ['two optimisers', { ...right, optimiser: { adam: {}, sgd: {} } }, 'optimiser: expected an optimiser, got {"adam":{},"sgd":{}}'],
    ['a bad momentum', { ...right, optimiser: { sgd: { momentum: 2 } } }, 'optimiser.sgd.momentum: expected a number in [0, 1], got 2'],
    ['a negative rate', { ...right, rate: -1 }, 'rate: expected a finite number >= 0, or { "linear": { "from": ... } }, got -1'],
    ['an infinite rate', { ...right, rate: 'Infinity' }, /^rate: expected a finite number/],
    ['a misspelt schedule', { ...right, rate: { lienar: { from: 1 } } }, /^rate: expected one of linear \(nearest: linear\), got "lienar"$/],
    ['a schedule from nowhere', { ...right, rate: 'linear' }, 'rate.linear.from: expected a finite number >= 0, got none'],
    ['a batch of half an episode', { ...right, batch: { episodes: { count: 0.5 } } }, 'batch.episodes.count: expected an integer >= 1, got 0.5'],
    ['no copies', { ...right, batch: { segments: { copies: 0 } } }, 'batch.segments.copies: expected an integer >= 1, got 0'],
    ['a bad wrapper', { ...right, wrappers: { scaleReward: 0, normaliseObservation: { clip: 0 } } }, 'wrappers.scaleReward: expected a finite number > 0, got 0\nwrappers.normaliseObservation.clip: expected a number > 0, got 0'],
    ['a large seed', { ...right, seed: 2 ** 31 }, 'seed: expected a 32-bit integer, got 2147483648'],
    ['endless training', { ...right, stop: { steps: 'Infinity', solved: 'yes' } }, 'stop.steps: expected an integer >= 1, got "Infinity"\nstop.solved: expected true, false, or a return, got "yes"'],
    ['an unknown backend', { ...right, backend: 'cuda' }, `backend: expected ${backendNames.map((backend) => `'${backend}'`).join(' or ')}, got "cuda"`],
  ] as const)
    it(name, () => (typeof message === 'string' ? expect(says(x).startsWith(message), says(x)).toBe(true) : expect(says(x)).toMatch(message)))

  it('never throws, and every problem has a place, whatever JSON it is given', () => {
    const odd = fc.oneof(fc.jsonValue(), fc.constantFrom<unknown>(null, 'Infinity', -1, 0.5, [], {}, '', '__proto__', { constructor: 1 }))
    let accepted = 0
    fc.assert(
      fc.property(experiments.chain((x) => fc.tuple(fc.constant(json(x) as object), fc.array(fc.tuple(fc.constantFrom(...Object.keys(x)), odd), { maxLength: 2 }))), ([x, changes]) => {
        const result = codec.decode({ ...x, ...Object.fromEntries(changes) })
        if (E.isRight(result)) accepted++
        else for (const { path, expected, got } of problemsOf()(result.left)) if (path === '' || expected === '' || got === '' || /undefined|\[object/.test(`${path}${expected}`)) expect.fail(JSON.stringify({ path, expected, got }))
      }),
      { numRuns: 2000, seed },
    )
    expect(accepted).toBeGreaterThan(200)
    expect(() => codec.decode(JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`))).not.toThrow()
  })
})

describe('what does not go together is refused, with what would', () => {
  const refusal = (x: object): string => {
    const result = settle(decoded({ environment: 'CartPole-v1', ...x }))
    return E.isLeft(result) ? describeProblems(result.left) : 'no problem'
  }
  for (const [name, x, message] of [
    ['segments for a return', { estimator: 'reinforce', batch: { segments: { copies: 1, length: 8 } } }, 'batch: expected episodes, such as { "episodes": { "count": 16 } }: the estimator needs complete episodes, got "segments"'],
    ['epochs on-policy', { estimator: 'reinforce', epochs: 2 }, 'epochs: expected 1: after the first gradient step the batch is off-policy; add importance(...) to the pipeline, got 2'],
    ['minibatches on-policy', { estimator: 'a2c', minibatches: 2 }, 'minibatches: expected 1: after the first gradient step the batch is off-policy; add importance(...) to the pipeline, got 2'],
    ['minibatches of a reduced pipeline', { estimator: 'clipped', minibatches: 2 }, 'minibatches: expected 1: a pipeline that ends in reduce takes the whole batch; ppo takes minibatches, got 2'],
    ['a need that no sampling meets', { estimator: ['totalReturn', 'causality', { baseline: 'actionValue' }, { reduce: 'meanOverTrajectories' }] }, /^estimator: expected one whose needs sampling meets: .*, got "ActionValue"$/],
    ['a value that nobody reads', { estimator: 'reinforce', valueCoefficient: 1 }, 'valueCoefficient: expected 0: nothing in this estimator reads a value, got 1'],
    ['copies that do not divide', { estimator: 'reinforce', batch: { episodes: { count: 4, copies: 3 } } }, 'batch.episodes.copies: expected a divisor of count = 4, got 3'],
    ['whole episodes that are cut', { estimator: 'reinforce', environment: { name: 'CartPole-v1', timeLimit: { as: 'Truncated' } } }, 'environment.timeLimit.as: expected "TimeLimit", since whole episodes are not cut; or segments for a batch, got "Truncated"'],
    ['a threshold that nobody knows', { estimator: 'reinforce', environment: { mdp: world }, stop: { solved: true } }, /^stop\.solved: expected a return, or false: /],
    ['a schedule over whole episodes', { estimator: 'reinforce', rate: { linear: { from: 1 } } }, 'rate.linear.updates: expected an integer >= 1: of whole episodes it is not known beforehand, got none'],
    ['demonstrations of another environment', { estimator: { cloning: { demonstrations: { observations: [[0]], actions: [[2]] } } } }, 'estimator.cloning.demonstrations.observations[0]: expected 4 numbers, got [0]\nestimator.cloning.demonstrations.actions[0]: expected [k], k an integer from 0 to 1, got [2]'],
    ['demonstrations without actions', { estimator: { cloning: { demonstrations: { observations: [[0, 0, 0, 0]], actions: [] } } } }, 'estimator.cloning.demonstrations.actions: expected 1 rows, one per observation, got 0'],
    ['no demonstrations', { estimator: { cloning: { demonstrations: { observations: [], actions: [] } } } }, 'estimator.cloning.demonstrations.observations: expected one row or more, got none'],
    ['cloning of what is observed otherwise', { estimator: { cloning: { demonstrations: { observations: [[0, 0, 0, 0]], actions: [[1]] } } }, wrappers: { normaliseObservation: {} } }, /^wrappers\.normaliseObservation: expected none/],
    ['what goes together', { estimator: 'clipped', epochs: 4 }, 'no problem'],
  ] as const)
    it(name, () => (typeof message === 'string' ? expect(refusal(x)).toBe(message) : expect(refusal(x)).toMatch(message)))
})
