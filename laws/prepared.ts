import * as fc from 'fast-check'
import type { AllFacts, AnyEstimator, Estimator, Prepared, Surrogate, Trajectories } from '../src/index.ts'
import { kinds, refuseArgument } from '../src/trajectories/argument.ts'
import { ofAnyBatch } from '../src/weighting/weighting.ts'
import { estimatorIn } from './estimatorIn.ts'
import type { Law } from './law.ts'
import { holds } from './law.ts'
import { batchesFor, same, weightsOf } from './weights.ts'

/**
 * Law `slices`: weights of the parts of any partition of the steps are the weights of the whole.
 *
 *     prepared.weights(part, log-probs of the part) = W of those steps
 *
 * @param e     the estimator
 * @param plan  the same pipeline, ended by prepare
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { totalReturn, causality, importance, perStep, clip, prepare, reduce, meanOverSteps } from 'estimand'
 * import { slices, tryLaw } from 'estimand/laws'
 * const clipped = pipe(totalReturn, causality, importance(perStep), clip({ epsilon: 0.2 }))
 * tryLaw({ runs: 50, seed: 1 })(slices(pipe(clipped, reduce(meanOverSteps)), pipe(clipped, prepare(meanOverSteps))))._tag // => 'held'
 * ```
 */
export const slices = <N, B extends string>(
  e: Estimator<N, B>,
  plan: (batch: Trajectories<N>) => Prepared,
): Law<{ readonly batch: Trajectories<AllFacts>; readonly parts: readonly number[] }> => {
  const any = estimatorIn('slices', e)
  refuseArgument('slices: plan', plan, { ...kinds.function, expected: 'the same pipeline, ended by prepare, as in pipe(..., prepare(meanOverTrajectories))' })
  return {
    name: 'slices',
    states: 'weights of the parts = weights of the whole',
    cases: fc.record({ batch: batchesFor(any), parts: fc.array(fc.nat({ max: 2 }), { minLength: 1, maxLength: 16 }) }),
    verdict: ({ batch, parts }) => {
      const prepared = ofAnyBatch<[Trajectories<AllFacts>], Prepared>(plan)(batch)
      const out = new Float64Array(prepared.steps)
      for (const part of [2, 0, 1]) {
        const steps = Array.from(out.keys()).filter((k) => parts[k % parts.length] === part)
        const weights = prepared.weights(
          steps,
          steps.map((k) => batch.logProb[k]),
        )
        for (const [j, k] of steps.entries()) out[k] += weights[j]
      }
      return same(batch, weightsOf(any, batch), out)
    },
  }
}

/** A surrogate as a function of a batch. */
export type SurrogateOf = (batch: Trajectories<AllFacts>) => Surrogate<'score' | 'ratio'>

const nudged = (batch: Trajectories<AllFacts>, at: number, by: number): Trajectories<AllFacts> => ({
  ...batch,
  logProb: Float64Array.from(batch.logProb, (l, k) => (k === at ? l + by : l)),
})

/** What central differences with a step of 1e-5 can tell apart. */
const differences = 1e-5

/** Near a tie of the clip the derivative jumps: nothing is to be learned from a difference across it. */
const nearTie = (batch: Trajectories<AllFacts>, bounds: readonly number[]): boolean =>
  Array.from(batch.logProb).some((l, k) => bounds.some((bound) => Math.abs(Math.exp(l - batch.behaviourLogProb[k]) - bound) < 1e-3))

/**
 * Law `surrogateDerivative`: the derivative of the surrogate with respect to each log-probability is the weight of that step.
 *
 *     d value / d log pi(a_t|s_t) = W_t        by central differences of the value alone
 *
 * In score form W is held fixed, which `score` does by giving the value at given weights.
 *
 * @param e         the estimator
 * @param form      the surrogate: its value is differentiated numerically
 * @param excluding ratios at which the derivative jumps, such as 1 - epsilon and 1 + epsilon of a clip
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { totalReturn, importance, perStep, ratioSurrogate, reduce, meanOverTrajectories } from 'estimand'
 * import { surrogateDerivative, tryLaw } from 'estimand/laws'
 * const bare = pipe(totalReturn, importance(perStep))
 * const law = surrogateDerivative(pipe(bare, reduce(meanOverTrajectories)), pipe(bare, ratioSurrogate(meanOverTrajectories)), [])
 * tryLaw({ runs: 50, seed: 1 })(law)._tag // => 'held'
 * ```
 */
export const surrogateDerivative = <N, B extends string, Facts>(
  e: Estimator<N, B>,
  form: (batch: Trajectories<Facts>) => Surrogate<'score' | 'ratio'>,
  excluding: readonly number[],
): Law<Trajectories<AllFacts>> => {
  refuseArgument('surrogateDerivative: form', form, { ...kinds.function, expected: 'a surrogate of a batch, such as pipe(..., ratioSurrogate(meanOverTrajectories))' })
  refuseArgument('surrogateDerivative: excluding', excluding, { ...kinds.list, expected: 'an array of ratios, [] for none' })
  const of: SurrogateOf = ofAnyBatch<[Trajectories<AllFacts>], Surrogate<'score' | 'ratio'>>(form)
  const any: AnyEstimator = estimatorIn('surrogateDerivative', e)
  const valueAt = (batch: Trajectories<AllFacts>, held: Float64Array): number => {
    const at = of(batch)
    return at.form === 'ratio' ? at.value : held.reduce((sum, w, k) => sum + w * batch.logProb[k], 0)
  }
  return {
    name: 'surrogateDerivative',
    states: 'd value / d log pi(a_t|s_t) = W_t',
    cases: batchesFor(e),
    verdict: (batch) => {
      if (nearTie(batch, excluding)) return holds
      const weights = weightsOf(any, batch)
      const found = of(batch)
      const stated = same(batch, weights, found.derivative, 'derivative')
      if (stated._tag === 'fails') return stated
      const atRest = same(batch, [valueAt(batch, found.derivative)], [found.value], 'value')
      if (atRest._tag === 'fails') return atRest
      const h = 1e-5
      const numeric = weights.map((_, k) => (valueAt(nudged(batch, k, h), found.derivative) - valueAt(nudged(batch, k, -h), found.derivative)) / (2 * h))
      return same(batch, weights, numeric, 'numeric derivative', differences)
    },
  }
}
