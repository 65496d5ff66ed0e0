import type { Space } from '../environment/space.ts'
import type { Double, Floats } from '../policy/floats.ts'
import { double } from '../policy/floats.ts'
import type { Network } from '../policy/network.ts'
import { actingOf, aNetwork, guarded, sumOf } from '../policy/network.ts'
import { scratchOf } from '../policy/scratch.ts'
import { refuseArgument } from '../trajectories/argument.ts'
import { checked, range } from '../weighting/options.ts'
import { partOf } from './views.ts'

/**
 * A network of means with log standard deviations that do not depend on the state: d more parameters, which every row repeats.
 *
 *     output = (means(s), l_1, .., l_d, rest(s))
 *
 * The first output block becomes twice as wide, as a `gaussian` head takes it; further blocks stay.
 * Source: Schulman et al. 2017, section 6.1 (the deviations are parameters of their own).
 *
 * @param network       its first output block is the means
 * @param logDeviation  where each log deviation starts. Default: 0
 *
 * @example
 * ```ts
 * import { box } from 'estimand/environment'
 * import { mlp, policyOutput, withLogDeviation } from 'estimand/network'
 * const network = withLogDeviation(mlp({ observation: box([1]), hidden: [], outputs: [policyOutput(1)] }), -0.5)
 * const parameters = Float32Array.of(2, 1, -0.5)
 * network.slices.map(({ name }) => name) // => ['policy.weight', 'policy.bias', 'logDeviation']
 * network.forward(parameters, Float32Array.of(3), 1) // => [7, -0.5]
 * ```
 */
export const withLogDeviation = <O extends Space, D extends number, Rest extends readonly number[]>(
  network: Network<O, readonly [D, ...Rest]>,
  logDeviation = 0,
): Network<O, readonly [Double<D>, ...Rest]> => {
  refuseArgument('withLogDeviation', network, aNetwork)
  checked('withLogDeviation: logDeviation', logDeviation, range.finite)
  const [D, ...rest] = network.outputs
  const { valuing } = network
  const d: number = D
  const others = sumOf(rest)
  const inner = network.parameterCount
  const parametersOf = partOf(0, inner)
  const gradientOf = partOf(0, inner)
  const out = scratchOf((length) => new Float64Array(length))
  const innerCotangent = scratchOf((length) => new Float64Array(length))
  const shape = {
    name: `${network.name} with log deviation`,
    observation: network.observation,
    outputs: [double(D), ...rest] as const,
    slices: [...network.slices, { name: 'logDeviation', shape: [d], offset: inner }],
    parameterCount: inner + d,
  }
  const writeRows = (means: Floats, parameters: Floats, n: number, y: Floats): void => {
    for (let i = 0; i < n; i++)
      for (let j = 0; j < d; j++) {
        y[i * 2 * d + j] = means[i * d + j]
        y[i * 2 * d + d + j] = parameters[inner + j]
      }
  }
  return {
    ...shape,
    init: (seed) => {
      const means = network.init(seed)
      const parameters = means instanceof Float32Array ? new Float32Array(inner + d) : new Float64Array(inner + d)
      parameters.set(means)
      return parameters.fill(logDeviation, inner)
    },
    ...guarded(shape, {
      acting: (parameters) => {
        const act = actingOf(network)(parametersOf(parameters))
        return (observations, n) => {
          const y = out(n * 2 * d)
          writeRows(act(observations, n), parameters, n, y)
          return y
        }
      },
      ...(valuing === undefined ? {} : { valuing: (parameters) => valuing(parametersOf(parameters)) }),
      forward: (parameters, observations, n) => {
        const means = network.forward(parametersOf(parameters), observations, n)
        const y = out(n * (2 * d + others))
        writeRows(means, parameters, n, y)
        for (let k = 0; k < n * others; k++) y[n * 2 * d + k] = means[n * d + k]
        return y
      },
      vectorJacobianProduct: (parameters, observations, n, cotangent, gradient) => {
        const c = innerCotangent(n * (d + others))
        for (let i = 0; i < n; i++) for (let j = 0; j < d; j++) c[i * d + j] = cotangent[i * 2 * d + j]
        for (let k = 0; k < n * others; k++) c[n * d + k] = cotangent[n * 2 * d + k]
        network.vectorJacobianProduct(parametersOf(parameters), observations, n, c, gradientOf(gradient))
        gradient.fill(0, inner)
        for (let i = 0; i < n; i++) for (let j = 0; j < d; j++) gradient[inner + j] += cotangent[i * 2 * d + d + j]
      },
    }),
  }
}
