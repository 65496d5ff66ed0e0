import type { Reward, StateValue } from '../trajectories/facts.ts'
import { refuseArgument } from '../trajectories/argument.ts'
import { refuseUnknown } from '../trajectories/keys.ts'
import { checked, range } from '../weighting/options.ts'
import { union } from '../weighting/step.ts'
import { anObjective } from './kinds.ts'
import type { TrainingObjective, wholeBatchOnly } from './objective.ts'

/** How values are fitted. */
export interface FitValueOptions {
  /** c >= 0. */
  readonly coefficient: number
  /** Of the lambda-returns that values are fitted to; 1: what was earned, with the value where the trajectory was cut. */
  readonly lambda: number
  /** How far a value may go from that of the sampling parameters before it has no gradient, > 0. Default: Infinity. */
  readonly clip?: number
}

/**
 * Fit the network's second output block, the value, by squared error to lambda-returns of the batch.
 *
 *     ... - c grad 1/m sum_k (V(s_k) - G_k)^2 / 2,    G_k = V_old(s_k) + A_k(lambda)
 *     clipped:  max((V - G)^2, (V_old + clamp(V - V_old, -clip, clip) - G)^2) / 2 in place of the square
 *
 * Policy and value share one gradient, whose norm is clipped as a whole; with hidden layers in common they share those too.
 * Source: Schulman et al. 2016, eq. 28; the clipped form is that of Dhariwal et al. 2017, baselines, and CleanRL.
 *
 * @param options  coefficient, lambda, clip
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { recipes } from 'estimand'
 * import { fitValue, wholeBatch } from 'estimand/training'
 * pipe(wholeBatch(recipes.a2c.estimator), fitValue({ coefficient: 0.5, lambda: 1 })).value?.clip // => Infinity
 * ```
 */
export const fitValue = (options: FitValueOptions) => {
  refuseUnknown('fitValue', options, ['coefficient', 'lambda', 'clip'], 'fitValue({ coefficient: 0.5, lambda: 0.95 })')
  const { coefficient, lambda, clip = Infinity } = options
  checked('fitValue: coefficient', coefficient, range.notNegative)
  checked('fitValue: lambda', lambda, range.unit)
  checked('fitValue: clip', clip, range.positive)
  return <N, B extends string, S extends 'minibatches' | typeof wholeBatchOnly>(
    objective: TrainingObjective<N, B, S>,
  ): TrainingObjective<N & Reward & StateValue, B, S> => {
    refuseArgument('fitValue', objective, anObjective)
    return {
      ...objective,
      needs: union(objective.needs, ['Reward', 'StateValue']),
      value: { coefficient, lambda, clip },
    }
  }
}
