import * as E from 'fp-ts/lib/Either.js'
import { aSpace } from '../environment/kinds.ts'
import type { Space } from '../environment/space.ts'
import { sizeOf } from '../environment/space.ts'
import type { OffPolicy, Segments } from '../trajectories/facts.ts'
import { fromColumns } from '../trajectories/fromColumns.ts'
import { describeProblems } from '../trajectories/problem.ts'
import { stepCount } from '../trajectories/trajectories.ts'
import type { Actor, Sampled, SampledFacts, Sampler, Sampling } from './sampler.ts'
import { refuseOptions, someSteps } from './kinds.ts'

/** What somebody did, and in what. */
export interface RecordedOptions<O extends Space, A extends Space> {
  readonly observation: O
  readonly action: A
  /** What a sampler gave, or arrays of the same form. */
  readonly steps: Pick<Sampled<unknown>, 'batch' | 'observations' | 'actions'>
}

const copyOf = (network: { readonly outputs: readonly number[] }, outputs: ArrayLike<number>, n: number): Float64Array =>
  Float64Array.from({ length: n * network.outputs[0] }, (_, k) => outputs[k])

/**
 * Recorded steps as batches, all of them each time: for cloning, which needs actions and no rewards.
 *
 * Who acted and with which probabilities is not known: the batches are off-policy and carry no log-probs.
 *
 * @param options  the spaces, and the steps
 * @throws RangeError if the arrays do not fit the batch
 *
 * @example
 * ```ts
 * import { cartPole } from 'estimand/environment'
 * import { mlp, policyOutput } from 'estimand/network'
 * import { categorical, policyOf } from 'estimand/policy'
 * import { recorded, segments } from 'estimand/training'
 * const { observation, action } = cartPole()
 * const policy = policyOf(mlp({ observation, hidden: [], outputs: [policyOutput(2)] }), categorical(2))
 * const actor = { policy, parameters: policy.network.init(1), version: 0 }
 * const steps = segments({ environment: cartPole(), copies: 2, length: 10, discount: 1 }).open(1).sample(actor)
 * recorded({ observation, action, steps }).open(1).sample(actor).observations.length // => 80
 * ```
 */
export const recorded = <O extends Space, A extends Space>(options: RecordedOptions<O, A>): Sampler<O, A, OffPolicy & Segments> => {
  refuseOptions('recorded', options, { observation: aSpace, action: aSpace, steps: someSteps })
  const { observation, action, steps } = options
  const { batch, observations, actions } = steps
  const n = stepCount(batch)
  if (observations.length !== n * sizeOf(observation) || actions.length !== n * sizeOf(action))
    throw new RangeError(
      `recorded: expected observations of ${n} x ${sizeOf(observation)} and actions of ${n} x ${sizeOf(action)} numbers, got ${observations.length} and ${actions.length}`,
    )
  const { offsets, startTime, ends, discount, actionSpace } = batch
  const sample = <Out extends readonly number[]>({ policy, parameters, version }: Actor<O, A, Out>): Sampled<SampledFacts<OffPolicy & Segments, Out>> => {
    const columns = fromColumns({ discount, provenance: 'off-policy', episodes: 'segments', actions: actionSpace, version, offsets, startTime, ends })
    if (E.isLeft(columns)) throw new RangeError(`recorded: ${describeProblems(columns.left)}`)
    return {
      // A value block adds nothing to ask for: the objective of cloning reads no value.
      batch: columns.right as never,
      observations,
      actions,
      distribution: copyOf(policy.network, policy.network.forward(parameters, observations, n), n),
      returns: [],
      lengths: [],
    }
  }
  const sampling: Sampling<O, A, OffPolicy & Segments> = { sample, save: () => null, mark: () => () => undefined }
  return { name: `${n} recorded steps`, environment: null, open: () => sampling, restore: () => E.right(sampling) }
}
