import * as fc from 'fast-check'
import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import { exactly } from '../../laws/arbitraries/numbers.ts'
import { tryLaw } from '../../laws/law.ts'
import type { Law } from '../../laws/law.ts'
import { testLaw } from '../../laws/vitest.ts'
import { box } from '../../src/environment/space.ts'
import { beside, linearGaussian, mlp, policyOutput, scalarMlp, tabular, valueOutput, withLogDeviation } from '../../src/network/index.ts'
import type { MlpEngine } from '../../src/network/index.ts'
import { categorical, gaussian, policyOf } from '../../src/policy/index.ts'
import type { Floats } from '../../src/policy/index.ts'
import { constant, plus, relu, tanh, times, total } from '../policy/dual.ts'
import type { Dual } from '../policy/dual.ts'
import { seed } from '../seed/seed.ts'
import { readVectors } from '../vectors/read.ts'
import { number, outputsAreDefined, pullbackIsTheDerivative, pullbackIsTheSlope } from './laws.ts'
import type { Case, Subject } from './laws.ts'

const vector = (size: number): fc.Arbitrary<readonly number[]> => exactly(size, number)

/** Reads parameters one after the other. */
const reader = (parameters: readonly Dual[]): ((count: number) => readonly Dual[]) => {
  let at = 0
  return (count) => parameters.slice(at, (at += count))
}

/** x W + b, W of [in, out]. */
const linear = (take: (count: number) => readonly Dual[], x: readonly Dual[], size: number): readonly Dual[] => {
  const W = take(x.length * size)
  const b = take(size)
  return b.map((bias, j) => plus(bias, total(x.map((xi, i) => times(xi, W[i * size + j])))))
}

const perceptron =
  (hidden: readonly number[], outputs: readonly number[], f: (x: Dual) => Dual): Subject['definition'] =>
  (parameters, observation) => {
    const take = reader(parameters)
    const top = hidden.reduce<readonly Dual[]>((x, size) => linear(take, x, size).map(f), observation.map(constant))
    return outputs.map((size) => linear(take, top, size))
  }

const mlpSubject = (inputs: number, hidden: readonly number[], outputs: readonly number[], activation: 'tanh' | 'relu', engine: MlpEngine = scalarMlp): Subject => {
  const [first, ...rest] = outputs.map((size, k) => ({ name: `output${k}`, size, gain: 1 }))
  return {
    network: mlp({ observation: box([inputs]), hidden, outputs: [first, ...rest], activation, precision: 'float64', engine }),
    observation: vector(inputs),
    definition: perceptron(hidden, outputs, activation === 'tanh' ? tanh : relu),
  }
}

const stateIndependent = (mean: Subject['definition'], inner: number): Subject['definition'] => (parameters, observation) => {
  const [means, ...rest] = mean(parameters.slice(0, inner), observation)
  return [[...means, ...parameters.slice(inner)], ...rest]
}

const mean = mlp({ observation: box([2]), hidden: [3], outputs: [policyOutput(2), valueOutput], precision: 'float64' })
const value = mlp({ observation: box([2]), hidden: [4], outputs: [valueOutput], precision: 'float64' })

const smooth: readonly Subject[] = [
  // Widths on both sides of the blocks of two rows and four columns.
  mlpSubject(1, [], [1], 'tanh'),
  mlpSubject(3, [], [2, 1], 'tanh'),
  mlpSubject(4, [5], [2], 'tanh'),
  mlpSubject(2, [4, 3], [1, 5, 2], 'tanh'),
  mlpSubject(3, [1, 9, 2], [4], 'tanh'),
  {
    network: tabular({ states: 3, actions: 4 }),
    observation: fc.integer({ min: 0, max: 2 }).map((s) => [s]),
    definition: (theta, [s]) => [theta.slice(4 * s, 4 * s + 4)],
  },
  {
    network: linearGaussian({ states: 3, actions: 2 }),
    observation: vector(3),
    definition: (theta, s) => [[...[0, 1].map((j) => total(s.map((x, k) => times(constant(x), theta[3 * j + k])))), theta[6], theta[6]]],
  },
  { network: withLogDeviation(mean), observation: vector(2), definition: stateIndependent(perceptron([3], [2, 1], tanh), mean.parameterCount) },
  {
    network: pipe(mean, beside(value)),
    observation: vector(2),
    definition: (theta, s) => [
      ...perceptron([3], [2, 1], tanh)(theta.slice(0, mean.parameterCount), s),
      ...perceptron([4], [1], tanh)(theta.slice(mean.parameterCount), s),
    ],
  },
]
const withKinks: readonly Subject[] = [mlpSubject(3, [5], [2], 'relu'), mlpSubject(2, [4, 6], [1, 2], 'relu')]

describe.each([...smooth, ...withKinks])('$network.name', (s) => {
  const trial = { seed, runs: 40 }
  testLaw(outputsAreDefined(s), trial)
  testLaw(pullbackIsTheDerivative(s), trial)
})

describe.each(smooth)('$network.name', (s) => {
  testLaw(pullbackIsTheSlope(s), { seed, runs: 15 })
})

describe('mutants are refused', () => {
  const good = mlpSubject(3, [4], [2, 1], 'tanh')
  const rejects = (law: (s: Subject) => Law<Case>, engine: MlpEngine): void => {
    expect(tryLaw({ seed, runs: 20 })(law(mlpSubject(3, [4], [2, 1], 'tanh', engine)))._tag).toBe('failed')
  }
  const pulled =
    (change: (gradient: Floats) => void): MlpEngine =>
    (shape) => {
      const { forward, vectorJacobianProduct } = scalarMlp(shape)
      return {
        forward,
        vectorJacobianProduct: (parameters, observations, n, cotangent, gradient) => {
          vectorJacobianProduct(parameters, observations, n, cotangent, gradient)
          change(gradient)
        },
      }
    }
  it('a bias without gradient', () => {
    const mutant = pulled((gradient) => gradient.fill(0, 12, 16))
    rejects(pullbackIsTheDerivative, mutant)
    rejects(pullbackIsTheSlope, mutant)
  })
  it('a mean over the rows instead of their sum', () => {
    const mutant: MlpEngine = (shape) => {
      const { forward, vectorJacobianProduct } = scalarMlp(shape)
      return {
        forward,
        vectorJacobianProduct: (parameters, observations, n, cotangent, gradient) =>
          vectorJacobianProduct(parameters, observations, n, cotangent.map((c) => c / n) as Floats, gradient),
      }
    }
    rejects(pullbackIsTheDerivative, mutant)
    rejects(pullbackIsTheSlope, mutant)
  })
  it('another activation', () => {
    const mutant: MlpEngine = (shape) => ({ ...scalarMlp(shape), forward: scalarMlp({ ...shape, activation: 'relu' }).forward })
    rejects(outputsAreDefined, mutant)
  })
  it('output blocks in rows', () => {
    const mutant: MlpEngine = (shape) => {
      const engine = scalarMlp(shape)
      return {
        ...engine,
        forward: (parameters, observations, n) => {
          const y = engine.forward(parameters, observations, n)
          return Float64Array.from({ length: 3 * n }, (_, k) => (k % 3 < 2 ? y[2 * Math.floor(k / 3) + (k % 3)] : y[2 * n + Math.floor(k / 3)]))
        },
      }
    }
    rejects(outputsAreDefined, mutant)
    rejects(pullbackIsTheSlope, mutant)
  })
  it('what is no mutant passes', () => {
    expect(tryLaw({ seed, runs: 20 })(pullbackIsTheSlope(good))._tag).toBe('held')
  })
})

describe('linear-quadratic problems', () => {
  interface Stored {
    readonly id: string
    readonly stateDim: number
    readonly actionDim: number
    readonly K: readonly (readonly number[])[]
    readonly logSigma: number
    readonly rollouts: readonly {
      readonly states: readonly (readonly number[])[]
      readonly actions: readonly (readonly number[])[]
      readonly logProbs: readonly number[]
      readonly scores: readonly (readonly number[])[]
    }[]
  }
  const { lqr } = readVectors<{ readonly lqr: readonly Stored[] }>('mdp.json')
  it.each(lqr)('$id: log-probabilities and scores of the stored rollouts', ({ stateDim, actionDim, K, logSigma, rollouts }) => {
    const network = linearGaussian({ states: stateDim, actions: actionDim })
    const policy = policyOf(network, gaussian(actionDim))
    const theta = Float64Array.from([...K.flat(), logSigma])
    for (const { states, actions, logProbs, scores } of rollouts) {
      const n = logProbs.length
      const logProb = new Float64Array(n)
      // Of the state after the last action nothing is asked.
      const s = Float64Array.from(states.slice(0, n).flat())
      policy.logProb(theta, s, Float64Array.from(actions.flat()), n, logProb)
      for (const [i, expected] of logProbs.entries()) expect(logProb[i]).toBeCloseTo(expected, 10)
      for (const [i, expected] of scores.entries()) {
        const score = new Float64Array(theta.length)
        policy.gradient(theta, Float64Array.from(states[i]), Float64Array.from(actions[i]), 1, { weights: Float64Array.of(1) }, score)
        for (const [k, x] of expected.entries()) expect(score[k]).toBeCloseTo(x, 9)
      }
    }
  })
})

describe('tabular softmax', () => {
  it('refuses a state that it does not have', () => {
    const network = tabular({ states: 2, actions: 3 })
    for (const s of [-1, 2, 0.5, NaN])
      expect(() => network.forward(new Float64Array(6), Float64Array.of(0, s), 2)).toThrow(`tabular(2 x 3): observation 1: expected a state, an integer from 0 to 1, got ${s}`)
  })
  it('is uniform at first', () => {
    const { network, logProb } = policyOf(tabular({ states: 2, actions: 4 }), categorical(4))
    const out = new Float64Array(1)
    logProb(network.init(3), Int32Array.of(1), Int32Array.of(2), 1, out)
    expect(out[0]).toBe(-Math.log(4))
  })
})

describe('sizes that make no sense', () => {
  it('are refused by name', () => {
    expect(() => tabular({ states: 0, actions: 2 })).toThrow('tabular: states: expected an integer >= 1, got 0')
    expect(() => tabular({ states: 2, actions: NaN })).toThrow('tabular: actions: expected an integer >= 1, got NaN')
    expect(() => linearGaussian({ states: 1.5, actions: 1 })).toThrow('linearGaussian: states: expected an integer >= 1, got 1.5')
    expect(() => linearGaussian({ states: 1, actions: 0 })).toThrow('linearGaussian: actions: expected an integer >= 1, got 0')
    expect(() => linearGaussian({ states: 1, actions: 1, logDeviation: Infinity })).toThrow('linearGaussian: logDeviation: expected a finite number')
    expect(() => withLogDeviation(mean, NaN)).toThrow('withLogDeviation: logDeviation: expected a finite number, got NaN')
    const other = mlp({ observation: box([3]), hidden: [], outputs: [valueOutput] })
    // @ts-expect-error: observations of another size
    expect(() => pipe(mean, beside(other))).toThrow('beside: mlp(2-3-2+1) observes Box<[2]>, mlp(3-1) Box<[3]>; give both the same')
  })
})
