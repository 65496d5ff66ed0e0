import * as E from 'fp-ts/lib/Either.js'
import type { AnyEstimator } from '../src/index.ts'
import { describeProblems, NeedsNotMet } from '../src/index.ts'
import type { Exact, Sampling } from '../src/exact/index.ts'
import { cost, exactOfAll } from '../src/exact/index.ts'
import type { LawWorld } from './arbitraries/worlds.ts'

/** Batch size of laws: two where trajectories are coupled. */
export const batchSizeOf = (e: Pick<AnyEstimator, 'coupling'>): number => (e.coupling === 'none' ? 1 : 2)

/** Trajectories of which all batches of three are gone through in no time. */
const few = 16

/** Batch sizes at which an estimator is held to what it declares: where trajectories are coupled also three, for a third may be another matter. */
export const batchSizesOf = (world: LawWorld, e: AnyEstimator): readonly number[] => {
  const { trajectories } = cost({ mdp: world.mdp, sampling: samplingOf(e) })({ coupling: 'none' })
  return e.coupling !== 'none' && trajectories <= few ? [batchSizeOf(e), 3] : [batchSizeOf(e)]
}

/** The policy that samples: another one wherever the estimator accepts its data. */
export const samplingOf = (e: Pick<AnyEstimator, 'needs'>): Sampling => (e.needs.includes('OnPolicy') ? 'target' : 'behaviour')

/** Facts that the worlds of laws give. */
const carried: readonly string[] = ['Reward', 'LogProb', 'BehaviourLogProb', 'StateValue', 'ActionValue', 'CompleteEpisodes']

/** The exact moments of an estimator in a law's world, with the world's arbitrary values. */
export const exactIn = (
  world: LawWorld,
  e: AnyEstimator,
  values: { readonly value?: 'exact' | LawWorld['value']; readonly actionValue?: 'exact' | LawWorld['actionValue'] } = {},
  sampling: Sampling = samplingOf(e),
  batchSize = batchSizeOf(e),
): Exact => {
  const found = exactOfAll({
    mdp: world.mdp,
    sampling,
    batchSize,
    value: values.value ?? world.value,
    actionValue: values.actionValue ?? world.actionValue,
  })([e])
  const missing = e.needs.filter((need) => !carried.includes(need) && !(need === 'OnPolicy' && sampling === 'target'))
  if (E.isLeft(found) && missing.length > 0) throw new NeedsNotMet(describeProblems(found.left), missing)
  if (E.isLeft(found)) throw new Error(describeProblems(found.left))
  return found.right[0]
}

/** Largest absolute difference. */
export const gap = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let most = a.length === b.length ? 0 : Infinity
  for (let k = 0; k < a.length; k++) {
    const difference = Math.abs(a[k] - b[k])
    if (!(difference <= most)) most = Number.isNaN(difference) ? Infinity : difference
  }
  return most
}

/** What float64 sums over all trajectories may be off by, per unit of the numbers summed. */
export const exactly = 1e-10
