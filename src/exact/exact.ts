import * as E from 'fp-ts/lib/Either.js'
import type { AnyEstimator, Estimator } from '../estimator/estimator.ts'
import { unmetNeeds } from '../estimator/needs.ts'
import type { ActionValue, AllFacts, BehaviourLogProb, CompleteEpisodes, OffPolicy, OnPolicy, Reward, StateValue } from '../trajectories/facts.ts'
import type { Problem } from '../trajectories/problem.ts'
import { select } from '../trajectories/select.ts'
import type { Trajectories } from '../trajectories/trajectories.ts'
import { enumerate, enumerateAll, enumerateFrom, firstAndLast } from './enumerate.ts'
import type { Enumerated } from './enumerate.ts'
import type { ActionValueTable, Room, Values, ValueTable } from './facts.ts'
import { batchIn, fill, fillStep, flatActionValues, flatValues, roomFor } from './facts.ts'
import type { Mdp } from './mdp.ts'
import type { Model, Sampling } from './model.ts'
import { countTrajectories, modelOf, waysFrom } from './model.ts'
import type { Draws, Gatherer, Moments } from './moments.ts'
import { gatherer } from './moments.ts'
import type { Truth } from './truth.ts'
import { truth } from './truth.ts'

/** Where an estimator is to be evaluated. */
export interface Setting {
  readonly mdp: Mdp
  /** Which policy samples the batch. Default: the target policy, so that data are on-policy. */
  readonly sampling?: Sampling
  /** N, trajectories in a batch. Default 1, or 2 for an estimator that couples them. */
  readonly batchSize?: number
  /** State values that the batch carries: exact ones of either policy, or a table. */
  readonly value?: 'exact' | 'exactBehaviour' | ValueTable
  /** Action values that the batch carries. */
  readonly actionValue?: 'exact' | 'exactBehaviour' | ActionValueTable
  /** Most trajectories, or N-tuples of them, to go through. Default 600,000. */
  readonly limit?: number
  /** Default: the diagonal alone. */
  readonly covariance?: 'diagonal' | 'full'
}

/** The facts that a batch has in a setting. */
export type FactsIn<S extends Setting> = Reward &
  BehaviourLogProb &
  CompleteEpisodes &
  (S extends { readonly mdp: unknown; readonly sampling?: 'target' } ? OnPolicy : OffPolicy) &
  (S extends { readonly value: unknown } ? StateValue : unknown) &
  (S extends { readonly actionValue: unknown } ? ActionValue : unknown)

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

const defaultLimit = 600_000
/** Trajectories that are evaluated together: a block stays near while its columns are filled, weighed and gathered. */
const blockSize = 512

const batchSizeOf = (e: AnyEstimator, { batchSize }: Setting): number => batchSize ?? (e.coupling === 'none' ? 1 : 2)

/**
 * How much work `exact` has in a setting, counted without doing it.
 *
 * @param setting  the MDP and how it is sampled
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
export const cost =
  (setting: Setting) =>
  (e: Pick<AnyEstimator, 'coupling'>): Cost => {
    const trajectories = countTrajectories(modelOf(setting.mdp, setting.sampling ?? 'target'))
    const batchSize = setting.batchSize ?? (e.coupling === 'none' ? 1 : 2)
    return { trajectories, tuples: e.coupling === 'none' ? trajectories : trajectories ** batchSize }
  }

/** The values that a setting gives, as flat tables. */
export const valuesIn = (setting: Setting, model: Model, known: Truth): Values => ({
  value:
    setting.value === undefined
      ? null
      : flatValues(setting.value === 'exact' ? known.V : setting.value === 'exactBehaviour' ? known.VBehaviour : setting.value, model),
  actionValue:
    setting.actionValue === undefined
      ? null
      : flatActionValues(
          setting.actionValue === 'exact' ? known.Q : setting.actionValue === 'exactBehaviour' ? known.QBehaviour : setting.actionValue,
          model,
        ),
})

/**
 * Whether the weights of two trajectories in one batch are half of those that each has alone, as an estimator that couples none has it.
 * Evaluating whole blocks rests on it, so an estimator that says so wrongly is found out first.
 */
const keepsItsWord = (e: AnyEstimator, block: Trajectories<AllFacts>): boolean => {
  const pair = [0, block.count - 1]
  const together = e.estimate(select(pair)(block))
  const alone = pair.flatMap((i) => Array.from(e.estimate(select([i])(block)), (w) => w / 2))
  // What overflows tells nothing of coupling; that moments are finite is checked at the end.
  return alone.every((expected, k) => !Number.isFinite(expected) || Math.abs(together[k] - expected) <= 1e-9 * (1 + Math.abs(expected)))
}

/** Those that couple trajectories though they say that they do not. */
const liarsAmong = (estimators: readonly AnyEstimator[], model: Model, values: Values, onPolicy: boolean): ReadonlySet<AnyEstimator> => {
  const two = firstAndLast(model)
  const room = roomFor(model, values, two.count)
  fill(room, 0, two, 0, two.count)
  const batch = batchIn(room, model, onPolicy, two.count)
  return new Set(estimators.filter((e) => !keepsItsWord(e, batch)))
}

/** Trajectories that are evaluated together, and where their weights are written. */
interface Block {
  readonly room: Room
  readonly batch: Trajectories<AllFacts>
  readonly draws: Draws
  readonly weights: Float64Array
  /** The moves that all of them begin with, as they stand in the room. */
  readonly beginning: Int32Array
}

/** Steps that blocks are kept for, all together. */
const mostKept = 2 ** 18

/**
 * Expectation over single trajectories: an estimator that does not couple them is evaluated on whole blocks at once.
 *
 * What can be done from a state on does not depend on how it was reached: a block of all ways on is laid out once for each state, and
 * what comes before is written over where it differs from the last time.
 */
const overTrajectories = (
  model: Model,
  values: Values,
  onPolicy: boolean,
  estimators: readonly AnyEstimator[],
  to: readonly Gatherer[],
): void => {
  if (estimators.length === 0) return
  const ways = waysFrom(model)
  const parting = Math.min(
    ways.findIndex((ofStates) => ofStates.every((count) => count <= blockSize)),
    model.T - 1,
  )
  const gather = ({ batch, draws, weights }: Block, share: number): void => {
    for (const [j, e] of estimators.entries()) to[j].add(e.estimate(batch, weights), draws.count, draws, share)
  }
  const blockOf = (room: Room, all: Enumerated): Block => {
    fill(room, 0, all, 0, all.count)
    return {
      room,
      batch: batchIn(room, model, onPolicy, all.count),
      draws: { count: all.count, offsets: room.offsets, probability: all.probability, pair: room.pair },
      weights: new Float64Array(room.offsets[all.count]),
      beginning: new Int32Array(parting).fill(-1),
    }
  }
  const blocks = new Map<number, Block>()
  let kept = 0
  const from = (s: number): Block => {
    const known = blocks.get(s)
    if (known !== undefined) return known
    const count = ways[parting][s]
    kept += count * model.T
    if (kept > mostKept) {
      blocks.clear()
      kept = count * model.T
    }
    const made = blockOf(roomFor(model, values, count), enumerateFrom(model, parting, s, count))
    blocks.set(s, made)
    return made
  }
  let roomForEnded: Room | null = null
  enumerate(
    model,
    {
      parting,
      beginning: (path, s, p) => {
        const block = from(s)
        for (let t = 0; t < parting; t++)
          if (block.beginning[t] !== path[t]) fillStep(block.room, block.draws.count, t, (block.beginning[t] = path[t]))
        gather(block, p)
      },
      ended: (some) => gather(blockOf((roomForEnded ??= roomFor(model, values, blockSize)), some), 1),
    },
    blockSize,
  )
}

/**
 * Expectation over N-tuples. Where the order within a tuple is irrelevant only sorted tuples are visited, each with the number of its
 * orders.
 */
const overTuples = (
  model: Model,
  values: Values,
  onPolicy: boolean,
  all: Enumerated,
  N: number,
  sorted: boolean,
  estimators: readonly AnyEstimator[],
  to: readonly Gatherer[],
): void => {
  const room = roomFor(model, values, N)
  const weights = new Float64Array(room.reward.length)
  const draw = { count: 1, offsets: new Int32Array(2), probability: new Float64Array(1), pair: room.pair }
  // Views of the same room do for every tuple with as many steps.
  const views = new Map<number, { readonly batch: Trajectories<AllFacts>; readonly into: Float64Array }>()
  const evaluate = (p: number): void => {
    const steps = room.offsets[N]
    let view = views.get(steps)
    if (view === undefined) views.set(steps, (view = { batch: batchIn(room, model, onPolicy, N), into: weights.subarray(0, steps) }))
    draw.offsets[1] = steps
    draw.probability[0] = p
    for (const [j, e] of estimators.entries()) to[j].add(e.estimate(view.batch, view.into), 1, draw, 1)
  }
  const go = (place: number, first: number, p: number, run: number): void => {
    if (place === N) return evaluate(p)
    for (let j = first; j < all.count; j++) {
      fill(room, place, all, j, j + 1)
      // Orders of a sorted tuple: N! / prod (length of each run of equals)!, built up place by place.
      const same = sorted && place > 0 && j === first ? run + 1 : 1
      const orders = sorted ? (place + 1) / same : 1
      go(place + 1, sorted ? j : 0, p * all.probability[j] * orders, same)
    }
  }
  go(0, 0, 1, 0)
}

const momentsOf = (
  { first, second }: Moments,
  size: number,
  covariance: 'diagonal' | 'full',
): Pick<Exact, 'expectation' | 'covDiag' | 'covTrace' | 'covariance'> => {
  const D = first.length
  const between = (k: number, l: number): number => (second[k * D + l] - first[k] * first[l]) / size
  const covDiag = Array.from(first, (mean, k) => Math.max(covariance === 'full' ? between(k, k) : (second[k] - mean * mean) / size, 0))
  return {
    expectation: Array.from(first),
    covDiag,
    covTrace: covDiag.reduce((a, b) => a + b, 0),
    covariance: covariance === 'full' ? covDiag.map((_, k) => covDiag.map((_variance, l) => between(k, l))) : null,
  }
}

/** What is wrong with the tables and numbers of a setting. */
export const settingProblems = (setting: Setting): readonly Problem[] => {
  const { S, A, T } = setting.mdp
  const problems: Problem[] = []
  const finite = (path: string, row: unknown, length: number, orMore: number = length): void => {
    if (!Array.isArray(row) || row.length < length || row.length > orMore)
      problems.push({ path, expected: `an array of ${length} numbers`, got: Array.isArray(row) ? `${row.length} entries` : String(row) })
    else
      for (const [k, x] of row.entries())
        if (typeof x !== 'number' || !Number.isFinite(x)) problems.push({ path: `${path}[${k}]`, expected: 'a finite number', got: String(x) })
  }
  const { value, actionValue, batchSize = 1, limit = defaultLimit } = setting
  if (Array.isArray(value)) {
    if (!value.some(Array.isArray)) finite('value', value, S)
    else if (value.length < T || value.length > T + 1)
      problems.push({ path: 'value', expected: `${T} rows, one per time index`, got: String(value.length) })
    else for (const [t, row] of value.entries()) finite(`value[${t}]`, row, S)
  }
  if (Array.isArray(actionValue)) {
    if (actionValue.length < T) problems.push({ path: 'actionValue', expected: `${T} tables, one per time index`, got: String(actionValue.length) })
    for (let t = 0; t < Math.min(T, actionValue.length); t++)
      for (let s = 0; s < S; s++) finite(`actionValue[${t}][${s}]`, (actionValue[t] as readonly unknown[] | undefined)?.[s], A)
  }
  if (!(Number.isInteger(batchSize) && batchSize >= 1)) problems.push({ path: 'batchSize', expected: 'an integer >= 1', got: String(batchSize) })
  if (!(limit > 0)) problems.push({ path: 'limit', expected: 'a number > 0', got: String(limit) })
  return problems
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
    const { mdp, sampling = 'target', limit = defaultLimit, covariance = 'diagonal' } = setting
    const malformed = settingProblems(setting)
    if (malformed.length > 0) return E.left(malformed)
    const model = modelOf(mdp, sampling)
    const known = truth(mdp)
    const values = valuesIn(setting, model, known)
    const onPolicy = sampling === 'target'
    const sample = batchIn(roomFor(model, values, 1), model, onPolicy, 1)
    const count = countTrajectories(model)
    const problems = estimators.flatMap((e, j): readonly Problem[] => {
      const path = estimators.length === 1 ? 'estimator' : `estimators[${j}]`
      const tuples = e.coupling === 'none' ? count : count ** batchSizeOf(e, setting)
      return [
        ...unmetNeeds(e.needs, sample).map((got): Problem => ({ path, expected: 'facts that the setting gives', got })),
        ...(tuples > limit
          ? [{ path, expected: `at most ${limit} tuples of trajectories`, got: `${tuples}; raise limit, take a smaller batchSize, or use sampled(...)` }]
          : []),
      ]
    })
    if (problems.length > 0) return E.left(problems)
    const gatherers = estimators.map(() => gatherer(model, covariance))
    const those = (wanted: (e: AnyEstimator) => boolean) => {
      const chosen = estimators.flatMap((e, j) => (wanted(e) ? [j] : []))
      return { some: chosen.map((j) => estimators[j]), to: chosen.map((j) => gatherers[j]) }
    }
    const single = those((e) => e.coupling === 'none')
    const liars = liarsAmong(single.some, model, values, onPolicy)
    if (liars.size > 0)
      return E.left(
        estimators.flatMap((e, j): readonly Problem[] =>
          liars.has(e)
            ? [
                {
                  path: estimators.length === 1 ? 'estimator' : `estimators[${j}]`,
                  expected: "weights in a batch of N that are 1/N of those alone, since its coupling is 'none'",
                  got: "others; declare the coupling 'exchangeable' in the word that looks at the batch",
                },
              ]
            : [],
        ),
      )
    overTrajectories(model, values, onPolicy, single.some, single.to)
    for (const N of new Set(estimators.filter((e) => e.coupling !== 'none').map((e) => batchSizeOf(e, setting))))
      for (const coupling of ['exchangeable', 'ordered'] as const) {
        const { some, to } = those((e) => e.coupling === coupling && batchSizeOf(e, setting) === N)
        if (some.length > 0) overTuples(model, values, onPolicy, enumerateAll(model, count), N, coupling === 'exchangeable', some, to)
      }
    const results = estimators.map((e, j): Exact => {
      const N = batchSizeOf(e, setting)
      const name = e.objective === 'discounted' ? 'gradJ' : 'gradJUndiscounted'
      const value = known[name]
      const found = momentsOf(gatherers[j].moments(), e.coupling === 'none' ? N : 1, covariance)
      return { target: { name, value }, ...found, bias: found.expectation.map((x, k) => x - value[k]), N, trajectories: count }
    })
    const infinite = results.flatMap((result, j) =>
      [...result.expectation, result.covTrace].every(Number.isFinite)
        ? []
        : [{ path: `estimators[${j}]`, expected: 'finite moments', got: 'one that is infinite or not a number; truncate the ratio, bring the policies closer, or scale the rewards down' }],
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
  <const S extends Setting>(setting: S) =>
  <B extends string>(e: Estimator<FactsIn<S>, B>): E.Either<readonly Problem[], Exact> =>
    // What the compiler has checked is checked once more at run time, for callers without a compiler.
    E.map((results: readonly Exact[]) => results[0])(exactOfAll(setting)([e as Estimator<unknown, B>]))
