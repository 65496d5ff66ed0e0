import type { Floats } from '../../policy/floats.ts'
import { refuseUnknown } from '../../trajectories/keys.ts'
import { checked, range } from '../../weighting/options.ts'
import { movingFor } from './moving.ts'
import type { Optimiser } from './optimiser.ts'
import { refuseUneven, zerosLike } from './optimiser.ts'

/** State of `adam`. */
export interface AdamState {
  /** Steps taken. */
  step: number
  /** Running mean of the gradient. */
  readonly mean: Floats
  /** Running mean of its square. */
  readonly square: Floats
}

/** Constants of `adam`. */
export interface AdamOptions {
  /** In [0, 1). Default: 0.9. */
  readonly beta1?: number
  /** In [0, 1). Default: 0.999. */
  readonly beta2?: number
  /** > 0. Default: 1e-8. */
  readonly epsilon?: number
}

const belowOne = { expected: 'a number in [0, 1)', holds: (x: number) => x >= 0 && x < 1 }

/**
 * Adam.
 *
 *     m <- beta1 m + (1 - beta1) g,     v <- beta2 v + (1 - beta2) g^2
 *     theta <- theta -+ rate / (1 - beta1^t)  m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon)
 *
 * As torch.optim.Adam, epsilon outside the root. The state has the precision of the parameters.
 * Source: Kingma and Ba 2015, algorithm 1.
 *
 * @param options  beta1, beta2, epsilon
 *
 * @example
 * ```ts
 * import { adam } from 'estimand/network'
 * const { init, descend } = adam()
 * const theta = Float64Array.of(1)
 * descend(init(theta), theta, Float64Array.of(-3), 0.1)
 * theta[0].toFixed(6) // => '1.100000'
 * ```
 */
export const adam = (options: AdamOptions = {}): Optimiser<AdamState> => {
  refuseUnknown('adam', options, ['beta1', 'beta2', 'epsilon'], 'adam() or adam({ epsilon: 1e-5 })')
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options
  checked('adam: beta1', beta1, belowOne)
  checked('adam: beta2', beta2, belowOne)
  checked('adam: epsilon', epsilon, range.positive)
  const move = (state: AdamState, parameters: Floats, gradient: Floats, rate: number): void => {
    const { mean, square } = state
    refuseUneven('adam', parameters, gradient, mean, rate)
    state.step++
    // Both fractions times sqrt(1 - beta2^t): one division a parameter is what this costs.
    const root = Math.sqrt(1 - beta2 ** state.step)
    const size = (rate * root) / (1 - beta1 ** state.step)
    const floor = epsilon * root
    movingFor(parameters, gradient, mean, square).adam(parameters, gradient, mean, square, { beta1, beta2, size, floor })
  }
  return {
    name: 'adam',
    init: (parameters) => ({ step: 0, mean: zerosLike(parameters), square: zerosLike(parameters) }),
    ascend: move,
    descend: (state, parameters, gradient, rate) => move(state, parameters, gradient, -rate),
  }
}
