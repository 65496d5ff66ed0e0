import * as E from 'fp-ts/lib/Either.js'
import type { Kind } from '../trajectories/argument.ts'
import { hasParts, oneOf, refuseArgument, whatItIs } from '../trajectories/argument.ts'
import { isRecord } from '../trajectories/keys.ts'
import type { Problem } from '../trajectories/problem.ts'
import { describeProblems } from '../trajectories/problem.ts'
import type { LinearQuadratic } from './linearQuadratic.ts'
import type { Mdp } from './mdp.ts'
import { mdp } from './mdp.ts'

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

const expected = 'an MDP that has been checked: one of worlds, or what mdp(...) gives once its Either is open, as in pipe(mdp(json), E.map(...))'

/** Those that have been looked at: once is enough, since nothing in them changes. */
const known = new WeakSet<object>()

/** What is wrong with something that should be an MDP as mdp(...) makes it: with nothing left open, whoever has put it together. */
export const mdpProblems = (path: string, x: unknown): readonly Problem[] => {
  if (isRecord(x) && known.has(x)) return []
  if (!isRecord(x) || !('P' in x)) return [{ path, expected, got: whatItIs(x) }]
  const missing = Object.keys(parts).filter((part) => x[part] === undefined)
  if (missing.length > 0) return [{ path, expected, got: `one without ${missing.join(', ')}` }]
  const checked = mdp(x)
  if (E.isLeft(checked)) return checked.left.map((problem) => ({ ...problem, path: `${path}.${problem.path}` }))
  known.add(x)
  return []
}

/** An MDP as a kind of argument. */
export const anMdp: Kind = { expected, holds: (x) => mdpProblems('', x).length === 0 }

/** Throws for something that is no MDP, as for the JSON of one that nobody has checked. */
export const refuseMdp = (where: string, x: unknown): void => {
  const problems = mdpProblems(where, x)
  if (problems.length > 0) throw new TypeError(describeProblems(problems))
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
