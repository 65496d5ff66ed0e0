import type { Column, PerStep } from '../columns/column.ts'
import { perStepOf } from '../columns/spread.ts'
import type { Reduction } from '../reduce/reduction.ts'
import type { AllFacts } from '../trajectories/facts.ts'
import { factColumns } from '../trajectories/facts.ts'
import { terminated } from '../trajectories/ends.ts'
import type { Batch, Trajectories } from '../trajectories/trajectories.ts'
import { stepCount } from '../trajectories/trajectories.ts'
import { creditColumn, limitedRatio, logRatios } from '../weighting/evaluate.ts'
import type { Provenance } from '../weighting/provenance.ts'
import { needsOnPolicy } from '../weighting/provenance.ts'
import type { Legal } from '../weighting/step.ts'
import { legalPlan, union } from '../weighting/step.ts'
import type { NeedsOf, Plan, StageOf } from '../weighting/weighting.ts'
import { ofAnyBatch } from '../weighting/weighting.ts'
import type { Weights } from './estimator.ts'
import { NeedsNotMet, WeightNotFinite } from './estimator.ts'
import { unmetNeeds } from './needs.ts'

/** A batch whose credit is computed and frozen; weights of any of its steps follow from current log-probs. */
export interface Prepared {
  /** How many steps the batch has. */
  readonly steps: number
  /**
   * W of some steps: ratio and its limits anew from the current log-probs, the frozen credit, the scale of the whole batch.
   *
   * @param indices  positions of steps in the batch's columns, in any order
   * @param logProb  log pi(a|s) of those steps at the current parameters, nats, in the same order
   * @returns        their weights, in the same order
   * @throws         RangeError for a position that is not in the batch, or as many log-probs as there are not indices
   */
  readonly weights: (indices: ArrayLike<number>, logProb: ArrayLike<number>) => Weights
}

const gathered = (column: ArrayLike<number>, indices: ArrayLike<number>): Float64Array => {
  const out = new Float64Array(indices.length)
  for (let j = 0; j < out.length; j++) out[j] = column[indices[j]]
  return out
}

/** Steps as a batch of their own, a trajectory each, with the columns that the ratio reads. */
const asBatch = (
  batch: Trajectories<AllFacts>,
  needs: readonly string[],
  owner: Int32Array,
  indices: ArrayLike<number>,
  logProb: ArrayLike<number>,
): Trajectories<AllFacts> => {
  const names = needs.flatMap((need) => factColumns[need as keyof typeof factColumns] ?? [need])
  const source = batch as unknown as Readonly<Record<string, ArrayLike<number>>>
  const owners = Int32Array.from(indices, (k) => owner[k])
  const columns = names.map((name) => [name, gathered(source[name], batch.axes[name] === 'per trajectory' ? owners : indices)])
  const layout: Batch = {
    ...batch,
    count: indices.length,
    offsets: Int32Array.from({ length: indices.length + 1 }, (_, j) => j),
    startTime: Int32Array.from(indices, (k, j) => batch.startTime[owners[j]] + k - batch.offsets[owners[j]]),
    ends: Array.from(owners, () => terminated),
    axes: Object.fromEntries(names.map((name) => [name, 'per step'])),
  }
  // Columns by the names that the ratio declares; log-probs are the current ones.
  const current = names.includes('logProb') ? { logProb: Float64Array.from(logProb) } : {}
  return { ...layout, ...Object.fromEntries(columns), ...current } as unknown as Trajectories<AllFacts>
}

const ownerOf = ({ count, offsets }: Batch): Int32Array => {
  const owner = new Int32Array(offsets[count])
  for (let i = 0; i < count; i++) owner.fill(i, offsets[i], offsets[i + 1])
  return owner
}

const prepared = (plan: Plan, r: Reduction<string>, batch: Trajectories<AllFacts>): Prepared => {
  const steps = stepCount(batch)
  const credit: Column<PerStep> = creditColumn(plan.credit(batch), batch)
  const scale = r.scale(batch)
  const scales = typeof scale === 'number' ? null : perStepOf(batch, scale)
  const owner = ownerOf(batch)
  const { ratio } = plan
  return {
    steps,
    weights: (indices, logProb) => {
      if (logProb.length !== indices.length)
        throw new RangeError(`prepare: expected ${indices.length} log-probs, one per step of the slice, got ${logProb.length}`)
      for (let j = 0; j < indices.length; j++)
        if (!(Number.isInteger(indices[j]) && indices[j] >= 0 && indices[j] < steps))
          throw new RangeError(`prepare: expected positions of steps from 0 to ${steps - 1}, got ${indices[j]}`)
      const out = gathered(credit, indices)
      if (ratio !== null) {
        const logRatio =
          'behaviourLogProb' in batch
            ? logRatios(Float64Array.from(logProb), gathered(batch.behaviourLogProb, indices))
            : new Float64Array(indices.length)
        const factor = limitedRatio(ratio, logRatio, Float64Array.from(out), asBatch(batch, ratio.needs, owner, indices, logProb))
        for (let j = 0; j < out.length; j++) out[j] *= factor[j]
      }
      for (let j = 0; j < out.length; j++) out[j] *= scales === null ? Number(scale) : scales[indices[j]]
      const wrong = out.findIndex((w) => !Number.isFinite(w))
      if (wrong >= 0)
        throw new WeightNotFinite(`prepare: weight of step ${indices[wrong]}: expected a finite number, got ${out[wrong]}; check its log-prob, or truncate the ratio`)
      return out
    },
  }
}

/**
 * Cuts the pipeline at importance, for several gradient steps on one batch, for minibatches, and for workers. Ends a pipe in place of
 * reduce.
 *
 *     W_k = scale rho_k A_k       A frozen, computed once on whole trajectories; rho and its limits anew from current log-probs
 *
 * The weights of the parts of any partition of the steps sum to those of the whole, because the scale is that of the whole batch.
 * (To take the mean over a minibatch of m of M steps with meanOverSteps, multiply its weights by M / m.) Only where the ratio of a step
 * is the step's own: what reaches further does not compile. Law: slices of a prepared batch.
 *
 * @param r  the reduction
 * @returns  a function from a batch to its prepared form
 * @throws   NeedsNotMet where the batch lacks a fact
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { prepare, fromSteps, totalReturn, causality, importance, perStep, clip, meanOverTrajectories, terminated } from 'estimand'
 * const batch = fromSteps({
 *   discount: 1, provenance: 'on-policy', episodes: 'complete',
 *   trajectories: [{ reward: [1, 2], behaviourLogProb: [-1, -1], end: terminated }]
 * })
 * const plan = pipe(totalReturn, causality, importance(perStep), clip({ epsilon: 0.2 }), prepare(meanOverTrajectories))
 * pipe(batch, E.map((b) => Array.from(plan(b).weights([1], [-1])))) // => E.right([2])
 * ```
 */
export const prepare =
  <R extends string>(r: Reduction<R>) =>
  <W>(w: Legal<W, 'prepare'>): ((batch: Trajectories<NeedsOf<W> & Provenance<StageOf<W>>>) => Prepared) => {
    const plan = legalPlan('prepare', w)
    const needs = needsOnPolicy(plan.stage) ? union(plan.needs, ['OnPolicy']) : plan.needs
    return ofAnyBatch((batch: Trajectories<AllFacts>): Prepared => {
      const unmet = unmetNeeds(needs, batch)
      if (unmet.length > 0) throw new NeedsNotMet(`prepare: ${unmet.join('\n')}`)
      return prepared(plan, r, batch)
    })
  }
