import { shown } from '../trajectories/problem.ts'
import type { Environment } from './environment.ts'
import { changed } from './environment.ts'
import { refuseOther } from './kinds.ts'
import type { Space } from './space.ts'

/**
 * Multiply every reward by a number > 0: the objective and its gradient are multiplied by it too, and the best policies stay.
 *
 *     r_t <- factor r_t
 *
 * @param factor  a finite number > 0
 * @throws RangeError if it is none
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { cartPole, lockStep, scaleReward } from 'estimand/environment'
 * const run = lockStep(pipe(cartPole(), scaleReward(0.1)), { copies: 1, seed: 1 })
 * run.step([0])
 * run.reward // => [0.1]
 * ```
 */
export const scaleReward = (factor: number) => {
  if (!(Number.isFinite(factor) && factor > 0)) throw new RangeError(`scaleReward: expected a finite number > 0, got ${shown(factor)}`)
  return <O extends Space, A extends Space, L extends string>(environment: Environment<O, A, L>): Environment<O, A, L> => {
    refuseOther('scaleReward', environment)
    return changed(environment, {
      word: `scaleReward(${factor})`,
      observation: environment.observation,
      action: environment.action,
      open: (inner, { reward }) => ({
        step: (from, to) => {
          inner.step(from, to)
          for (let i = from; i < to; i++) reward[i] *= factor
        },
      }),
    })
  }
}
