import type { AllFacts } from '../trajectories/facts.ts'
import type { Trajectories } from '../trajectories/trajectories.ts'
import type { Reduction } from '../reduce/reduction.ts'
import { refuseNoReduction } from '../reduce/reduction.ts'
import { strongest } from '../weighting/coupling.ts'
import type { Total } from '../weighting/evaluate.ts'
import { weigh } from '../weighting/evaluate.ts'
import type { Provenance } from '../weighting/provenance.ts'
import { needsOnPolicy } from '../weighting/provenance.ts'
import { madeOf } from '../weighting/ours.ts'
import type { Call, Legal } from '../weighting/step.ts'
import { legalPlan, union } from '../weighting/step.ts'
import type { BiasOf, NeedsOf, StageOf, Word } from '../weighting/weighting.ts'
import type { Estimator } from './estimator.ts'
import { weightFormula } from './formula.ts'

/** The word of a reduction, as the JSON form of a pipeline has it. */
export const reductionWord = ({ word, argument }: Reduction<string>): Word => ({
  word: 'reduce',
  argument: argument === undefined ? word : { [word]: argument },
})

/**
 * Ends a pipeline: how the steps of a batch become one estimate.
 *
 *     ghat = sum_i sum_t scale_i W_it grad log pi(a_it|s_it)
 *
 * Which mean is taken is part of the estimator, and of its bias; there is no default. Without importance before it, the estimator
 * needs on-policy data. Laws: sound, duplication, splitting. Source: see each reduction.
 *
 * @param r  meanOverTrajectories, meanOverSteps, meanOfTrajectoryMeans, constantLength(500), or one of your own
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { totalReturn, reduce, meanOverTrajectories } from 'estimand'
 * pipe(totalReturn, reduce(meanOverTrajectories)).needs // => ['Reward', 'CompleteEpisodes', 'OnPolicy']
 * ```
 */
export const reduce = <R extends string>(r: Reduction<R> & Call<'reduce(meanOverTrajectories)'>) => {
  refuseNoReduction('reduce', r)
  return <W>(w: Legal<W, 'reduce'>): Estimator<NeedsOf<W> & Provenance<StageOf<W>>, BiasOf<W> | R> => {
    const plan = legalPlan('reduce', w)
    const estimator: Estimator<AllFacts, never> = {
      estimate: (batch: Trajectories<AllFacts>, into?: Float64Array, total?: Total) => weigh(plan, batch, r.scale(batch), into, total),
      objective: plan.objective,
      coupling: strongest(plan.coupling, r.coupling),
      needs: needsOnPolicy(plan.stage) ? union(plan.needs, ['OnPolicy']) : plan.needs,
      reasons: union(plan.reasons, r.reasons) as readonly never[],
      composition: { _tag: 'pipeline', words: [...plan.words, reductionWord(r)] },
      formula: weightFormula(plan, r.formula),
      sources: union(plan.sources, [r.source]),
      claim: null,
    }
    // The plan's needs and reasons are data; the stages' signatures say them to the compiler, and the laws check the signatures.
    return madeOf([plan, r], estimator as Estimator<unknown, never>)
  }
}
