import type { Floats } from '../../policy/floats.ts'
import { refuseUnknown } from '../../trajectories/keys.ts'
import { checked, range } from '../../weighting/options.ts'
import type { Optimiser } from './optimiser.ts'
import { refuseUneven, zerosLike } from './optimiser.ts'

/** State of `sgd`. */
export interface SgdState {
  readonly velocity: Floats
}

/**
 * Gradient steps with momentum.
 *
 *     v <- momentum v + g,     theta <- theta -+ rate v
 *
 * As torch.optim.SGD with dampening 0. Without momentum the state stays 0.
 * Source: Polyak 1964, Some methods of speeding up the convergence of iteration methods.
 *
 * @param options  momentum in [0, 1]. Default: 0
 *
 * @example
 * ```ts
 * import { sgd } from 'estimand/network'
 * const { init, descend } = sgd({ momentum: 0.5 })
 * const theta = Float64Array.of(1)
 * const state = init(theta)
 * descend(state, theta, Float64Array.of(2), 0.1)
 * descend(state, theta, Float64Array.of(2), 0.1)
 * theta[0] // => 1 - 0.2 - 0.3
 * ```
 */
export const sgd = (options: { readonly momentum?: number } = {}): Optimiser<SgdState> => {
  refuseUnknown('sgd', options, ['momentum'], 'sgd() or sgd({ momentum: 0.9 })')
  const { momentum = 0 } = options
  checked('sgd: momentum', momentum, range.unit)
  const move = ({ velocity }: SgdState, parameters: Floats, gradient: Floats, rate: number): void => {
    refuseUneven('sgd', parameters, gradient, velocity, rate)
    if (momentum === 0) {
      for (let k = 0; k < parameters.length; k++) parameters[k] += rate * gradient[k]
      return
    }
    for (let k = 0; k < parameters.length; k++) {
      const v = momentum * velocity[k] + gradient[k]
      velocity[k] = v
      parameters[k] += rate * v
    }
  }
  return {
    name: 'sgd',
    init: (parameters) => ({ velocity: zerosLike(parameters) }),
    ascend: move,
    descend: (state, parameters, gradient, rate) => move(state, parameters, gradient, -rate),
  }
}
