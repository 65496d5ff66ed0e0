import * as E from 'fp-ts/lib/Either.js'
import type { AnyEstimator, Estimator } from '../estimator/estimator.ts'
import { anEstimator, estimatorProblem, isUnreduced, notReduced } from '../estimator/estimator.ts'
import type { Kind } from '../trajectories/argument.ts'
import { hasParts, refuseArgument, whatItIs } from '../trajectories/argument.ts'
import type { Problem } from '../trajectories/problem.ts'
import { describeProblems } from '../trajectories/problem.ts'
import { says } from '../weighting/definition.ts'
import { IllegalStep } from '../weighting/step.ts'
import { covarianceProblems, horizonProblems, workProblems } from './bounds.ts'
import type { Moments } from './centre.ts'
import { centreOf } from './centre.ts'
import { couples, looksAtOrder } from './coupling.ts'
import type { BatchSizes, Liars } from './expectation.ts'
import { expectations, liarsAmong } from './expectation.ts'
import { batchIn, roomFor } from './facts.ts'
import { countTrajectories, extentOf } from './extent.ts'
import type { Model } from './model.ts'
import { modelOf } from './model.ts'
import { gatherer } from './moments.ts'
import type { FactsIn, NoOthers, Setting } from './setting.ts'
import { batchSizeOf, carriedIn, defaultLimit, settingProblems, valuesIn, unmetInWorlds } from './setting.ts'
import { truth } from './truth.ts'

/** The exact moments of an estimator in a setting. Gradients are flat, row-major in (s, a). */
export interface Exact {
  /** The gradient of the estimator's objective. */
  readonly target: { readonly name: 'gradJ' | 'gradJUndiscounted'; readonly value: readonly number[] }
  /** E ghat. [S A] */
  readonly expectation: readonly number[]
  /** expectation - target. [S A] */
  readonly bias: readonly number[]
  /** Variance of each component. [S A] */
  readonly covDiag: readonly number[]
  /** Sum of the variances. */
  readonly covTrace: number
  /** Covariance of every pair of components, where it was asked for. [S A][S A] */
  readonly covariance: readonly (readonly number[])[] | null
  /** Batch size. */
  readonly N: number
  /** Trajectories of non-zero probability. */
  readonly trajectories: number
}

/** What going through every trajectory, or every tuple of them, would take. */
export interface Cost {
  readonly trajectories: number
  /** trajectories^N for an estimator that couples the trajectories of a batch, else trajectories. */
  readonly tuples: number
}

/**
 * How much work `exact` has in a setting, counted without doing it.
 *
 * @param setting  the MDP and how it is sampled
 * @throws         TypeError that lists what is wrong with the setting
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { totalReturn, baseline, leaveOneOut, reduce, meanOverTrajectories } from 'estimand'
 * import { cost, worlds } from 'estimand/exact'
 * const coupled = pipe(totalReturn, baseline(leaveOneOut), reduce(meanOverTrajectories))
 * cost({ mdp: worlds.rtgRaisesVariance.mdp, batchSize: 3 })(coupled) // => { trajectories: 4, tuples: 64 }
 * ```
 */
export const cost = (setting: Setting) => {
  const malformed = settingProblems(setting)
  if (malformed.length > 0) throw new TypeError(`cost: ${describeProblems(malformed)}`)
  return (e: Pick<AnyEstimator, 'coupling'>): Cost => {
    if (isUnreduced(e)) throw new IllegalStep(notReduced)
    refuseArgument('cost', e, aCoupled)
    const trajectories = countTrajectories(modelOf(setting.mdp, setting.sampling ?? 'target'))
    return { trajectories, tuples: e.coupling === 'none' ? trajectories : trajectories ** batchSizeOf(e, setting) }
  }
}

const aCoupled: Kind = { expected: anEstimator.expected, holds: (x) => hasParts(x) && says.coupling.holds(x['coupling']) }

/** Expectation from the moments about 0, variances from those about a centre. */
const momentsOf = (
  expectation: Float64Array,
  { first, second }: Moments,
  size: number,
  covariance: 'diagonal' | 'full',
): Pick<Exact, 'expectation' | 'covDiag' | 'covTrace' | 'covariance'> => {
  const D = first.length
  const between = (k: number, l: number): number => (second[k * D + l] - first[k] * first[l]) / size
  const covDiag = Array.from(first, (mean, k) => Math.max(covariance === 'full' ? between(k, k) : (second[k] - mean * mean) / size, 0))
  return {
    expectation: Array.from(expectation),
    covDiag,
    covTrace: covDiag.reduce((a, b) => a + b, 0),
    covariance: covariance === 'full' ? covDiag.map((_, k) => covDiag.map((_variance, l) => between(k, l))) : null,
  }
}

const estimatorProblems = (estimators: unknown): readonly Problem[] =>
  Array.isArray(estimators)
    ? estimators.flatMap((e: unknown, j) => estimatorProblem(estimators.length === 1 ? 'estimator' : `estimators[${j}]`, e) ?? [])
    : [{ path: 'estimators', expected: 'an array of estimators; of a single one exact(setting)(estimator) tells the moments', got: whatItIs(estimators) }]

/** Log ratios from here on may be what makes moments infinite: their squares come near the largest number, or products of a few do. */
const farApart = 100

/** Which action the policies are furthest apart in, if that is far. */
const largestRatio = ({ A, logTarget, logSampler }: Model): string => {
  const logs = logTarget.map((log, k) => log - logSampler[k])
  const k = logs.reduce((most, log, other) => (log > logs[most] ? other : most), 0)
  return logs[k] < farApart ? '' : `, where the ratio of action ${k % A} in state ${Math.floor(k / A)} is exp(${logs[k].toPrecision(4)})`
}

/**
 * The exact moments of several estimators in one setting: its trajectories, and each batch size's tuples, are gone through once for all.
 *
 * @param setting  the MDP, how it is sampled, what the batch carries
 * @returns        a function from estimators, whose needs are checked against the setting here, to their moments in the same order
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { pipelineFromJson } from 'estimand'
 * import { exactOfAll, worlds } from 'estimand/exact'
 * pipe(
 *   pipelineFromJson(['totalReturn', { reduce: 'meanOverTrajectories' }]),
 *   E.chain((e) => exactOfAll({ mdp: worlds.rtgRaisesVariance.mdp })([e])),
 *   E.map(([total]) => total?.covTrace)
 * ) // => E.right(0)
 * ```
 */
export const exactOfAll =
  (setting: Setting) =>
  (estimators: readonly AnyEstimator[]): E.Either<readonly Problem[], readonly Exact[]> => {
    const malformed = [...settingProblems(setting), ...estimatorProblems(estimators)]
    if (malformed.length > 0) return E.left(malformed)
    const { mdp, sampling = 'target', limit = defaultLimit, covariance = 'diagonal' } = setting
    const tooLarge = [...horizonProblems(mdp), ...covarianceProblems(mdp, covariance)]
    if (tooLarge.length > 0) return E.left(tooLarge)
    const model = modelOf(mdp, sampling)
    const onPolicy = sampling === 'target'
    const sample = batchIn(roomFor(model, carriedIn(setting), 1), model, onPolicy, 1)
    const extent = extentOf(model)
    const pathOf = (j: number): string => (estimators.length === 1 ? 'estimator' : `estimators[${j}]`)
    const problems = estimators.flatMap((e, j): readonly Problem[] => {
      const path = pathOf(j)
      return [
        ...unmetInWorlds(e.needs, sample).map((got): Problem => ({ path, expected: 'facts that the setting gives', got })),
        ...workProblems(path, extent, mdp, batchSizeOf(e, setting), e.coupling !== 'none', limit),
      ]
    })
    if (problems.length > 0) return E.left(problems)
    const known = truth(mdp)
    const values = valuesIn(setting, model, () => known)
    const toldTo = (liars: ReadonlySet<AnyEstimator>, what: Omit<Problem, 'path'>): E.Either<readonly Problem[], never> =>
      E.left(estimators.flatMap((e, j) => (liars.has(e) ? [{ path: pathOf(j), ...what }] : [])))
    const early = liarsAmong(
      estimators.filter((e) => e.coupling === 'none'),
      model,
      extent,
      values,
      onPolicy,
      setting.batchSize ?? 1,
    )
    if (early.size > 0) return toldTo(early, couples)
    const momentsAbout = (some: readonly { readonly e: AnyEstimator; readonly centre: Float64Array | null }[], sizes: BatchSizes): { readonly liars: Liars; readonly moments: readonly Moments[] } => {
      const tasks = some.map(({ e, centre }) => ({ e, N: batchSizeOf(e, setting), to: gatherer(model, covariance, centre) }))
      const liars = expectations(model, values, onPolicy, extent, tasks, sizes)
      return { liars, moments: tasks.map(({ to }) => to.moments()) }
    }
    const { liars, moments: plain } = momentsAbout(estimators.map((e) => ({ e, centre: null })), 'as they come')
    if (liars.couple.size > 0) return toldTo(liars.couple, couples)
    if (liars.lookAtOrder.size > 0) return toldTo(liars.lookAtOrder, looksAtOrder)
    // Most have no variance that is lost in the square of the mean, and are done.
    const again = plain.flatMap((found, j) => {
      const centre = centreOf(found)
      return centre === null ? [] : [{ j, e: estimators[j], centre }]
    })
    const centred = again.length === 0 ? new Map<number, Moments>() : new Map(momentsAbout(again, 'powers of two').moments.map((found, k) => [again[k].j, found]))
    const results = estimators.map((e, j): Exact => {
      const N = batchSizeOf(e, setting)
      const name = e.objective === 'discounted' ? 'gradJ' : 'gradJUndiscounted'
      const value = known[name]
      const found = momentsOf(plain[j].first, centred.get(j) ?? plain[j], e.coupling === 'none' ? N : 1, covariance)
      return { target: { name, value }, ...found, bias: found.expectation.map((x, k) => x - value[k]), N, trajectories: extent.trajectories }
    })
    const infinite = results.flatMap(({ expectation, covTrace, covariance: pairs }, j) =>
      [...expectation, covTrace].every(Number.isFinite) && (pairs ?? []).every((row) => row.every(Number.isFinite))
        ? []
        : [{ path: `estimators[${j}]`, expected: 'finite moments', got: `one that is infinite or not a number${largestRatio(model)}; truncate the ratio, bring the policies closer, or scale the rewards down` }],
    )
    return infinite.length > 0 ? E.left(infinite) : E.right(results)
  }

/**
 * The exact moments of an estimator: expectation, bias and covariance, by going through every trajectory of a finite MDP, or every
 * N-tuple where the estimator couples the trajectories of a batch.
 *
 *     E ghat = sum_tau p(tau) sum_t W_t(tau) grad log pi(a_t|s_t)
 *
 * No seed, no tolerance: float64 sums. Memory does not grow with the number of trajectories unless they are coupled. The compiler
 * checks the estimator's needs against the setting; too much work, and tables that do not fit, come back as problems.
 * Source: the truth it is compared with comes from dynamic programming, see `truth`.
 *
 * @param setting  the MDP, how it is sampled, what the batch carries
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { totalReturn, causality, reduce, meanOverTrajectories } from 'estimand'
 * import { exact, worlds } from 'estimand/exact'
 * pipe(
 *   pipe(totalReturn, causality, reduce(meanOverTrajectories)),
 *   exact({ mdp: worlds.rtgRaisesVariance.mdp }),
 *   E.map(({ covTrace }) => covTrace)
 * ) // => E.right(0.5)
 * ```
 */
export const exact =
  <const S extends Setting>(setting: S & NoOthers<S>) =>
  <B extends string>(e: Estimator<FactsIn<S>, B>): E.Either<readonly Problem[], Exact> =>
    // What the compiler has checked is checked once more at run time, for callers without a compiler.
    E.map((results: readonly Exact[]) => results[0])(exactOfAll(setting)([e as Estimator<unknown, B>]))
