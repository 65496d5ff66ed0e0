import type { Environment } from '../environment/environment.ts'
import type { Space } from '../environment/space.ts'
import type { BehaviourLogProb, OnPolicy, Reward, Segments } from '../trajectories/facts.ts'
import { checked, range } from '../weighting/options.ts'
import { acting } from './acting.ts'
import { aNumber, anEnvironment, refuseOptions } from './kinds.ts'
import type { Sampler } from './sampler.ts'

/** Which steps make a batch. */
export interface SegmentsOptions<O extends Space, A extends Space> {
  readonly environment: Environment<O, A>
  /** Copies of the environment, an integer >= 1. */
  readonly copies: number
  /** Steps of each copy in a batch, an integer >= 1. */
  readonly length: number
  /** gamma in [0, 1]. */
  readonly discount: number
}

/**
 * Batches of so many steps of each copy, which go on where the last batch stopped.
 *
 * A copy's steps are cut into trajectories wherever an episode ends; the last one is cut as Truncated where the batch ends, with the value
 * of the observation that really followed. An end that the environment calls Truncated has such a value too; to count a time limit as an end, use `timeLimit` with
 * `as: 'TimeLimit'`.
 *
 * @param options  environment, how many copies, how many steps of each, discount
 * @throws RangeError for options that are none
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { cartPole } from 'estimand/environment'
 * import { mlp, policyOutput, valueOutput } from 'estimand/network'
 * import { categorical, policyOf } from 'estimand/policy'
 * import { segments } from 'estimand/training'
 * const environment = cartPole()
 * const policy = policyOf(mlp({ observation: environment.observation, hidden: [8], outputs: [policyOutput(2), valueOutput] }), categorical(2))
 * const sampling = segments({ environment, copies: 2, length: 4, discount: 0.99 }).open(1)
 * const { batch } = sampling.sample({ policy, parameters: policy.network.init(1), version: 0 })
 * Array.from(batch.offsets) // => [0, 4, 8]
 * batch.ends.map(({ _tag }) => _tag) // => ['Truncated', 'Truncated']
 * ```
 */
export const segments = <O extends Space, A extends Space>(
  options: SegmentsOptions<O, A>,
): Sampler<O, A, Reward & BehaviourLogProb & Segments & OnPolicy> => {
  refuseOptions('segments', options, { environment: anEnvironment, copies: aNumber, length: aNumber, discount: aNumber })
  const { environment, copies, length, discount } = options
  checked('segments: copies', copies, range.count)
  checked('segments: length', length, range.count)
  checked('segments: discount', discount, range.unit)
  return acting(`${copies} x ${length} steps of ${environment.name}`, environment, copies, { part: { steps: length }, discount, cuts: 'allowed' }, 'never')
}
