import { refuseUnknown } from '../trajectories/keys.ts'
import { shown } from '../trajectories/problem.ts'
import type { Environment } from './environment.ts'
import { changed, ending } from './environment.ts'
import { refuseOptions, refuseOther } from './kinds.ts'
import type { Space } from './space.ts'

/** What a time limit is. */
export interface TimeLimitOptions {
  /** After how many steps an episode ends, an integer >= 1. */
  readonly steps: number
  /**
   * `Truncated`: the episode goes on and is only not followed further, so that its end has a bootstrap value. `TimeLimit`: the horizon
   * belongs to the problem, and there is nothing after it.
   */
  readonly as: 'Truncated' | 'TimeLimit'
}

/**
 * End episodes after so many steps. An episode that is over at that very step is Terminated.
 *
 * @param options  how many steps, and what such an end means
 * @throws RangeError if steps is no integer >= 1; TypeError if a horizon is put around a shaped reward, which must see it
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { endOf, lockStep, pendulum, timeLimit } from 'estimand/environment'
 * const run = lockStep(pipe(pendulum(), timeLimit({ steps: 1, as: 'TimeLimit' })), { copies: 1, seed: 1 })
 * run.step([0])
 * endOf(run, 0) // => { _tag: 'TimeLimit' }
 * ```
 */
export const timeLimit = (options: TimeLimitOptions) => {
  refuseOptions('timeLimit', options, ['steps', 'as'], "timeLimit({ steps: 500, as: 'Truncated' })")
  return <O extends Space, A extends Space, L extends string>(environment: Environment<O, A, L>): Environment<O, A, L> => {
    refuseOther('timeLimit', environment)
    const { steps, as } = options
    if (!(Number.isInteger(steps) && steps >= 1)) throw new RangeError(`timeLimit: steps: expected an integer >= 1, got ${shown(steps)}`)
    if (as !== 'Truncated' && as !== 'TimeLimit') throw new RangeError(`timeLimit: as: expected 'Truncated' or 'TimeLimit', got ${shown(as)}`)
    if (as === 'TimeLimit' && environment.changes.some((word) => word.startsWith('shapeReward')))
      throw new TypeError('timeLimit: a horizon is a true end, where the potential must count as 0: put shapeReward after timeLimit')
    const code = ending[as]
    return changed(environment, {
      word: `timeLimit(${steps})`,
      observation: environment.observation,
      action: environment.action,
      open: (inner, { count, end }) => {
        const taken = new Int32Array(count)
        return {
          reset: (from, to) => {
            inner.reset(from, to)
            for (let i = from; i < to; i++) taken[i] = 0
          },
          step: (from, to) => {
            inner.step(from, to)
            for (let i = from; i < to; i++) if (++taken[i] >= steps && end[i] === ending.none) end[i] = code
          },
          memory: [{ name: 'timeLimit: steps taken', values: taken }],
        }
      },
    })
  }
}

/** The limit of a built-in environment. */
export interface LimitOptions {
  /** Steps after which an episode is cut as Truncated; Infinity for no limit. Default: gymnasium's. */
  readonly steps?: number
}

/** The usual limit of an environment, unless another is asked for. */
export const limitedTo =
  (word: string, usual: number, options: LimitOptions) =>
  <O extends Space, A extends Space, L extends string>(environment: Environment<O, A, L>): Environment<O, A, L> => {
    refuseUnknown(word, options, ['steps'], `${word}() or ${word}({ steps: 200 })`)
    const { steps = usual } = options
    return steps === Infinity ? environment : timeLimit({ steps, as: 'Truncated' })(environment)
  }
