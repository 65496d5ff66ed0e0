import type { Environment } from '../environment/environment.ts'
import type { Space } from '../environment/space.ts'
import type { BehaviourLogProb, CompleteEpisodes, OnPolicy, Reward } from '../trajectories/facts.ts'
import { optional } from '../trajectories/fields.ts'
import { checked, range } from '../weighting/options.ts'
import { acting } from './acting.ts'
import { aNumber, anEnvironment, refuseOptions } from './kinds.ts'
import type { Sampler } from './sampler.ts'

/** Which episodes make a batch. */
export interface EpisodesOptions<O extends Space, A extends Space> {
  readonly environment: Environment<O, A>
  /** Episodes of a batch, an integer >= 1. */
  readonly count: number
  /** gamma in [0, 1]. */
  readonly discount: number
  /** Copies of the environment, a divisor of `count`. Fewer waste fewer steps on waiting, more make larger forward passes. Default: `count`. */
  readonly copies?: number
}

/**
 * Batches of whole episodes, a given number of them, each from its first step to its end.
 *
 * Every copy plays as many episodes one after the other, whether they are long or short, so that no length is sampled too often. Ends are
 * those of the problem: an episode that is merely cut is an error, which says how to make the horizon a part of the problem.
 *
 * @param options  environment, how many episodes, discount, how many copies
 * @throws RangeError for options that are none
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { cartPole, timeLimit } from 'estimand/environment'
 * import { mlp, policyOutput } from 'estimand/network'
 * import { categorical, policyOf } from 'estimand/policy'
 * import { episodes } from 'estimand/training'
 * const environment = pipe(cartPole({ steps: Infinity }), timeLimit({ steps: 500, as: 'TimeLimit' }))
 * const policy = policyOf(mlp({ observation: environment.observation, hidden: [8], outputs: [policyOutput(2)] }), categorical(2))
 * const sampling = episodes({ environment, count: 4, discount: 1 }).open(1)
 * const { batch, lengths } = sampling.sample({ policy, parameters: policy.network.init(1), version: 0 })
 * batch.count // => 4
 * batch.reward.length === lengths[0] + lengths[1] + lengths[2] + lengths[3] // => true
 * ```
 */
export const episodes = <O extends Space, A extends Space>(
  options: EpisodesOptions<O, A>,
): Sampler<O, A, Reward & BehaviourLogProb & CompleteEpisodes & OnPolicy> => {
  refuseOptions('episodes', options, { environment: anEnvironment, count: aNumber, discount: aNumber, copies: optional(aNumber) })
  const { environment, count, discount, copies = count } = options
  checked('episodes: count', count, range.count)
  checked('episodes: discount', discount, range.unit)
  checked('episodes: copies', copies, { expected: `a divisor of count = ${count}, such as ${count}`, holds: (c) => Number.isInteger(c) && c >= 1 && count % c === 0 })
  return acting(`${count} episodes of ${environment.name}`, environment, copies, { part: { episodes: count / copies }, discount, cuts: 'refused' }, 'every batch')
}
