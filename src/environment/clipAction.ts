import type { Environment } from './environment.ts'
import { changed } from './environment.ts'
import { refuseOther } from './kinds.ts'
import type { Box, Space } from './space.ts'
import { describeSpace } from './space.ts'

/**
 * Clip actions to the bounds of their space before the environment sees them. What was drawn stays what is recorded, and is scored with its
 * own density.
 *
 *     a <- min(max(a, low), high)
 *
 * @param environment  one whose actions are a box
 * @throws RangeError if they are not
 *
 * @example
 * ```ts
 * import { box, clipAction, environment, lockStep } from 'estimand/environment'
 * const push = environment({
 *   name: 'push', observation: box([1]), action: box([1], { low: -1, high: 1 }), stateSize: 1,
 *   reset: () => [0],
 *   step: ([x], [a]) => ({ state: [x + a], reward: 0, terminated: false }),
 *   observe: (state) => state,
 * })
 * const run = lockStep(clipAction(push), { copies: 1, seed: 1 })
 * run.step([5])
 * run.state // => [1]
 * ```
 */
export const clipAction = <O extends Space, Shape extends readonly number[], L extends string>(environment: Environment<O, Box<Shape>, L>): Environment<O, Box<Shape>, L> => {
  refuseOther('clipAction', environment)
  if (environment.action._tag !== 'Box')
    throw new RangeError(`clipAction: expected an environment whose actions are a box, got ${environment.name} with ${describeSpace(environment.action)}; leave clipAction out`)
  const { low, high } = environment.action
  const size = low.length
  return changed(environment, {
    word: 'clipAction',
    observation: environment.observation,
    action: environment.action,
    outside: 'passed on',
    open: (inner, { action }) => ({
      step: (from, to) => {
        for (let i = from; i < to; i++)
          for (let k = 0; k < size; k++) action[i * size + k] = Math.min(Math.max(action[i * size + k], low[k]), high[k])
        inner.step(from, to)
      },
    }),
  })
}
