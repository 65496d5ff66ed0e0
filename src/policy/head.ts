import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'
import type { Space } from '../environment/space.ts'
import type { Weights } from '../estimator/estimator.ts'
import type { Kind } from '../trajectories/argument.ts'
import { hasParts } from '../trajectories/argument.ts'
import type { Actions, Floats } from './floats.ts'

/** A divergence from a reference distribution that is held down. */
export interface KlPenalty {
  /** Parameters of the reference distributions. [n P] */
  readonly reference: Floats
  /** `toReference`: KL(p || reference); `fromReference`: KL(reference || p), which trust regions bound. */
  readonly direction: 'toReference' | 'fromReference'
  /** Multiplies the sum of the divergences: a coefficient times 1/n for their mean. */
  readonly weight: number
}

/** What a gradient is of. */
export interface Terms {
  /** W of each row, to ascend; 1/N is in it. [n] */
  readonly weights: Weights
  /** Multiplies the sum of the entropies: a coefficient times 1/n for their mean. Left out: 0. */
  readonly entropy?: number
  /** Left out: none. */
  readonly kl?: KlPenalty
}

/**
 * A family of distributions in closed form, over n of them at once: what a policy needs, and all that it needs.
 *
 * Distributions are rows of P numbers, one row after the other: entry k of row i is `distribution[i * P + k]`. Arrays may be longer
 * than n rows; what lies beyond is neither read nor written. Results go into arrays of the caller, and nothing is allocated. Numbers are
 * computed in float64, whatever is stored. A record of your own with these fields is as good as ours.
 *
 * @typeParam P  numbers that a distribution has
 * @typeParam S  space of the actions
 */
export interface Head<out P extends number, out S extends Space> {
  readonly name: string
  /** Numbers that a distribution has. */
  readonly parameters: P
  /** What actions are taken from; an action is `sizeOf(action)` numbers in a row. */
  readonly action: S
  /** Draws an action for each row, and says its log-probability (as it is stored). `actions` [n sizeOf(action)], `logProb` [n]. */
  readonly sample: (distribution: Floats, n: number, random: RandomGenerator, actions: Actions, logProb: Float64Array) => void
  /** log p(a), normaliser included, in nats. `out` [n]. */
  readonly logProb: (distribution: Floats, actions: Actions, n: number, out: Float64Array) => void
  /** -E log p, in nats. `out` [n]. */
  readonly entropy: (distribution: Floats, n: number, out: Float64Array) => void
  /** KL(p || q) = E_p log(p / q), exact. `out` [n]. */
  readonly kl: (p: Floats, q: Floats, n: number, out: Float64Array) => void
  /** F v row by row, F = E z z' with z = grad log p at the distribution's parameters. `vector` and `out` [n P]. */
  readonly fisherVectorProduct: (distribution: Floats, vector: Floats, n: number, out: Floats) => void
  /**
   * The gradient at the distribution's parameters, to ascend, in one pass. `out` [n P].
   *
   *     d/dx  sum_i W_i log p_i(a_i) + entropy sum_i H_i - kl.weight sum_i KL_i
   */
  readonly gradient: (distribution: Floats, actions: Actions, n: number, terms: Terms, out: Floats) => void
}

/** A head, as a kind of argument. */
export const aHead: Kind = {
  expected: 'a head, such as categorical(2) or gaussian(1)',
  holds: (x) => hasParts(x) && typeof x['logProb'] === 'function' && typeof x['sample'] === 'function' && typeof x['parameters'] === 'number',
}
