import { refuseArgument } from '../trajectories/argument.ts'
import { checked, range } from '../weighting/options.ts'
import type { Reason } from '../weighting/reason.ts'
import { reason, reasonUnless } from '../weighting/reason.ts'
import { union } from '../weighting/step.ts'
import { anObjective } from './kinds.ts'
import type { TrainingObjective, wholeBatchOnly } from './objective.ts'

const declared = reason({
  name: 'entropy bonus',
  class: 'other objective',
  because: 'the entropy of the policy in the states that it visited is ascended too',
  expectation: { text: 'grad J + c grad mean H, states held', latex: '\\nabla J + c \\nabla \\overline{H}' },
  source: 'Williams, Peng 1991, Function optimization using connectionist reinforcement learning algorithms',
})

/**
 * Ascend the mean entropy of the policy over the steps as well, in closed form.
 *
 *     ... + c grad 1/m sum_k H(pi(.|s_k))
 *
 * @param coefficient  c >= 0; with 0 nothing is added
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { recipes } from 'estimand'
 * import { entropyBonus, wholeBatch } from 'estimand/training'
 * pipe(wholeBatch(recipes.reinforce.estimator), entropyBonus(0.01)).reasons.map(({ name }) => name) // => ['entropy bonus']
 * ```
 */
export const entropyBonus = <const C extends number>(coefficient: C) => {
  checked('entropyBonus', coefficient, range.notNegative)
  return <N, B extends string, S extends 'minibatches' | typeof wholeBatchOnly>(
    objective: TrainingObjective<N, B, S>,
  ): TrainingObjective<N, B | (C extends 0 ? never : 'entropy bonus'), S> => {
    refuseArgument('entropyBonus', objective, anObjective)
    return {
      ...objective,
      reasons: union<Reason<B | (C extends 0 ? never : 'entropy bonus')>>(objective.reasons, reasonUnless<C, 0, 'entropy bonus'>(coefficient, 0, declared)),
      entropy: objective.entropy + coefficient,
    }
  }
}
