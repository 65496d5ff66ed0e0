import { pipe } from 'fp-ts/lib/function.js'
import type { Mdp } from '../exact/mdp.ts'
import type { Kind } from '../trajectories/argument.ts'
import { hasParts, kinds, refuseArgument } from '../trajectories/argument.ts'
import type { Environment } from './environment.ts'
import type { Discrete } from './space.ts'
import { tabular } from './tabular.ts'
import { timeLimit } from './timeLimit.ts'

const isTable = (x: unknown): x is readonly (readonly unknown[])[] => Array.isArray(x) && x.every(Array.isArray)

/** What is read of an MDP. That its numbers are right is seen where it is made, and where `tabular` reads its tables. */
const tables: Kind = {
  expected: 'an MDP, such as mdp(...) gives once its Either is open',
  holds: (x) => hasParts(x) && typeof x['T'] === 'number' && isTable(x['P']) && isTable(x['R']) && x['P'].length === x['R'].length && Array.isArray(x['rho']),
}

/**
 * A finite MDP as an environment, so that what is learnt by sampling can be held against what is exactly true. Its horizon belongs to the
 * problem: episodes end as Terminated in terminal states, otherwise as TimeLimit after T steps. Its policies are left behind.
 *
 * @param mdp   the MDP
 * @param name  what errors call it
 * @throws TypeError for what is no MDP
 *
 * @example
 * ```ts
 * import { bandit } from 'estimand/exact'
 * import { fromMdp, lockStep } from 'estimand/environment'
 * const run = lockStep(fromMdp(bandit([5, 7], [0.5, 0.5])), { copies: 2, seed: 1 })
 * run.step([0, 1])
 * run.reward // => [5, 7]
 * ```
 */
export const fromMdp = (mdp: Mdp, name = 'finite MDP'): Environment<Discrete<number>, Discrete<number>, never> => {
  refuseArgument('fromMdp', mdp, tables)
  refuseArgument('fromMdp: name', name, kinds.text)
  const { S, A, T, P, R, rho, terminal } = mdp
  const rewardOf = (s: number, a: number, n: number): number => {
    const reward = R[s][a]
    return typeof reward === 'number' ? reward : reward[n]
  }
  const branches = P.map((row, s) =>
    row.map((probabilities, a) =>
      probabilities.flatMap((probability, next) =>
        probability > 0 ? [{ probability, next, reward: rewardOf(s, a, next), terminated: terminal?.[next] ?? false }] : [],
      ),
    ),
  )
  return pipe(tabular<number, number>({ name, states: S, actions: A, start: rho, branches }), timeLimit({ steps: T, as: 'TimeLimit' }))
}
