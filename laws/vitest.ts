import { expect, test } from 'vitest'
import type { Law, Trial } from './law.ts'
import { tryLaw } from './law.ts'

/**
 * A law as a test of vitest. The failure's message is the smallest case as a table. A law that could not be tried for want of a fact is a
 * failure too, for a test that has tried nothing must not be green; its message says what to supply.
 *
 * @param law    the law
 * @param trial  how many cases, and the seed
 */
export const testLaw = <Case>(law: Law<Case>, trial: Trial): void => {
  test(`${law.name}: ${law.states}`, () => {
    const outcome = tryLaw(trial)(law)
    expect(outcome._tag === 'held' ? '' : outcome.report, `seed ${trial.seed}`).toBe('')
  })
}
