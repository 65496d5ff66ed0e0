import type { Kind } from '../trajectories/argument.ts'
import { kinds, refuseArgument } from '../trajectories/argument.ts'
import type { Fields } from '../trajectories/fields.ts'
import { refuseFields } from '../trajectories/fields.ts'
import { strongest } from '../weighting/coupling.ts'
import type { Formula } from '../weighting/formula.ts'
import { asTerm, numberLatex } from '../weighting/formula.ts'
import { checked, range } from '../weighting/options.ts'
import { madeOf } from '../weighting/ours.ts'
import type { Reason } from '../weighting/reason.ts'
import { reasons, reasonUnless } from '../weighting/reason.ts'
import { union } from '../weighting/step.ts'
import type { Coupling, Objective } from '../weighting/weighting.ts'
import type { Estimator, ScaleClaim, Weights } from './estimator.ts'
import { refuseUnreduced } from './estimator.ts'

/** Thrown when estimators of different objectives are combined: their sum would be the gradient of neither. */
export class DifferentObjectives extends Error {
  override readonly name = 'DifferentObjectives'
}

const commonObjective = (word: string, objectives: readonly Objective[]): Objective => {
  const [first, ...others] = objectives
  if (others.some((objective) => objective !== first))
    throw new DifferentObjectives(`${word}: expected estimators of one objective, got ${[...new Set(objectives)].join(' and ')}; use one objective in all`)
  return first
}

/** Terms of a sum by their absolute values, and by a number with their signs: a minus sign stands between, not in front. */
const summed = (terms: readonly (readonly [number, Formula])[]): Formula => {
  const joined = (of: (term: Formula) => string): string =>
    terms.map(([c, term], k) => (k === 0 ? `${c < 0 ? '-' : ''}${of(term)}` : `${c < 0 ? '-' : '+'} ${of(term)}`)).join(' ')
  return { text: joined(({ text }) => text), latex: joined(({ latex }) => latex) }
}

/** A number times a formula. */
const scaled = (c: number, { text, latex }: Formula): Formula => ({ text: `${c} (${text})`, latex: `${numberLatex(c)} \\left(${latex}\\right)` })

/** A formula that is added: no sign stands behind a sign. */
const added = (f: Formula): Formula => (f.text.startsWith('-') ? asTerm(f) : f)

const weightedSum = <N, B extends string>(parts: readonly (readonly [number, Estimator<N, B>])[]) => ({
  estimate: (batch: Parameters<Estimator<N, B>['estimate']>[0], into?: Float64Array): Weights => {
    const [[c, e], ...others] = parts
    const sum = e.estimate(batch, into)
    for (let k = 0; k < sum.length; k++) sum[k] *= c
    for (const [weight, other] of others) {
      const more = other.estimate(batch)
      for (let k = 0; k < sum.length; k++) sum[k] += weight * more[k]
    }
    return sum
  },
  coupling: parts.reduce<Coupling>((all, [, e]) => strongest(all, e.coupling), 'none'),
  needs: parts.reduce<readonly string[]>((all, [, e]) => union(all, e.needs), []),
  reasons: parts.reduce<readonly Reason<B>[]>((all, [, e]) => union(all, e.reasons), []),
  sources: parts.reduce<readonly string[]>((all, [, e]) => union(all, e.sources), []),
})

/**
 * The sum of two estimators of one objective.
 *
 *     W = W_1 + W_2
 *
 * Needs are intersected, reasons united. Where both estimate the same gradient the sum estimates twice that gradient, hence the
 * reason 'summed'; `mix` is their mean. Associative, commutative, scale distributes over it. Law: vector space.
 *
 * @param that  the other estimator
 * @throws      DifferentObjectives if one is discounted and the other is not
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { totalReturn, cloning, reduce, meanOverTrajectories, plus } from 'estimand'
 * const both = pipe(totalReturn, reduce(meanOverTrajectories), plus(pipe(cloning, reduce(meanOverTrajectories))))
 * both.reasons.map((r) => r.name) // => ['cloning', 'summed']
 * ```
 */
export const plus = <N2, B2 extends string>(that: Estimator<N2, B2>) => {
  refuseUnreduced(that, 'plus')
  return <N1, B1 extends string>(self: Estimator<N1, B1>): Estimator<N1 & N2, B1 | B2 | 'summed'> => {
    refuseUnreduced(self, 'plus')
    const sum = weightedSum<N1 & N2, B1 | B2>([
      [1, self],
      [1, that],
    ])
    return madeOf([self, that], {
      ...sum,
      objective: commonObjective('plus', [self.objective, that.objective]),
      reasons: union<Reason<B1 | B2 | 'summed'>>(sum.reasons, [reasons.summed]),
      composition: { _tag: 'combination', word: 'plus', parts: [self.composition, that.composition] },
      formula: summed([[1, self.formula], [1, added(that.formula)]]),
      claim: null,
    })
  }
}

/** The reasons of an estimator times a number: times 0 it is 0 times its gradient, whatever it was. */
export type ScaledBias<B extends string, C extends number> = C extends 0 ? 'scaled' : B | (C extends 1 ? never : 'scaled')

const scaledReasons = <B extends string, C extends number>(own: readonly Reason<B>[], c: C): readonly Reason<ScaledBias<B, C>>[] =>
  union<Reason>(c === 0 ? [] : own, reasonUnless(c, 1, reasons.scaled)) as readonly Reason<ScaledBias<B, C>>[]

/**
 * An estimator times a number.
 *
 *     W = c W_1
 *
 * Its expectation is c times the old one: 'scaled', unless c is the literal 1; times the literal 0 that is all that is to be said. Law:
 * vector space.
 *
 * @param c  any finite number
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { totalReturn, reduce, meanOverTrajectories, scale } from 'estimand'
 * pipe(totalReturn, reduce(meanOverTrajectories), scale(0.5)).reasons.map((r) => r.name) // => ['scaled']
 * ```
 */
export const scale = <const C extends number>(c: C) => {
  checked('scale', c, range.finite)
  return <N, B extends string>(self: Estimator<N, B>): Estimator<N, ScaledBias<B, C>> => {
    refuseUnreduced(self, 'scale')
    return madeOf([self], {
      ...self,
      ...weightedSum<N, B>([[c, self]]),
      reasons: scaledReasons(self.reasons, c),
      composition: { _tag: 'combination', word: 'scale', argument: c, parts: [self.composition] },
      formula: scaled(c, self.formula),
      claim: self.claim && { factor: (n, t) => c * (self.claim?.factor(n, t) ?? 1), text: `${c} ${self.claim.text}` },
    })
  }
}

/** A weight and an estimator. */
export type WeightedPart = readonly [number, Estimator<never, string>]
/** The needs of several estimators, all of them. */
export type NeedsOfAll<P> = (P extends readonly [number, Estimator<infer N, infer _B>] ? (needs: N) => void : never) extends (
  needs: infer All,
) => void
  ? All
  : never
/** The reasons of several estimators, any of them; one with the weight 0 has none. */
export type BiasOfAny<P> = P extends readonly [infer C, Estimator<infer _N, infer B>] ? (C extends 0 ? never : B) : never

/**
 * What rounding can put between 1 and the sum of weights that are meant to sum to 1: each is off by half a unit in its last place, and each
 * addition by another. Weights so large that this is more than 1e-9 are not known well enough to tell.
 */
const roundingOf = (weights: readonly number[]): number =>
  Math.min(weights.length * Number.EPSILON * weights.reduce((sum, c) => sum + Math.abs(c), 0), 1e-9)

const aWeightedPart: Kind = {
  expected: 'a pair of a weight and an estimator, as in mix([0.25, a], [0.75, b])',
  holds: (x) => Array.isArray(x) && x.length === 2,
}

/**
 * A weighted mean of estimators of one objective.
 *
 *     W = sum_k c_k W_k,   sum_k c_k = 1
 *
 * Unbiased where every part is. Needs are intersected, reasons united; a part with the literal weight 0 adds none. Law: vector space.
 *
 * @param parts  pairs of a weight and an estimator; the weights sum to 1 up to their rounding, and may be negative
 * @throws       RangeError if the weights do not sum to 1; DifferentObjectives
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { totalReturn, causality, reduce, meanOverTrajectories, mix } from 'estimand'
 * const whole = pipe(totalReturn, reduce(meanOverTrajectories))
 * const toGo = pipe(totalReturn, causality, reduce(meanOverTrajectories))
 * mix([0.25, whole], [0.75, toGo]).reasons // => []
 * ```
 */
export const mix = <const Parts extends readonly WeightedPart[]>(
  ...parts: Parts
): Estimator<NeedsOfAll<Parts[number]>, BiasOfAny<Parts[number]>> => {
  for (const [k, part] of parts.entries()) {
    refuseArgument(`mix: part ${k}`, part, aWeightedPart)
    checked(`mix: weight ${k}`, part[0], range.finite)
    refuseUnreduced(part[1], `mix: part ${k}`)
  }
  if (parts.length === 0) throw new RangeError('mix: expected at least one part, as in mix([0.25, a], [0.75, b]), got none')
  const total = parts.reduce((sum, [c]) => sum + c, 0)
  const weights = parts.map(([c]) => c)
  if (!(Math.abs(total - 1) <= roundingOf(weights)))
    throw new RangeError(`mix: expected weights that sum to 1, got ${parts.map(([c]) => c).join(' + ')} = ${total}; use scale and plus for other sums`)
  // Each part takes a batch with the needs of all.
  const summands = parts as unknown as readonly (readonly [number, Estimator<NeedsOfAll<Parts[number]>, BiasOfAny<Parts[number]>>])[]
  return madeOf(parts.map(([, e]) => e), {
    ...weightedSum(summands),
    reasons: summands.reduce<readonly Reason<BiasOfAny<Parts[number]>>[]>((all, [c, e]) => (c === 0 ? all : union(all, e.reasons)), []),
    objective: commonObjective('mix', parts.map(([, e]) => e.objective)),
    composition: { _tag: 'combination', word: 'mix', argument: weights, parts: parts.map(([, e]) => e.composition) },
    formula: summed(parts.map(([c, e]) => [c, scaled(Math.abs(c), e.formula)])),
    claim: null,
  })
}

const claimFields: Fields<ScaleClaim> = { factor: kinds.function, text: kinds.text }

/**
 * States that an estimator's expectation is exactly a factor times the gradient of its objective, for the laws to check. A scale
 * is always claimed for a whole pipeline: reasons that are scales one by one need not be one together.
 *
 * @param claim  the factor as a function of batch size N and horizon T, and in words
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { totalReturn, baseline, batchMean, reduce, meanOverTrajectories, claimScale } from 'estimand'
 * const shrunk = pipe(totalReturn, baseline(batchMean), reduce(meanOverTrajectories), claimScale({ factor: (n) => (n - 1) / n, text: '(N-1)/N' }))
 * shrunk.claim?.factor(4, 10) // => 0.75
 * ```
 */
export const claimScale = (claim: ScaleClaim) => {
  refuseFields('claimScale', claim, claimFields)
  return <N, B extends string>(self: Estimator<N, B>): Estimator<N, B> => {
    refuseUnreduced(self, 'claimScale')
    return madeOf([self], { ...self, claim })
  }
}
