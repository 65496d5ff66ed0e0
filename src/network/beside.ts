import type { Space } from '../environment/space.ts'
import { describeSpace } from '../environment/space.ts'
import type { Network } from '../policy/network.ts'
import { refuseArgument } from '../trajectories/argument.ts'
import { actingOf, aNetwork, guarded, sumOf } from '../policy/network.ts'
import { scratchOf } from '../policy/scratch.ts'
import { partOf } from './views.ts'

/**
 * Two networks on the same observations that share nothing, as one: the parameters and the output blocks of the first, then those of the second.
 *
 *     output = (first(s), second(s))
 *
 * So a policy and a value with trunks of their own have one flat array: one optimiser, one gradient norm. Where values alone are asked for,
 * call the second network with its part of the parameters. Slices are named `first.` and `second.` and as they were.
 *
 * @param second  the network that is put behind
 * @returns       a function from the first network to both
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { box } from 'estimand/environment'
 * import { beside, mlp, policyOutput, valueOutput } from 'estimand/network'
 * const shape = { observation: box([4]), hidden: [64, 64] }
 * const network = pipe(mlp({ ...shape, outputs: [policyOutput(2)] }), beside(mlp({ ...shape, outputs: [valueOutput] })))
 * network.outputs // => [2, 1]
 * network.forward(network.init(1), new Float32Array(4), 1) // => [0, 0, 0]
 * ```
 */
export const beside =
  <O extends Space, Out2 extends readonly number[]>(second: Network<O, Out2>) =>
  <Out1 extends readonly number[]>(first: Network<O, Out1>): Network<O, readonly [...Out1, ...Out2]> => {
    refuseArgument('beside', second, aNetwork)
    refuseArgument('beside', first, aNetwork)
    const [observed, otherObserved] = [describeSpace(first.observation), describeSpace(second.observation)]
    if (observed !== otherObserved)
      throw new RangeError(`beside: ${first.name} observes ${observed}, ${second.name} ${otherObserved}; give both the same`)
    const count = first.parameterCount
    const parameterCount = count + second.parameterCount
    const width1 = sumOf(first.outputs)
    const width2 = sumOf(second.outputs)
    const [firstParameters, firstGradient] = [partOf(0, count), partOf(0, count)]
    const [secondParameters, secondGradient] = [partOf(count, parameterCount), partOf(count, parameterCount)]
    const out = scratchOf((length) => new Float64Array(length))
    const secondCotangent = scratchOf((length) => new Float64Array(length))
    const shape = {
      name: `${first.name} beside ${second.name}`,
      observation: first.observation,
      outputs: [...first.outputs, ...second.outputs] as const,
      slices: [
        ...first.slices.map((slice) => ({ ...slice, name: `first.${slice.name}` })),
        ...second.slices.map((slice) => ({ ...slice, name: `second.${slice.name}`, offset: count + slice.offset })),
      ],
      parameterCount,
    }
    return {
      ...shape,
      init: (seed) => {
        const one = first.init(seed)
        // The same seed would give both the same random numbers.
        const two = second.init(~seed)
        const parameters =
          one instanceof Float32Array && two instanceof Float32Array ? new Float32Array(parameterCount) : new Float64Array(parameterCount)
        parameters.set(one)
        parameters.set(two, count)
        return parameters
      },
      ...guarded(shape, {
        // The second one has no say in what is done.
        acting: (parameters) => actingOf(first)(firstParameters(parameters)),
        ...(first.outputs.length === 1 ? { valuing: (parameters) => actingOf(second)(secondParameters(parameters)) } : {}),
        forward: (parameters, observations, n) => {
          const y = out(n * (width1 + width2))
          const y1 = first.forward(firstParameters(parameters), observations, n)
          for (let k = 0; k < n * width1; k++) y[k] = y1[k]
          const y2 = second.forward(secondParameters(parameters), observations, n)
          for (let k = 0; k < n * width2; k++) y[n * width1 + k] = y2[k]
          return y
        },
        vectorJacobianProduct: (parameters, observations, n, cotangent, gradient) => {
          first.vectorJacobianProduct(firstParameters(parameters), observations, n, cotangent, firstGradient(gradient))
          const c = secondCotangent(n * width2)
          for (let k = 0; k < c.length; k++) c[k] = cotangent[n * width1 + k]
          second.vectorJacobianProduct(secondParameters(parameters), observations, n, c, secondGradient(gradient))
        },
      }),
    }
  }
