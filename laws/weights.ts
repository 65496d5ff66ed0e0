import * as E from 'fp-ts/lib/Either.js'
import * as fc from 'fast-check'
import { concat, describeProblems, NeedsNotMet, select } from '../src/index.ts'
import type { AllFacts, AnyEstimator, Estimator, Trajectories, Weights } from '../src/index.ts'
import { lacking } from '../src/estimator/needs.ts'
import { batches } from './arbitraries/batches.ts'
import { estimatorIn } from './estimatorIn.ts'
import type { Law, Verdict } from './law.ts'
import { fails, holds } from './law.ts'
import { gap } from './settings.ts'

/** Weights of batches in tenths agree to this, whatever the order of operations. */
export const closely = 1e-9

/** The kind of batch that an estimator accepts, the most general first. */
const kindFor = (e: Pick<AnyEstimator, 'needs'>) =>
  ({
    provenance: e.needs.includes('OnPolicy') ? 'on-policy' : 'off-policy',
    episodes: e.needs.includes('CompleteEpisodes') ? 'complete' : 'segments',
  }) as const

/** Batches that an estimator accepts. */
export const batchesFor = (e: Pick<AnyEstimator, 'needs'>, atLeast = 1): fc.Arbitrary<Trajectories<AllFacts>> => batches({ ...kindFor(e), atLeast })

const columns = (batch: Trajectories<AllFacts>): string =>
  Array.from({ length: batch.count }, (_, i) => {
    const row = (column: ArrayLike<number>) => Array.from(column).slice(batch.offsets[i], batch.offsets[i + 1])
    const tidy = (x: number) => Number(x.toPrecision(6))
    const logs = row(batch.logProb).map((l, k) => tidy(Math.exp(l - row(batch.behaviourLogProb)[k])))
    return `  trajectory ${i}: reward ${row(batch.reward).join(' ')} | ratio ${logs.join(' ')} | value ${row(batch.value).join(' ')} | ${batch.ends[i]._tag}`
  }).join('\n')

/** The verdict on two columns that should be one. */
export const same = (
  batch: Trajectories<AllFacts>,
  expected: ArrayLike<number>,
  actual: ArrayLike<number>,
  what = 'weights',
  tolerance = closely,
): Verdict =>
  gap(expected, actual) < tolerance
    ? holds
    : fails(`discount ${batch.discount}\n${columns(batch)}\n${what} expected ${Array.from(expected).join(' ')}\n${what} actual   ${Array.from(actual).join(' ')}`)

const got = <A>(result: E.Either<Parameters<typeof describeProblems>[0], A>): A => {
  if (E.isLeft(result)) throw new TypeError(describeProblems(result.left))
  return result.right
}

/** An estimator as one of any batch: laws make the batches that it accepts. */
export const untyped = <N, B extends string>(e: Estimator<N, B>): AnyEstimator => e as Estimator<unknown, B>

/** The weights of an estimator, whose columns are looked for first: what a case lacks is no fault of the estimator. */
export const weightsOf = <N, B extends string>(e: Estimator<N, B>, batch: Trajectories<AllFacts>): Weights => {
  const missing = lacking(e.needs.filter((need) => need !== 'CompleteEpisodes' && need !== 'OnPolicy'), batch)
  if (missing.length > 0) throw new NeedsNotMet(`the batch lacks ${missing.join(', ')}`, missing)
  return untyped(e).estimate(batch)
}

/** A permutation of the trajectories of a batch. */
const shuffled = (batch: Trajectories<AllFacts>, picks: readonly number[]): readonly number[] => {
  const left = Array.from({ length: batch.count }, (_, i) => i)
  return Array.from({ length: batch.count }, (_, k) => left.splice(picks[k % picks.length] % left.length, 1)[0])
}

/** Some trajectories of a batch, some of them more than once: equals are what a coupling may show with and nowhere else. */
const taken = (batch: Trajectories<AllFacts>, picks: readonly number[]): Trajectories<AllFacts> => select(picks.map((pick) => pick % batch.count))(batch)

/** Numbers to take trajectories by. */
const picksOf = (atLeast: number): fc.Arbitrary<readonly number[]> => fc.array(fc.nat({ max: 20 }), { minLength: atLeast, maxLength: 6 })

const gatheredBy = (batch: Trajectories<AllFacts>, weights: ArrayLike<number>, order: readonly number[]): readonly number[] =>
  order.flatMap((i) => Array.from(weights).slice(batch.offsets[i], batch.offsets[i + 1]))

/**
 * Law `permutation`: the order of trajectories is irrelevant.
 *
 *     W(permuted batch) = permuted W(batch)
 *
 * @param e  any estimator that does not declare the coupling `ordered`
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { totalReturn, baseline, leaveOneOut, reduce, meanOverTrajectories } from 'estimand'
 * import { permutation, tryLaw } from 'estimand/laws'
 * tryLaw({ runs: 50, seed: 1 })(permutation(pipe(totalReturn, baseline(leaveOneOut), reduce(meanOverTrajectories))))._tag // => 'held'
 * ```
 */
export const permutation = <N, B extends string>(
  e: Estimator<N, B>,
): Law<{ readonly batch: Trajectories<AllFacts>; readonly some: readonly number[]; readonly picks: readonly number[] }> => ({
  name: 'permutation',
  states: 'W(permuted batch) = permuted W(batch)',
  cases: fc.record({ batch: batchesFor(estimatorIn('permutation', e)), some: picksOf(1), picks: fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 4 }) }),
  verdict: ({ batch: from, some, picks }) => {
    const batch = taken(from, some)
    const order = shuffled(batch, picks)
    return same(batch, gatheredBy(batch, weightsOf(e, batch), order), weightsOf(e, select(order)(batch)))
  },
})

/**
 * Law `duplication`: a batch taken twice gives the same estimate, half of it from each copy.
 *
 *     W(batch, batch) = W(batch) / 2, twice
 *
 * True of every estimator that does not couple trajectories, and of means over the batch; not of leaveOneOut or a sample deviation.
 *
 * @param e  such an estimator
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { totalReturn, reduce, meanOverSteps } from 'estimand'
 * import { duplication, tryLaw } from 'estimand/laws'
 * tryLaw({ runs: 50, seed: 1 })(duplication(pipe(totalReturn, reduce(meanOverSteps))))._tag // => 'held'
 * ```
 */
export const duplication = <N, B extends string>(e: Estimator<N, B>): Law<Trajectories<AllFacts>> => ({
  name: 'duplication',
  states: 'W(batch, batch) = W(batch) / 2, twice',
  cases: batchesFor(estimatorIn('duplication', e)),
  verdict: (batch) => {
    const half = Array.from(weightsOf(e, batch), (w) => w / 2)
    return same(batch, [...half, ...half], weightsOf(e, got(concat(batch)(batch))))
  },
})

/**
 * Law `splitting`: an estimator that does not couple trajectories may be computed in parts, whichever trajectories they have; what comes
 * after a boundary does not matter.
 *
 *     W(a, b) = (N_a / N) W(a), then (N_b / N) W(b)
 *
 * Batches have trajectories more than once, and parts of several sizes: what couples equals only, or depends on N, shows too.
 *
 * @param e  an estimator whose coupling is `none`
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { gae, reduce, meanOverTrajectories } from 'estimand'
 * import { splitting, tryLaw } from 'estimand/laws'
 * tryLaw({ runs: 50, seed: 1 })(splitting(pipe(gae({ lambda: 0.9 }), reduce(meanOverTrajectories))))._tag // => 'held'
 * ```
 */
export const splitting = <N, B extends string>(
  e: Estimator<N, B>,
): Law<{ readonly batch: Trajectories<AllFacts>; readonly some: readonly number[]; readonly inFirst: readonly boolean[] }> => ({
  name: 'splitting',
  states: 'W(a, b) = (N_a/N) W(a), then (N_b/N) W(b)',
  cases: fc.record({ batch: batchesFor(estimatorIn('splitting', e)), some: picksOf(2), inFirst: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }) }),
  verdict: ({ batch: from, some, inFirst }) => {
    const batch = taken(from, some)
    const all = Array.from({ length: batch.count }, (_, i) => i)
    const parts = [true, false].map((first) => all.filter((i) => inFirst[i] === first)).filter((part) => part.length > 0)
    const weights = weightsOf(e, batch)
    const inParts = parts.flatMap((part) => Array.from(weightsOf(e, select(part)(batch)), (w) => (w * part.length) / batch.count))
    return same(batch, gatheredBy(batch, weights, parts.flat()), inParts)
  },
})

/**
 * Law `linearInReward`: rewards enter linearly.
 *
 *     W(a r + b r') = a W(r) + b W(r')
 *
 * True of returns with any of our baselines made from returns, with any ratio, without clip and normalise.
 *
 * @param e  such an estimator, which reads no values
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { totalReturn, causality, reduce, meanOverTrajectories } from 'estimand'
 * import { linearInReward, tryLaw } from 'estimand/laws'
 * tryLaw({ runs: 50, seed: 1 })(linearInReward(pipe(totalReturn, causality, reduce(meanOverTrajectories))))._tag // => 'held'
 * ```
 */
export const linearInReward = <N, B extends string>(e: Estimator<N, B>): Law<{ readonly batch: Trajectories<AllFacts>; readonly a: number; readonly b: number }> => ({
  name: 'linearInReward',
  states: "W(a r + b r') = a W(r) + b W(r')",
  cases: fc.record({ batch: batchesFor(estimatorIn('linearInReward', e)), a: fc.integer({ min: -2, max: 2 }), b: fc.integer({ min: -2, max: 2 }) }),
  verdict: ({ batch, a, b }) => {
    // The values stand in for a second reward: they are as arbitrary.
    const first = weightsOf(e, batch)
    const second = weightsOf(e, { ...batch, reward: batch.value })
    const mixed = weightsOf(e, { ...batch, reward: Float64Array.from(batch.reward, (r, k) => a * r + b * batch.value[k]) })
    return same(batch, first.map((w, k) => a * w + b * second[k]), mixed)
  },
})

/**
 * Law `sameWeights`: two ways of writing one estimator give the same weights on every batch.
 *
 *     W_1(batch) = W_2(batch)
 *
 * For neutral settings (clip at infinity is no clip) and for names of one thing (gae(1) is reward-to-go minus the value).
 *
 * @param name  what the law is to be called
 * @param one   an estimator
 * @param other what it should equal
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { gae, nStep, reduce, meanOverTrajectories } from 'estimand'
 * import { sameWeights, tryLaw } from 'estimand/laws'
 * const mean = reduce(meanOverTrajectories)
 * tryLaw({ runs: 50, seed: 1 })(sameWeights('one step', pipe(gae({ lambda: 0 }), mean), pipe(nStep({ n: 1 }), mean)))._tag // => 'held'
 * ```
 */
export const sameWeights = <N1, B1 extends string, N2, B2 extends string>(
  name: string,
  one: Estimator<N1, B1>,
  other: Estimator<N2, B2>,
): Law<Trajectories<AllFacts>> => ({
  name,
  states: `${estimatorIn('sameWeights', one).formula.text} = ${estimatorIn('sameWeights', other).formula.text}`,
  cases: batchesFor({ needs: [...one.needs, ...other.needs] }),
  verdict: (batch) => same(batch, weightsOf(one, batch), weightsOf(other, batch)),
})

/**
 * Law `onPolicyRatioIsNeutral`: where the policy that sampled is the current one, importance changes nothing.
 *
 *     W(with importance) = W(without)       at mu = pi
 *
 * @param name     of the ratio
 * @param without  the on-policy estimator
 * @param withIt   the same with importance
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { totalReturn, importance, perTrajectory, reduce, meanOverTrajectories } from 'estimand'
 * import { onPolicyRatioIsNeutral, tryLaw } from 'estimand/laws'
 * const mean = reduce(meanOverTrajectories)
 * tryLaw({ runs: 50, seed: 1 })(onPolicyRatioIsNeutral('perTrajectory', pipe(totalReturn, mean), pipe(totalReturn, importance(perTrajectory), mean)))._tag // => 'held'
 * ```
 */
export const onPolicyRatioIsNeutral = <N1, B1 extends string, N2, B2 extends string>(
  name: string,
  without: Estimator<N1, B1>,
  withIt: Estimator<N2, B2>,
): Law<Trajectories<AllFacts>> => ({
  name: `onPolicyRatioIsNeutral(${name})`,
  states: 'W(with importance) = W(without) at mu = pi',
  cases: batchesFor({ needs: [...estimatorIn('onPolicyRatioIsNeutral', without).needs, ...estimatorIn('onPolicyRatioIsNeutral', withIt).needs, 'OnPolicy'] }),
  verdict: (batch) => same(batch, weightsOf(without, batch), weightsOf(withIt, batch)),
})

/**
 * Law `constantReturnIsCloning`: where every return is c, REINFORCE is c times cloning, sample by sample.
 *
 *     R = c on every trajectory  implies  W = c W(cloning)
 *
 * Of whole returns without a baseline. (Its expectation is 0, and with reward-to-go the identity fails.)
 *
 * @param e        the estimator of whole returns
 * @param cloning  the cloning estimator with the same reduction
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { totalReturn, cloning, reduce, meanOverTrajectories } from 'estimand'
 * import { constantReturnIsCloning, tryLaw } from 'estimand/laws'
 * const mean = reduce(meanOverTrajectories)
 * tryLaw({ runs: 50, seed: 1 })(constantReturnIsCloning(pipe(totalReturn, mean), pipe(cloning, mean)))._tag // => 'held'
 * ```
 */
export const constantReturnIsCloning = <N1, B1 extends string, N2, B2 extends string>(
  e: Estimator<N1, B1>,
  cloning: Estimator<N2, B2>,
): Law<{ readonly batch: Trajectories<AllFacts>; readonly c: number }> => ({
  name: 'constantReturnIsCloning',
  states: 'R = c on every trajectory implies W = c W(cloning)',
  cases: fc.record({ batch: batchesFor({ needs: [...estimatorIn('constantReturnIsCloning', e).needs, ...estimatorIn('constantReturnIsCloning', cloning).needs] }), c: fc.integer({ min: -3, max: 3 }) }),
  verdict: ({ batch, c }) => {
    const reward = new Float64Array(batch.offsets[batch.count])
    for (let i = 0; i < batch.count; i++) reward[batch.offsets[i]] = c
    const expected = weightsOf(cloning, batch).map((w) => c * w)
    return same(batch, expected, weightsOf(e, { ...batch, reward }))
  },
})
