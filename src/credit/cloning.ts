import { ours } from '../weighting/ours.ts'
import { reasons } from '../weighting/reason.ts'
import type { Weighting } from '../weighting/weighting.ts'
import { stepCredit } from './credit.ts'

/**
 * Credit every step with 1: the gradient of the summed log-likelihood of the actions in the data (behavioural cloning).
 *
 *     W_t = 1
 *
 * Needs no reward. On data of the policy itself its expectation is 0, since E grad log pi = 0; on an expert's data, with
 * importance(takenAsOne), it is the cloning gradient. Laws: expected score is 0, cloning and constant weights.
 * Source: Pomerleau 1989, ALVINN.
 *
 * @example
 * ```ts
 * import { cloning } from 'estimand'
 * cloning.needs // => []
 * ```
 */
export const cloning: Weighting<unknown, 'cloning', 'step credit', 'not centred'> = ours(stepCredit({
  word: 'cloning',
  needs: [],
  reasons: [reasons.cloning],
  outer: 'none',
  formula: { text: '1', latex: '1' },
  source: 'Pomerleau 1989, ALVINN: an autonomous land vehicle in a neural network',
  column: ({ offsets, count }) => new Float64Array(offsets[count]).fill(1),
}))
