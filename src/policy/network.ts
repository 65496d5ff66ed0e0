import { aSpace } from '../environment/kinds.ts'
import type { Space } from '../environment/space.ts'
import { sizeOf } from '../environment/space.ts'
import type { Kind } from '../trajectories/argument.ts'
import { hasParts, kinds, refuseArgument } from '../trajectories/argument.ts'
import type { Fields } from '../trajectories/fields.ts'
import { optional, refuseFields } from '../trajectories/fields.ts'
import { refuseUnknown } from '../trajectories/keys.ts'
import type { Floats, Observations } from './floats.ts'
import { needLength, needRows, someFloats } from './floats.ts'

/** A named part of the flat parameters. */
export interface Slice {
  readonly name: string
  /** Row-major. */
  readonly shape: readonly number[]
  /** Position of its first number. */
  readonly offset: number
}

/**
 * What a backend has to provide: a function and its derivative, over n observations at once.
 *
 * Observations are rows. Outputs are blocks of rows, block after block: with outputs [2, 1] the n rows of 2 come first, then the n rows
 * of 1, so that each block is an array as heads take it, and values stand from n * 2 on.
 */
export interface Engine {
  /** The outputs, in an array of the network's own that is valid until its next call. [n sum(outputs)] */
  readonly forward: (parameters: Floats, observations: Observations, n: number) => Floats
  /**
   * The vector-Jacobian product of the last forward, which must have been of the same parameters, observations and n, unchanged since.
   *
   *     gradient_j = sum_k  cotangent_k  d output_k / d parameter_j
   *
   * Overwrites `gradient` [parameterCount]; `cotangent` has the layout of the outputs.
   */
  readonly vectorJacobianProduct: (parameters: Floats, observations: Observations, n: number, cotangent: Floats, gradient: Floats) => void
  /**
   * The first block alone, of parameters that are read once: for acting, step after step. The function that comes back is good until the
   * next call of anything else of the network. Without it, `forward` does.
   */
  readonly acting?: (parameters: Floats) => (observations: Observations, n: number) => Floats
  /** The same for the second block, where it takes no part of the first to compute: values of states. [n outputs_1] */
  readonly valuing?: (parameters: Floats) => (observations: Observations, n: number) => Floats
}

/** A network's first block, of parameters that stay as they are: `acting` where it has that. Other blocks may stand behind it. */
export const actingOf = (engine: Engine): NonNullable<Engine['acting']> =>
  engine.acting ?? ((parameters) => (observations, n) => engine.forward(parameters, observations, n))

/** A network's second block, of parameters that stay as they are: `valuing` where it has that, else what stands behind the first. */
export const valuingOf = ({ outputs, forward, valuing }: Pick<Network<Space, readonly number[]>, 'outputs' | 'forward' | 'valuing'>): NonNullable<Engine['valuing']> =>
  valuing ?? ((parameters) => (observations, n) => forward(parameters, observations, n).subarray(n * outputs[0]))

/**
 * A differentiable function from an observation to the parameters of a distribution (and, as further blocks, to values).
 *
 * Its parameters are one flat array with named slices, so that an optimiser is one loop; they belong to the caller.
 *
 * @typeParam O    space of the observations
 * @typeParam Out  numbers of each output block
 */
export interface Network<out O extends Space, out Out extends readonly number[]> extends Engine {
  readonly name: string
  /** What observations are taken from; an observation is `sizeOf(observation)` numbers in a row. */
  readonly observation: O
  readonly outputs: Out
  readonly slices: readonly Slice[]
  readonly parameterCount: number
  /** Initial parameters: the same for the same seed. */
  readonly init: (seed: number) => Floats
}

/** A network, as a kind of argument. */
export const aNetwork: Kind = {
  expected: 'a network, such as mlp({ observation, hidden: [64], outputs: [policyOutput(2)] })',
  holds: (x) => hasParts(x) && typeof x['forward'] === 'function' && typeof x['vectorJacobianProduct'] === 'function' && Array.isArray(x['outputs']),
}

/** Numbers of one row over all blocks. */
export const sumOf = (sizes: readonly number[]): number => sizes.reduce((a, b) => a + b, 0)

/** How many numbers a slice has. */
export const sliceLength = ({ shape }: Slice): number => shape.reduce((a, b) => a * b, 1)

/** Slices one after the other, from names and shapes. */
export const slicesOf = (parts: readonly (readonly [name: string, shape: readonly number[]])[]): readonly Slice[] => {
  let offset = 0
  return parts.map(([name, shape]) => {
    const slice = { name, shape, offset }
    offset += sliceLength(slice)
    return slice
  })
}

/** Where the last slice ends. */
export const countOf = (slices: readonly Slice[]): number => {
  const last = slices.at(-1)
  return last === undefined ? 0 : last.offset + sliceLength(last)
}

const hasSlices = (x: unknown): boolean => hasParts(x) && Array.isArray(x['slices']) && x['slices'].every(hasParts)

/** The numbers of a slice: a view, not a copy. */
const viewOf = <F extends Floats>(parameters: F, slice: Slice): F => parameters.subarray(slice.offset, slice.offset + sliceLength(slice)) as F

/**
 * A named slice of a network's parameters: a view, not a copy.
 *
 * @param network     whose parameters they are
 * @param parameters  all of them
 * @param name        name of the slice
 *
 * @example
 * ```ts
 * import { slice } from 'estimand/policy'
 * import { box } from 'estimand/environment'
 * import { mlp, policyOutput } from 'estimand/network'
 * const network = mlp({ observation: box([4]), hidden: [64], outputs: [policyOutput(2)] })
 * slice(network, network.init(1), 'policy.weight').length // => 128
 * ```
 */
export const slice = <F extends Floats>(network: Pick<Network<Space, readonly number[]>, 'name' | 'slices'>, parameters: F, name: string): F => {
  refuseArgument('slice', network, { ...aNetwork, holds: hasSlices })
  const { name: whose, slices } = network
  const found = slices.find((one) => one.name === name)
  if (found === undefined) throw new RangeError(`${whose}: no slice '${name}'; it has ${slices.map((one) => one.name).join(', ')}`)
  refuseArgument(`slice: parameters of ${whose}`, parameters, someFloats)
  return viewOf(parameters, found)
}

/** What `guarded` reads of a network. */
const sizes: Kind = {
  expected: 'a name and sizes, such as { name, observation: box([4]), outputs: [2], parameterCount: 10 }',
  holds: (x) => hasParts(x) && typeof x['name'] === 'string' && aSpace.holds(x['observation']) && Array.isArray(x['outputs']) && typeof x['parameterCount'] === 'number',
}

const parts = {
  forward: kinds.function,
  vectorJacobianProduct: kinds.function,
  acting: optional(kinds.function),
  valuing: optional(kinds.function),
} as const satisfies Fields<Engine>

/**
 * An engine whose arrays are checked: lengths, and that a vector-Jacobian product follows the forward that it is of. For networks of
 * your own: every built-in one goes through it.
 *
 * @param network  name and sizes
 * @param engine   what computes, and need not check
 * @throws TypeError for sizes that are none, or an engine without its functions
 *
 * @example
 * ```ts
 * import { box } from 'estimand/environment'
 * import { guarded } from 'estimand/policy'
 * const slope = { name: 'slope', observation: box([1]), outputs: [1], parameterCount: 1 } as const
 * const { forward } = guarded(slope, {
 *   forward: ([k], observations, n) => Float64Array.from({ length: n }, (_, i) => k * observations[i]),
 *   vectorJacobianProduct: (_, observations, n, cotangent, gradient) => {
 *     gradient.fill(0)
 *     for (let i = 0; i < n; i++) gradient[0] += cotangent[i] * observations[i]
 *   },
 * })
 * forward(Float64Array.of(3), Float64Array.of(1, 2), 2) // => [3, 6]
 * forward(Float64Array.of(3), Float64Array.of(1, 2), 3) // => throws RangeError: slope: observations: expected at least 3 numbers, got 2
 * ```
 */
export const guarded = (
  network: Pick<Network<Space, readonly number[]>, 'name' | 'observation' | 'outputs' | 'parameterCount'>,
  engine: Engine,
): Engine => {
  refuseArgument('guarded', network, sizes)
  const { name, observation, outputs, parameterCount } = network
  refuseUnknown(name, engine, ['forward', 'vectorJacobianProduct', 'acting', 'valuing'])
  refuseFields(name, engine, parts)
  const { forward, vectorJacobianProduct, acting, valuing } = engine
  const width = sumOf(outputs)
  const inputs = sizeOf(observation)
  let lastParameters: Floats | undefined
  let lastObservations: Observations | undefined
  let lastN = -1
  const needParameters = (parameters: Floats): void => {
    if (parameters.length !== parameterCount) throw new RangeError(`${name}: parameters: expected ${parameterCount} numbers, got ${parameters.length}`)
  }
  const needObservations = (observations: Observations, n: number): void => {
    needRows(`${name}: n`, n)
    needLength(`${name}: observations`, observations, n * inputs)
  }
  const ofOneBlock = (block: NonNullable<Engine['acting']>) => (parameters: Floats) => {
    needParameters(parameters)
    lastN = -1
    const run = block(parameters)
    return (observations: Observations, n: number) => {
      needObservations(observations, n)
      return run(observations, n)
    }
  }
  return {
    ...(acting === undefined ? {} : { acting: ofOneBlock(acting) }),
    ...(valuing === undefined ? {} : { valuing: ofOneBlock(valuing) }),
    forward: (parameters, observations, n) => {
      needObservations(observations, n)
      needParameters(parameters)
      // Should it throw, no forward counts.
      lastN = -1
      const out = forward(parameters, observations, n)
      lastParameters = parameters
      lastObservations = observations
      lastN = n
      return out
    },
    vectorJacobianProduct: (parameters, observations, n, cotangent, gradient) => {
      if (n !== lastN || parameters !== lastParameters || observations !== lastObservations)
        throw new Error(`${name}: vectorJacobianProduct: the last forward was of other arrays; call forward(parameters, observations, n) first`)
      needLength(`${name}: cotangent`, cotangent, n * width)
      if (gradient.length !== parameterCount) throw new RangeError(`${name}: gradient: expected ${parameterCount} numbers, got ${gradient.length}`)
      vectorJacobianProduct(parameters, observations, n, cotangent, gradient)
    },
  }
}
