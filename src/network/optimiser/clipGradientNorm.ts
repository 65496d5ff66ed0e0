import type { Floats } from '../../policy/floats.ts'
import { someFloats } from '../../policy/floats.ts'
import { refuseArgument } from '../../trajectories/argument.ts'
import { checked, range } from '../../weighting/options.ts'
import { movingFor } from './moving.ts'

/**
 * Shortens a gradient that is too long, in place, and says how long it was.
 *
 *     g <- g min(1, most / (|g| + 1e-6))
 *
 * As torch.nn.utils.clip_grad_norm_ with the Euclidean norm.
 * Source: Pascanu, Mikolov, Bengio 2013, On the difficulty of training recurrent neural networks, algorithm 1.
 *
 * @param gradient  all of it
 * @param most      the norm that is kept, > 0
 * @returns         the norm before
 * @throws          RangeError if the norm is infinite or NaN
 *
 * @example
 * ```ts
 * import { clipGradientNorm } from 'estimand/network'
 * const g = Float64Array.of(3, 4)
 * clipGradientNorm(g, 0.5) // => 5
 * g[0].toFixed(5) // => '0.30000'
 * ```
 */
export const clipGradientNorm = (gradient: Floats, most: number): number => {
  refuseArgument('clipGradientNorm', gradient, someFloats)
  checked('clipGradientNorm: most', most, range.positive)
  const norm = movingFor(gradient).clip(gradient, most)
  if (!Number.isFinite(norm))
    throw new RangeError(`clipGradientNorm: expected a gradient of finite norm, got ${norm}; take a lower learning rate, or look for infinite weights or observations`)
  return norm
}
