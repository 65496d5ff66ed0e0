import type { MlpEngine } from '../network/mlpShape.ts'
import { anMlpShape } from '../network/mlpShape.ts'
import type { Floats, Observations } from '../policy/floats.ts'
import { kinds, refuseArgument } from '../trajectories/argument.ts'
import { actingOf } from '../policy/network.ts'
import { simdMlp } from '../network/simdMlp.ts'

/**
 * `simdMlp` for small calls, another engine for large ones: it depends on how many rows a call has, so that one network takes its
 * rollouts in one and its updates in the other.
 *
 * A call is large from `least` numbers on, rows times parameters (a multiply-add each, forward). Networks of float64 have plain loops.
 *
 * @param large  the engine for large calls, of float32
 * @param least  rows times parameters from which on it is the faster one
 * @throws TypeError for what is no engine, or a `least` that is no number
 *
 * @example
 * ```ts
 * import { bySize } from 'estimand/backend'
 * import { box } from 'estimand/environment'
 * import { mlp, policyOutput, scalarMlp } from 'estimand/network'
 * const network = mlp({ observation: box([1]), hidden: [], outputs: [policyOutput(1)], engine: bySize(scalarMlp, 1000) })
 * network.forward(Float32Array.of(2, 1), Float32Array.of(3), 1) // => [7]
 * ```
 */
export const bySize = (large: MlpEngine, least: number): MlpEngine => {
  refuseArgument('bySize', large, { expected: 'an engine, such as tfjsEngine(tf)', holds: kinds.function.holds })
  refuseArgument('bySize: least', least, { expected: 'a number, the rows times parameters from which on the large engine computes', holds: (x) => typeof x === 'number' && !Number.isNaN(x) })
  return (shape) => {
    refuseArgument('bySize', shape, anMlpShape)
    const small = simdMlp(shape)
    if (shape.precision === 'float64') return small
    const other = large(shape)
    const engineFor = (n: number) => (n * shape.parameterCount < least ? small : other)
    return {
      ...(small.acting === undefined
        ? {}
        : {
            // Small to begin with: a policy acts in a few copies at a time.
            acting: (parameters: Floats) => {
              const act = actingOf(small)(parameters)
              return (observations: Observations, n: number) => (n * shape.parameterCount < least ? act(observations, n) : other.forward(parameters, observations, n))
            },
          }),
      forward: (parameters, observations, n) => engineFor(n).forward(parameters, observations, n),
      vectorJacobianProduct: (parameters, observations, n, cotangent, gradient) =>
        engineFor(n).vectorJacobianProduct(parameters, observations, n, cotangent, gradient),
    }
  }
}
