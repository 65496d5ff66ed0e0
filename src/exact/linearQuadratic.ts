import * as E from 'fp-ts/lib/Either.js'
import type { Problem } from '../trajectories/problem.ts'
import { shown } from '../trajectories/problem.ts'
import { keyProblems } from '../trajectories/vocabulary.ts'
import type { Matrix } from './matrix.ts'
import { linearQuadraticNames } from './names.ts'
import { choleskyFactor, largest, plus, scaled, times, transposed } from './matrix.ts'

/**
 * A linear system with Gaussian noise, quadratic costs and a linear-Gaussian policy; n state and d action dimensions.
 *
 *     s_0 ~ N(mean0, cov0),   s_{t+1} = Amat s_t + Bmat a_t + w_t,   w_t ~ N(0, W)
 *     a_t = K s_t + exp(logSigma) eps_t,   r_t = -(s_t' Qcost s_t + a_t' Rcost a_t)
 */
export interface LinearQuadratic {
  /** Horizon: every episode has so many decisions. */
  readonly T: number
  /** Discount in [0, 1]. */
  readonly gamma: number
  /** How the state carries over. [n][n] */
  readonly Amat: Matrix
  /** What actions do to the next state. [n][d] */
  readonly Bmat: Matrix
  /** Covariance of the process noise. [n][n] */
  readonly W: Matrix
  /** Mean of the first state. [n] */
  readonly mean0: readonly number[]
  /** Covariance of the first state. [n][n] */
  readonly cov0: Matrix
  /** Cost of states, symmetric. [n][n] */
  readonly Qcost: Matrix
  /** Cost of actions, symmetric. [d][d] */
  readonly Rcost: Matrix
  /** Gain of the policy. [d][n] */
  readonly K: Matrix
  /** Log of the standard deviation that all action dimensions share. */
  readonly logSigma: number
  /** A constant baseline that goes with the problem. */
  readonly b: number
}

/** Beyond it, exp(2 logSigma) or its inverse is no number. */
const widest = 300

/** Relative difference that decimal input may have from symmetry and from positive semidefiniteness. */
const tolerance = 1e-9

const numberProblem = (path: string, x: unknown, expected: string, fits: (x: number) => boolean): readonly Problem[] =>
  typeof x === 'number' && fits(x) ? [] : [{ path, expected, got: shown(x) }]

const rowProblems = (path: string, row: unknown, length: number): readonly Problem[] => {
  if (!Array.isArray(row)) return [{ path, expected: `an array of ${length} numbers`, got: shown(row) }]
  if (row.length !== length) return [{ path, expected: `${length} numbers`, got: `${row.length}` }]
  return row.flatMap((x: unknown, k) => numberProblem(`${path}[${k}]`, x, 'a finite number', Number.isFinite))
}

const matrixProblems = (path: string, x: unknown, rows: number, columns: number): readonly Problem[] => {
  if (!Array.isArray(x)) return [{ path, expected: `a matrix of ${rows} x ${columns} numbers, by rows`, got: shown(x) }]
  if (x.length !== rows) return [{ path, expected: `${rows} rows`, got: `${x.length}` }]
  return x.flatMap((row: unknown, i) => rowProblems(`${path}[${i}]`, row, columns))
}

const differ = (x: Matrix, y: Matrix): boolean => largest(plus(x, scaled(-1, y))) > tolerance * largest(x)

const symmetricProblems = (path: string, x: unknown, size: number): readonly Problem[] => {
  const misshapen = matrixProblems(path, x, size, size)
  if (misshapen.length > 0) return misshapen
  const matrix = x as Matrix
  return differ(matrix, transposed(matrix)) ? [{ path, expected: "a symmetric matrix; (X + X')/2 stands for the same quadratic form", got: shown(x) }] : []
}

const covarianceProblems = (path: string, x: unknown, size: number): readonly Problem[] => {
  const wrong = symmetricProblems(path, x, size)
  if (wrong.length > 0) return wrong
  const factor = choleskyFactor(x as Matrix)
  return differ(x as Matrix, times(factor, transposed(factor)))
    ? [{ path, expected: 'a covariance: a matrix without negative eigenvalues', got: shown(x) }]
    : []
}

/** Sizes are those of mean0 and K; stateDim and actionDim may repeat them, but not contradict them. */
const sizeProblems = (input: Readonly<Record<string, unknown>>, n: number, d: number): readonly Problem[] =>
  (
    [
      ['stateDim', 'mean0', n],
      ['actionDim', 'K', d],
    ] as const
  ).flatMap(([path, from, size]) =>
    input[path] === undefined || input[path] === size ? [] : [{ path, expected: `${size}, the length of ${from}`, got: shown(input[path]) }],
  )

const lengthOf = (x: unknown): number => (Array.isArray(x) ? x.length : 0)

const partProblems = (input: Readonly<Record<string, unknown>>): readonly Problem[] => {
  const n = lengthOf(input['mean0'])
  const d = lengthOf(input['K'])
  if (n === 0 || d === 0)
    return [
      ...(n === 0 ? [{ path: 'mean0', expected: 'an array of numbers, one per state dimension', got: shown(input['mean0']) }] : []),
      ...(d === 0 ? [{ path: 'K', expected: 'a matrix by rows, one row per action dimension', got: shown(input['K']) }] : []),
    ]
  return [
    ...sizeProblems(input, n, d),
    ...matrixProblems('Amat', input['Amat'], n, n),
    ...matrixProblems('Bmat', input['Bmat'], n, d),
    ...covarianceProblems('W', input['W'], n),
    ...rowProblems('mean0', input['mean0'], n),
    ...covarianceProblems('cov0', input['cov0'], n),
    ...symmetricProblems('Qcost', input['Qcost'], n),
    ...symmetricProblems('Rcost', input['Rcost'], d),
    ...matrixProblems('K', input['K'], d, n),
  ]
}

const problemsOf = (input: Readonly<Record<string, unknown>>): readonly Problem[] => [
  ...numberProblem('T', input['T'], 'an integer >= 1', (x) => Number.isInteger(x) && x >= 1),
  ...numberProblem('gamma', input['gamma'], 'a number in [0, 1]', (x) => x >= 0 && x <= 1),
  ...partProblems(input),
  ...numberProblem('logSigma', input['logSigma'], `a number in [-${widest}, ${widest}]`, (x) => Math.abs(x) <= widest),
  ...(input['b'] === undefined ? [] : numberProblem('b', input['b'], 'a finite number', Number.isFinite)),
]

/**
 * A linear-quadratic problem from plain data, checked.
 *
 * Sizes are read off `mean0` and `K`; `b` is 0 unless given. Covariances may be singular (a matrix of zeros is no noise); costs must be
 * symmetric, but may have either sign. Every problem is listed, unknown keys too.
 *
 * @param input  T, gamma, Amat, Bmat, W, mean0, cov0, Qcost, Rcost, K, logSigma, and b if there is one
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { describeProblems } from 'estimand'
 * import { linearQuadratic } from 'estimand/exact'
 * const scalar = { T: 1, gamma: 1, Amat: [[0]], Bmat: [[1]], W: [[0]], mean0: [1], cov0: [[0]], Qcost: [[1]], Rcost: [[1]], logSigma: 0 }
 * pipe(linearQuadratic({ ...scalar, K: [[-1, 0]] }), E.mapLeft(describeProblems)) // => E.left('K[0]: expected 1 numbers, got 2')
 * pipe(linearQuadratic({ ...scalar, K: [[-1]] }), E.map(({ b }) => b)) // => E.right(0)
 * ```
 */
export const linearQuadratic = (input: unknown): E.Either<readonly Problem[], LinearQuadratic> => {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    return E.left([{ path: 'linearQuadratic', expected: 'an object with T, gamma, Amat, ...', got: shown(input) }])
  const problems = [...keyProblems('', input, linearQuadraticNames), ...problemsOf({ ...input })]
  if (problems.length > 0) return E.left(problems)
  // Every part has been looked at above.
  const { T, gamma, Amat, Bmat, W, mean0, cov0, Qcost, Rcost, K, logSigma, b = 0 } = input as LinearQuadratic
  return E.right({ T, gamma, Amat, Bmat, W, mean0, cov0, Qcost, Rcost, K, logSigma, b })
}
