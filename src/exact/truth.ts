import { refuseMdp } from './made.ts'
import { describeProblems } from '../trajectories/problem.ts'
import { horizonProblems } from './bounds.ts'
import type { Mdp } from './mdp.ts'
import { softmaxPolicy } from './policy.ts'

/** Values by time and state. [T + 1][S] */
export type StateTable = readonly (readonly number[])[]
/** Values by time, state and action. [T][S][A] */
export type ActionTable = readonly (readonly (readonly number[])[])[]

/** What is true of an MDP and its two policies, by dynamic programming. Gradients are flat, row-major in (s, a). */
export interface Truth {
  /** E sum_t gamma^t r_t of the target policy. */
  readonly J: number
  /** E sum_t r_t of the target policy. */
  readonly JUndiscounted: number
  /** E sum_t gamma^t r_t of the behaviour policy. */
  readonly JBehaviour: number
  readonly gradJ: readonly number[]
  readonly gradJUndiscounted: readonly number[]
  /** V(s, t) of the target policy; 0 at T and in terminal states. */
  readonly V: StateTable
  readonly Q: ActionTable
  /** Probability that decision t is taken in s. [T][S] */
  readonly occupancy: StateTable
  readonly VBehaviour: StateTable
  readonly QBehaviour: ActionTable
  readonly occupancyBehaviour: StateTable
  /** Mean over time of V(s, t), weighted by occupancy: the best value that does not know the time. [S] */
  readonly VTimeAveraged: readonly number[]
  /** E L of the target policy. */
  readonly meanLength: number
  /** sum_t gamma^t E_{s~mu,t} sum_a grad pi Q^mu: what importance(perStep) estimates. */
  readonly surrogateGrad: readonly number[]
  /** sum_t gamma^t E_{s~mu,t} sum_a grad pi Q^pi: what vtrace with infinite bounds estimates. */
  readonly stateMismatchGrad: readonly number[]
  /** sum_t gamma^t E_{s~pi,t} sum_a grad pi Q^mu: what importance(prefix) estimates. */
  readonly actionValueMismatchGrad: readonly number[]
}

const zeros = (n: number): number[] => Array.from({ length: n }, () => 0)

/** Expected immediate reward of each (s, a). */
const meanRewards = ({ P, R }: Mdp): readonly (readonly number[])[] =>
  P.map((row, s) =>
    row.map((next, a) => {
      const reward = R[s][a]
      return typeof reward === 'number' ? reward : next.reduce((sum, p, n) => sum + p * reward[n], 0)
    }),
  )

/** V and Q backwards from the horizon, for a policy by rows. */
const valuesOf = (mdp: Mdp, policy: StateTable, discount: number): { readonly V: StateTable; readonly Q: ActionTable } => {
  const { S, T, P, terminal } = mdp
  const rewards = meanRewards(mdp)
  // From the horizon on; putting each before the others would take a time that grows with the square of the horizon.
  const V: number[][] = [zeros(S)]
  const Q: number[][][] = []
  for (let t = T - 1; t >= 0; t--) {
    const later = V[V.length - 1]
    const q = rewards.map((row, s) =>
      row.map((reward, a) => (terminal?.[s] ? 0 : reward + discount * P[s][a].reduce((sum, p, n) => sum + p * later[n], 0))),
    )
    Q.push(q)
    V.push(q.map((row, s) => (terminal?.[s] ? 0 : row.reduce((sum, x, a) => sum + policy[s][a] * x, 0))))
  }
  V.reverse()
  Q.reverse()
  return { V, Q }
}

/** Probability that decision t is taken in s, forwards from the start. */
const occupancyOf = ({ S, T, P, rho, terminal }: Mdp, policy: StateTable): StateTable => {
  const out: number[][] = [[...rho]]
  for (let t = 1; t < T; t++) {
    const next = zeros(S)
    for (const [s, d] of out[t - 1].entries())
      for (const [a, p] of policy[s].entries())
        for (const [n, q] of P[s][a].entries()) if (!terminal?.[n]) next[n] += d * p * q
    out.push(next)
  }
  return out
}

/** sum_t gamma^t sum_s d_t(s) sum_a grad pi(a|s) q_t(s, a) for softmax logits: d pi(a)/d theta_b = pi(a) (1[a = b] - pi(b)). */
const policyGradient = (policy: StateTable, occupancy: StateTable, Q: ActionTable, discount: number): readonly number[] =>
  policy.flatMap((row, s) => {
    const out = zeros(row.length)
    let power = 1
    for (const [t, d] of occupancy.entries()) {
      const q = Q[t][s]
      const mean = row.reduce((sum, p, a) => sum + p * q[a], 0)
      for (const [a, p] of row.entries()) out[a] += power * d[s] * p * (q[a] - mean)
      power *= discount
    }
    return out
  })

const rowsOf = (theta: StateTable): StateTable => {
  const { probability } = softmaxPolicy(theta)
  const A = theta[0].length
  return theta.map((_, s) => Array.from(probability.subarray(s * A, (s + 1) * A)))
}

const expected = (rho: readonly number[], V: StateTable): number => rho.reduce((sum, p, s) => sum + p * V[0][s], 0)

/**
 * What is true of a finite MDP: values, occupancies, objectives and their gradients, by dynamic programming. It shares no code with the
 * estimators, so that comparing the two means something.
 *
 *     V_t(s) = sum_a pi(a|s) Q_t(s, a),   Q_t(s, a) = r(s, a) + gamma sum_s' P(s'|s, a) V_{t+1}(s')
 *     grad J = sum_t gamma^t sum_s d_t(s) sum_a grad pi(a|s) Q_t(s, a)
 *
 * Source: Sutton et al. 2000, Policy gradient methods with function approximation, theorem 1, for a finite horizon.
 *
 * @param mdp  the MDP, as mdp(...) gives it
 * @throws     TypeError that lists what is wrong, where nobody has checked it
 * @throws     RangeError where the horizon is so long that tables by time do not fit in memory
 *
 * @example
 * ```ts
 * import { truth, worlds } from 'estimand/exact'
 * truth(worlds.rtgRaisesVariance.mdp).gradJ // => [0, 0, 0, 0]
 * ```
 */
export const truth = (mdp: Mdp): Truth => {
  refuseMdp('truth', mdp)
  const tooLong = horizonProblems(mdp)
  if (tooLong.length > 0) throw new RangeError(`truth: ${describeProblems(tooLong)}`)
  const { gamma, rho, S } = mdp
  const target = rowsOf(mdp.theta)
  const behaviour = rowsOf(mdp.thetaBehaviour)
  const { V, Q } = valuesOf(mdp, target, gamma)
  const undiscounted = valuesOf(mdp, target, 1)
  const { V: VBehaviour, Q: QBehaviour } = valuesOf(mdp, behaviour, gamma)
  const occupancy = occupancyOf(mdp, target)
  const occupancyBehaviour = occupancyOf(mdp, behaviour)
  const visits = Array.from({ length: S }, (_, s) => occupancy.reduce((sum, d) => sum + d[s], 0))
  return {
    J: expected(rho, V),
    JUndiscounted: expected(rho, undiscounted.V),
    JBehaviour: expected(rho, VBehaviour),
    gradJ: policyGradient(target, occupancy, Q, gamma),
    gradJUndiscounted: policyGradient(target, occupancy, undiscounted.Q, 1),
    V,
    Q,
    occupancy,
    VBehaviour,
    QBehaviour,
    occupancyBehaviour,
    VTimeAveraged: visits.map((visit, s) => (visit === 0 ? 0 : occupancy.reduce((sum, d, t) => sum + (d[s] / visit) * V[t][s], 0))),
    meanLength: visits.reduce((a, b) => a + b, 0),
    surrogateGrad: policyGradient(target, occupancyBehaviour, QBehaviour, gamma),
    stateMismatchGrad: policyGradient(target, occupancyBehaviour, Q, gamma),
    actionValueMismatchGrad: policyGradient(target, occupancy, QBehaviour, gamma),
  }
}
