import type { Kind } from '../trajectories/argument.ts'
import { hasParts, oneOf, refuseArgument, whatItIs } from '../trajectories/argument.ts'
import { isRecord } from '../trajectories/keys.ts'
import type { Problem } from '../trajectories/problem.ts'
import type { LinearQuadratic } from './linearQuadratic.ts'
import type { Mdp } from './mdp.ts'

const parts: { readonly [K in keyof Mdp]: null } = {
  S: null,
  A: null,
  T: null,
  gamma: null,
  rewardKind: null,
  terminal: null,
  rho: null,
  P: null,
  R: null,
  theta: null,
  thetaBehaviour: null,
}

const rows = (x: unknown, length: unknown): boolean => Array.isArray(x) && x.length === length

const isTable = (x: unknown, S: unknown, A: unknown): boolean => rows(x, S) && (x as readonly unknown[]).every((row) => rows(row, A))

/** Enough to tell an MDP that has been checked from the JSON of one: sizes, and nothing that mdp(...) would have filled in left open. */
const isMade = (x: unknown): boolean => {
  if (!isRecord(x)) return false
  const { S, A, rho, P, R, theta, thetaBehaviour, terminal } = x
  return (
    Object.keys(parts).every((part) => x[part] !== undefined) &&
    rows(rho, S) &&
    [P, R, theta, thetaBehaviour].every((table) => isTable(table, S, A)) &&
    (terminal === null || rows(terminal, S))
  )
}

/** An MDP as a kind of argument. */
export const anMdp: Kind = {
  expected: 'an MDP that has been checked: one of worlds, or what mdp(...) gives once its Either is open, as in pipe(mdp(json), E.map(...))',
  holds: isMade,
}

const gotFor = (x: unknown): string => {
  const missing = isRecord(x) && 'P' in x ? Object.keys(parts).filter((part) => x[part] === undefined) : []
  if (missing.length > 0) return `one without ${missing.join(', ')}`
  return isRecord(x) && 'P' in x ? 'one whose tables do not fit S and A' : whatItIs(x)
}

/** What is wrong with something that should be an MDP that mdp(...) has checked; null if it is one. */
export const mdpProblem = (path: string, x: unknown): Problem | null => (isMade(x) ? null : { path, expected: anMdp.expected, got: gotFor(x) })

/** Throws for something that is no MDP, as for the JSON of one that nobody has checked. */
export const refuseMdp = (where: string, x: unknown): void => {
  if (!isMade(x)) throw new TypeError(`${where}: expected ${anMdp.expected}, got ${gotFor(x)}`)
}

/** Which policy samples, as a kind of argument. */
export const aSampling: Kind = oneOf('target', 'behaviour')

const isPolicy = (x: unknown): boolean => hasParts(x) && Array.isArray(x['K']) && x['K'].length > 0 && x['K'].every(Array.isArray) && typeof x['logSigma'] === 'number'

/** Throws for something that has no gain and no deviation. */
export const refuseLinearGaussian = (where: string, x: unknown): void =>
  refuseArgument(where, x, { expected: 'a linear-Gaussian policy: { K: [[-1]], logSigma: 0 }', holds: isPolicy })

const matrices = ['Amat', 'Bmat', 'W', 'mean0', 'cov0', 'Qcost', 'Rcost'] as const satisfies readonly (keyof LinearQuadratic)[]

/** Throws for something that is no linear-quadratic problem. */
export const refuseLinearQuadratic = (where: string, x: unknown): void =>
  refuseArgument(where, x, {
    expected: 'a linear-quadratic problem: what linearQuadratic(...) gives once its Either is open',
    holds: (problem) => isPolicy(problem) && hasParts(problem) && typeof problem['T'] === 'number' && matrices.every((part) => Array.isArray(problem[part])),
  })
