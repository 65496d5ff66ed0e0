import { ours } from '../weighting/ours.ts'
import type { Legal } from '../weighting/step.ts'
import { step } from '../weighting/step.ts'
import type { BiasOf, CreditFormula, NeedsOf, StillCentred, Weighting } from '../weighting/weighting.ts'

/**
 * Credit each step only with the rewards from it on: an action cannot change the past.
 *
 *     W_t = gamma^t G_t - b,   G_t = sum_{u >= t} gamma^(u-t) r_u
 *
 * A baseline subtracted before it stays in the scale of the whole return; one after it goes inside: gamma^t (G_t - b).
 * Adds no bias, because what came before s_t is settled and E[grad log pi(a_t|s_t) | history] = 0. (That r_u "does not depend on
 * a_t" would not be enough: the length does not either, and dividing by it breaks this.) It may raise the variance: see
 * the world rtgRaisesVariance. Law: sound. Source: Williams 1992, section 7; Sutton et al. 2000.
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { totalReturn, causality } from 'estimand'
 * pipe(totalReturn, causality).stage // => 'reward-to-go'
 * ```
 */
export const causality: <W>(w: Legal<W, 'causality'>) => Weighting<NeedsOf<W>, BiasOf<W>, 'reward-to-go', StillCentred<W>> = step(
  'causality',
  (plan) => ({
    ...plan,
    stage: 'reward-to-go',
    words: [...plan.words, { word: 'causality' }],
    sources: [...plan.sources, 'Sutton et al. 2000, Policy gradient methods with function approximation'],
    credit: (batch) => {
      const credit = plan.credit(batch)
      if (credit.of._tag !== 'whole return' && credit.of._tag !== 'reward-to-go') return credit
      const { reward, discount } = credit.of
      return {
        ...credit,
        of: { _tag: 'reward-to-go', reward, discount, toGo: { column: null } },
        outer: discount,
      }
    },
    formula: {
      ...plan.formula,
      scope: 'reward-to-go',
      ...toGo(plan.formula),
      outer: plan.objective === 'discounted' ? { text: 'gamma^t', latex: '\\gamma^t' } : null,
    },
  }),
  ours({ word: 'causality' }),
)

const toGo = ({ rewards, value, raw }: CreditFormula): Pick<CreditFormula, 'value' | 'raw'> =>
  rewards === null ? { value, raw } : { value: rewards.toGo('i'), raw: rewards.toGo }
