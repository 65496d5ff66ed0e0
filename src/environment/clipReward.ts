import type { Environment } from './environment.ts'
import { changed } from './environment.ts'
import { refuseOptions, refuseOther } from './kinds.ts'
import type { Space } from './space.ts'

/**
 * Keep every reward within bounds. Another objective: what is clipped is not told apart any more, and the best policy may change.
 *
 *     r_t <- min(max(r_t, low), high)
 *
 * Source: Mnih et al. 2015, Human-level control, methods (to [-1, 1]).
 *
 * @param bounds  low <= high
 * @throws RangeError if low exceeds high
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { cliffWalking, clipReward, lockStep } from 'estimand/environment'
 * const run = lockStep(pipe(cliffWalking(), clipReward({ low: -2, high: 0 })), { copies: 1, seed: 1 })
 * run.step([1])
 * run.reward // => [-2]
 * ```
 */
export const clipReward = (bounds: { readonly low: number; readonly high: number }) => {
  refuseOptions('clipReward', bounds, ['low', 'high'], 'clipReward({ low: -1, high: 1 })')
  const { low, high } = bounds
  if (!(low <= high)) throw new RangeError(`clipReward: expected low <= high, got ${low} and ${high}`)
  return <O extends Space, A extends Space, L extends string>(environment: Environment<O, A, L>): Environment<O, A, L> => {
    refuseOther('clipReward', environment)
    return changed(environment, {
      word: `clipReward(${low}, ${high})`,
      observation: environment.observation,
      action: environment.action,
      open: (inner, { reward }) => ({
        step: (from, to) => {
          inner.step(from, to)
          // Written so that NaN stays NaN, and is found.
          for (let i = from; i < to; i++) reward[i] = Math.min(Math.max(reward[i], low), high)
        },
      }),
    })
  }
}
