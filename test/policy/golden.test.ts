import { describe, expect, it } from 'vitest'
import { categorical, gaussian } from '../../src/policy/index.ts'
import type { Terms } from '../../src/policy/index.ts'
import { readVectors } from '../vectors/read.ts'
import type { StoredMdp } from '../vectors/schema.ts'

interface Stored {
  readonly shape: readonly number[]
  readonly data: readonly number[]
}
interface Entry {
  readonly id: string
  readonly algorithm: string
  readonly framework: string
  readonly inputs: Readonly<Record<string, string>>
  readonly params: Readonly<Record<string, unknown>>
  readonly expected: Readonly<Record<string, number | string | Readonly<Record<string, string>>>>
  readonly tol: { readonly abs: number; readonly rel: number }
}

const { arrays, entries } = readVectors<{ readonly arrays: Readonly<Record<string, Stored>>; readonly entries: readonly Entry[] }>('conformance/distribution.json')

const close = (actual: ArrayLike<number>, expected: readonly number[], { abs, rel }: Entry['tol']): void => {
  expect(actual.length).toBe(expected.length)
  for (let k = 0; k < expected.length; k++)
    expect(Math.abs(actual[k] - expected[k]), `entry ${k}: ${actual[k]} against ${expected[k]}`).toBeLessThanOrEqual(abs + rel * Math.abs(expected[k]))
}

const column = (n: number, f: (out: Float64Array) => void): Float64Array => {
  const out = new Float64Array(n)
  f(out)
  return out
}

/** Rows of an entry's logits, whatever the axes before the last. */
const logitsOf = ({ inputs }: Entry, name: string) => {
  const { shape, data } = arrays[inputs[name]]
  const K = shape[shape.length - 1]
  return { head: categorical(K), x: Float64Array.from(data), n: data.length / K, K }
}

const ofData = (entry: Entry, name: string): readonly number[] => arrays[entry.inputs[name]].data
const expected = ({ expected: of }: Entry, name: string): readonly number[] => {
  const found = of[name]
  return typeof found === 'number' ? [found] : arrays[found as string].data
}
const expectedGradient = (entry: Entry, name: string, by: string): readonly number[] => arrays[(entry.expected[name] as Readonly<Record<string, string>>)[by]].data

const ones = (n: number): Float64Array => new Float64Array(n).fill(1)
const none = (n: number): Float64Array => new Float64Array(n)

/** By algorithm: what is compared. Those that are not here (squashed Gaussian, Bernoulli, sums of squares) have no head of ours. */
const compare: Readonly<Record<string, (entry: Entry) => void>> = {
  'sb3/categorical': (entry) => {
    const { head, x, n, K } = logitsOf(entry, 'logits')
    const actions = Int32Array.from(ofData(entry, 'actions'))
    const q = Float64Array.from(ofData(entry, 'q_logits'))
    close(column(n, (out) => head.logProb(x, actions, n, out)), expected(entry, 'log_prob'), entry.tol)
    close(column(n, (out) => head.entropy(x, n, out)), expected(entry, 'entropy'), entry.tol)
    close(column(n, (out) => head.kl(x, q, n, out)), expected(entry, 'kl_to_q'), entry.tol)
    close(column(n * K, (out) => head.gradient(x, actions, n, { weights: ones(n) }, out)), expectedGradient(entry, 'grad_logprob_sum', 'logits'), entry.tol)
    close(column(n * K, (out) => head.gradient(x, actions, n, { weights: none(n), entropy: 1 }, out)), expectedGradient(entry, 'grad_entropy_sum', 'logits'), entry.tol)
    const kl = { reference: q, direction: 'toReference', weight: -1 } as const
    close(column(n * K, (out) => head.gradient(x, actions, n, { weights: none(n), kl }, out)), expectedGradient(entry, 'grad_kl_sum', 'logits'), entry.tol)
  },
  'sb3/diag_gaussian': (entry) => {
    const mean = arrays[entry.inputs['mean']]
    const [n, d] = mean.shape
    const head = gaussian(d)
    // A deviation for all rows, in the stored ones.
    const rows = (means: readonly number[], logs: readonly number[]): Float64Array =>
      Float64Array.from({ length: n * 2 * d }, (_, k) => {
        const [i, j] = [Math.floor(k / (2 * d)), k % (2 * d)]
        return j < d ? means[i * d + j] : logs[(j - d) % logs.length]
      })
    const x = rows(mean.data, ofData(entry, 'log_std'))
    const q = rows(ofData(entry, 'q_mean'), ofData(entry, 'q_log_std'))
    const actions = Float64Array.from(ofData(entry, 'actions'))
    close(column(n, (out) => head.logProb(x, actions, n, out)), expected(entry, 'log_prob'), entry.tol)
    close(column(n, (out) => head.entropy(x, n, out)), expected(entry, 'entropy'), entry.tol)
    close(column(n, (out) => head.kl(x, q, n, out)), expected(entry, 'kl_to_q'), entry.tol)
    const gradientsOf = (terms: Terms) => {
      const out = column(n * 2 * d, (o) => head.gradient(x, actions, n, terms, o))
      const at = (i: number, j: number): number => out[i * 2 * d + j]
      return {
        byMean: Array.from({ length: n * d }, (_, k) => at(Math.floor(k / d), k % d)),
        byLog: Array.from({ length: d }, (_, j) => Array.from({ length: n }, (__, i) => at(i, d + j)).reduce((a, b) => a + b, 0)),
      }
    }
    const kl = { reference: q, direction: 'toReference', weight: -1 } as const
    for (const [name, terms] of [
      ['grad_logprob_sum', { weights: ones(n) }],
      ['grad_entropy_sum', { weights: none(n), entropy: 1 }],
      ['grad_kl_sum', { weights: none(n), kl }],
    ] as const) {
      const { byMean, byLog } = gradientsOf(terms)
      close(byMean, expectedGradient(entry, name, 'mean'), entry.tol)
      close(byLog, expectedGradient(entry, name, 'log_std'), entry.tol)
    }
  },
  'rlax/categorical_kl': (entry) => {
    const { head, x, n, K } = logitsOf(entry, 'p_logits')
    const temperature = Number(entry.params['temperature'] ?? 1)
    // Logits over a temperature; the gradient is by the logits before.
    const [p, q] = [x, Float64Array.from(ofData(entry, 'q_logits'))].map((logits) => logits.map((y) => y / temperature))
    close(column(n, (out) => head.kl(p, q, n, out)), expected(entry, 'kl'), entry.tol)
    const kl = { reference: q, direction: 'toReference', weight: -1 } as const
    const gradient = column(n * K, (out) => head.gradient(p, new Int32Array(n), n, { weights: none(n), kl }, out))
    close(gradient.map((g) => g / temperature), expectedGradient(entry, 'grad_of_sum', 'p_logits'), entry.tol)
  },
  'rlax/categorical_is_ratio': (entry) => {
    const { head, x, n } = logitsOf(entry, 'pi_logits')
    const actions = Int32Array.from(ofData(entry, 'a_t'))
    const pi = column(n, (out) => head.logProb(x, actions, n, out))
    const mu = column(n, (out) => head.logProb(Float64Array.from(ofData(entry, 'mu_logits')), actions, n, out))
    close(pi.map((l, i) => Math.exp(l - mu[i])), expected(entry, 'ratio'), entry.tol)
  },
  'rlax/gaussian_diagonal': (entry) => {
    const [mu, sigma, other, sample] = ['mu', 'sigma', 'other_mu', 'sample'].map((name) => ofData(entry, name))
    const head = gaussian(mu.length)
    const logs = sigma.map(Math.log)
    const x = Float64Array.from([...mu, ...logs])
    const toStandard = Float64Array.from([...mu.map(() => 0), ...mu.map(() => 0)])
    close(column(1, (out) => head.logProb(x, Float64Array.from(sample), 1, out)), expected(entry, 'log_prob'), entry.tol)
    close(column(1, (out) => head.entropy(x, 1, out)), expected(entry, 'entropy'), entry.tol)
    close(column(1, (out) => head.kl(x, Float64Array.from([...other, ...ofData(entry, 'other_sigma').map(Math.log)]), 1, out)), expected(entry, 'kl'), entry.tol)
    close(column(1, (out) => head.kl(x, toStandard, 1, out)), expected(entry, 'kl_to_std_normal'), entry.tol)
  },
  categorical_entropy: (entry) => {
    const { head, x, n, K } = logitsOf(entry, 'logits')
    close(column(n, (out) => head.entropy(x, n, out)), expected(entry, 'entropy'), entry.tol)
    close(column(n * K, (out) => head.gradient(x, new Int32Array(n), n, { weights: none(n), entropy: 1 }, out)), expectedGradient(entry, 'grad_of_sum', 'logits'), entry.tol)
  },
  categorical_logprob: (entry) => {
    const { head, x, n, K } = logitsOf(entry, 'logits')
    const actions = Int32Array.from(ofData(entry, 'labels'))
    close(column(n, (out) => head.logProb(x, actions, n, out)), expected(entry, 'log_prob'), entry.tol)
    close(column(n * K, (out) => head.gradient(x, actions, n, { weights: ones(n) }, out)), expectedGradient(entry, 'grad_of_sum', 'logits'), entry.tol)
  },
}

const comparisonOf = ({ framework, algorithm }: Entry): ((entry: Entry) => void) | undefined => compare[`${framework}/${algorithm}`] ?? compare[algorithm]
const comparable = entries.filter((entry) => comparisonOf(entry) !== undefined)

describe('values and gradients that other frameworks computed', () => {
  it('are there for every comparison', () => {
    for (const key of Object.keys(compare)) expect(comparable.some((entry) => comparisonOf(entry) === compare[key]), key).toBe(true)
  })
  it.each(comparable)('$id', (entry) => comparisonOf(entry)?.(entry))
  it('a comparison can fail', () => {
    const entry = comparable.find(({ algorithm }) => algorithm === 'categorical_kl') as Entry
    const [p, q] = [entry.inputs['q_logits'], entry.inputs['p_logits']]
    expect(() => compare['rlax/categorical_kl']({ ...entry, inputs: { p_logits: p, q_logits: q } })).toThrow(/against/)
  })
})

interface TrustRegion {
  readonly stateDistribution: readonly number[]
  readonly fisher: readonly (readonly number[])[]
  readonly naturalGradient: readonly number[]
  readonly stepSize: number
  readonly klAfterStepOldNew: number
  readonly klAfterStepNewOld: number
}

const { mdps } = readVectors<{ readonly mdps: readonly (StoredMdp & { readonly trustRegion: TrustRegion })[] }>('mdp.json')
const tight = { abs: 1e-9, rel: 1e-9 }

describe.each(mdps)('$id', ({ S, A, theta, thetaBehaviour, trustRegion, klEstimators }) => {
  const head = categorical(A)
  const x = Float64Array.from(theta.flat())
  const mu = Float64Array.from(thetaBehaviour.flat())
  const kls = (p: Float64Array, q: Float64Array): Float64Array => column(S, (out) => head.kl(p, q, S, out))
  const gradient = (direction: 'toReference' | 'fromReference'): Float64Array =>
    column(S * A, (out) => head.gradient(x, new Int32Array(S), S, { weights: none(S), kl: { reference: mu, direction, weight: -1 } }, out))

  it('Fisher matrix, column by column', () => {
    for (let k = 0; k < S * A; k++) {
      const unit = Float64Array.from({ length: S * A }, (_, j) => (j === k ? 1 : 0))
      const Fv = column(S * A, (out) => head.fisherVectorProduct(x, unit, S, out))
      close(Fv.map((f, j) => f * trustRegion.stateDistribution[Math.floor(j / A)]), trustRegion.fisher[k], tight)
    }
  })

  it('divergences after a natural step, both directions', () => {
    const there = x.map((y, k) => y + trustRegion.stepSize * trustRegion.naturalGradient[k])
    const mean = (kl: Float64Array): number => kl.reduce((sum, y, s) => sum + trustRegion.stateDistribution[s] * y, 0)
    close([mean(kls(x, there))], [trustRegion.klAfterStepOldNew], tight)
    close([mean(kls(there, x))], [trustRegion.klAfterStepNewOld], tight)
  })

  it('divergences of target and reference, and their gradients', () => {
    const [to, from] = [kls(x, mu), kls(mu, x)]
    const [gradTo, gradFrom] = [gradient('toReference'), gradient('fromReference')]
    for (const { state, klTargetRef, klRefTarget, gradKlTargetRef, gradKlRefTarget } of klEstimators) {
      close([to[state], from[state]], [klTargetRef, klRefTarget], tight)
      close(gradTo.subarray(state * A, (state + 1) * A), gradKlTargetRef, tight)
      close(gradFrom.subarray(state * A, (state + 1) * A), gradKlRefTarget, tight)
    }
  })
})
