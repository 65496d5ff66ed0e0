import { describe, expect, it } from 'vitest'
import { tryLaw } from '../../laws/law.ts'
import type { Law } from '../../laws/law.ts'
import { testLaw } from '../../laws/vitest.ts'
import { categorical, fixedGaussian, gaussian } from '../../src/policy/index.ts'
import type { Space } from '../../src/environment/space.ts'
import type { Head } from '../../src/policy/index.ts'
import { seed } from '../seed/seed.ts'
import type { Feature } from './headLaws.ts'
import {
  divergencesAreExpectations,
  expectedScoreIsZero,
  fisherIsCurvature,
  gradientIsTheDerivative,
  gradientIsTheSlope,
  logProbIsTheDensity,
  rowsAreIndependent,
  samplesFollow,
  shiftsAreEquivalent,
} from './headLaws.ts'
import { categoricalSubject, fixedGaussianSubject, gaussianSubject } from './subjects.ts'
import type { Subject } from './subjects.ts'

const trial = { seed, runs: 100 }
const few = { seed, runs: 5 }

const isAction =
  (k: number): Feature =>
  ([a]) =>
    a === k ? 1 : 0

/** z, z^2 and z^3 of component j: of mean, spread and symmetry. Quadrature knows their moments exactly. */
const moments = (d: number, deviation: (row: readonly number[], j: number) => number): readonly Feature[] =>
  Array.from({ length: d }, (_, j) => j).flatMap((j) =>
    [1, 2, 3].map((power): Feature => (a, row) => ((a[j] - row[j]) / deviation(row, j)) ** power),
  )

const product: Feature = (a, row) => (a[0] - row[0]) * (a[1] - row[1])

const cases = [
  { s: categoricalSubject(1), features: [isAction(0)] },
  { s: categoricalSubject(2), features: [isAction(0)] },
  { s: categoricalSubject(5), features: [0, 1, 2, 3, 4].map(isAction) },
  { s: gaussianSubject(1), features: moments(1, (row) => Math.exp(row[1])) },
  { s: gaussianSubject(2), features: [...moments(2, (row, j) => Math.exp(row[2 + j])), product] },
  { s: gaussianSubject(3), features: moments(3, (row, j) => Math.exp(row[3 + j])) },
  { s: fixedGaussianSubject([0.5, 2]), features: [...moments(2, (_, j) => [0.5, 2][j]), product] },
]

const lawsOf = (s: Subject): readonly Law<never>[] =>
  [
    logProbIsTheDensity(s),
    divergencesAreExpectations(s),
    expectedScoreIsZero(s),
    fisherIsCurvature(s),
    gradientIsTheDerivative(s),
    gradientIsTheSlope(s),
    rowsAreIndependent(s),
  ] as unknown as readonly Law<never>[]

describe.each(cases)('$s.head.name', ({ s, features }) => {
  for (const law of lawsOf(s)) testLaw(law, trial)
  testLaw(samplesFollow(s, features), few)
})

describe('logits', () => {
  it('rounding leaves no divergence below 0, of which somebody may take the root', () => {
    const out = new Float64Array(1)
    for (let k = 0; k < 200; k++) {
      const p = Float64Array.of(Math.sin(k), Math.cos(k), 0.1)
      categorical(3).kl(p, p.map((x) => x + k / 7), 1, out)
      expect(out[0] >= 0 && out[0] < 1e-15).toBe(true)
    }
  })

  testLaw(shiftsAreEquivalent(categoricalSubject(4)), trial)
})

type Mutant = Partial<Head<number, Space>>

describe('mutants are refused', () => {
  const rejects = <C>(law: (s: Subject) => Law<C>, s: Subject, mutant: Mutant): void => {
    const outcome = tryLaw({ seed, runs: 10 })(law({ ...s, head: { ...s.head, ...mutant } }))
    expect(outcome._tag).toBe('failed')
  }
  const two = categoricalSubject(3)
  const bell = gaussianSubject(2)

  it('a score without -p', () => {
    const mutant: Mutant = {
      gradient: (x, a, n, terms, out) => {
        two.head.gradient(x, a, n, terms, out)
        for (let i = 0; i < n; i++) for (let k = 0; k < 3; k++) out[i * 3 + k] = a[i] === k ? terms.weights[i] : 0
      },
    }
    rejects(expectedScoreIsZero, two, mutant)
    rejects(gradientIsTheDerivative, two, mutant)
    rejects(gradientIsTheSlope, two, mutant)
  })

  it('a divergence in the other direction', () => {
    rejects(divergencesAreExpectations, two, { kl: (p, q, n, out) => two.head.kl(q, p, n, out) })
    rejects(divergencesAreExpectations, bell, { kl: (p, q, n, out) => bell.head.kl(q, p, n, out) })
    const mutant: Mutant = {
      gradient: (x, a, n, terms, out) =>
        two.head.gradient(
          x,
          a,
          n,
          terms.kl === undefined ? terms : { ...terms, kl: { ...terms.kl, direction: terms.kl.direction === 'toReference' ? 'fromReference' : 'toReference' } },
          out,
        ),
    }
    rejects(gradientIsTheDerivative, two, mutant)
    rejects(gradientIsTheSlope, two, mutant)
  })

  it('an entropy bonus that is subtracted, or lost', () => {
    for (const factor of [-1, 0]) {
      const mutant: Mutant = {
        gradient: (x, a, n, terms, out) => two.head.gradient(x, a, n, { ...terms, entropy: factor * (terms.entropy ?? 0) }, out),
      }
      rejects(gradientIsTheDerivative, two, mutant)
      rejects(gradientIsTheSlope, two, mutant)
    }
  })

  it('a Gaussian without its normaliser', () => {
    rejects(logProbIsTheDensity, bell, {
      logProb: (x, a, n, out) => {
        bell.head.logProb(x, a, n, out)
        for (let i = 0; i < n; i++) out[i] += x[i * 4 + 2] + x[i * 4 + 3]
      },
    })
    // The score of the log deviation lacks its -1.
    const mutant: Mutant = {
      gradient: (x, a, n, terms, out) => {
        bell.head.gradient(x, a, n, terms, out)
        for (let i = 0; i < n; i++) for (let j = 2; j < 4; j++) out[i * 4 + j] += terms.weights[i]
      },
    }
    rejects(expectedScoreIsZero, bell, mutant)
    rejects(fisherIsCurvature, bell, mutant)
    rejects(gradientIsTheDerivative, bell, mutant)
  })

  it('a Fisher matrix of half the curvature, or without its rank-one part', () => {
    rejects(fisherIsCurvature, bell, {
      fisherVectorProduct: (x, v, n, out) => {
        bell.head.fisherVectorProduct(x, v, n, out)
        for (let i = 0; i < n; i++) for (let j = 2; j < 4; j++) out[i * 4 + j] /= 2
      },
    })
    rejects(fisherIsCurvature, two, {
      fisherVectorProduct: (x, v, n, out) => {
        for (let i = 0; i < n; i++) {
          const row = Array.from(x.subarray(i * 3, i * 3 + 3), Math.exp)
          for (let k = 0; k < 3; k++) out[i * 3 + k] = (row[k] / (row[0] + row[1] + row[2])) * v[i * 3 + k]
        }
      },
    })
  })

  it('samples of another distribution, or with another log-probability', () => {
    const features = [0, 1, 2].map(isAction)
    rejects((s) => samplesFollow(s, features), two, {
      // 30 % flatter.
      sample: (x, n, random, actions, logProb) => {
        two.head.sample(x.map((logit) => 0.7 * logit), n, random, actions, logProb)
        two.head.logProb(x, actions, n, logProb)
      },
    })
    rejects((s) => samplesFollow(s, []), two, {
      sample: (x, n, random, actions, logProb) => {
        two.head.sample(x, n, random, actions, logProb)
        for (let i = 0; i < n; i++) logProb[i] -= 1e-6
      },
    })
    rejects((s) => samplesFollow(s, moments(2, (row, j) => Math.exp(row[2 + j]))), bell, {
      // 5 % wider.
      sample: (x, n, random, actions, logProb) => {
        bell.head.sample(x.map((y, k) => (k % 4 < 2 ? y : y + 0.05)), n, random, actions, logProb)
        bell.head.logProb(x, actions, n, logProb)
      },
    })
  })

  it('a head that reads its neighbour, or writes beyond its rows', () => {
    rejects(rowsAreIndependent, two, {
      entropy: (x, n, out) => {
        two.head.entropy(x, n, out)
        out.fill(out[0], 0, n)
      },
    })
    rejects(rowsAreIndependent, two, {
      entropy: (x, n, out) => {
        two.head.entropy(x, n, out)
        out.fill(0, n)
      },
    })
  })

  it('a temperature that breaks the equivalence of shifts', () => {
    rejects(shiftsAreEquivalent, two, { entropy: (x, n, out) => two.head.entropy(x.map((logit) => Math.max(-5, logit)), n, out) })
  })
})

const finite = (x: ArrayLike<number>): boolean => Array.from(x).every(Number.isFinite)
const random = { next: () => 0, clone: () => random, getState: () => [] }

describe('extremes of logits', () => {
  const head = categorical(3)
  const rows: Readonly<Record<string, readonly number[]>> = {
    'far apart': [1e4, -1e4, 0],
    'all large': [1e4, 1e4, 1e4],
    'all small': [-1e4, -1e4, -1e4],
    'beyond the range of exp': [1e300, -1e300, 0],
    masked: [0, -Infinity, 0],
  }
  it.each(Object.entries(rows))('%s: nothing is NaN', (_, row) => {
    const x = Float64Array.from(row)
    const one = new Float64Array(1)
    const three = new Float64Array(3)
    const taken = Int32Array.of(0)
    head.logProb(x, taken, 1, one)
    expect(finite(one)).toBe(true)
    head.entropy(x, 1, one)
    expect(finite(one)).toBe(true)
    head.kl(x, x, 1, one)
    expect(one[0]).toBe(0)
    head.fisherVectorProduct(x, Float64Array.of(1, 2, 3), 1, three)
    expect(finite(three)).toBe(true)
    for (const direction of ['toReference', 'fromReference'] as const) {
      head.gradient(x, taken, 1, { weights: one.fill(1), entropy: 1, kl: { reference: x, direction, weight: 1 } }, three)
      expect(finite(three)).toBe(true)
    }
  })

  it('an improbable action has its true log-probability, an impossible one -Infinity', () => {
    const out = new Float64Array(2)
    head.logProb(Float64Array.of(1e4, -1e4, 0, 0, -Infinity, 0), Int32Array.of(1, 1), 2, out)
    expect(Array.from(out)).toEqual([-2e4, -Infinity])
  })

  it('an impossible action is never drawn, at either end of the uniform numbers', () => {
    const [actions, logProb] = [new Int32Array(1), new Float64Array(1)]
    head.sample(Float64Array.of(-Infinity, 0, -Infinity), 1, random, actions, logProb)
    expect([actions[0], logProb[0]]).toEqual([1, 0])
    head.sample(Float64Array.of(0, 0, -Infinity), 1, { ...random, next: () => -1 }, actions, logProb)
    expect([actions[0], logProb[0]]).toEqual([1, -Math.LN2])
  })

  it('a divergence from a policy that never takes an action is infinite, and no gradient', () => {
    const [x, q] = [Float64Array.of(0, 0, 0), Float64Array.of(0, -Infinity, 0)]
    const out = new Float64Array(3)
    head.kl(x, q, 1, out)
    expect(out[0]).toBe(Infinity)
    const kl = { reference: q, direction: 'toReference', weight: 1 } as const
    expect(() => head.gradient(x, Int32Array.of(0), 1, { weights: Float64Array.of(1), kl }, out)).toThrow(/divergence is infinite.*leave the penalty out/)
  })

  it.each([
    ['NaN', [0, NaN, 0]],
    ['Infinity', [0, Infinity, 0]],
    ['nothing possible', [-Infinity, -Infinity, -Infinity]],
  ])('%s is refused', (_, row) => {
    const x = Float64Array.from([0, 0, 0, ...row])
    const out = new Float64Array(6)
    const taken = Int32Array.of(0, 0)
    const message = /row 1: expected finite parameters.*got NaN/
    expect(() => head.sample(x, 2, random, taken, out)).toThrow(message)
    expect(() => head.logProb(x, taken, 2, out)).toThrow(message)
    expect(() => head.entropy(x, 2, out)).toThrow(message)
    expect(() => head.kl(x, x, 2, out)).toThrow(message)
    expect(() => head.fisherVectorProduct(x, x, 2, out)).toThrow(message)
    expect(() => head.gradient(x, taken, 2, { weights: new Float64Array(2) }, out)).toThrow(message)
  })
})

describe('extremes of log deviations', () => {
  const head = gaussian(1)
  it.each([-1e4, -21, -20, 20, 21, 1e4, -Infinity, Infinity])('%d: nothing is NaN or infinite, in float32 too', (log) => {
    const x = Float32Array.of(3, log)
    const one = new Float64Array(1)
    const two = new Float32Array(2)
    const action = Float32Array.of(-1e4)
    head.logProb(x, action, 1, one)
    expect(finite(one)).toBe(true)
    head.entropy(x, 1, one)
    expect(finite(one)).toBe(true)
    head.kl(x, Float32Array.of(-3, -log), 1, one)
    expect(finite(one)).toBe(true)
    head.fisherVectorProduct(x, Float32Array.of(1, 1), 1, two)
    expect(finite(two)).toBe(true)
    for (const direction of ['toReference', 'fromReference'] as const) {
      head.gradient(x, action, 1, { weights: one.fill(1), entropy: 1, kl: { reference: Float32Array.of(0, 0), direction, weight: 1 } }, two)
      expect(finite(two)).toBe(true)
    }
    head.sample(x, 1, random, action, one)
    expect(finite(action) && finite(one)).toBe(true)
  })

  it('beyond the bound it counts as the bound, and has no gradient and no curvature', () => {
    const at = (log: number) => {
      const [H, z, f] = [new Float64Array(1), new Float64Array(2), new Float64Array(2)]
      head.entropy(Float64Array.of(0, log), 1, H)
      head.gradient(Float64Array.of(0, log), Float64Array.of(0), 1, { weights: Float64Array.of(1), entropy: 1 }, z)
      head.fisherVectorProduct(Float64Array.of(0, log), Float64Array.of(0, 1), 1, f)
      return { H: H[0], byLog: z[1], curvature: f[1] }
    }
    expect(at(20).H).toBe(at(1e4).H)
    expect(at(-20).H).toBe(at(-1e4).H)
    // -1 of log p and +1 of the entropy: at the mean they cancel; so half of it.
    expect(at(20).curvature).toBe(2)
    expect(at(20.5)).toMatchObject({ byLog: 0, curvature: 0 })
    const z = new Float64Array(2)
    head.gradient(Float64Array.of(0, 20), Float64Array.of(0), 1, { weights: Float64Array.of(1) }, z)
    expect(z[1]).toBe(-1)
    head.gradient(Float64Array.of(0, 20.5), Float64Array.of(0), 1, { weights: Float64Array.of(1) }, z)
    expect(Math.abs(z[1])).toBe(0)
  })

  it.each([
    ['the mean', [NaN, 0]],
    ['the log deviation', [0, NaN]],
  ])('NaN in %s is refused', (_, row) => {
    const x = Float64Array.from(row)
    const out = new Float64Array(2)
    const message = /gaussian\(1\): row 0: expected finite parameters.*got NaN/
    expect(() => head.sample(x, 1, random, Float64Array.of(0), out)).toThrow(message)
    expect(() => head.logProb(x, Float64Array.of(0), 1, out)).toThrow(message)
    expect(() => head.kl(x, x, 1, out)).toThrow(message)
    expect(() => head.gradient(x, Float64Array.of(0), 1, { weights: Float64Array.of(1) }, out)).toThrow(message)
  })
})

describe('what is refused', () => {
  const head = categorical(2)
  const [x, taken, out] = [new Float64Array(4), new Int32Array(2), new Float64Array(4)]
  it('sizes', () => {
    expect(() => categorical(0)).toThrow('categorical: actions: expected an integer >= 1, got 0')
    expect(() => categorical(2.5)).toThrow('categorical: actions: expected an integer >= 1, got 2.5')
    expect(() => gaussian(-1)).toThrow('gaussian: dimension: expected an integer >= 1, got -1')
    expect(() => fixedGaussian([])).toThrow('fixedGaussian: number of deviations: expected an integer >= 1, got 0')
    expect(() => fixedGaussian([1, 0])).toThrow('fixedGaussian: deviation[1]: expected a number from exp(-20) to exp(20), got 0')
    expect(() => fixedGaussian([-1])).toThrow('fixedGaussian: deviation[0]')
  })
  it('arrays that are too short, and numbers of rows that are none', () => {
    expect(() => head.logProb(x, taken, 3, out)).toThrow('categorical: logits: expected at least 6 numbers, got 4')
    expect(() => head.logProb(x, new Int32Array(1), 2, out)).toThrow('categorical: actions: expected at least 2 numbers, got 1')
    expect(() => head.logProb(x, taken, 2, new Float64Array(1))).toThrow('categorical: out: expected at least 2 numbers, got 1')
    expect(() => head.gradient(x, taken, 2, { weights: new Float64Array(1) }, out)).toThrow('categorical: weights: expected at least 2 numbers, got 1')
    expect(() => head.entropy(x, 1.5, out)).toThrow('categorical: n: expected an integer >= 0, got 1.5')
    expect(() => gaussian(2).entropy(x, 2, out)).toThrow('gaussian(2): parameters: expected at least 8 numbers, got 4')
  })
  it.each([NaN, Infinity])('a weight of %d', (w) => {
    for (const one of [head, gaussian(1)])
      expect(() => one.gradient(x, new Int32Array(2), 2, { weights: Float64Array.of(0, w) }, out)).toThrow(`weight of row 1: expected a finite number, got ${w}`)
  })
  it('actions that the space does not have', () => {
    expect(() => head.logProb(x, Int32Array.of(0, 2), 2, out)).toThrow('categorical: action of row 1: expected an integer from 0 to 1, got 2')
    expect(() => head.gradient(x, Int32Array.of(-1, 0), 2, { weights: new Float64Array(2) }, out)).toThrow('categorical: action of row 0')
    expect(() => head.logProb(x, Float64Array.of(0.5, 0), 2, out)).toThrow('categorical: action of row 0: expected an integer from 0 to 1, got 0.5')
    expect(() => gaussian(1).sample(x, 2, random, taken, out)).toThrow('gaussian(1): actions: expected a Float32Array or Float64Array, got an Int32Array')
  })
})
