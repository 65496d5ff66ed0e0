import { shown } from '../trajectories/problem.ts'
import type { Environment } from './environment.ts'
import { changed, ending } from './environment.ts'
import { refuseOptions, refuseOther } from './kinds.ts'
import type { Space } from './space.ts'

/** What rewards are shaped by. */
export interface Shaping {
  /** gamma in [0, 1]: that of the objective, or the law does not hold. */
  readonly discount: number
  /** Phi(s) of a state, the numbers that the environment keeps; it must keep none of them. */
  readonly potential: (state: Float64Array) => number
}

/**
 * Add the difference of a potential to every reward.
 *
 *     r_t <- r_t + gamma Phi(s_{t+1}) - Phi(s_t),   Phi = 0 where an episode is over
 *
 * The sum telescopes: along an episode that ends, returns change by -Phi(s_0). So J changes by -E Phi(s_0), and its gradient and the best
 * policies not at all, whatever Phi is. At a cut (Truncated) the sum is gamma^L Phi(s_L) - Phi(s_0): values learnt with it are V - Phi, and
 * a bootstrap by them makes up for it. Law: shaped MDPs in test/environment. Source: Ng, Harada, Russell 1999, Policy invariance under
 * reward transformations, theorem 1.
 *
 * @param shaping  discount and potential
 * @throws RangeError if the discount is not in [0, 1]
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { cliffWalking, lockStep, shapeReward } from 'estimand/environment'
 * const height = ([cell]: Float64Array) => -Math.floor(cell / 12)
 * const run = lockStep(pipe(cliffWalking(), shapeReward({ discount: 1, potential: height })), { copies: 1, seed: 1 })
 * run.step([0])
 * run.reward // => [0]
 * ```
 */
export const shapeReward = (shaping: Shaping) => {
  refuseOptions('shapeReward', shaping, ['discount', 'potential'], 'shapeReward({ discount: 0.99, potential })')
  return <O extends Space, A extends Space, L extends string>(environment: Environment<O, A, L>): Environment<O, A, L> => {
    refuseOther('shapeReward', environment)
    const { discount, potential } = shaping
    if (typeof potential !== 'function') throw new TypeError(`shapeReward: potential: expected a function of a state, got ${shown(potential)}`)
    if (!(discount >= 0 && discount <= 1)) throw new RangeError(`shapeReward: discount: expected a number in [0, 1], got ${discount}`)
    const { stateSize } = environment
    return changed(environment, {
      word: `shapeReward(${discount})`,
      observation: environment.observation,
      action: environment.action,
      open: (inner, { count, state, reward, end }) => {
        const rows = Array.from({ length: count }, (_, i) => state.subarray(i * stateSize, (i + 1) * stateSize))
        const level = new Float64Array(count)
        return {
          reset: (from, to) => {
            inner.reset(from, to)
            for (let i = from; i < to; i++) level[i] = potential(rows[i])
          },
          step: (from, to) => {
            inner.step(from, to)
            for (let i = from; i < to; i++) {
              const over = end[i] === ending.Terminated || end[i] === ending.TimeLimit
              const next = over ? 0 : potential(rows[i])
              reward[i] += discount * next - level[i]
              level[i] = next
            }
          },
          memory: [{ name: 'shapeReward: potentials', values: level }],
        }
      },
    })
  }
}
