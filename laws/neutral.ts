import { pipe } from 'fp-ts/lib/function.js'
import { baseline, baselineOf, causality, importance, meanOverTrajectories, perDecision, perTrajectory, reduce, totalReturn } from '../src/index.ts'
import type { AllFacts, Baseline, Estimator } from '../src/index.ts'
import type { LawWorld } from './arbitraries/worlds.ts'
import { worldsUpTo } from './arbitraries/worlds.ts'
import type { Law } from './law.ts'
import { fails, holds } from './law.ts'
import { gradientTable, worldTable } from './report.ts'
import { exactIn, exactly, gap } from './settings.ts'
import { pastOf } from './score.ts'

const formula = { text: 'b(past)', latex: 'b(\\text{past})' }

/**
 * A baseline that is some function of everything before the action: states, values and rewards so far.
 *
 * @example
 * ```ts
 * import { ofThePast } from 'estimand/laws'
 * ofThePast.word // => 'ofThePast'
 * ```
 */
export const ofThePast = baselineOf({
  word: 'ofThePast',
  row: 'stepBaseline',
  needs: ['Reward', 'StateValue'],
  coupling: 'none',
  reasons: { whole: [], perStep: [] },
  level: ({ batch, credit }) => ({ axis: 'per step', column: pastOf({ batch: batch as never, credit }) }),
  formula: { whole: formula, perStep: formula },
  source: 'Greensmith, Bartlett, Baxter 2004',
})

/**
 * Law `baselinesOfThePastAreNeutral`: what a baseline subtracts has expectation zero, if it depends on nothing after the state.
 *
 *     E ghat(with b) = E ghat(without)       on-policy, with one ratio per trajectory, with one per decision
 *
 * @param b  the baseline, per step; default: an arbitrary function of states, values and rewards so far
 *
 * @example
 * ```ts
 * import { stateValue } from 'estimand'
 * import { baselinesOfThePastAreNeutral, tryLaw } from 'estimand/laws'
 * tryLaw({ runs: 20, seed: 1 })(baselinesOfThePastAreNeutral(stateValue))._tag // => 'held'
 * ```
 */
export const baselinesOfThePastAreNeutral = <N, W extends string, P extends string>(
  b: Baseline<N, W, P, 'baseline' | 'stepBaseline'> | typeof ofThePast = ofThePast,
): Law<LawWorld> => {
  const toGo = pipe(totalReturn, causality)
  const mean = reduce(meanOverTrajectories)
  const subtract = baseline(b as Baseline<AllFacts, W, P, 'stepBaseline'>)
  const pairs: readonly (readonly [Estimator<AllFacts, string>, Estimator<AllFacts, string>])[] = [
    [pipe(toGo, mean), pipe(toGo, subtract, mean)],
    [pipe(toGo, importance(perTrajectory), mean), pipe(toGo, subtract, importance(perTrajectory), mean)],
    [pipe(toGo, importance(perDecision), mean), pipe(toGo, subtract, importance(perDecision), mean)],
  ]
  return {
    name: `baselinesOfThePastAreNeutral(${b.word})`,
    states: 'E ghat(with b) = E ghat(without b)',
    cases: worldsUpTo(),
    verdict: (world) => {
      for (const [without, withB] of pairs) {
        const expected = exactIn(world, without).expectation
        const actual = exactIn(world, withB).expectation
        if (!(gap(expected, actual) < exactly))
          return fails(`${worldTable(world.mdp)}\nvalues ${JSON.stringify(world.value)}\n${withB.formula.text}:\n${gradientTable(world.mdp.A, expected, actual)}`)
      }
      return holds
    },
  }
}
