import type { Normalisation } from '../modify/normalise.ts'
import type { Cut } from '../estimator/prepare.ts'
import { cutAtImportance } from '../estimator/prepare.ts'
import type { Reduction } from '../reduce/reduction.ts'
import type { AllFacts } from '../trajectories/facts.ts'
import type { Trajectories } from '../trajectories/trajectories.ts'
import type { Kind } from '../trajectories/argument.ts'
import { hasParts, refuseArgument } from '../trajectories/argument.ts'
import { refuseUnknown } from '../trajectories/keys.ts'
import type { Provenance } from '../weighting/provenance.ts'
import { needsOnPolicy } from '../weighting/provenance.ts'
import type { Reason } from '../weighting/reason.ts'
import type { Legal } from '../weighting/step.ts'
import { legalPlan, union } from '../weighting/step.ts'
import type { BiasOf, Credit, NeedsOf, StageOf } from '../weighting/weighting.ts'
import { ofAnyBatch } from '../weighting/weighting.ts'
import type { Ready, SliceWeights, TrainingObjective } from './objective.ts'

/** What is done to credits in each minibatch. */
export interface MinibatchOptions {
  /** Centres and divides the credits of each minibatch by themselves: `whitenSteps({ ddof: 1, epsilon: 1e-8 })`. Default: left as they are. */
  readonly normalise?: Normalisation<'whitenSteps'>
}

const aReduction: Kind = { expected: 'a reduction, such as meanOverSteps', holds: (x) => hasParts(x) && typeof x['scale'] === 'function' && 'reasons' in x }
const aNormalisation: Kind = {
  expected: 'a normalisation of steps, such as whitenSteps({ ddof: 1, epsilon: 1e-8 })',
  holds: (x) => hasParts(x) && x['row'] === 'whitenSteps' && hasParts(x['change']),
}

/** The credits of a slice as those of a pipeline: whatever they were made of, they are now a column, and may be off by what the whole's are. */
const asCredit = (column: Float64Array, indices: Int32Array, roundings: Float64Array): Credit => ({
  of: { _tag: 'column', column, rounding: (j) => roundings[indices[j]] },
  outer: 1,
  flat: [],
  inside: [],
})

/** The layout of a slice: one run of steps. */
const inOneRun = (batch: Trajectories<AllFacts>, steps: number): Trajectories<AllFacts> => ({
  ...batch,
  count: 1,
  offsets: Int32Array.of(0, steps),
  startTime: new Int32Array(1),
})

/** A slice's weights, and how many of them limits have made 0. */
const sliced = (whole: Cut, creditsAnew: () => Float64Array, indices: Int32Array, logProb: Float64Array): SliceWeights => {
  const credits = creditsAnew()
  let [before, after] = [0, 0]
  for (let j = 0; j < credits.length; j++) if (credits[j] !== 0) before++
  const weights = whole.weights(credits, indices, logProb, creditsAnew)
  for (let j = 0; j < weights.length; j++) if (weights[j] !== 0) after++
  return { weights, clipped: before - after }
}

/**
 * A pipeline as the objective of training in epochs and minibatches. Ends a pipe in place of reduce.
 *
 * The credit is computed once on whole trajectories, ratio and limits anew in each minibatch, as `prepare` does; the weights of m of M
 * steps are multiplied by M / m, so that each minibatch estimates what the whole batch does. Practice (CleanRL, baselines) whitens
 * advantages in each minibatch: `normalise`. A pipeline without importance is on-policy: one epoch of one minibatch.
 *
 *     W_k = M/m  scale rho_k A_k        A_k or, whitened, (A_k - mean A) / (std A + epsilon) over the minibatch
 *
 * @param r        the reduction
 * @param options  what is done to credits in each minibatch
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { clip, dropOuterDiscount, gae, importance, meanOverSteps, perStep, whitenSteps } from 'estimand'
 * import { inMinibatches } from 'estimand/training'
 * const ppo = pipe(
 *   gae({ lambda: 0.95 }), dropOuterDiscount, importance(perStep), clip({ epsilon: 0.2 }),
 *   inMinibatches(meanOverSteps, { normalise: whitenSteps({ ddof: 1, epsilon: 1e-8 }) }),
 * )
 * ppo.slices // => 'minibatches'
 * ppo.needs // => ['Reward', 'StateValue', 'BehaviourLogProb']
 * ```
 */
export const inMinibatches =
  <R extends string, const O extends MinibatchOptions = Record<never, never>>(r: Reduction<R>, options?: O) =>
  <W>(
    w: Legal<W, 'prepare'>,
  ): TrainingObjective<
    NeedsOf<W> & Provenance<StageOf<W>>,
    BiasOf<W> | R | (O extends { readonly normalise: object } ? 'divided by a deviation' : never),
    'minibatches'
  > => {
    refuseArgument('inMinibatches', r, aReduction)
    refuseUnknown('inMinibatches', options === undefined ? {} : options, ['normalise'], 'inMinibatches(meanOverSteps, { normalise: whitenSteps({ ddof: 1, epsilon: 1e-8 }) })')
    const by = options?.normalise
    if (by !== undefined) refuseArgument('inMinibatches.normalise', by, aNormalisation)
    const plan = legalPlan('prepare', w)
    const cutting = cutAtImportance(r, plan)
    const declared = union<Reason>(plan.reasons, [...r.reasons, ...(by?.change.reasons ?? [])])
    return {
      slices: 'minibatches',
      needs: needsOnPolicy(plan.stage) ? union(plan.needs, ['OnPolicy']) : plan.needs,
      // As data; the pipeline's type says them to the compiler.
      reasons: declared as readonly never[],
      ready: ofAnyBatch((batch: Trajectories<AllFacts>): Ready => {
        const whole = cutting(batch)
        const roundings = by === undefined ? null : whole.roundings()
        const normalised = (credits: Float64Array, indices: Int32Array): Float64Array =>
          by === undefined || roundings === null ? credits : by.change.apply(credits, asCredit(credits, indices, roundings), inOneRun(batch, credits.length))
        return {
          weights: (indices, logProb) => {
            return sliced(whole, () => normalised(whole.credits(indices), indices), indices, logProb)
          },
        }
      }),
      entropy: 0,
      kl: null,
      value: null,
    }
  }
