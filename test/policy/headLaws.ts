import * as fc from 'fast-check'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { tenths } from '../../laws/arbitraries/numbers.ts'
import { fails, holds } from '../../laws/law.ts'
import type { Law, Verdict } from '../../laws/law.ts'
import { sizeOf } from '../../src/environment/space.ts'
import type { Actions, Terms } from '../../src/policy/index.ts'
import type { Dual } from './dual.ts'
import { constant, minus, plus, slopes, times, variables } from './dual.ts'
import type { Subject } from './subjects.ts'

/** Sums of a few terms of size up to 1e4: what rounding leaves. */
const exactly = 1e-9
/** Central differences with step 1e-5 of functions with third derivatives up to a few hundred. */
const step = 1e-5
const nearly = 1e-6

const compared = (what: string, expected: ArrayLike<number>, actual: ArrayLike<number>, tolerance: number): Verdict => {
  for (let k = 0; k < expected.length; k++)
    if (!(Math.abs(expected[k] - actual[k]) <= tolerance * Math.max(1, Math.abs(expected[k]))))
      return fails(`${what}, entry ${k}: expected ${expected[k]}, got ${actual[k]}`)
  return holds
}

const first = (...verdicts: readonly Verdict[]): Verdict => verdicts.find(({ _tag }) => _tag === 'fails') ?? holds

const constants = (x: readonly number[]): readonly Dual[] => x.map(constant)

const klOf = ({ logDensity, expectation }: Subject, p: readonly Dual[], q: readonly Dual[]): Dual =>
  expectation(p, (a) => minus(logDensity(p, a), logDensity(q, a)))

const entropyOf = ({ logDensity, expectation }: Subject, p: readonly Dual[]): Dual =>
  expectation(p, (a) => times(constant(-1), logDensity(p, a)))

const one = (f: (out: Float64Array) => void): number => {
  const out = new Float64Array(1)
  f(out)
  return out[0]
}

/** Law: log p is the logarithm of the density that the definition says. */
export const logProbIsTheDensity = (s: Subject): Law<readonly [readonly number[], readonly number[]]> => ({
  name: `logProbIsTheDensity(${s.head.name})`,
  states: 'logProb(a) = log p(a), normaliser included',
  cases: fc.tuple(s.row, s.action),
  verdict: ([row, action]) =>
    compared(
      'log p',
      [s.logDensity(constants(row), constants(action)).value],
      [one((out) => s.head.logProb(Float64Array.from(row), s.actions(action), 1, out))],
      exactly,
    ),
})

/** Law: entropy and divergence are the expectations that define them; the divergence from itself is 0, and none is negative. */
export const divergencesAreExpectations = (s: Subject): Law<readonly [readonly number[], readonly number[]]> => ({
  name: `divergencesAreExpectations(${s.head.name})`,
  states: 'H = E -log p,  KL(p||q) = E_p log p/q,  KL(p||p) = 0 <= KL(p||q)',
  cases: fc.tuple(s.row, s.row),
  verdict: ([p, q]) => {
    const [P, Q] = [Float64Array.from(p), Float64Array.from(q)]
    const kl = one((out) => s.head.kl(P, Q, 1, out))
    return first(
      compared('H', [entropyOf(s, constants(p)).value], [one((out) => s.head.entropy(P, 1, out))], exactly),
      compared('KL(p||q)', [klOf(s, constants(p), constants(q)).value], [kl], exactly),
      compared('KL(p||p)', [0], [one((out) => s.head.kl(P, P, 1, out))], 1e-14),
      // Of ours it is never below 0; of others by rounding at most.
      kl >= -1e-14 ? holds : fails(`KL(p||q) = ${kl} < 0`),
    )
  },
})

const scoreOf = ({ head, actions }: Subject, row: readonly number[], action: readonly number[]): Float64Array => {
  const z = new Float64Array(head.parameters)
  head.gradient(Float64Array.from(row), actions(action), 1, { weights: Float64Array.of(1) }, z)
  return z
}

/** E f(z), f of the head's own score. */
const meanOfScores = (s: Subject, row: readonly number[], f: (z: Float64Array) => number): number =>
  s.expectation(constants(row), (action) => constant(f(scoreOf(s, row, action.map(({ value }) => value))))).value

/** Law: the expected score is 0. */
export const expectedScoreIsZero = (s: Subject): Law<readonly number[]> => ({
  name: `expectedScoreIsZero(${s.head.name})`,
  states: 'E grad log p = 0',
  cases: s.row,
  verdict: (row) =>
    compared('E z', row.map(() => 0), row.map((_, k) => meanOfScores(s, row, (z) => z[k])), exactly),
})

const unit = (length: number, k: number): Float64Array => Float64Array.from({ length }, (_, j) => (j === k ? 1 : 0))

/** Column k of F. */
const fisherColumn = ({ head }: Subject, row: readonly number[], k: number): Float64Array => {
  const out = new Float64Array(row.length)
  head.fisherVectorProduct(Float64Array.from(row), unit(row.length, k), 1, out)
  return out
}

/** Gradient of KL(reference || p) at p. */
const gradKlFrom = ({ head, actions }: Subject, reference: readonly number[], p: readonly number[], action: readonly number[]): Float64Array => {
  const out = new Float64Array(p.length)
  const kl = { reference: Float64Array.from(reference), direction: 'fromReference', weight: -1 } as const
  head.gradient(Float64Array.from(p), actions(action), 1, { weights: Float64Array.of(0), kl }, out)
  return out
}

const moved = (row: readonly number[], k: number, by: number): readonly number[] => row.map((x, j) => (j === k ? x + by : x))

/** Law: the Fisher matrix is the second moment of the score, and the curvature of the divergence. */
export const fisherIsCurvature = (s: Subject): Law<readonly [readonly number[], readonly number[]]> => ({
  name: `fisherIsCurvature(${s.head.name})`,
  states: "F = E z z' = Hessian of KL(p||q) by q at q = p",
  cases: fc.tuple(s.row, s.action),
  verdict: ([row, action]) =>
    first(
      ...row.flatMap((_, k) => {
        const column = fisherColumn(s, row, k)
        const [up, down] = [step, -step].map((h) => gradKlFrom(s, row, moved(row, k, h), action))
        return [
          compared(`F e_${k} against E z z'`, row.map((__, j) => meanOfScores(s, row, (z) => z[j] * z[k])), column, exactly),
          compared(`F e_${k} against the Hessian`, up.map((x, j) => (x - down[j]) / (2 * step)), column, nearly),
        ]
      }),
    ),
})

/** What a gradient is tried on. */
export interface GradientCase {
  readonly row: readonly number[]
  readonly reference: readonly number[]
  readonly action: readonly number[]
  readonly weight: number
  readonly entropy: number
  readonly kl: number
  readonly direction: 'toReference' | 'fromReference'
}

const small = tenths(-2, 2)

const gradientCases = ({ row, action }: Subject): fc.Arbitrary<GradientCase> =>
  fc.record({
    row,
    reference: row,
    action,
    weight: small,
    entropy: small,
    kl: small,
    direction: fc.constantFrom<GradientCase['direction']>('toReference', 'fromReference'),
  })

const gradientOf = ({ head, actions }: Subject, { row, reference, action, weight, entropy, kl, direction }: GradientCase): Float64Array => {
  const out = new Float64Array(row.length)
  const terms: Terms = { weights: Float64Array.of(weight), entropy, kl: { reference: Float64Array.from(reference), direction, weight: kl } }
  head.gradient(Float64Array.from(row), actions(action), 1, terms, out)
  return out
}

/** Law: the gradient in one pass is the derivative of the objective, by the rules of calculus applied to the definitions. */
export const gradientIsTheDerivative = (s: Subject): Law<GradientCase> => ({
  name: `gradientIsTheDerivative(${s.head.name})`,
  states: 'gradient = d/dx (W log p(a) + c H - k KL), by dual numbers',
  cases: gradientCases(s),
  verdict: (sample) => {
    const { row, reference, action, weight, entropy, kl, direction } = sample
    const p = variables(row)
    const q = constants(reference)
    const objective = minus(
      plus(times(constant(weight), s.logDensity(p, constants(action))), times(constant(entropy), entropyOf(s, p))),
      times(constant(kl), direction === 'toReference' ? klOf(s, p, q) : klOf(s, q, p)),
    )
    return compared('gradient', slopes(objective, row.length), gradientOf(s, sample), exactly)
  },
})

/** Law: the gradient is the slope of the head's own values. */
export const gradientIsTheSlope = (s: Subject): Law<GradientCase> => ({
  name: `gradientIsTheSlope(${s.head.name})`,
  states: 'gradient = (f(x + h) - f(x - h)) / 2h',
  cases: gradientCases(s),
  verdict: (sample) => {
    const { row, reference, action, weight, entropy, kl, direction } = sample
    const q = Float64Array.from(reference)
    const objective = (x: readonly number[]): number => {
      const p = Float64Array.from(x)
      return (
        weight * one((out) => s.head.logProb(p, s.actions(action), 1, out)) +
        entropy * one((out) => s.head.entropy(p, 1, out)) -
        kl * one((out) => (direction === 'toReference' ? s.head.kl(p, q, 1, out) : s.head.kl(q, p, 1, out)))
      )
    }
    const slope = row.map((_, k) => (objective(moved(row, k, step)) - objective(moved(row, k, -step))) / (2 * step))
    return compared('gradient', slope, gradientOf(s, sample), nearly)
  },
})

/** Law: rows know nothing of each other, and what lies beyond n rows is neither read nor written. */
export const rowsAreIndependent = (s: Subject): Law<readonly GradientCase[]> => ({
  name: `rowsAreIndependent(${s.head.name})`,
  states: 'f(rows) = rows of f(row)',
  cases: fc.array(gradientCases(s), { minLength: 1, maxLength: 4 }),
  verdict: (cases) => {
    const P = s.head.parameters
    const n = cases.length
    const flat = (f: (one: GradientCase) => readonly number[]): Float64Array => Float64Array.from([...cases.flatMap(f), ...Array.from({ length: P }, () => Number.NaN)])
    const p = flat(({ row }) => row)
    const q = flat(({ reference }) => reference)
    const actions = s.actions([...cases.flatMap(({ action }) => action), ...Array.from({ length: sizeOf(s.head.action) }, () => 0)])
    const terms: Terms = { weights: flat(({ weight }) => [weight]), entropy: 0.5, kl: { reference: q, direction: 'toReference', weight: 0.25 } }
    const all = (width: number, f: (out: Float64Array) => void): readonly number[] => {
      const out = new Float64Array(n * width + 1).fill(7)
      f(out)
      return Array.from(out)
    }
    const each = (width: number, f: (out: Float64Array, i: number) => void): readonly number[] => [
      ...cases.flatMap((_, i) => {
        const out = new Float64Array(width)
        f(out, i)
        return Array.from(out)
      }),
      7,
    ]
    const row = (x: Float64Array, i: number): Float64Array => x.slice(i * P, (i + 1) * P)
    const action = (i: number): Actions => s.actions([...cases[i].action])
    return first(
      compared('logProb', each(1, (out, i) => s.head.logProb(row(p, i), action(i), 1, out)), all(1, (out) => s.head.logProb(p, actions, n, out)), 0),
      compared('entropy', each(1, (out, i) => s.head.entropy(row(p, i), 1, out)), all(1, (out) => s.head.entropy(p, n, out)), 0),
      compared('kl', each(1, (out, i) => s.head.kl(row(p, i), row(q, i), 1, out)), all(1, (out) => s.head.kl(p, q, n, out)), 0),
      compared('F v', each(P, (out, i) => s.head.fisherVectorProduct(row(p, i), row(q, i), 1, out)), all(P, (out) => s.head.fisherVectorProduct(p, q, n, out)), 0),
      compared(
        'gradient',
        each(P, (out, i) =>
          s.head.gradient(row(p, i), action(i), 1, { ...terms, weights: Float64Array.of(cases[i].weight), kl: { reference: row(q, i), direction: 'toReference', weight: 0.25 } }, out),
        ),
        all(P, (out) => s.head.gradient(p, actions, n, terms, out)),
        0,
      ),
    )
  },
})

/** Standard errors beyond which a sampled mean is refused: a true law fails about once in a million comparisons. */
export const standardErrors = 5
const draws = 20_000

/** A number that an action has, of a distribution with that row of parameters. */
export type Feature = (action: readonly number[], row: readonly number[]) => number

/**
 * Law: samples come from the distribution. Of functions f(a) of the action with known mean and variance, the mean over many draws is within
 * five standard errors; and the log-probability that is said is that of the action.
 */
export const samplesFollow = (s: Subject, functions: readonly Feature[]): Law<readonly [readonly number[], number]> => ({
  name: `samplesFollow(${s.head.name})`,
  states: `|mean of f(a) - E f(a)| < ${standardErrors} standard errors, ${draws} draws`,
  // Half as far out: an action of every category is drawn often enough for its frequency to be nearly normal. Seeds have no order to shrink by.
  cases: fc.tuple(s.row.map((row) => row.map((x) => x / 2)), fc.noShrink(fc.integer())),
  verdict: ([row, seed]) => {
    const size = sizeOf(s.head.action)
    const distribution = Float64Array.from({ length: draws * row.length }, (_, k) => row[k % row.length])
    const actions = s.actions(Array.from({ length: draws * size }, () => 0))
    const logProb = new Float64Array(draws)
    s.head.sample(distribution, draws, xoroshiro128plus(seed), actions, logProb)
    const again = new Float64Array(draws)
    s.head.logProb(distribution, actions, draws, again)
    const mean = (f: Feature): number => s.expectation(constants(row), (a) => constant(f(a.map(({ value }) => value), row))).value
    return first(
      compared('log p of the samples', again, logProb, 1e-12),
      ...functions.map((f, which) => {
        const expected = mean(f)
        const variance = mean((a) => (f(a, row) - expected) ** 2)
        let sum = 0
        for (let i = 0; i < draws; i++) sum += f(Array.from(actions.subarray(i * size, (i + 1) * size)), row)
        const off = Math.abs(sum / draws - expected)
        return off <= standardErrors * Math.sqrt(variance / draws) + 1e-12 ? holds : fails(`E f_${which}: expected ${expected}, got ${sum / draws}`)
      }),
    )
  },
})

/** Law: logits are equivalent up to a shift. */
export const shiftsAreEquivalent = (s: Subject): Law<readonly [GradientCase, number]> => ({
  name: `shiftsAreEquivalent(${s.head.name})`,
  states: 'f(x + c) = f(x), c up to 1e4',
  cases: fc.tuple(gradientCases(s), tenths(-1e4, 1e4)),
  verdict: ([sample, shift]) => {
    const there = { ...sample, row: sample.row.map((x) => x + shift) }
    const [p, q] = [Float64Array.from(sample.row), Float64Array.from(there.row)]
    return first(
      compared('gradient', gradientOf(s, sample), gradientOf(s, there), exactly),
      compared('KL', [0], [one((out) => s.head.kl(p, q, 1, out))], exactly),
      compared('H', [one((out) => s.head.entropy(p, 1, out))], [one((out) => s.head.entropy(q, 1, out))], exactly),
    )
  },
})
