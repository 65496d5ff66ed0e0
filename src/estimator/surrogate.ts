import type { Column, PerStep } from '../columns/column.ts'
import { farRatios } from '../columns/exponential.ts'
import { productAt } from '../columns/wide.ts'
import type { AllFacts, LogProb } from '../trajectories/facts.ts'
import type { Trajectories } from '../trajectories/trajectories.ts'
import type { Reduction } from '../reduce/reduction.ts'
import { perStep } from '../ratio/perStep.ts'
import { refuseNoReduction } from '../reduce/reduction.ts'
import { refuseArgument } from '../trajectories/argument.ts'
import type { Scale } from '../weighting/evaluate.ts'
import { creditColumn, limited, logRatios } from '../weighting/evaluate.ts'
import type { Provenance } from '../weighting/provenance.ts'
import { legality } from '../weighting/stage.ts'
import type { Legal } from '../weighting/step.ts'
import { IllegalStep, legalPlan } from '../weighting/step.ts'
import type { NeedsOf, RatioPlan, StageOf } from '../weighting/weighting.ts'
import { wideLimitedRatio } from '../weighting/wideWeights.ts'
import { ofAnyBatch } from '../weighting/weighting.ts'
import type { Estimator, LossWeights, Weights } from './estimator.ts'
import { estimate, NeedsNotMet, refuseNonFinite, refuseUnreduced } from './estimator.ts'
import { unmetNeeds, lacking } from './needs.ts'

/** A scalar whose derivative with respect to each log-probability is the weight of that step. */
export interface Surrogate<out Form extends 'score' | 'ratio'> {
  /** `score`: sum W log pi with W held; `ratio`: sum of ratio times credit, with its min where it is clipped. */
  readonly form: Form
  /** Its value; not the objective's. */
  readonly value: number
  /** d value / d log pi(a_t|s_t) = W_t, to ascend. [sum L_i] */
  readonly derivative: Weights
}

/**
 * The surrogate of an estimator in score form, for autodiff and for logging.
 *
 *     value = sum_it W_it log pi(a_it|s_it),   d value / d log pi(a_it|s_it) = W_it      with W held fixed
 *
 * Its gradient is the estimate, batch by batch; its value is not the objective's, and its second derivative is not the Hessian's
 * estimate (world surrogateHessian). Law: surrogate. Source: Schulman et al. 2015, Stochastic computation graphs, section 2.
 *
 * @param e  the estimator
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { surrogate, fromSteps, totalReturn, reduce, meanOverTrajectories, terminated } from 'estimand'
 * const batch = fromSteps({
 *   discount: 1, provenance: 'on-policy', episodes: 'complete',
 *   trajectories: [{ reward: [2], logProb: [-0.5], end: terminated }]
 * })
 * pipe(batch, E.map((b) => surrogate(pipe(totalReturn, reduce(meanOverTrajectories)))(b).value)) // => E.right(-1)
 * ```
 */
export const surrogate = <N, B extends string>(e: Estimator<N, B>) => {
  refuseUnreduced(e, 'surrogate')
  const weigh = estimate(e)
  return (batch: Trajectories<NoInfer<N> & LogProb>): Surrogate<'score'> => {
    const unmet = unmetNeeds(['LogProb'], batch)
    if (unmet.length > 0) throw new NeedsNotMet(`surrogate: ${unmet.join('\n')}`, lacking(['LogProb'], batch))
    const derivative = weigh(batch)
    let value = 0
    // log pi is -Infinity where the action is impossible now: its weight is 0, and so is its share.
    for (let k = 0; k < derivative.length; k++) if (derivative[k] !== 0) value += derivative[k] * batch.logProb[k]
    return { form: 'score', value, derivative }
  }
}

/** Value and derivative where a ratio is beyond the range of float64. A step whose ratio no limit has touched is worth its weight. */
const writeWide = (
  derivative: Float64Array,
  plan: RatioPlan,
  credit: Column<PerStep>,
  ratio: Float64Array,
  objective: (ratio: number, credit: number) => number,
  scale: Scale,
  batch: Trajectories<AllFacts>,
): number => {
  const wide = wideLimitedRatio(plan, logRatios(batch.logProb, batch.behaviourLogProb), credit, batch)
  let value = 0
  for (let i = 0; i < batch.count; i++) {
    const factor = typeof scale === 'number' ? scale : scale[i]
    for (let k = batch.offsets[i]; k < batch.offsets[i + 1]; k++) {
      derivative[k] = productAt(credit[k], wide, k, factor)
      value += wide.factor[k] === 0 ? factor * objective(ratio[k], credit[k]) : derivative[k]
    }
  }
  return value
}

/**
 * The surrogate in ratio form, where its derivative is the weights: importance(perStep), bare or clipped. Ends a pipe in place of
 * reduce.
 *
 *     value = sum_it scale_i rho_it A_it                                               bare
 *     value = sum_it scale_i min(rho_it A_it, clip(rho_it, 1 - e, 1 + e) A_it)         clipped
 *     d value / d log pi(a_it|s_it) = W_it
 *
 * Law: surrogate. Source: Kakade, Langford 2002; Schulman et al. 2017, eq. 7.
 *
 * @param r  the reduction
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { ratioSurrogate, fromSteps, totalReturn, importance, perStep, clip, meanOverTrajectories, terminated } from 'estimand'
 * const batch = fromSteps({
 *   discount: 1, provenance: 'off-policy', episodes: 'complete',
 *   trajectories: [{ reward: [2], logProb: [Math.log(0.8)], behaviourLogProb: [Math.log(0.4)], end: terminated }]
 * })
 * const clipped = pipe(totalReturn, importance(perStep), clip({ epsilon: 0.25 }), ratioSurrogate(meanOverTrajectories))
 * pipe(batch, E.map((b) => clipped(b).value)) // => E.right(2.5)
 * ```
 */
export const ratioSurrogate = <R extends string>(r: Reduction<R>) => {
  refuseNoReduction('ratioSurrogate', r)
  return <W>(w: Legal<W, 'ratioSurrogate'>): ((batch: Trajectories<NeedsOf<W> & Provenance<StageOf<W>>>) => Surrogate<'ratio'>) => {
    const plan = legalPlan('ratioSurrogate', w)
    const { ratio: own } = plan
    // A ratio of one's own may be in the stage of perStep, and have any derivative.
    if (own === null || own.ratio !== perStep.ratio) throw new IllegalStep(legality.ratioSurrogate['limited step ratio'])
    return ofAnyBatch((batch: Trajectories<AllFacts>): Surrogate<'ratio'> => {
      const unmet = unmetNeeds(plan.needs, batch)
      if (unmet.length > 0) throw new NeedsNotMet(`ratioSurrogate: ${unmet.join('\n')}`, lacking(plan.needs, batch))
      const credit = creditColumn(plan.credit(batch), batch)
      const scale = r.scale(batch)
      const before = farRatios()
      const ratio = own.ratio(logRatios(batch.logProb, batch.behaviourLogProb), batch)
      const derivative = limited(own, Float64Array.from(ratio), credit, batch)
      const objective = own.limits.at(-1)?.surrogate ?? ((rho: number, a: number) => rho * a)
      let value = 0
      for (let i = 0; i < batch.count; i++) {
        const factor = typeof scale === 'number' ? scale : scale[i]
        for (let k = batch.offsets[i]; k < batch.offsets[i + 1]; k++) {
          value += factor * objective(ratio[k], credit[k])
          derivative[k] *= factor * credit[k]
        }
      }
      if (farRatios() !== before || !Number.isFinite(value)) value = writeWide(derivative, own, credit, ratio, objective, scale, batch)
      refuseNonFinite(derivative, batch)
      return { form: 'ratio', value, derivative }
    })
  }
}

/**
 * Weights to ascend turned into weights of a loss to descend: the one conversion between the two.
 *
 * @param weights  W. [sum L_i]
 * @returns        -W. [sum L_i]
 *
 * @example
 * ```ts
 * import { asLoss } from 'estimand'
 * Array.from(asLoss(Float64Array.of(2, -1))) // => [-2, 1]
 * ```
 */
export const asLoss = (weights: Weights): LossWeights => {
  refuseArgument('asLoss', weights, { expected: 'weights to ascend, which estimate(e)(batch) gives', holds: (x) => (Array.isArray(x) ? x.every((w) => typeof w === 'number') : ArrayBuffer.isView(x) && !(x instanceof DataView)) })
  return weights.map((w) => -w)
}

/**
 * What to multiply log-probabilities by in a loss of your own trainer, in tfjs, PyTorch or anything that has gradients.
 *
 *     loss = sum_it lossWeights_it log pi(a_it|s_it),   so that   -grad loss = ghat
 *
 * The weights are constants: nothing is to be differentiated through them. No mean is to be taken; it is in them.
 *
 * @param e  the estimator
 * @returns  -W, to descend. [sum L_i]
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { lossWeights, fromSteps, totalReturn, reduce, meanOverTrajectories, terminated } from 'estimand'
 * const batch = fromSteps({
 *   discount: 1, provenance: 'on-policy', episodes: 'complete', trajectories: [{ reward: [2, 1], end: terminated }]
 * })
 * pipe(batch, E.map((b) => Array.from(lossWeights(pipe(totalReturn, reduce(meanOverTrajectories)))(b)))) // => E.right([-3, -3])
 * ```
 */
export const lossWeights = <N, B extends string>(e: Estimator<N, B>) => {
  refuseUnreduced(e, 'lossWeights')
  const weigh = estimate(e)
  return (batch: Trajectories<NoInfer<N>>): LossWeights => asLoss(weigh(batch))
}
