import type { Discrete } from '../environment/space.ts'
import { discrete } from '../environment/space.ts'
import type { Network } from '../policy/network.ts'
import { guarded, slicesOf } from '../policy/network.ts'
import { scratchOf } from '../policy/scratch.ts'
import { refuseUnknown } from '../trajectories/keys.ts'
import { checked, range } from '../weighting/options.ts'

/**
 * A table with a row of numbers for each state, float64: with a categorical head the tabular softmax policy.
 *
 *     output_k = theta[s, k]
 *
 * An observation is the index of a state. Parameters are row-major, entry s * A + a, and start as 0: the uniform policy, whatever the seed.
 * Source: Sutton and Barto 2018, section 13.1.
 *
 * @param sizes  number of states and of actions, integers >= 1
 *
 * @example
 * ```ts
 * import { tabular } from 'estimand/network'
 * const network = tabular({ states: 2, actions: 2 })
 * network.forward(Float64Array.of(1, 2, 3, 4), Int32Array.of(1, 0), 2) // => [3, 4, 1, 2]
 * ```
 */
export const tabular = <const S extends number, const A extends number>(sizes: {
  readonly states: S
  readonly actions: A
}): Network<Discrete<S>, readonly [A]> => {
  refuseUnknown('tabular', sizes, ['states', 'actions'])
  const { states, actions } = sizes
  checked('tabular: states', states, range.count)
  checked('tabular: actions', actions, range.count)
  const K: number = actions
  const out = scratchOf((length) => new Float64Array(length))
  const shape = {
    name: `tabular(${states} x ${actions})`,
    observation: discrete(states),
    outputs: [actions],
    slices: slicesOf([['theta', [states, actions]]]),
    parameterCount: states * actions,
  } as const
  return {
    ...shape,
    init: () => new Float64Array(shape.parameterCount),
    ...guarded(shape, {
      forward: (parameters, observations, n) => {
        const y = out(n * K)
        for (let i = 0; i < n; i++) {
          const s = observations[i]
          if (!(Number.isInteger(s) && s >= 0 && s < states))
            throw new RangeError(`${shape.name}: observation ${i}: expected a state, an integer from 0 to ${states - 1}, got ${s}`)
          for (let k = 0; k < K; k++) y[i * K + k] = parameters[s * K + k]
        }
        return y
      },
      vectorJacobianProduct: (_parameters, observations, n, cotangent, gradient) => {
        gradient.fill(0)
        for (let i = 0; i < n; i++) for (let k = 0; k < K; k++) gradient[observations[i] * K + k] += cotangent[i * K + k]
      },
    }),
  }
}
