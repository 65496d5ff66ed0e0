import { shown } from '../trajectories/problem.ts'
import type { Environment } from './environment.ts'
import { changed, ending } from './environment.ts'
import { refuseOther } from './kinds.ts'
import type { Space } from './space.ts'

/**
 * Take every action several times, as one step whose reward is the sum; an episode that ends meanwhile ends the step. Rewards within a
 * step are not discounted.
 *
 *     r_t <- r_{kt} + ... + r_{kt+k-1}
 *
 * @param times  k, an integer >= 1
 * @throws RangeError if it is none
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { cartPole, lockStep, repeatAction } from 'estimand/environment'
 * const run = lockStep(pipe(cartPole(), repeatAction(4)), { copies: 1, seed: 1 })
 * run.step([0])
 * run.reward // => [4]
 * ```
 */
export const repeatAction = (times: number) => {
  if (!(Number.isInteger(times) && times >= 1)) throw new RangeError(`repeatAction: expected an integer >= 1, got ${shown(times)}`)
  return <O extends Space, A extends Space, L extends string>(environment: Environment<O, A, L>): Environment<O, A, L> => {
    refuseOther('repeatAction', environment)
    return changed(environment, {
      word: `repeatAction(${times})`,
      observation: environment.observation,
      action: environment.action,
      open: (inner, { reward, end }) => ({
        step: (from, to) => {
          for (let i = from; i < to; i++) {
            let sum = 0
            for (let k = 0; k < times && (k === 0 || end[i] === ending.none); k++) {
              inner.step(i, i + 1)
              sum += reward[i]
            }
            reward[i] = sum
          }
        },
      }),
    })
  }
}
