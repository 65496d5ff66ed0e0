import type { Floats } from '../../policy/floats.ts'
import { checked, range } from '../../weighting/options.ts'

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
  checked('clipGradientNorm: most', most, range.positive)
  // Four sums, as an addition waits for the one before it.
  let [a, b, c, d] = [0, 0, 0, 0]
  const whole = gradient.length - (gradient.length % 4)
  for (let k = 0; k < whole; k += 4) {
    a += gradient[k] * gradient[k]
    b += gradient[k + 1] * gradient[k + 1]
    c += gradient[k + 2] * gradient[k + 2]
    d += gradient[k + 3] * gradient[k + 3]
  }
  for (let k = whole; k < gradient.length; k++) a += gradient[k] * gradient[k]
  const norm = Math.sqrt(a + b + c + d)
  if (!Number.isFinite(norm))
    throw new RangeError(`clipGradientNorm: expected a gradient of finite norm, got ${norm}; take a lower learning rate, or look for infinite weights or observations`)
  const factor = most / (norm + 1e-6)
  if (factor < 1) for (let k = 0; k < gradient.length; k++) gradient[k] *= factor
  return norm
}
