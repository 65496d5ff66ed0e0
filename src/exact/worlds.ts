import * as E from 'fp-ts/lib/Either.js'
import { kinds, refuseArgument } from '../trajectories/argument.ts'
import { describeProblems } from '../trajectories/problem.ts'
import type { Mdp } from './mdp.ts'
import { mdp } from './mdp.ts'

/** A small world with a name, and what it shows. */
export interface World {
  readonly shows: string
  readonly mdp: Mdp
}

type Definition = Readonly<Record<string, unknown>>

const world = (shows: string, definition: Definition): World => {
  const checked = mdp(definition)
  if (E.isLeft(checked)) throw new TypeError(`world: ${describeProblems(checked.left)}`)
  return { shows, mdp: checked.right }
}

/** Row of transition probabilities that leads to one state for sure. */
const to = (state: number, S: number): readonly number[] => Array.from({ length: S }, (_, s) => (s === state ? 1 : 0))

/** A bandit: one state, one step, a policy and, if it differs, a behaviour policy. */
const banditDefinition = (rewards: readonly number[], policy: readonly number[], behaviourPolicy?: readonly number[]): Definition => ({
  S: 1,
  A: rewards.length,
  T: 1,
  gamma: 1,
  rho: [1],
  P: [rewards.map(() => [1])],
  R: [rewards],
  policy: [policy],
  ...(behaviourPolicy === undefined ? {} : { behaviourPolicy: [behaviourPolicy] }),
})

const uniform = [0.5, 0.5]

/** Quit now (to the terminal state 2), or go on for one more step in state 1. */
const quitOrGoOn = {
  S: 3,
  A: 2,
  T: 2,
  gamma: 1,
  terminal: [false, false, true],
  rho: [1, 0, 0],
  P: [
    [to(2, 3), to(1, 3)],
    [to(2, 3), to(2, 3)],
    [to(2, 3), to(2, 3)],
  ],
}

/**
 * Worlds that refute what is widely believed of policy-gradient estimators, each as small as it can be. Exact numbers of each are in
 * the lessons and tests.
 *
 * @example
 * ```ts
 * import { worlds } from 'estimand/exact'
 * worlds.timestepRatioFlipsSign.mdp.T // => 2
 * ```
 */
export const worlds = {
  rtgRaisesVariance: world('reward-to-go can have more variance than the total return: rewards +1 then -1, whatever is done', {
    S: 2,
    A: 2,
    T: 2,
    gamma: 1,
    rho: [1, 0],
    P: [
      [to(1, 2), to(1, 2)],
      [to(1, 2), to(1, 2)],
    ],
    R: [
      [1, 1],
      [-1, -1],
    ],
    policy: [uniform, uniform],
  }),
  meanBaselineRaisesVariance: world(
    'subtracting the mean return can raise the variance: at policy (0.9, 0.1) the best constant is 0.1, the mean is 0.9',
    banditDefinition([1, 0], [0.9, 0.1]),
  ),
  rtgMinusMeanReturnRaisesVariance: world('reward-to-go minus the mean whole return can have more variance: all reward comes first', {
    S: 3,
    A: 2,
    T: 3,
    gamma: 1,
    rho: [1, 0, 0],
    P: [
      [to(1, 3), to(1, 3)],
      [to(2, 3), to(2, 3)],
      [to(2, 3), to(2, 3)],
    ],
    R: [
      [1, 1],
      [0, 0],
      [0, 0],
    ],
    policy: [uniform, uniform, uniform],
  }),
  batchMeanShrinks: world('the batch mean with the own sample in it shrinks the gradient to (N-1)/N', banditDefinition([1, 0], uniform)),
  droppedOuterDiscountFlipsSign: world('dropping the outer discount can turn the expected update around', {
    S: 2,
    A: 2,
    T: 2,
    gamma: 0.5,
    rho: [1, 0],
    P: [
      [to(1, 2), to(0, 2)],
      [to(0, 2), to(0, 2)],
    ],
    R: [
      [-1, 0],
      [3.2, 3.2],
    ],
    policy: [[0.1, 0.9], uniform],
  }),
  groupNormalisationFlipsSign: world('dividing by the deviation follows who wins more often, not who earns more: 10 with probability 0.2 against 1', {
    S: 4,
    A: 2,
    T: 1,
    gamma: 1,
    rewardKind: 'sas',
    terminal: [false, true, true, true],
    rho: [1, 0, 0, 0],
    P: [
      [
        [0, 0.2, 0.8, 0],
        [0, 0, 0, 1],
      ],
      [to(1, 4), to(1, 4)],
      [to(2, 4), to(2, 4)],
      [to(3, 4), to(3, 4)],
    ],
    R: [
      [
        [0, 10, 0, 0],
        [0, 0, 0, 1],
      ],
      [
        [0, 0, 0, 0],
        [0, 0, 0, 0],
      ],
      [
        [0, 0, 0, 0],
        [0, 0, 0, 0],
      ],
      [
        [0, 0, 0, 0],
        [0, 0, 0, 0],
      ],
    ],
    policy: [uniform, uniform, uniform, uniform],
  }),
  lengthNormalisationFlipsSign: world('averaging over steps can turn the update around: quit for 1, or go on for 1.5', {
    ...quitOrGoOn,
    R: [
      [1, 0],
      [1.5, 1.5],
      [0, 0],
    ],
    policy: [uniform, uniform, uniform],
  }),
  doesNotDependOnTheAction: world('the next reward is no function of the action, and yet its product with the score does not vanish', {
    ...quitOrGoOn,
    R: [
      [0, 0],
      [1, 1],
      [0, 0],
    ],
    policy: [uniform, uniform, uniform],
  }),
  pastRewardsOverLength: world('past rewards may not be dropped once returns are divided by the length: causality and 1/L do not commute', {
    S: 4,
    A: 2,
    T: 3,
    gamma: 1,
    terminal: [false, false, false, true],
    rho: [1, 0, 0, 0],
    P: [
      [to(1, 4), to(1, 4)],
      [to(3, 4), to(2, 4)],
      [to(3, 4), to(3, 4)],
      [to(3, 4), to(3, 4)],
    ],
    R: [
      [1, 1],
      [0, 0],
      [0, 0],
      [0, 0],
    ],
    policy: [uniform, uniform, uniform, uniform],
  }),
  timestepRatioFlipsSign: world('the ratio of the step alone can turn the update around: the old policy made the better way look bad', {
    S: 3,
    A: 2,
    T: 2,
    gamma: 1,
    terminal: [false, false, true],
    rho: [1, 0, 0],
    P: [
      [to(1, 3), to(2, 3)],
      [to(2, 3), to(2, 3)],
      [to(2, 3), to(2, 3)],
    ],
    R: [
      [0, 0.5],
      [1, -1],
      [0, 0],
    ],
    policy: [uniform, [0.95, 0.05], uniform],
    behaviourPolicy: [uniform, [0.1, 0.9], uniform],
  }),
  offPolicyLessVariance: world(
    'importance sampling can have less variance than sampling on-policy: the behaviour policy goes where the reward is',
    banditDefinition([1, 0], [0.1, 0.9], [0.9, 0.1]),
  ),
  perDecisionMoreVariance: world('a ratio per decision can have more variance than one per trajectory', {
    S: 2,
    A: 2,
    T: 2,
    gamma: 0.9,
    rho: [1, 0],
    P: [
      [to(0, 2), to(1, 2)],
      [to(0, 2), uniform],
    ],
    R: [
      [0, 2],
      [-2, 0],
    ],
    theta: [
      [-0.5, -0.2],
      [1.4, -1.3],
    ],
    thetaBehaviour: [
      [0.6, 0.1],
      [1.3, 1.3],
    ],
  }),
  gae0MoreVariance: world('with exact values, GAE(0) can have more variance than GAE(1)', {
    S: 2,
    A: 2,
    T: 2,
    gamma: 0.9,
    rho: [1, 0],
    P: [
      [to(0, 2), to(1, 2)],
      [[2 / 3, 1 / 3], uniform],
    ],
    R: [
      [2, -1],
      [2, 1],
    ],
    theta: [
      [-1, -1.7],
      [-1.1, 0.5],
    ],
  }),
  selfNormalisedBias: world('self-normalised ratios are biased, like 1/N', banditDefinition([1, 0], [0.7, 0.3], [0.3, 0.7])),
  constantReturnIsNotCloning: world('with constant returns the policy gradient is cloning sample by sample, and 0 in expectation', {
    S: 2,
    A: 2,
    T: 2,
    gamma: 1,
    rho: [1, 0],
    P: [
      [to(1, 2), to(1, 2)],
      [to(1, 2), to(1, 2)],
    ],
    R: [
      [1, 1],
      [1, 1],
    ],
    policy: [
      [0.8, 0.2],
      [0.3, 0.7],
    ],
    behaviourPolicy: [uniform, [0.6, 0.4]],
  }),
  surrogateHessian: world("the surrogate's second derivative is not the objective's", banditDefinition([1, 0], [0.8, 0.2])),
  exactQBaselineKillsTheGradient: world('the exact action value as a baseline leaves nothing', banditDefinition([1, 0], [0.8, 0.2])),
} as const satisfies Readonly<Record<string, World>>

/**
 * A bandit with its rewards, policy, and behaviour policy, as an MDP of one state and one step.
 *
 * @param rewards          reward of each action. [A]
 * @param policy           probability of each action. [A]
 * @param behaviourPolicy  the same for the policy that samples, if it differs. [A]
 * @throws                 TypeError that lists what is wrong with the numbers
 *
 * @example
 * ```ts
 * import { bandit, truth } from 'estimand/exact'
 * truth(bandit([1, 0], [0.5, 0.5])).gradJ // => [0.25, -0.25]
 * ```
 */
export const bandit = (rewards: readonly number[], policy: readonly number[], behaviourPolicy?: readonly number[]): Mdp => {
  refuseArgument('bandit: rewards', rewards, { ...kinds.list, expected: 'an array of rewards, one per action: bandit([1, 0], [0.5, 0.5])' })
  return world('', banditDefinition(rewards, policy, behaviourPolicy)).mdp
}
