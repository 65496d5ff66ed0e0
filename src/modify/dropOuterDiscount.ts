import { ours } from '../weighting/ours.ts'
import { reasons } from '../weighting/reason.ts'
import type { Legal } from '../weighting/step.ts'
import { step, union } from '../weighting/step.ts'
import type { BiasOf, CentringOf, NeedsOf, StageOf, Weighting } from '../weighting/weighting.ts'

/**
 * Leave out the factor gamma^t in front of each step's credit, as most deep-learning code does.
 *
 *     W_t = G_t - b      instead of      gamma^t (G_t - b)
 *
 * Biased for the discounted objective: it can point against its gradient (world droppedOuterDiscountFlipsSign), and it is the
 * gradient of no function (Nota, Thomas 2020). Where there is no such factor it is refused: twice, after cloning, or where the
 * objective is undiscounted; the stage does not tell, so this is found when the pipeline is built. Law: tight. Source: Thomas 2014.
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { totalReturn, causality, dropOuterDiscount } from 'estimand'
 * pipe(totalReturn, causality, dropOuterDiscount).reasons.map((r) => r.name) // => ['outer discount dropped']
 * ```
 */
export const dropOuterDiscount: <W>(
  w: Legal<W, 'dropOuterDiscount'>,
) => Weighting<NeedsOf<W>, BiasOf<W> | 'outer discount dropped', StageOf<W>, CentringOf<W>> = step('dropOuterDiscount', (plan) => ({
  ...plan,
  reasons: union(plan.reasons, [reasons['outer discount dropped']]),
  words: [...plan.words, { word: 'dropOuterDiscount' }],
  sources: [...plan.sources, 'Thomas 2014, Bias in natural actor-critic algorithms'],
  credit: (batch) => ({ ...plan.credit(batch), outer: 1 }),
  formula: { ...plan.formula, outer: null },
}), ours({ word: 'dropOuterDiscount' }))
