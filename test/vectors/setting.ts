import * as E from 'fp-ts/lib/Either.js'
import type { AllFacts, AnyEstimator, Steps, Trajectories } from 'estimand'
import { describeProblems, fromSteps, pipelineFromJson, terminated, timeLimit } from 'estimand'
import type { FactSources, StoredBatch, StoredLinearQuadratic, StoredMdp, StoredTrajectory, StoredWorld, Table } from './schema.ts'

/** The definition of an entry, without its answers. */
export const worldIn = ({ S, A, T, gamma, rewardKind, terminal, rho, P, R, theta, thetaBehaviour }: StoredWorld): StoredWorld => ({
  S, A, T, gamma, rewardKind, terminal, rho, P, R, theta, thetaBehaviour,
})

/** The definition of a linear-quadratic entry, without its answers. */
export const problemIn = (stored: object): object => {
  const { stateDim, actionDim, T, gamma, Amat, Bmat, W, mean0, cov0, Qcost, Rcost, K, logSigma, b } = stored as StoredLinearQuadratic
  return { stateDim, actionDim, T, gamma, Amat, Bmat, W, mean0, cov0, Qcost, Rcost, K, logSigma, b }
}

/** Tables of an MDP entry by path, such as truth.V. */
const at = (mdp: StoredMdp, path: string): unknown =>
  path.split('.').reduce<unknown>((x, key) => (x as Readonly<Record<string, unknown>>)[key], mdp)

/** Strings in a parameter's place stand for numbers of the MDP entry, as the schema says. */
export const substitute = (x: unknown, mdp: StoredMdp): unknown => {
  if (typeof x === 'string') {
    if (x === 'T') return mdp.T
    if (x.startsWith('1+')) return 1 + Number(substitute(x.slice(2), mdp))
    return /^(aux|truth)\./.test(x) ? at(mdp, x) : x
  }
  if (Array.isArray(x)) return x.map((y: unknown) => substitute(y, mdp))
  if (typeof x === 'object' && x !== null) return Object.fromEntries(Object.entries(x).map(([key, value]) => [key, substitute(value, mdp)]))
  return x
}

/** The estimator of a spec, with the numbers of an MDP entry put in. */
export const estimatorOf = (spec: readonly unknown[], mdp: StoredMdp): AnyEstimator => {
  const decoded = pipelineFromJson(substitute(spec, mdp))
  if (E.isLeft(decoded)) throw new Error(describeProblems(decoded.left))
  return decoded.right
}

/** A softmax of its own, so that nothing of the library is on both sides of a comparison. */
export const probabilities = (logits: readonly number[]): readonly number[] => {
  const most = Math.max(...logits)
  const weights = logits.map((x) => Math.exp(x - most))
  const total = weights.reduce((a, b) => a + b, 0)
  return weights.map((w) => w / total)
}

/** The table of a fact: named by path, or inline. */
export const tableOf = (source: string | Table | undefined, mdp: StoredMdp): Table | undefined =>
  typeof source === 'string' ? (at(mdp, source) as Table) : source

const stateTable = (table: Table, t: number, s: number): number => {
  const rows = table as readonly Table[]
  return (Array.isArray(rows[0]) ? (rows[t] as readonly number[]) : (rows as readonly number[]))[s]
}

const stepsOf = (mdp: StoredMdp, sampling: 'target' | 'behaviour', facts: FactSources) => {
  const target = mdp.theta.map(probabilities)
  const sampler = sampling === 'target' ? target : mdp.thetaBehaviour.map(probabilities)
  const value = tableOf(facts.value, mdp)
  const actionValue = tableOf(facts.actionValue, mdp)
  return ({ states, actions, rewards }: StoredTrajectory): Steps => ({
    reward: rewards,
    logProb: states.map((s, t) => Math.log(target[s][actions[t]])),
    behaviourLogProb: states.map((s, t) => Math.log(sampler[s][actions[t]])),
    ...(value === undefined ? {} : { value: states.map((s, t) => stateTable(value, t, s)) }),
    ...(actionValue === undefined
      ? {}
      : { actionValue: states.map((s, t) => (actionValue as readonly (readonly (readonly number[])[])[])[t][s][actions[t]]) }),
    end: rewards.length === mdp.T ? timeLimit : terminated,
  })
}

/** A stored batch as the library's, with the facts that a pipeline asks for. */
export const batchOf = (mdp: StoredMdp, batch: Pick<StoredBatch, 'sampling' | 'trajectories'>, facts: FactSources = {}): Trajectories<AllFacts> => {
  const built = fromSteps({
    discount: mdp.gamma,
    provenance: batch.sampling === 'target' ? 'on-policy' : 'off-policy',
    episodes: 'complete',
    trajectories: batch.trajectories.map(stepsOf(mdp, batch.sampling, facts)),
  })
  if (E.isLeft(built)) throw new Error(describeProblems(built.left))
  // Which columns are there depends on the file; estimate checks them against the estimator's needs.
  return built.right as unknown as Trajectories<AllFacts>
}

/** sum_it W_it grad log pi(a_it|s_it) of a tabular softmax policy, row-major in (s, a). */
export const gradientOf = (mdp: StoredMdp, batch: Pick<StoredBatch, 'trajectories'>, weights: ArrayLike<number>): readonly number[] => {
  const target = mdp.theta.map(probabilities)
  const gradient = Array.from({ length: mdp.S * mdp.A }, () => 0)
  let k = 0
  for (const { states, actions } of batch.trajectories)
    for (const [t, s] of states.entries()) {
      for (let a = 0; a < mdp.A; a++) gradient[s * mdp.A + a] += weights[k] * ((a === actions[t] ? 1 : 0) - target[s][a])
      k++
    }
  return gradient
}

/** Largest absolute difference; Infinity where the lengths differ or a number is not finite. */
export const gap = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  if (a.length !== b.length) return Infinity
  let most = 0
  for (let k = 0; k < a.length; k++) {
    const difference = Math.abs(a[k] - b[k])
    if (!(difference <= most)) most = Number.isFinite(difference) ? difference : Infinity
  }
  return most
}
