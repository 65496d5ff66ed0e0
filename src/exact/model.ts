import type { Mdp } from './mdp.ts'
import type { Branch, Moves } from './moves.ts'
import { movesOf } from './moves.ts'
import { softmaxPolicy } from './policy.ts'

/** Which policy samples the trajectories. */
export type Sampling = 'target' | 'behaviour'

/** A finite MDP made ready for going through its trajectories. */
export interface Model {
  readonly S: number
  readonly A: number
  readonly T: number
  readonly gamma: number
  /** States that an episode can begin in, with their probabilities. */
  readonly start: readonly (readonly [state: number, probability: number])[]
  /** Branches after action a in state s, before the last decision: index s A + a. */
  readonly branches: readonly (readonly Branch[])[]
  /** Branches of the last decision; where rewards do not look at the next state, it is not told apart. */
  readonly lastBranches: readonly (readonly Branch[])[]
  /** The same, flat. */
  readonly moves: Moves
  /** Probability of each action under the policy that samples. [S A] */
  readonly samples: Float64Array
  /** log pi(a|s) of the target policy. [S A] */
  readonly logTarget: Float64Array
  /** log mu(a|s) of the policy that samples. [S A] */
  readonly logSampler: Float64Array
  /** pi(a|s) of the target policy. [S A] */
  readonly target: Float64Array
}

/** The model of an MDP sampled by one of its two policies. */
export const modelOf = (mdp: Mdp, sampling: Sampling): Model => {
  const { S, A, T, gamma, P, terminal, rho } = mdp
  const rewardOf = (s: number, a: number, n: number): number => {
    const reward = mdp.R[s][a]
    return typeof reward === 'number' ? reward : reward[n]
  }
  const branches = Array.from({ length: S * A }, (_, k): readonly Branch[] => {
    const s = Math.floor(k / A)
    const a = k % A
    return P[s][a].flatMap((probability, next) =>
      probability > 0 ? [{ next, probability, reward: rewardOf(s, a, next), ends: terminal?.[next] ?? false }] : [],
    )
  })
  const blind = mdp.rewardKind === 'sa'
  const lastBranches = branches.map((all): readonly Branch[] =>
    blind ? [{ next: -1, probability: 1, reward: all[0].reward, ends: false }] : all,
  )
  const target = softmaxPolicy(mdp.theta)
  const sampler = sampling === 'target' ? target : softmaxPolicy(mdp.thetaBehaviour)
  const made = {
    S,
    A,
    T,
    gamma,
    start: rho.flatMap((probability, s): readonly (readonly [number, number])[] => (probability > 0 ? [[s, probability]] : [])),
    branches,
    lastBranches,
    samples: sampler.probability,
    logSampler: sampler.logProbability,
    logTarget: target.logProbability,
    target: target.probability,
  }
  return { ...made, moves: movesOf(made) }
}
