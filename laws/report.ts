import type { Mdp } from '../src/exact/index.ts'
import { softmaxPolicy } from '../src/exact/index.ts'
import { refuseMdp } from '../src/exact/made.ts'
import type { Kind } from '../src/trajectories/argument.ts'
import { refuseArgument } from '../src/trajectories/argument.ts'

/** A number to six digits. */
export const short = (x: number): string => String(Number(x.toPrecision(6)))

/** Rows with their cells under each other, two spaces apart. */
export const aligned = (rows: readonly (readonly string[])[]): string => {
  const widths = rows[0].map((_, k) => Math.max(...rows.map((row) => (row[k] ?? '').length)))
  return rows.map((row) => row.map((cell, k) => cell.padEnd(widths[k])).join('  ').trimEnd()).join('\n')
}

/**
 * A world as a table: each state, action, and next state with probabilities and reward, and both policies.
 *
 * @param mdp  the world
 *
 * @example
 * ```ts
 * import { bandit } from 'estimand/exact'
 * import { worldTable } from 'estimand/laws'
 * worldTable(bandit([1, 0], [0.5, 0.5])).split('\n')[0] // => '1 state, 2 actions, horizon 1, discount 1'
 * ```
 */
export const worldTable = (mdp: Mdp): string => {
  refuseMdp('worldTable', mdp)
  const { S, A, T, gamma, terminal, rho, P, R } = mdp
  const target = softmaxPolicy(mdp.theta).probability
  const behaviour = softmaxPolicy(mdp.thetaBehaviour).probability
  const plural = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`
  const rows = P.flatMap((row, s) =>
    terminal?.[s]
      ? [[String(s), '', '', '', 'terminal', '', '']]
      : row.map((next, a) => {
          const reward = R[s][a]
          return [
            a === 0 ? String(s) : '',
            a === 0 ? short(rho[s]) : '',
            String(a),
            next.flatMap((p, n) => (p > 0 ? [`${n}${p < 1 ? ` with ${short(p)}` : ''}`] : [])).join(', '),
            typeof reward === 'number' ? short(reward) : reward.map(short).join(' / '),
            short(target[s * A + a]),
            short(behaviour[s * A + a]),
          ]
        }),
  )
  return [
    `${plural(S, 'state')}, ${plural(A, 'action')}, horizon ${T}, discount ${short(gamma)}`,
    aligned([['state', 'start', 'action', 'next state', 'reward', 'pi(a|s)', 'mu(a|s)'], ...rows]),
  ].join('\n')
}

const someNumbers: Kind = { expected: 'an array of numbers, a component each', holds: (x) => Array.isArray(x) && x.every((entry) => typeof entry === 'number') }

/**
 * Two gradients beside each other, component by component.
 *
 * @param A         how many actions
 * @param expected  what it should be. [S A]
 * @param actual    what it is. [S A]
 *
 * @example
 * ```ts
 * import { gradientTable } from 'estimand/laws'
 * gradientTable(2, [0.25, -0.25], [0.5, -0.5]).split('\n').length // => 3
 * ```
 */
export const gradientTable = (A: number, expected: readonly number[], actual: readonly number[]): string => {
  refuseArgument('gradientTable: expected', expected, someNumbers)
  refuseArgument('gradientTable: actual', actual, someNumbers)
  return aligned([
    ['state', 'action', 'expected', 'actual', 'difference'],
    ...expected.map((x, k) => [String(Math.floor(k / A)), String(k % A), short(x), short(actual[k]), short(actual[k] - x)]),
  ])
}
