import * as E from 'fp-ts/lib/Either.js'
import type { Problem } from '../trajectories/problem.ts'
import { namedProblems } from '../trajectories/vocabulary.ts'
import type { Mdp } from './mdp.ts'
import { mdp } from './mdp.ts'
import { chainNames } from './names.ts'

/** Its transitions are a table of 2 (length + 1)^2 numbers. */
const longest = 4095

/** What a chain leaves to its user. Policies as in an MDP: logits or probabilities; uniform where nothing is said. */
export interface ChainOptions {
  /** States before the goal, an integer >= 1; the goal is one more. S = length + 1 */
  readonly length: number
  /** Most decisions of an episode. */
  readonly horizon: number
  /** gamma in [0, 1]. */
  readonly discount: number
  /** Probability that a step goes the other way. Default 0. */
  readonly slip?: number
  /** Reward of entering the goal. Default 1. */
  readonly goal?: number
  /** Reward of every other step. Default 0. */
  readonly step?: number
  /** Logits of the target policy. [S][2] */
  readonly theta?: readonly (readonly number[])[]
  /** Logits of the behaviour policy. [S][2] */
  readonly thetaBehaviour?: readonly (readonly number[])[]
  /** Probabilities of the target policy, in place of theta. [S][2] */
  readonly policy?: readonly (readonly number[])[]
  /** Probabilities of the behaviour policy, in place of thetaBehaviour. [S][2] */
  readonly behaviourPolicy?: readonly (readonly number[])[]
}

/**
 * A chain of states with a goal at its end: action 0 goes back (from the first state: stays), action 1 goes on; the goal ends the
 * episode. Lengths vary, and what is done early matters late, so that wrong lengths, discounts and ratios show.
 *
 *     0 <-> 1 <-> ... <-> length - 1 -> goal
 *
 * @param options  length, horizon, discount; slip, rewards and policies if they differ from the defaults
 * @returns        the MDP, or every problem
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { chain, truth } from 'estimand/exact'
 * pipe(chain({ length: 2, horizon: 2, discount: 0.5 }), E.map((corridor) => truth(corridor).J)) // => E.right(0.125)
 * ```
 */
export const chain = (options: ChainOptions): E.Either<readonly Problem[], Mdp> => {
  const malformed = namedProblems('chain', options, chainNames, 'chain({ length: 2, horizon: 3, discount: 1 })')
  if (malformed.length > 0) return E.left(malformed)
  const { length, horizon, discount, slip = 0, goal = 1, step = 0, theta, thetaBehaviour, policy, behaviourPolicy } = options
  const problems = [
    ...(Number.isInteger(length) && length >= 1 ? [] : [{ path: 'length', expected: 'an integer >= 1', got: String(length) }]),
    ...(length > longest ? [{ path: 'length', expected: `at most ${longest}, so that its table of transitions fits in memory`, got: String(length) }] : []),
    ...(slip >= 0 && slip <= 1 ? [] : [{ path: 'slip', expected: 'a probability in [0, 1]', got: String(slip) }]),
  ]
  if (problems.length > 0) return E.left(problems)
  const S = length + 1
  const states = Array.from({ length: S }, (_, s) => s)
  const towards = (s: number, action: number, n: number): number => {
    if (s === length) return n === s ? 1 : 0
    const back = Math.max(s - 1, 0)
    const on = action === 1 ? 1 - slip : slip
    return (n === s + 1 ? on : 0) + (n === back ? 1 - on : 0)
  }
  return mdp({
    S,
    A: 2,
    T: horizon,
    gamma: discount,
    rewardKind: 'sas',
    terminal: states.map((s) => s === length),
    rho: states.map((s) => (s === 0 ? 1 : 0)),
    P: states.map((s) => [0, 1].map((a) => states.map((n) => towards(s, a, n)))),
    R: states.map((s) => [0, 1].map(() => states.map((n) => (s === length ? 0 : n === length ? goal : step)))),
    theta: theta ?? (policy === undefined ? states.map(() => [0, 0]) : undefined),
    thetaBehaviour,
    policy,
    behaviourPolicy,
  })
}
