import * as fc from 'fast-check'
import type { Kind } from '../src/trajectories/argument.ts'
import { hasParts, refuseArgument } from '../src/trajectories/argument.ts'
import type { Fields } from '../src/trajectories/fields.ts'
import { optional, refuseFields } from '../src/trajectories/fields.ts'
import { NeedsNotMet } from '../src/index.ts'

/** What became of a law in one case: it holds, or a report of how it fails, or what the case lacks for it to be tried. */
export type Verdict =
  | { readonly _tag: 'holds' }
  | { readonly _tag: 'fails'; readonly report: string }
  | { readonly _tag: 'not tried'; readonly needs: readonly string[] }

/** The verdict of a law that holds. */
export const holds: Verdict = { _tag: 'holds' }

/** The verdict of a law that fails, with what a reader should see. */
export const fails = (report: string): Verdict => ({ _tag: 'fails', report })

/** The verdict of a law on a case that lacks facts: it says nothing for the law and nothing against it. */
export const notTried = (needs: readonly string[]): Verdict => ({ _tag: 'not tried', needs })

/** A law as a value: what it states, the cases to try it on, and the verdict in each. Any runner can run it. */
export interface Law<Case> {
  readonly name: string
  /** The statement as an equation. */
  readonly states: string
  readonly cases: fc.Arbitrary<Case>
  readonly verdict: (sample: Case) => Verdict
}

/** How a law is to be tried. */
export interface Trial {
  /** How many cases. Default 100. */
  readonly runs?: number
  /** Seed of the cases. The same seed tries the same cases. */
  readonly seed: number
}

const anInteger = (least: number): Kind => ({ expected: `an integer >= ${least}`, holds: (x) => Number.isInteger(x) && (x as number) >= least })

/** How a law is to be tried, as a kind of argument. */
export const trialFields: Fields<Trial> = { runs: optional(anInteger(1)), seed: { expected: 'an integer', holds: Number.isInteger } }

const aLaw: Kind = {
  expected: 'a law, such as sound(estimator): { name, states, cases, verdict }',
  holds: (x) => hasParts(x) && hasParts(x['cases']) && typeof x['cases']['generate'] === 'function' && typeof x['verdict'] === 'function',
}

/**
 * What came of trying a law: that it held in all cases that could be tried, or the smallest case that was found in which it fails, or that
 * none could be tried, for want of which facts.
 */
export type Outcome<Case> =
  | { readonly _tag: 'held'; readonly runs: number; readonly seed: number }
  | { readonly _tag: 'failed'; readonly smallest: Case; readonly report: string; readonly seed: number }
  | { readonly _tag: 'not tried'; readonly needs: readonly string[]; readonly report: string; readonly seed: number }

/** The verdict of a law in one case; one that throws fails, and says with what, unless it is a fact that the case lacks. */
const verdictOf = <Case>(law: Law<Case>, sample: Case): Verdict => {
  try {
    return law.verdict(sample)
  } catch (error) {
    return error instanceof NeedsNotMet ? notTried(error.needs) : fails(`the verdict threw ${String(error)}`)
  }
}

/**
 * Tries a law on arbitrary cases, and shrinks a case in which it fails. A verdict that throws is a failure that says so. Where the cases lack
 * a fact that the estimator needs (`NeedsNotMet`), the law is not tried: supply the fact with cases of your own, `{ ...law, cases }`.
 *
 * @param trial  how many cases, and the seed
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { totalReturn, reduce, meanOverTrajectories } from 'estimand'
 * import { sound, tryLaw } from 'estimand/laws'
 * tryLaw({ runs: 10, seed: 1 })(sound(pipe(totalReturn, reduce(meanOverTrajectories))))._tag // => 'held'
 * ```
 */
export const tryLaw =
  (trial: Trial) =>
  <Case>(law: Law<Case>): Outcome<Case> => {
    refuseFields('tryLaw', trial, trialFields)
    refuseArgument('tryLaw', law, aLaw)
    const { runs = 100, seed } = trial
    const lacking = new Set<string>()
    let untried = 0
    const details = fc.check(
      fc.property(law.cases, (sample) => {
        const verdict = verdictOf(law, sample)
        if (verdict._tag !== 'not tried') return verdict._tag === 'holds'
        untried += 1
        for (const need of verdict.needs) lacking.add(need)
        return true
      }),
      { numRuns: runs, seed, endOnFailure: false },
    )
    if (!details.failed && untried > 0 && untried === details.numRuns) {
      const needs = [...lacking]
      return { _tag: 'not tried', needs, seed, report: `not tried: needs ${needs.join(', ')}, which the cases of this law lack; give it cases that have it, { ...law, cases }` }
    }
    if (!details.failed) return { _tag: 'held', runs: details.numRuns - untried, seed }
    if (details.counterexample === null) throw new Error(`${law.name}: no case could be made`)
    const [smallest] = details.counterexample
    const verdict = verdictOf(law, smallest)
    const report = verdict._tag === 'fails' ? verdict.report : ''
    return { _tag: 'failed', smallest, seed, report: `${law.name} fails (seed ${seed}): ${law.states}\n${report}` }
  }
