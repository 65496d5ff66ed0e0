import type { BehaviourLogProb } from '../trajectories/facts.ts'
import { refuseArgument } from '../trajectories/argument.ts'
import { refuseUnknown } from '../trajectories/keys.ts'
import { shown } from '../trajectories/problem.ts'
import { checked, range } from '../weighting/options.ts'
import type { Reason } from '../weighting/reason.ts'
import { reason } from '../weighting/reason.ts'
import { union } from '../weighting/step.ts'
import { anObjective } from './kinds.ts'
import type { KlTerm, TrainingObjective, wholeBatchOnly } from './objective.ts'

const declared = reason({
  name: 'KL penalty',
  class: 'other objective',
  because: 'the divergence from the policy that sampled the batch is held down; its gradient is 0 at the first step',
  expectation: { text: 'grad J - c grad mean KL, states held', latex: '\\nabla J - c \\nabla \\overline{KL}' },
  source: 'Schulman et al. 2017, Proximal policy optimization algorithms, section 4',
})

/**
 * Hold down the mean exact divergence from the policy that sampled the batch.
 *
 *     ... - c grad 1/m sum_k KL_k        toReference: KL(pi || mu);  fromReference: KL(mu || pi)
 *
 * Of use from the second gradient step on a batch, for at the first both policies are the same and the gradient is 0.
 *
 * @param options  coefficient c >= 0, and the direction
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { recipes } from 'estimand'
 * import { klPenalty, wholeBatch } from 'estimand/training'
 * pipe(wholeBatch(recipes.clipped.estimator), klPenalty({ coefficient: 1, direction: 'fromReference' })).kl?.coefficient // => 1
 * ```
 */
export const klPenalty = (options: KlTerm) => {
  refuseUnknown('klPenalty', options, ['coefficient', 'direction'], "klPenalty({ coefficient: 1, direction: 'toReference' })")
  const { coefficient, direction } = options
  checked('klPenalty: coefficient', coefficient, range.notNegative)
  if (direction !== 'toReference' && direction !== 'fromReference')
    throw new RangeError(`klPenalty: direction: expected 'toReference' or 'fromReference', got ${shown(direction)}`)
  return <N, B extends string, S extends 'minibatches' | typeof wholeBatchOnly>(
    objective: TrainingObjective<N, B, S>,
  ): TrainingObjective<N & BehaviourLogProb, B | 'KL penalty', S> => {
    refuseArgument('klPenalty', objective, anObjective)
    return {
      ...objective,
      needs: union(objective.needs, ['BehaviourLogProb']),
      reasons: union<Reason<B | 'KL penalty'>>(objective.reasons, [declared]),
      kl: { coefficient, direction },
    }
  }
}
