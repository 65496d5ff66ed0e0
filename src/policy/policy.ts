import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'
import type { Space } from '../environment/space.ts'
import type { Actions, Floats, Observations } from './floats.ts'
import { needLength } from './floats.ts'
import { refuseArgument } from '../trajectories/argument.ts'
import type { Head, Terms } from './head.ts'
import { aHead } from './head.ts'
import type { Network } from './network.ts'
import { aNetwork, sumOf } from './network.ts'
import { scratchOf } from './scratch.ts'

/**
 * A stochastic policy: a network whose first output block is the parameters of a head.
 *
 * @typeParam O    space of the observations
 * @typeParam A    space of the actions
 * @typeParam Out  numbers of each output block of the network
 */
export interface Policy<out O extends Space, out A extends Space, out Out extends readonly number[]> {
  readonly observation: O
  readonly action: A
  readonly network: Network<O, Out>
  readonly head: Head<Out[0], A>
  /** Draws an action for each observation, and says its log-probability. `actions` [n sizeOf(action)], `logProb` [n]. */
  readonly sample: (parameters: Floats, observations: Observations, n: number, random: RandomGenerator, actions: Actions, logProb: Float64Array) => void
  /** log pi(a|s). `out` [n]. */
  readonly logProb: (parameters: Floats, observations: Observations, actions: Actions, n: number, out: Float64Array) => void
  /** KL(pi_from(.|s) || pi_to(.|s)) of each observation, exact. `out` [n]. */
  readonly kl: (from: Floats, to: Floats, observations: Observations, n: number, out: Float64Array) => void
  /**
   * The gradient at the network's parameters, to ascend; outputs after the first block have no part in it. `out` [parameterCount].
   *
   *     d/d parameters  sum_i W_i log pi(a_i|s_i) + entropy sum_i H_i - kl.weight sum_i KL_i
   */
  readonly gradient: (parameters: Floats, observations: Observations, actions: Actions, n: number, terms: Terms, out: Floats) => void
}

/**
 * The policy of a network and a head.
 *
 * Where weights depend on the current log-probabilities (ratios), or where values are learned with it, go one level down: `network.forward`,
 * `head.logProb`, the weights, `head.gradient` into the first block of a cotangent, the rest of it, `network.vectorJacobianProduct`.
 * After the first call of a size nothing is allocated.
 *
 * @param network  its first output block has the head's number of parameters
 * @param head     the family of distributions
 *
 * @example
 * ```ts
 * import { categorical, policyOf } from 'estimand/policy'
 * import { tabular } from 'estimand/network'
 * const { network, gradient } = policyOf(tabular({ states: 2, actions: 2 }), categorical(2))
 * const out = new Float64Array(4)
 * gradient(network.init(1), Int32Array.of(1), Int32Array.of(0), 1, { weights: Float64Array.of(2) }, out)
 * Array.from(out) // => [0, 0, 1, -1]
 * ```
 */
export const policyOf = <O extends Space, A extends Space, P extends number, Rest extends readonly number[]>(
  network: Network<O, readonly [P, ...Rest]>,
  head: Head<NoInfer<P>, A>,
): Policy<O, A, readonly [P, ...Rest]> => {
  refuseArgument('policyOf', network, aNetwork)
  refuseArgument('policyOf: head', head, aHead)
  const [P] = network.outputs
  // The compiler has seen it, if there was one.
  if (P !== head.parameters)
    throw new RangeError(`policyOf: ${network.name} has ${P} outputs, ${head.name} has ${head.parameters} parameters; give the network's first output that size`)
  const width = sumOf(network.outputs)
  const cotangents = scratchOf((length) => new Float64Array(length))
  const copies = scratchOf((length) => new Float64Array(length))
  return {
    observation: network.observation,
    action: head.action,
    network,
    head,
    sample: (parameters, observations, n, random, actions, logProb) =>
      head.sample(network.forward(parameters, observations, n), n, random, actions, logProb),
    logProb: (parameters, observations, actions, n, out) => head.logProb(network.forward(parameters, observations, n), actions, n, out),
    kl: (from, to, observations, n, out) => {
      const first = network.forward(from, observations, n)
      const copy = copies(n * P)
      for (let k = 0; k < copy.length; k++) copy[k] = first[k]
      head.kl(copy, network.forward(to, observations, n), n, out)
    },
    gradient: (parameters, observations, actions, n, terms, out) => {
      needLength('policy: weights', terms.weights, n)
      const outputs = network.forward(parameters, observations, n)
      const cotangent = cotangents(n * width)
      head.gradient(outputs, actions, n, terms, cotangent)
      cotangent.fill(0, n * P)
      network.vectorJacobianProduct(parameters, observations, n, cotangent, out)
    },
  }
}
