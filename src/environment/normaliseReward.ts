import { refuseArgument } from '../trajectories/argument.ts'
import type { Environment } from './environment.ts'
import { changed } from './environment.ts'
import { aRun, refuseOptions, refuseOther } from './kinds.ts'
import type { LockStep } from './lockStep.ts'
import { emptyMoments, momentsIn, seeRows } from './moments.ts'
import type { Space } from './space.ts'

/** How rewards are normalised. */
export interface NormaliseRewardOptions {
  /** gamma in [0, 1] of the return whose deviation is taken. */
  readonly discount: number
  /** Normalised rewards are kept within -clip and clip. Default: Infinity; 10 is usual in PPO code. */
  readonly clip?: number
}

const memoryName = 'normaliseReward: count, mean, squares'
const floor = 1e-8

const tooLarge = (name: string): string =>
  `normaliseReward: the rewards of ${name} are so large that their variance is no float64; put scaleReward(...) before normaliseReward`

/**
 * Divide rewards by the running deviation of their discounted sum, as is usual in PPO code.
 *
 *     G_t = gamma G_{t-1} + r_t,   r_t <- r_t / sqrt(variance of all G so far + 1e-8)
 *
 * An approximation, with no theorem behind it: G looks backwards, so it is no return, and the divisor moves, so that early rewards count
 * for more or less than late ones. Once frozen (`scaleReward(1 / rewardDeviation(run))`), it is a change of scale and harmless.
 * `episodeReturn` of a run stays that of the environment itself. Source: Engstrom et al. 2020, Implementation matters, section 2.
 *
 * @param options  discount, and a bound
 * @throws RangeError if the discount is not in [0, 1], or clip is not > 0; while it runs, if squares of rewards overflow
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { lockStep, normaliseReward, pendulum, rewardDeviation } from 'estimand/environment'
 * const run = lockStep(pipe(pendulum(), normaliseReward({ discount: 0.99 })), { copies: 8, seed: 1 })
 * for (let t = 0; t < 100; t++) run.step([0, 0, 0, 0, 0, 0, 0, 0])
 * rewardDeviation(run) > 10 // => true
 * ```
 */
export const normaliseReward = (options: NormaliseRewardOptions) => {
  refuseOptions('normaliseReward', options, ['discount', 'clip'], 'normaliseReward({ discount: 0.99 })')
  return <O extends Space, A extends Space, L extends string>(environment: Environment<O, A, L>): Environment<O, A, L | 'rewards'> => {
    refuseOther('normaliseReward', environment)
    const { discount, clip = Infinity } = options
    if (!(discount >= 0 && discount <= 1)) throw new RangeError(`normaliseReward: discount: expected a number in [0, 1], got ${discount}`)
    if (!(clip > 0)) throw new RangeError(`normaliseReward: clip: expected a number > 0, got ${clip}`)
    return changed(environment, {
      word: `normaliseReward(${discount})`,
      observation: environment.observation,
      action: environment.action,
      learns: ['rewards' as const],
      open: (inner, { count, reward, learning }) => {
        const seen = emptyMoments(1)
        const sums = new Float64Array(count)
        return {
          reset: (from, to) => {
            inner.reset(from, to)
            for (let i = from; i < to; i++) sums[i] = 0
          },
          step: (from, to) => {
            inner.step(from, to)
            for (let i = from; i < to; i++) sums[i] = discount * sums[i] + reward[i]
            if (learning !== 'stands still') seeRows(seen, 1, sums, from, to)
            if (!Number.isFinite(seen[2])) throw new RangeError(tooLarge(environment.name))
            const factor = 1 / Math.sqrt(seen[2] / seen[0] + floor)
            for (let i = from; i < to; i++) reward[i] = Math.min(Math.max(reward[i] * factor, -clip), clip)
          },
          memory: [
            { name: memoryName, values: seen },
            { name: 'normaliseReward: discounted sums', values: sums },
          ],
        }
      },
    })
  }
}

/**
 * What a run divides its rewards by at present.
 *
 * @param run  copies of an environment with normaliseReward
 * @throws TypeError if the environment has none
 *
 * @example
 * ```ts
 * import { cartPole, lockStep, rewardDeviation } from 'estimand/environment'
 * rewardDeviation(lockStep(cartPole(), { copies: 1, seed: 1 }))
 * // => throws TypeError: CartPole-v1: no normaliseReward
 * ```
 */
export const rewardDeviation = (run: Pick<LockStep<Space, Space>, 'memory' | 'environment'>): number => {
  refuseArgument('rewardDeviation', run, aRun)
  const { memory, environment } = run
  const found = memory.findLast(({ name }) => name === memoryName)
  if (found === undefined) throw new TypeError(`${environment.name}: no normaliseReward; put it around the environment that is run`)
  return Math.sqrt(momentsIn(Float64Array.from(found.values)).variance[0] + floor)
}
