import { kinds, refuseArgument } from '../trajectories/argument.ts'
import type { AllFacts } from '../trajectories/facts.ts'
import { optional, refuseFields } from '../trajectories/fields.ts'
import { describeProblems } from '../trajectories/problem.ts'
import type { Trajectories } from '../trajectories/trajectories.ts'
import { enumerateAll, logProbabilityOf } from './enumerate.ts'
import type { ActionValueTable, ValueTable } from './facts.ts'
import { batchIn, fill, flatActionValues, flatValues, roomFor } from './facts.ts'
import { aSampling, refuseMdp } from './made.ts'
import type { Mdp } from './mdp.ts'
import type { Sampling, Model } from './model.ts'
import { mostSteps } from './bounds.ts'
import type { Extent } from './extent.ts'
import { extentOf } from './extent.ts'
import { modelOf } from './model.ts'
import { settingProblems } from './setting.ts'

/** One trajectory of a finite MDP with its probability. */
export interface PossibleTrajectory {
  /** 0 where it is below the numbers. */
  readonly probability: number
  /** Its logarithm, which does not underflow. */
  readonly logProbability: number
  readonly states: readonly number[]
  readonly actions: readonly number[]
  readonly rewards: readonly number[]
  /** Whether it entered a terminal state; otherwise it reached the horizon. */
  readonly terminated: boolean
}

/** How much there is to list, if there is room for it. */
const listed = (caller: string, model: Model): Extent => {
  const { T } = model
  const extent = T <= mostSteps ? extentOf(model) : { trajectories: NaN, steps: NaN }
  if (extent.steps <= mostSteps) return extent
  throw new RangeError(`${caller}: expected at most ${mostSteps} steps in all trajectories, got ${T > mostSteps ? `a horizon of ${T}` : extent.steps}; take a shorter horizon, or use exact, which keeps none of them`)
}

/**
 * Every trajectory of non-zero probability, for looking at, and for expectations of your own.
 *
 * @param mdp       the MDP
 * @param sampling  which policy samples
 * @throws          RangeError where they have too many steps to be listed
 *
 * @example
 * ```ts
 * import { bandit, trajectories } from 'estimand/exact'
 * trajectories(bandit([1, 0], [0.5, 0.5]), 'target').map(({ actions, rewards }) => [actions[0], rewards[0]]) // => [[0, 1], [1, 0]]
 * ```
 */
export const trajectories = (mdp: Mdp, sampling: Sampling): readonly PossibleTrajectory[] => {
  refuseMdp('trajectories', mdp)
  refuseArgument('trajectories: sampling', sampling, aSampling)
  const model = modelOf(mdp, sampling)
  const { moves } = model
  const all = enumerateAll(model, listed('trajectories', model))
  return Array.from({ length: all.count }, (_, i) => {
    const steps = all.move.subarray(all.offsets[i], all.offsets[i + 1])
    return {
      probability: all.probability[i],
      logProbability: logProbabilityOf(all, i),
      states: Array.from(steps, (m) => Math.floor(moves.pair[m] / model.A)),
      actions: Array.from(steps, (m) => moves.pair[m] % model.A),
      rewards: Array.from(steps, (m) => moves.reward[m]),
      terminated: moves.ends[steps[steps.length - 1]] === 1,
    }
  })
}

/** Every possible trajectory as one batch, and the probability of each. */
export interface PossibleBatch {
  /** 0 where it is below the numbers. */
  readonly probability: Float64Array
  /** Its logarithm, which does not underflow. */
  readonly logProbability: Float64Array
  /** s_t of each step. [sum L_i] */
  readonly state: Int32Array
  /** a_t of each step. [sum L_i] */
  readonly action: Int32Array
  readonly batch: Trajectories<AllFacts>
}

const tables = {
  value: optional({ ...kinds.list, expected: 'a table [t][s], such as truth(mdp).V' }),
  actionValue: optional({ ...kinds.list, expected: 'a table [t][s][a], such as truth(mdp).Q' }),
}

/**
 * Every trajectory of non-zero probability as one batch, with the facts that a setting gives: for laws of your own, which sum over it.
 *
 * @param mdp       the MDP
 * @param sampling  which policy samples
 * @param values    tables of state and action values that the batch is to carry
 * @throws          RangeError where they have too many steps to be listed
 *
 * @example
 * ```ts
 * import { bandit, possibleBatch } from 'estimand/exact'
 * Array.from(possibleBatch(bandit([1, 0], [0.5, 0.5]), 'target').batch.reward) // => [1, 0]
 * ```
 */
export const possibleBatch = (
  mdp: Mdp,
  sampling: Sampling,
  values: { readonly value?: ValueTable; readonly actionValue?: ActionValueTable } = {},
): PossibleBatch => {
  refuseMdp('possibleBatch', mdp)
  refuseArgument('possibleBatch: sampling', sampling, aSampling)
  refuseFields('possibleBatch: values', values, tables)
  const problems = settingProblems({ mdp, ...values })
  if (problems.length > 0) throw new TypeError(`possibleBatch: ${describeProblems(problems)}`)
  const model = modelOf(mdp, sampling)
  const extent = listed('possibleBatch', model)
  const all = enumerateAll(model, extent)
  const { count } = all
  const flat = {
    value: values.value === undefined ? null : flatValues(values.value, model),
    actionValue: values.actionValue === undefined ? null : flatActionValues(values.actionValue, model),
  }
  const room = roomFor(model, flat, count, extent.steps)
  fill(room, 0, all, 0, count)
  const steps = room.offsets[count]
  return {
    probability: all.probability.subarray(0, count),
    logProbability: all.probability.map((_, i) => logProbabilityOf(all, i)).subarray(0, count),
    state: room.pair.subarray(0, steps).map((pair) => Math.floor(pair / model.A)),
    action: room.pair.subarray(0, steps).map((pair) => pair % model.A),
    batch: batchIn(room, model, sampling === 'target', count),
  }
}
