import type { Environment } from './environment.ts'
import { changed } from './environment.ts'
import { refuseOther } from './kinds.ts'
import type { Box, Discrete, Space } from './space.ts'
import { box, describeSpace } from './space.ts'

/**
 * Observe one of n things as n numbers, a 1 in its place and 0 elsewhere, so that a network can read it. Linear in it is tabular.
 *
 * @param environment  one that observes a discrete space
 *
 * @example
 * ```ts
 * import { frozenLake, lockStep, oneHot } from 'estimand/environment'
 * lockStep(oneHot(frozenLake()), { copies: 1, seed: 1 }).observation
 * // => [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
 * ```
 */
export const oneHot = <N extends number, A extends Space, L extends string>(environment: Environment<Discrete<N>, A, L>): Environment<Box<readonly [N]>, A, L> => {
  refuseOther('oneHot', environment)
  if (environment.observation._tag !== 'Discrete')
    throw new TypeError(`oneHot: ${environment.name}: expected an environment that observes one of n things, got one that observes ${describeSpace(environment.observation)}`)
  const { n } = environment.observation
  return changed(environment, {
    word: 'oneHot',
    observation: box<readonly [N]>([n], { low: 0, high: 1 }),
    action: environment.action,
    open: (inner, { count }) => {
      const number = new Float32Array(count)
      return {
        observe: (into, from, to) => {
          inner.observe(number, from, to)
          into.fill(0, from * n, to * n)
          for (let i = from; i < to; i++) into[i * n + number[i]] = 1
        },
      }
    },
  })
}
