import type { Box } from '../environment/space.ts'
import { box } from '../environment/space.ts'
import type { Double } from '../policy/floats.ts'
import { double } from '../policy/floats.ts'
import type { Network } from '../policy/network.ts'
import { guarded, slicesOf } from '../policy/network.ts'
import { scratchOf } from '../policy/scratch.ts'
import { refuseUnknown } from '../trajectories/keys.ts'
import { checked, range } from '../weighting/options.ts'

/** Sizes of a linear-Gaussian policy. */
export interface LinearGaussianOptions<N extends number, D extends number> {
  /** Numbers that a state has. */
  readonly states: N
  /** Numbers that an action has. */
  readonly actions: D
  /** Initial log standard deviation. Default: 0. */
  readonly logDeviation?: number
}

/**
 * The linear policy of linear-quadratic problems, float64: a ~ N(K s, sigma^2 I), with one deviation for all components.
 *
 *     output = (K s, log sigma, .., log sigma)
 *
 * For a `gaussian` head. Parameters are K, row-major [actions, states], and then log sigma; K starts as 0, whatever the seed.
 *
 * @param options  sizes, integers >= 1, and the initial log sigma
 *
 * @example
 * ```ts
 * import { linearGaussian } from 'estimand/network'
 * linearGaussian({ states: 2, actions: 1 }).forward(Float64Array.of(2, 3, -0.5), Float64Array.of(10, 1), 1) // => [23, -0.5]
 * ```
 */
export const linearGaussian = <const N extends number, const D extends number>(
  options: LinearGaussianOptions<N, D>,
): Network<Box<readonly [N]>, readonly [Double<D>]> => {
  refuseUnknown('linearGaussian', options, ['states', 'actions', 'logDeviation'], 'linearGaussian({ states: 2, actions: 1 })')
  const { states, actions, logDeviation = 0 } = options
  checked('linearGaussian: states', states, range.count)
  checked('linearGaussian: actions', actions, range.count)
  checked('linearGaussian: logDeviation', logDeviation, range.finite)
  const m: number = states
  const d: number = actions
  const width = 2 * d
  const out = scratchOf((length) => new Float64Array(length))
  const shape = {
    name: `linearGaussian(${states}-${actions})`,
    observation: box([states]),
    outputs: [double(actions)] as const,
    slices: slicesOf([
      ['K', [d, m]],
      ['logDeviation', [1]],
    ]),
    parameterCount: d * m + 1,
  }
  return {
    ...shape,
    init: () => {
      const parameters = new Float64Array(shape.parameterCount)
      parameters[d * m] = logDeviation
      return parameters
    },
    ...guarded(shape, {
      forward: (parameters, observations, n) => {
        const y = out(n * width)
        for (let i = 0; i < n; i++)
          for (let j = 0; j < d; j++) {
            let mean = 0
            for (let k = 0; k < m; k++) mean += parameters[j * m + k] * observations[i * m + k]
            y[i * width + j] = mean
            y[i * width + d + j] = parameters[d * m]
          }
        return y
      },
      vectorJacobianProduct: (_parameters, observations, n, cotangent, gradient) => {
        gradient.fill(0)
        for (let i = 0; i < n; i++)
          for (let j = 0; j < d; j++) {
            const byMean = cotangent[i * width + j]
            for (let k = 0; k < m; k++) gradient[j * m + k] += byMean * observations[i * m + k]
            gradient[d * m] += cotangent[i * width + d + j]
          }
      },
    }),
  }
}
