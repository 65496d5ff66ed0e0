import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts/lib/index.js'
import type { Problem } from '../trajectories/problem.ts'
import { shown } from '../trajectories/problem.ts'
import { keyProblems } from '../trajectories/vocabulary.ts'
import { mdpNames } from './names.ts'
import { shapeProblem } from './shape.ts'

/** A finite MDP with a target policy and a behaviour policy, both tabular softmax. */
export interface Mdp {
  /** How many states. */
  readonly S: number
  /** How many actions. */
  readonly A: number
  /** Horizon: at most so many decisions. Reaching it is a true end. */
  readonly T: number
  /** Discount in [0, 1]. */
  readonly gamma: number
  /** `sa`: R[s][a]; `sas`: R[s][a][s']. */
  readonly rewardKind: 'sa' | 'sas'
  /** States in which the episode is over; no decision is taken there. [S] */
  readonly terminal: readonly boolean[] | null
  /** Probability of each first state. [S] */
  readonly rho: readonly number[]
  /** Probability of each next state. [S][A][S] */
  readonly P: readonly (readonly (readonly number[])[])[]
  /** Reward of each decision. [S][A] or [S][A][S] */
  readonly R: readonly (readonly (number | readonly number[])[])[]
  /** Logits of the target policy, the same at every time. [S][A] */
  readonly theta: readonly (readonly number[])[]
  /** Logits of the behaviour policy. [S][A] */
  readonly thetaBehaviour: readonly (readonly number[])[]
}

const numbers = t.readonlyArray(t.number, 'an array of numbers')
const table = t.readonlyArray(numbers, 'an array of rows of numbers')

const Shape = t.intersection([
  t.type({
    S: t.number,
    A: t.number,
    T: t.number,
    gamma: t.number,
    rho: numbers,
    P: t.readonlyArray(table, 'an array [S][A][S] of probabilities'),
    R: t.readonlyArray(t.readonlyArray(t.union([t.number, numbers]), 'an array of rewards, one per action'), 'an array [S][A] or [S][A][S] of rewards'),
  }),
  t.partial({
    rewardKind: t.union([t.literal('sa'), t.literal('sas')], "'sa' or 'sas'"),
    terminal: t.union([t.null, t.readonlyArray(t.boolean, 'an array of true and false')], 'null or an array of true and false'),
    theta: table,
    thetaBehaviour: table,
    policy: table,
    behaviourPolicy: table,
  }),
])
type Shape = t.TypeOf<typeof Shape>

const near = (total: number): boolean => Math.abs(total - 1) <= 1e-9

/** Problems of a table whose rows are distributions or logits. */
const rowProblems = (path: string, rows: readonly (readonly number[])[], S: number, A: number): Problem[] =>
  rows.length !== S
    ? [{ path, expected: `${S} rows, one per state`, got: String(rows.length) }]
    : rows.flatMap((row, s) => (row.length === A ? [] : [{ path: `${path}[${s}]`, expected: `${A} entries, one per action`, got: String(row.length) }]))

const distributionProblems = (path: string, row: readonly number[], length: number): Problem[] => {
  if (row.length !== length) return [{ path, expected: `${length} probabilities`, got: String(row.length) }]
  const wrong = row.flatMap((p, k) => (p >= 0 && p <= 1 ? [] : [{ path: `${path}[${k}]`, expected: 'a probability in [0, 1]', got: shown(p) }]))
  const total = row.reduce((a, b) => a + b, 0)
  return wrong.length > 0 || near(total) ? wrong : [{ path, expected: 'probabilities that sum to 1', got: `sum ${total}` }]
}

const logitProblems = (path: string, rows: readonly (readonly number[])[]): Problem[] =>
  rows.flatMap((row, s) => {
    const most = row.reduce((a, b) => Math.max(a, b), -Infinity)
    return row.flatMap((x, a): Problem[] => {
      const where = `${path}[${s}][${a}]`
      if (!Number.isFinite(x)) return [{ path: where, expected: 'a finite logit (for an action never taken use a large negative number)', got: shown(x) }]
      // The difference is a log-probability: infinite, it would be that of an action without support.
      return most - x === Infinity ? [{ path: where, expected: `a logit whose distance from the largest of its state, ${most}, is a finite number`, got: shown(x) }] : []
    })
  })

const policyProblems = (path: string, rows: readonly (readonly number[])[], { S, A }: Shape): Problem[] => {
  const misshapen = rowProblems(path, rows, S, A)
  return misshapen.length > 0
    ? misshapen
    : rows.flatMap((row, s) => distributionProblems(`${path}[${s}]`, row, A))
}

/** A probability of 0 has no finite logit; of the behaviour policy it takes away the support of the target's. */
const zeroProblems = ({ policy, behaviourPolicy, theta }: Shape): Problem[] => [
  ...(policy ?? []).flatMap((row, s) =>
    row.flatMap((p, a) => (p === 0 ? [{ path: `policy[${s}][${a}]`, expected: 'a probability > 0, since a softmax policy has no zeros', got: '0' }] : [])),
  ),
  ...(behaviourPolicy ?? []).flatMap((row, s) =>
    row.flatMap((p, a) =>
      p === 0
        ? [
            {
              path: `behaviourPolicy[${s}][${a}]`,
              expected:
                theta !== undefined || (policy?.[s]?.[a] ?? 0) > 0
                  ? "a probability > 0 where the target policy's is: without support importance sampling has nothing to reweight"
                  : 'a probability > 0, since a softmax policy has no zeros',
              got: '0',
            },
          ]
        : [],
    ),
  ),
]

const integerProblems = (shape: Shape): Problem[] =>
  (['S', 'A', 'T'] as const).flatMap((path) =>
    Number.isInteger(shape[path]) && shape[path] >= 1 ? [] : [{ path, expected: 'an integer >= 1', got: shown(shape[path]) }],
  )

const rewardProblems = (shape: Shape, kind: 'sa' | 'sas'): Problem[] => {
  const { S, A, R } = shape
  if (R.length !== S) return [{ path: 'R', expected: `${S} rows, one per state`, got: String(R.length) }]
  return R.flatMap((row, s) => {
    if (row.length !== A) return [{ path: `R[${s}]`, expected: `${A} entries, one per action`, got: String(row.length) }]
    return row.flatMap((reward, a): Problem[] => {
      const path = `R[${s}][${a}]`
      if (kind === 'sa')
        return typeof reward === 'number' && Number.isFinite(reward)
          ? []
          : [{ path, expected: "a finite number, as rewardKind is 'sa'", got: shown(reward) }]
      if (typeof reward === 'number' || reward.length !== S)
        return [{ path, expected: `${S} rewards, one per next state, as rewardKind is 'sas'`, got: shown(reward) }]
      return reward.flatMap((r, n) => (Number.isFinite(r) ? [] : [{ path: `${path}[${n}]`, expected: 'a finite number', got: shown(r) }]))
    })
  })
}

const transitionProblems = ({ S, A, P }: Shape): Problem[] => {
  if (P.length !== S) return [{ path: 'P', expected: `${S} rows, one per state`, got: String(P.length) }]
  return P.flatMap((row, s) =>
    row.length === A
      ? row.flatMap((next, a) => distributionProblems(`P[${s}][${a}]`, next, S))
      : [{ path: `P[${s}]`, expected: `${A} entries, one per action`, got: String(row.length) }],
  )
}

const startProblems = ({ S, rho, terminal }: Shape): Problem[] => {
  const wrong = distributionProblems('rho', rho, S)
  if (terminal === undefined || terminal === null) return wrong
  if (terminal.length !== S) return [...wrong, { path: 'terminal', expected: `${S} entries, one per state`, got: String(terminal.length) }]
  const begun = rho.flatMap((p, s) => (p > 0 && terminal[s] ? [{ path: `rho[${s}]`, expected: '0, since the state is terminal', got: shown(p) }] : []))
  return [...wrong, ...begun]
}

const oneOf = (logits: string, probabilities: string, shape: Shape, needed: boolean): Problem[] => {
  const given = [logits, probabilities].filter((key) => shape[key as keyof Shape] !== undefined)
  if (given.length === 2) return [{ path: probabilities, expected: `${logits} or ${probabilities}, not both`, got: 'both' }]
  return needed && given.length === 0 ? [{ path: logits, expected: `logits, or probabilities as ${probabilities}`, got: 'none' }] : []
}

const tableProblems = (path: string, rows: readonly (readonly number[])[] | undefined, { S, A }: Shape): Problem[] => {
  if (rows === undefined) return []
  const misshapen = rowProblems(path, rows, S, A)
  return misshapen.length > 0 ? misshapen : logitProblems(path, rows)
}

const kindOf = ({ rewardKind, R }: Shape): 'sa' | 'sas' => rewardKind ?? (typeof R[0]?.[0] === 'number' ? 'sa' : 'sas')

const meaningProblems = (shape: Shape): readonly Problem[] => {
  const sizes = integerProblems(shape)
  if (sizes.length > 0) return sizes
  return [
    ...(shape.gamma >= 0 && shape.gamma <= 1 ? [] : [{ path: 'gamma', expected: 'a number in [0, 1]', got: shown(shape.gamma) }]),
    ...startProblems(shape),
    ...transitionProblems(shape),
    ...rewardProblems(shape, kindOf(shape)),
    ...oneOf('theta', 'policy', shape, true),
    ...oneOf('thetaBehaviour', 'behaviourPolicy', shape, false),
    ...tableProblems('theta', shape.theta, shape),
    ...tableProblems('thetaBehaviour', shape.thetaBehaviour, shape),
    ...(shape.policy === undefined ? [] : policyProblems('policy', shape.policy, shape)),
    ...(shape.behaviourPolicy === undefined ? [] : policyProblems('behaviourPolicy', shape.behaviourPolicy, shape)),
    ...zeroProblems(shape),
  ]
}

const logits = (rows: readonly (readonly number[])[]): readonly (readonly number[])[] => rows.map((row) => row.map(Math.log))

/**
 * A finite MDP from plain data, checked.
 *
 * Policies are given as logits (`theta`, `thetaBehaviour`) or as probabilities (`policy`, `behaviourPolicy`); without a behaviour
 * policy it is the target one. `rewardKind` and `terminal` may be left out. Every problem is listed: unknown keys, shapes, probabilities that do not sum to 1, infinite rewards, a behaviour probability of 0 where the target's is not.
 *
 * @param input  S, A, T, gamma, rho, P, R, and the policies
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { describeProblems } from 'estimand'
 * import { mdp } from 'estimand/exact'
 * const bandit = { S: 1, A: 2, T: 1, gamma: 1, rho: [1], P: [[[1], [1]]], R: [[1, 0]], policy: [[0.9, 0.2]] }
 * pipe(mdp(bandit), E.mapLeft(describeProblems))
 * // => E.left('policy[0]: expected probabilities that sum to 1, got sum 1.1')
 * ```
 */
export const mdp = (input: unknown): E.Either<readonly Problem[], Mdp> => {
  const strange = keyProblems('', input, mdpNames)
  const decoded = Shape.decode(input)
  if (E.isLeft(decoded)) return E.left([...strange, ...decoded.left.map((error) => shapeProblem(error, 'mdp'))])
  const shape = decoded.right
  const problems = [...strange, ...meaningProblems(shape)]
  if (problems.length > 0) return E.left(problems)
  const { S, A, T, gamma, rho, P, R, terminal = null } = shape
  const theta = shape.theta ?? logits(shape.policy ?? [])
  const thetaBehaviour = shape.thetaBehaviour ?? (shape.behaviourPolicy === undefined ? theta : logits(shape.behaviourPolicy))
  return E.right({ S, A, T, gamma, rewardKind: kindOf(shape), terminal, rho, P, R, theta, thetaBehaviour })
}
