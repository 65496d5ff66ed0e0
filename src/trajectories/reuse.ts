import * as E from 'fp-ts/lib/Either.js'
import { kinds, refuseArgument } from './argument.ts'
import type { BehaviourLogProb, OffPolicy } from './facts.ts'
import { offPolicy } from './facts.ts'
import { columnProblems } from './fromSteps.ts'
import { isRecord } from './keys.ts'
import { nowNames } from './names.ts'
import type { Numbers } from './numbers.ts'
import { isNumbers, numberIn, plainNumbers, shownNumber } from './numbers.ts'
import type { Problem } from './problem.ts'
import { shown } from './problem.ts'
import type { Trajectories } from './trajectories.ts'
import { stepCount } from './trajectories.ts'
import { keyProblems } from './vocabulary.ts'

/** What the parameters say now of the actions of a batch. */
export interface Now {
  /** log pi(a_t|s_t) at the current parameters, nats; -Infinity of an action that has become impossible: a ratio of 0. [sum L_i] */
  readonly logProb: Numbers
  /** Version of the current parameters. */
  readonly version: number | bigint
}

/** A batch whose provenance is off-policy, whatever it was before. */
export type Reused<Facts> = Trajectories<Omit<Facts, 'provenance' | keyof BehaviourLogProb> & BehaviourLogProb & OffPolicy>

/**
 * A batch for another gradient step, after the parameters have moved: with the current log-probs, and off-policy.
 *
 * An estimator without importance does not accept the result: the compiler says to add importance or to sample again.
 *
 * @param now  log-probs of the batch's actions at the current parameters, and their version
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { fromSteps, reuse, terminated } from 'estimand'
 * const batch = fromSteps({
 *   discount: 1, provenance: 'on-policy', episodes: 'complete',
 *   trajectories: [{ reward: [1], behaviourLogProb: [-0.7], end: terminated }]
 * })
 * pipe(batch, E.chain(reuse({ logProb: [-0.5], version: 1 })), E.map((b) => Array.from(b.logProb))) // => E.right([-0.5])
 * ```
 */
export const reuse =
  (now: Now) =>
  <Facts extends BehaviourLogProb>(batch: Trajectories<Facts>): E.Either<readonly Problem[], Reused<Facts>> => {
    const given: unknown = now
    if (!isRecord(given)) return E.left([{ path: 'reuse', expected: '{ logProb, version } of the current parameters', got: shown(given) }])
    const { logProb } = now
    const version = numberIn(now.version)
    refuseArgument('reuse', batch, kinds.batch)
    const steps = stepCount(batch)
    const problems = [
      ...keyProblems('', now, nowNames),
      ...(isNumbers(logProb)
        ? columnProblems('logProb', 'logProb', logProb, steps, batch.actionSpace === 'discrete', true)
        : [{ path: 'logProb', expected: `${steps} log-probs, one per step`, got: shown(logProb) }]),
      ...(Number.isInteger(version) ? [] : [{ path: 'version', expected: 'an integer', got: shownNumber(version) }]),
    ]
    if (problems.length > 0) return E.left(problems)
    const reused: object = { ...batch, provenance: offPolicy, logProb: Float64Array.from(plainNumbers(logProb)), currentVersion: version }
    return E.right(reused as Reused<Facts>)
  }
