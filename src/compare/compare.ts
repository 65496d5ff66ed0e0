import * as E from 'fp-ts/lib/Either.js'
import { norm } from '../columns/norm.ts'
import type { AnyEstimator } from '../estimator/estimator.ts'
import { estimatorProblem } from '../estimator/estimator.ts'
import type { Exact } from '../exact/exact.ts'
import type { Setting } from '../exact/setting.ts'
import { exactOfAll } from '../exact/exact.ts'
import { aSampling, mdpProblems } from '../exact/made.ts'
import type { Mdp } from '../exact/mdp.ts'
import type { Sampling } from '../exact/model.ts'
import type { Kind } from '../trajectories/argument.ts'
import { kinds } from '../trajectories/argument.ts'
import type { Fields } from '../trajectories/fields.ts'
import { optional, refuseFields } from '../trajectories/fields.ts'
import { isPlain } from '../trajectories/keys.ts'
import type { Problem } from '../trajectories/problem.ts'
import { describeProblems } from '../trajectories/problem.ts'

/** What is to be compared, where, and on which data. */
export interface Comparison {
  /** Estimators by the names that they have in tables and plots. */
  readonly estimators: Readonly<Record<string, AnyEstimator>>
  /** Worlds by name. */
  readonly worlds: Readonly<Record<string, Mdp>>
  /** N, trajectories in a batch, the same for all estimators. Default 2, so that those that couple trajectories take part. */
  readonly batchSize?: number
  /** Which policy samples. Default: the target policy, whose data every estimator accepts. */
  readonly sampling?: Sampling
  /** State values that the batches carry, in every world. */
  readonly value?: Setting['value']
  /** Action values that the batches carry, in every world. */
  readonly actionValue?: Setting['actionValue']
  /** Most trajectories, or N-tuples of them, to go through in a world. Default 600,000. */
  readonly limit?: number
}

/** Which estimator in which world a row is about. */
interface Place {
  readonly world: string
  readonly estimator: string
  /** N, trajectories in a batch. */
  readonly N: number
  readonly sampling: Sampling
}

/** An estimator in a world, in a few exact numbers. Norms are Euclidean, over all components of the gradient. */
export interface ComparedRow extends Place {
  readonly _tag: 'compared'
  /** |E ghat - target| */
  readonly biasNorm: number
  /** Square root of the sum of the variances of the components of ghat. */
  readonly standardDeviation: number
  /** E |ghat - target|^2, the squares of bias and standard deviation. */
  readonly meanSquaredError: number
  /** Cosine of the angle between E ghat and the target; null where one of them is 0 and there is no angle. */
  readonly cosine: number | null
  /** The gradient of the estimator's objective. */
  readonly target: Exact['target']['name']
  /** |target| */
  readonly targetNorm: number
  /** Trajectories of non-zero probability. */
  readonly trajectories: number
}

/** An estimator in a world where its moments cannot be computed. */
export interface NotComparedRow extends Place {
  readonly _tag: 'not compared'
  /** Why not, and what to do. */
  readonly because: string
}

/** One estimator in one world: exact numbers, or the reason why there are none. */
export type Row = ComparedRow | NotComparedRow

/** What float64 sums may be off by, per unit of the numbers summed. */
const rounding = 1e-12

/** The cosine between two vectors; null where one is no longer than rounding would make it. `scale`: size of what was summed. */
const cosineBetween = (x: readonly number[], y: readonly number[], scale: number): number | null => {
  const [a, b] = [norm(x), norm(y)]
  if (Math.min(a, b) <= rounding * scale) return null
  // Each divided first: the product of two small norms may underflow.
  const cosine = x.reduce((sum, v, k) => sum + (v / a) * (y[k] / b), 0)
  return Math.min(1, Math.max(-1, cosine))
}

const rowOf = (place: Place, { target, expectation, bias, covTrace, trajectories }: Exact): ComparedRow => {
  const biasNorm = norm(bias)
  return {
    _tag: 'compared',
    ...place,
    biasNorm,
    standardDeviation: Math.sqrt(covTrace),
    meanSquaredError: biasNorm * biasNorm + covTrace,
    // Root mean square of ghat on a single trajectory: what the sums are made of.
    cosine: cosineBetween(expectation, target.value, Math.hypot(Math.sqrt(covTrace * place.N), norm(expectation))),
    target: target.name,
    targetNorm: norm(target.value),
    trajectories,
  }
}

/** What the data of a comparison lack of what an estimator needs, as far as a word of the comparison can give it. */
const lacking = ({ needs }: AnyEstimator, { sampling = 'target', value, actionValue }: Comparison): readonly string[] => [
  ...(needs.includes('OnPolicy') && sampling === 'behaviour'
    ? ["needs on-policy data: add importance(...) to the pipeline, or let the target policy sample"]
    : []),
  ...(needs.includes('StateValue') && value === undefined ? ["needs state values: set value, for example to 'exact'"] : []),
  ...(needs.includes('ActionValue') && actionValue === undefined ? ["needs action values: set actionValue, for example to 'exact'"] : []),
]

/** Which of several estimators a problem of `exactOfAll` is about; null: the setting, and so all of them. */
const indexOf = ({ path }: Problem): number | null => {
  if (path === 'estimator') return 0
  const found = /^estimators\[(\d+)\]$/.exec(path)
  return found === null ? null : Number(found[1])
}

const sentence = ({ path, expected, got }: Problem): string => {
  if (expected === 'facts that the setting gives') return got
  return `${path.startsWith('estimator') ? '' : `${path}: `}expected ${expected}, got ${got}`
}

/** The moments of each estimator, or why it has none. What one of them lacks does not keep the others from being computed, together. */
const outcomes = (setting: Setting, estimators: readonly AnyEstimator[]): ReadonlyMap<AnyEstimator, E.Either<string, Exact>> => {
  const found = new Map<AnyEstimator, E.Either<string, Exact>>()
  let left = estimators
  while (left.length > 0) {
    const result = exactOfAll(setting)(left)
    if (E.isRight(result)) {
      for (const [j, one] of result.right.entries()) found.set(left[j], E.right(one))
      return found
    }
    const asked = left
    for (const [j, e] of asked.entries()) {
      const about = result.left.filter((problem) => (indexOf(problem) ?? j) === j)
      if (about.length > 0) found.set(e, E.left(about.map(sentence).join('; ')))
    }
    left = asked.filter((e) => !found.has(e))
    // Every problem is about some estimator, so that the next turn has fewer of them.
    if (left.length === asked.length) throw new Error(`compare: problems of no estimator: ${result.left.map(sentence).join('; ')}`)
  }
  return found
}

const byName = (what: string): Kind => ({ expected: what, holds: isPlain })

const fields: Fields<Comparison> = {
  estimators: byName('estimators by name, as in { reinforce: recipes.reinforce.estimator }'),
  worlds: byName('MDPs by name, as in { rtg: worlds.rtgRaisesVariance.mdp }'),
  batchSize: optional(kinds.anything),
  sampling: optional(aSampling),
  value: optional(kinds.anything),
  actionValue: optional(kinds.anything),
  limit: optional(kinds.anything),
}

/**
 * Several estimators over several worlds, exactly and at equal cost: every row has the same batch size.
 *
 *     bias                 |E ghat - grad J|
 *     standard deviation   sqrt(sum_k Var ghat_k)          of a batch of N; 1/sqrt(N) of that of a single trajectory where none are coupled
 *     mean squared error   E |ghat - grad J|^2 = bias^2 + standard deviation^2
 *
 * Rows come world by world, as they are computed, in the order of the records: at most one world's work lies between two of them, so a
 * caller can show how far it has come, or stop. The trajectories of a world are enumerated once for all estimators. What cannot be
 * computed, for want of data or because it would take too long, is a row that says why; the other rows are not affected. `[...compare(c)]`
 * are all rows.
 *
 * @param comparison  estimators and worlds by name, and the data that the estimators get
 * @returns           one row for each world and estimator
 * @throws            TypeError that lists what is no estimator, no MDP, or no field of a comparison
 *
 * @example
 * ```ts
 * import { recipes } from 'estimand'
 * import { worlds } from 'estimand/exact'
 * import { compare } from 'estimand/compare'
 * const { reinforce, rewardToGo } = recipes
 * const rows = compare({
 *   estimators: { reinforce: reinforce.estimator, rewardToGo: rewardToGo.estimator },
 *   worlds: { rtgRaisesVariance: worlds.rtgRaisesVariance.mdp }
 * })
 * Array.from(rows, (row) => (row._tag === 'compared' ? [row.estimator, row.biasNorm, row.standardDeviation] : row.because))
 * // => [['reinforce', 0, 0], ['rewardToGo', 0, 0.5]]
 * ```
 */
export const compare = (comparison: Comparison): Generator<Row, void> => {
  refuseFields('compare', comparison, fields)
  const { estimators, worlds } = comparison
  const problems = [
    ...Object.entries(estimators).flatMap(([name, e]) => estimatorProblem(`compare.estimators.${name}`, e) ?? []),
    ...Object.entries(worlds).flatMap(([name, mdp]) => mdpProblems(`compare.worlds.${name}`, mdp)),
  ]
  if (problems.length > 0) throw new TypeError(describeProblems(problems))
  return rowsOf(comparison)
}

function* rowsOf(comparison: Comparison): Generator<Row, void> {
  const { estimators, worlds, batchSize: N = 2, sampling = 'target', value, actionValue, limit } = comparison
  const unmet = new Map(Object.values(estimators).map((e) => [e, lacking(e, comparison)]))
  const able = [...unmet].flatMap(([e, lacks]) => (lacks.length === 0 ? [e] : []))
  for (const [world, mdp] of Object.entries(worlds)) {
    const setting: Setting = {
      mdp,
      sampling,
      batchSize: N,
      ...(value === undefined ? {} : { value }),
      ...(actionValue === undefined ? {} : { actionValue }),
      ...(limit === undefined ? {} : { limit }),
    }
    const found = outcomes(setting, able)
    for (const [estimator, e] of Object.entries(estimators)) {
      const place: Place = { world, estimator, N, sampling }
      const outcome = found.get(e) ?? E.left((unmet.get(e) ?? []).join('; '))
      yield E.isRight(outcome) ? rowOf(place, outcome.right) : { _tag: 'not compared', ...place, because: outcome.left }
    }
  }
}
