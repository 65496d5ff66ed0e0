import * as E from 'fp-ts/lib/Either.js'
import * as fc from 'fast-check'
import { describeProblems, fromSteps, terminated, timeLimit, truncated } from '../../src/index.ts'
import type { ActionValue, AllFacts, BehaviourLogProb, Reward, StateValue, Steps, Trajectories } from '../../src/index.ts'
import { oneOf } from '../../src/trajectories/argument.ts'
import type { Fields } from '../../src/trajectories/fields.ts'
import { optional, refuseFields } from '../../src/trajectories/fields.ts'
import { discounts, tenths } from './numbers.ts'

/** Log-probability of one of nine choices in tenths. */
const logProbs = fc.integer({ min: 1, max: 9 }).map((k) => Math.log((10 - k) / 10))

const steps = (onPolicy: boolean, segments: boolean): fc.Arbitrary<Steps> =>
  fc
    .record({
      rows: fc.array(
        fc.record({ reward: tenths(-3, 3), logProb: logProbs, behaviour: logProbs, value: tenths(-3, 3), actionValue: tenths(-3, 3) }),
        { minLength: 1, maxLength: 4 },
      ),
      end: fc.integer({ min: 0, max: segments ? 2 : 1 }),
      bootstrap: tenths(-3, 3),
      startTime: segments ? fc.integer({ min: 0, max: 3 }) : fc.constant(0),
    })
    .map(({ rows, end, bootstrap, startTime }) => {
      const behaviourLogProb = rows.map((row) => row.behaviour)
      return {
        reward: rows.map((row) => row.reward),
        behaviourLogProb,
        logProb: onPolicy ? behaviourLogProb : rows.map((row) => row.logProb),
        value: rows.map((row) => row.value),
        actionValue: rows.map((row) => row.actionValue),
        startTime,
        end: [terminated, timeLimit, truncated({ value: bootstrap })][end],
      }
    })

/** What kind of batch. */
export interface BatchKind {
  readonly provenance: 'on-policy' | 'off-policy'
  readonly episodes: 'complete' | 'segments'
  /** Fewest trajectories. Default 1. */
  readonly atLeast?: number
}

const fields: Fields<BatchKind> = {
  provenance: oneOf('on-policy', 'off-policy'),
  episodes: oneOf('complete', 'segments'),
  atLeast: optional({ expected: 'an integer >= 1', holds: (x) => Number.isInteger(x) && (x as number) >= 1 }),
}

/** The facts that arbitrary batches carry besides provenance and episodes. */
export type BatchFacts = Reward & BehaviourLogProb & StateValue & ActionValue

/**
 * Ragged batches with every column, in tenths.
 *
 * They carry all facts of their kind; the type says all facts, since which kind it is is known at run time only.
 *
 * @param kind  provenance, episodes, fewest trajectories
 *
 * @example
 * ```ts
 * import * as fc from 'fast-check'
 * import { batches } from 'estimand/laws'
 * fc.sample(batches({ provenance: 'on-policy', episodes: 'complete' }), { numRuns: 10, seed: 1 }).every((b) => b.count >= 1) // => true
 * ```
 */
export const batches = (kind: BatchKind): fc.Arbitrary<Trajectories<AllFacts>> => {
  refuseFields('batches', kind, fields)
  const { provenance, episodes, atLeast = 1 } = kind
  return fc
    .record({
      discount: discounts,
      trajectories: fc.array(steps(provenance === 'on-policy', episodes === 'segments'), { minLength: atLeast, maxLength: Math.max(4, atLeast) }),
    })
    .map(({ discount, trajectories }) => {
      const batch = fromSteps({ discount, provenance, episodes, trajectories })
      if (E.isLeft(batch)) throw new TypeError(`batches: ${describeProblems(batch.left)}`)
      // Needs of the estimators that laws evaluate on it are checked there.
      return batch.right as unknown as Trajectories<AllFacts>
    })
}
