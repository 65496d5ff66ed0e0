import type { Environment } from '../environment/environment.ts'
import type { Space } from '../environment/space.ts'
import type { Floats } from '../policy/floats.ts'
import type { Policy } from '../policy/policy.ts'
import { checked, range } from '../weighting/options.ts'
import { acting } from './acting.ts'
import type { Sampled } from './sampler.ts'

/** How many episodes, and which. */
export interface EvaluateOptions {
  readonly episodes: number
  /** A 32-bit integer. */
  readonly seed: number
}

/**
 * Lets a policy act for so many episodes, one in each copy, until each has ended or was cut. Actions are drawn, not the likeliest ones.
 *
 * @param environment  what to act in
 * @param options      how many episodes, and the seed
 * @returns            a function from a policy and parameters to what was done; `returns` holds what was earned
 *
 * @example
 * ```ts
 * import { cartPole } from 'estimand/environment'
 * import { mlp, policyOutput } from 'estimand/network'
 * import { categorical, policyOf } from 'estimand/policy'
 * import { evaluate } from 'estimand/training'
 * const policy = policyOf(mlp({ observation: cartPole().observation, hidden: [], outputs: [policyOutput(2)] }), categorical(2))
 * evaluate(cartPole(), { episodes: 10, seed: 1 })(policy, policy.network.init(1)).returns.length // => 10
 * ```
 */
export const evaluate =
  <O extends Space, A extends Space>(environment: Environment<O, A>, { episodes, seed }: EvaluateOptions) =>
  <Out extends readonly number[]>(policy: Policy<O, A, Out>, parameters: Floats): Sampled<unknown> => {
    checked('evaluate: episodes', episodes, range.count)
    const sampler = acting<O, A, unknown>('evaluation', environment, episodes, { part: { episodes: 1 }, discount: 1, cuts: 'allowed' }, 'never')
    return sampler.open(seed).sample({ policy, parameters, version: 0 })
  }
