import { ours } from '../weighting/ours.ts'
import { reasons } from '../weighting/reason.ts'
import type { Ratio } from './ratio.ts'

/**
 * No ratio at all: other people's data, used as if the policy had sampled them itself.
 *
 *     1
 *
 * Biased even for one step ('ratio taken as one'), and baselines are not neutral under it, because E_mu[grad log pi] is not 0.
 * With the credit cloning it is behavioural cloning of the data. Law: tight. Source: exact enumeration.
 *
 * @example
 * ```ts
 * import { takenAsOne } from 'estimand'
 * takenAsOne.needs // => []
 * ```
 */
export const takenAsOne: Ratio<unknown, 'no ratio', 'ratio taken as one'> = ours({
  word: 'takenAsOne',
  stage: 'no ratio',
  needs: [],
  reasons: [reasons['ratio taken as one']],
  ratio: (logRatio) => logRatio.fill(1),
  formula: { text: '1', latex: '1' },
  source: 'exact enumeration',
})
