/** How much work and memory a question may take. Files of a few bytes can ask for any amount. */
import type { Problem } from '../trajectories/problem.ts'
import type { Extent } from './extent.ts'
import type { LinearQuadratic } from './linearQuadratic.ts'
import type { Mdp } from './mdp.ts'

/** Numbers in tables by time, each array counted with what it takes itself. */
const mostInTables = 2 ** 23
/** Steps that are kept at once: of a batch, or of all trajectories. */
export const mostSteps = 2 ** 24
/** Numbers in a covariance of all pairs. */
const mostPairs = 2 ** 24
/** Trajectories, tuples, or points of a quadrature, beyond which no limit goes: hours. */
export const mostTuples = 1e10
/** Numbers that may be gone through for each trajectory of the limit, and however low that is. */
const [numbersEach, numbersAnyway] = [5000, 2 ** 27]

/** Decisions for which there is room in tables [T][S][A]. */
export const longestHorizon = ({ S, A }: Pick<Mdp, 'S' | 'A'>): number => Math.floor(mostInTables / (S * (A + 6)))

/** Whether tables by time fit in memory. */
export const horizonProblems = (mdp: Mdp): readonly Problem[] => {
  const { S, A, T } = mdp
  const most = longestHorizon(mdp)
  return T <= most
    ? []
    : [{ path: 'mdp.T', expected: `at most ${most} decisions where S = ${S} and A = ${A}, so that tables by time fit in memory`, got: `${T}; take a shorter horizon` }]
}

/** Whether matrices and scores by time fit in memory. */
export const linearQuadraticProblems = ({ T, mean0, K }: Pick<LinearQuadratic, 'T' | 'mean0' | 'K'>): readonly Problem[] => {
  const [n, d] = [mean0.length, K.length]
  const most = Math.floor(mostInTables / (n * (n + 6) + d * (n + 6) + 1))
  return T <= most
    ? []
    : [{ path: 'linearQuadratic.T', expected: `at most ${most} decisions where states have ${n} and actions ${d} dimensions, so that matrices by time fit in memory`, got: `${T}; take a shorter horizon` }]
}

/** Whether the steps of a batch fit in memory. */
export const batchProblems = (N: number, T: number): readonly Problem[] =>
  N * T <= mostSteps ? [] : [{ path: 'batchSize', expected: `at most ${mostSteps} steps in a batch`, got: `${N} trajectories of up to ${T} steps; take a smaller batchSize or a shorter horizon` }]

/** Whether a covariance of all pairs fits in memory. */
export const covarianceProblems = ({ S, A }: Pick<Mdp, 'S' | 'A'>, covariance: 'diagonal' | 'full'): readonly Problem[] =>
  covariance === 'diagonal' || (S * A) ** 2 <= mostPairs
    ? []
    : [{ path: 'covariance', expected: `'diagonal', or at most ${Math.sqrt(mostPairs)} components`, got: `'full' with ${S * A} components; leave covariance out` }]

/** What going through tuples of N trajectories may not exceed. N = 1: trajectories one by one, of which none are kept. */
export const workProblems = (path: string, { trajectories, steps }: Extent, { A, T }: Pick<Mdp, 'A' | 'T'>, N: number, coupled: boolean, limit: number): readonly Problem[] => {
  const remedy = 'raise limit, take a smaller batchSize, or use sampled(...)'
  const tuples = coupled ? trajectories ** N : trajectories
  const most = Math.min(limit, mostTuples)
  if (!(tuples <= most)) return [{ path, expected: `at most ${most} tuples of trajectories`, got: `${tuples}; ${most < limit ? 'take a smaller batchSize or a shorter horizon, or use sampled(...)' : remedy}` }]
  if (coupled) {
    const tooLarge = batchProblems(N, T)
    if (tooLarge.length > 0) return tooLarge
    if (steps > mostSteps) return [{ path, expected: `at most ${mostSteps} steps in all trajectories, which are kept`, got: `${steps} steps in ${trajectories}; take a shorter horizon, or use sampled(...)` }]
  }
  const gone = coupled ? (steps / trajectories) * N * tuples : steps
  const mostGone = Math.floor(Math.max(numbersEach * most, numbersAnyway) / (A + 8))
  return gone <= mostGone ? [] : [{ path, expected: `at most ${mostGone} steps in all ${coupled ? 'tuples' : 'trajectories'} where A = ${A}`, got: `${gone} steps in ${tuples}; ${remedy}` }]
}
