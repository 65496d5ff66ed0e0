import * as fc from 'fast-check'
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { describe, expect, it } from 'vitest'
import { tenths } from '../../laws/arbitraries/numbers.ts'
import { testLaw } from '../../laws/vitest.ts'
import { box, discrete } from '../../src/environment/space.ts'
import type { Discrete } from '../../src/environment/space.ts'
import { mlp, policyOutput } from '../../src/network/index.ts'
import { policyOf } from '../../src/policy/index.ts'
import type { Head } from '../../src/policy/index.ts'
import { seed } from '../seed/seed.ts'
import { readVectors } from '../vectors/read.ts'
import { constant, exp, log, minus, over, plus, times } from './dual.ts'
import {
  divergencesAreExpectations,
  expectedScoreIsZero,
  fisherIsCurvature,
  gradientIsTheDerivative,
  gradientIsTheSlope,
  logProbIsTheDensity,
  rowsAreIndependent,
  samplesFollow,
} from './headLaws.ts'
import type { Subject } from './subjects.ts'

/** log(1 + exp(x)) without overflow. */
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
const entropyAt = (x: number): number => softplus(x) - x * sigmoid(x)
const klAt = (x: number, y: number): number => sigmoid(x) * (x - y) + softplus(y) - softplus(x)

/** A head as a user would write it: yes or no, by one logit. */
const bernoulli: Head<1, Discrete<2>> = {
  name: 'bernoulli',
  parameters: 1,
  action: discrete(2),
  sample: (x, n, random, actions, logProb) => {
    for (let i = 0; i < n; i++) {
      actions[i] = uniformFloat64(random) < sigmoid(x[i]) ? 1 : 0
      logProb[i] = actions[i] * x[i] - softplus(x[i])
    }
  },
  logProb: (x, actions, n, out) => {
    for (let i = 0; i < n; i++) out[i] = actions[i] * x[i] - softplus(x[i])
  },
  entropy: (x, n, out) => {
    for (let i = 0; i < n; i++) out[i] = entropyAt(x[i])
  },
  kl: (p, q, n, out) => {
    for (let i = 0; i < n; i++) out[i] = klAt(p[i], q[i])
  },
  fisherVectorProduct: (x, v, n, out) => {
    for (let i = 0; i < n; i++) out[i] = sigmoid(x[i]) * (1 - sigmoid(x[i])) * v[i]
  },
  gradient: (x, actions, n, { weights, entropy = 0, kl }, out) => {
    for (let i = 0; i < n; i++) {
      const p = sigmoid(x[i])
      const spread = p * (1 - p)
      out[i] = weights[i] * (actions[i] - p) - entropy * spread * x[i]
      if (kl === undefined) continue
      const q = kl.reference[i]
      out[i] -= kl.weight * (kl.direction === 'toReference' ? spread * (x[i] - q) : p - sigmoid(q))
    }
  },
}

const logDensity: Subject['logDensity'] = ([x], [a]) => minus(times(a, x), log(plus(constant(1), exp(x))))

const subject: Subject = {
  head: bernoulli,
  row: tenths(-3, 3).map((x) => [x]),
  action: fc.constantFrom([0], [1]),
  logDensity,
  expectation: ([x], f) => {
    const p = over(exp(x), plus(constant(1), exp(x)))
    return plus(times(p, f([constant(1)])), times(minus(constant(1), p), f([constant(0)])))
  },
  actions: (a) => Int32Array.from(a),
}

describe('a head of your own', () => {
  const trial = { seed, runs: 50 }
  testLaw(logProbIsTheDensity(subject), trial)
  testLaw(divergencesAreExpectations(subject), trial)
  testLaw(expectedScoreIsZero(subject), trial)
  testLaw(fisherIsCurvature(subject), trial)
  testLaw(gradientIsTheDerivative(subject), trial)
  testLaw(gradientIsTheSlope(subject), trial)
  testLaw(rowsAreIndependent(subject), trial)
  testLaw(samplesFollow(subject, [([a]) => a]), { seed, runs: 3 })

  it('makes a policy', () => {
    const policy = policyOf(mlp({ observation: box([3]), hidden: [5], outputs: [policyOutput(1)] }), bernoulli)
    const out = new Float64Array(1)
    policy.logProb(policy.network.init(1), Float32Array.of(0, 0, 0), Int32Array.of(1), 1, out)
    expect(out[0]).toBe(-Math.LN2)
  })

  it('agrees with numbers of another framework', () => {
    interface Stored {
      readonly arrays: Readonly<Record<string, { readonly data: readonly number[]; readonly shape: readonly number[] }>>
      readonly entries: readonly {
        readonly id: string
        readonly algorithm: string
        readonly inputs: Readonly<Record<string, string>>
        readonly expected: Readonly<Record<string, string>>
      }[]
    }
    const { arrays, entries } = readVectors<Stored>('conformance/distribution.json')
    const found = entries.filter(({ algorithm }) => algorithm === 'bernoulli')
    expect(found.length).toBeGreaterThan(0)
    for (const { id, inputs, expected } of found) {
      const { data: logits, shape } = arrays[inputs['logits']]
      const [n, d] = shape
      // Independent components: log-probabilities add up.
      const sums = (column: Float64Array): readonly number[] => Array.from({ length: n }, (_, i) => column.subarray(i * d, (i + 1) * d).reduce((a, b) => a + b, 0))
      const out = new Float64Array(n * d)
      bernoulli.logProb(Float64Array.from(logits), Int32Array.from(arrays[inputs['actions']].data), n * d, out)
      sums(out).forEach((x, i) => expect(x, id).toBeCloseTo(arrays[expected['log_prob']].data[i], 10))
      bernoulli.entropy(Float64Array.from(logits), n * d, out)
      sums(out).forEach((x, i) => expect(x, id).toBeCloseTo(arrays[expected['entropy']].data[i], 10))
    }
  })
})
