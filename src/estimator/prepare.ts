import type { Column, PerStep } from '../columns/column.ts'
import { farRatios, mostLogRatios, takeLogRatios } from '../columns/exponential.ts'
import { scaleRun, scaleRunByRatio } from '../columns/runs.ts'
import { perStepOf } from '../columns/spread.ts'
import { productAt } from '../columns/wide.ts'
import type { Reduction } from '../reduce/reduction.ts'
import { refuseNoReduction } from '../reduce/reduction.ts'
import { kinds, refuseArgument } from '../trajectories/argument.ts'
import type { AllFacts } from '../trajectories/facts.ts'
import { factColumns } from '../trajectories/facts.ts'
import { terminated } from '../trajectories/ends.ts'
import type { Batch, Trajectories } from '../trajectories/trajectories.ts'
import { stepCount } from '../trajectories/trajectories.ts'
import { roundingsOf } from '../weighting/agreement.ts'
import { creditColumn, isPointwise, limitedRatio } from '../weighting/evaluate.ts'
import { wideLimitedRatio } from '../weighting/wideWeights.ts'
import { isOurs } from '../weighting/ours.ts'
import type { Provenance } from '../weighting/provenance.ts'
import { needsOnPolicy } from '../weighting/provenance.ts'
import type { Legal } from '../weighting/step.ts'
import { legalPlan, union } from '../weighting/step.ts'
import type { NeedsOf, Plan, RatioPlan, StageOf } from '../weighting/weighting.ts'
import { ofAnyBatch } from '../weighting/weighting.ts'
import type { Weights } from './estimator.ts'
import { NeedsNotMet, WeightNotFinite } from './estimator.ts'
import { unmetNeeds, lacking } from './needs.ts'
import type { Slice } from './stepRatio.ts'
import { gathered, refuseUnlessOwn } from './stepRatio.ts'

/** A batch whose credit is computed and frozen; weights of any of its steps follow from current log-probs. */
export interface Prepared {
  /** How many steps the batch has. */
  readonly steps: number
  /**
   * W of some steps: ratio and its limits anew from the current log-probs, the frozen credit, the scale of the whole batch.
   *
   * @param indices  positions of steps in the batch's columns, in any order
   * @param logProb  log pi(a|s) of those steps at the current parameters, nats, in the same order; -Infinity is a ratio of 0
   * @returns        their weights, in the same order
   * @throws         WeightNotFinite where a weight is no finite number; RangeError for a position that is not in the batch, or as many log-probs as there are not indices
   */
  readonly weights: (indices: ArrayLike<number>, logProb: ArrayLike<number>) => Weights
}

const refuseNoNumbers = (which: string, x: unknown): void => refuseArgument(`prepare: weights: ${which}`, x, kinds.numbers)

const refusePositions = (indices: ArrayLike<number>, steps: number): void => {
  for (let j = 0; j < indices.length; j++)
    if (!(Number.isInteger(indices[j]) && indices[j] >= 0 && indices[j] < steps))
      throw new RangeError(`prepare: expected positions of steps from 0 to ${steps - 1}, got ${indices[j]}`)
}

const firstInfinite = (weight: Float64Array): number => {
  for (let j = 0; j < weight.length; j++) if (!Number.isFinite(weight[j])) return j
  return -1
}

/** A limit would turn the ratio of such a log-prob into a number. */
const refuseInfiniteLogProbs = (logProb: ArrayLike<number>, indices: ArrayLike<number>): void => {
  for (let j = 0; j < logProb.length; j++)
    if (logProb[j] === Infinity)
      throw new WeightNotFinite(`prepare: log-prob of step ${indices[j]}: expected a finite number, or -Infinity where the action is impossible now, got Infinity; check the policy`)
}

const writeLogRatios = (to: Float64Array, logProb: ArrayLike<number>, behaviour: ArrayLike<number>, indices: ArrayLike<number>): void => {
  for (let j = 0; j < to.length; j++) to[j] = logProb[j] - behaviour[indices[j]]
}

const multiplyBy = (x: Float64Array, column: ArrayLike<number>, indices: ArrayLike<number>): void => {
  for (let j = 0; j < x.length; j++) x[j] *= column[indices[j]]
}

const ownerOf = ({ count, offsets }: Batch): Int32Array => {
  const owner = new Int32Array(offsets[count])
  for (let i = 0; i < count; i++) owner.fill(i, offsets[i], offsets[i + 1])
  return owner
}

/** A property that is computed when it is first read. */
const whenRead = (compute: () => unknown): PropertyDescriptor => {
  let known: readonly [unknown] | null = null
  return {
    enumerable: true,
    get: () => {
      known ??= [compute()]
      return known[0]
    },
  }
}

/**
 * Steps of a batch as batches of their own, a trajectory each, with the columns that the ratio declares; log-probs are the current ones.
 * Most ratios read none of it, so that each part is made when it is read.
 */
const asBatches = (
  batch: Trajectories<AllFacts>,
  needs: readonly string[],
): Slice => {
  const names = needs.flatMap((need) => factColumns[need as keyof typeof factColumns] ?? [need])
  // The columns that a ratio declares are known by name only; needs were checked before.
  const source = batch as unknown as Readonly<Record<string, ArrayLike<number>>>
  const { startTime, offsets } = batch
  const axes = Object.fromEntries(names.map((name) => [name, 'per step' as const]))
  let owner: Int32Array | null = null
  return (indices, logProb) => {
    const owners = whenRead(() => gathered((owner ??= ownerOf(batch)), indices))
    const ownersOf = (): Float64Array => (owners.get as () => Float64Array)()
    const column = (name: string) => () =>
      name === 'logProb' ? Float64Array.from(logProb) : gathered(source[name], batch.axes[name] === 'per trajectory' ? ownersOf() : indices)
    return Object.defineProperties(
      { ...batch, count: indices.length, axes },
      {
        offsets: whenRead(() => Int32Array.from({ length: indices.length + 1 }, (_, j) => j)),
        startTime: whenRead(() => Int32Array.from(ownersOf(), (i, j) => startTime[i] + indices[j] - offsets[i])),
        ends: whenRead(() => Array.from(ownersOf(), () => terminated)),
        ...Object.fromEntries(names.map((name) => [name, whenRead(column(name))])),
      },
    )
  }
}

/** A batch cut at importance: its frozen credit, and the weights of steps from a credit that is the frozen one or has been changed since. */
export interface Cut {
  readonly steps: number
  /** The frozen credits of some steps, in a new array. */
  readonly credits: (indices: ArrayLike<number>) => Float64Array
  /** What the frozen credits may be off by. [sum L_i] */
  readonly roundings: () => Float64Array
  /**
   * Writes the weights over the credits, which stand in the order of the indices. `again` makes the same credits once more, for where a ratio is
   * beyond the range of float64.
   */
  readonly weights: (credits: Float64Array, indices: ArrayLike<number>, logProb: ArrayLike<number>, again: () => Float64Array) => Weights
}

const cut = (plan: Plan, r: Reduction<string>, batch: Trajectories<AllFacts>): Cut => {
  const steps = stepCount(batch)
  const made = r.scale(batch)
  const scale = typeof made === 'number' ? made : perStepOf(batch, made)
  const { ratio } = plan
  const pointwise = ratio !== null && isPointwise(ratio)
  const behaviour = 'behaviourLogProb' in batch ? batch.behaviourLogProb : null
  const asSlice = asBatches(batch, ratio === null ? [] : ratio.needs)
  // A pointwise ratio asks for no slice.
  const slice: Slice = pointwise ? () => batch : asSlice
  const parts = plan.credit(batch)
  const credit: Column<PerStep> = creditColumn(parts, batch)
  /** The weights of a slice, with products of ratio, credit and scale formed in a range that none of them leaves. */
  const writeWide = (by: RatioPlan, weight: Float64Array, credits: Float64Array, indices: ArrayLike<number>, logProb: ArrayLike<number>): void => {
    refuseInfiniteLogProbs(logProb, indices)
    const logRatio = new Float64Array(weight.length)
    if (behaviour !== null) writeLogRatios(logRatio, logProb, behaviour, indices)
    const wide = wideLimitedRatio(by, logRatio, credits, asSlice(indices, logProb))
    for (let j = 0; j < weight.length; j++) weight[j] = productAt(credits[j], wide, j, typeof scale === 'number' ? scale : scale[indices[j]])
  }
  if (ratio !== null && !isOurs(ratio)) refuseUnlessOwn(ratio, credit, batch, slice)
  return {
    steps,
    roundings: () => roundingsOf(parts, credit, batch),
    credits: (indices) => gathered(credit, indices),
    weights: (weight, indices, logProb, again) => {
      const m = indices.length
      if (logProb.length !== m) throw new RangeError(`prepare: expected ${m} log-probs, one per step of the slice, got ${logProb.length}`)
      refusePositions(indices, steps)
      const before = farRatios()
      if (ratio !== null) {
        // One that fits is made where that is quick.
        const logRatio = pointwise && behaviour !== null && m > 0 && m <= mostLogRatios ? takeLogRatios(m) : new Float64Array(m)
        if (behaviour !== null) writeLogRatios(logRatio, logProb, behaviour, indices)
        scaleRunByRatio(weight, weight, 0, m, 1, limitedRatio(ratio, logRatio, weight, slice(indices, logProb)), 0)
      }
      if (typeof scale === 'number') scaleRun(weight, weight, 0, m, scale)
      else multiplyBy(weight, scale, indices)
      let infinite = firstInfinite(weight)
      if (ratio !== null && (infinite >= 0 || farRatios() !== before)) {
        writeWide(ratio, weight, again(), indices, logProb)
        infinite = firstInfinite(weight)
      }
      if (infinite >= 0)
        throw new WeightNotFinite(
          `prepare: weight of step ${indices[infinite]}: expected a finite number, got ${weight[infinite]}; check its log-prob, or truncate the ratio`,
        )
      return weight
    },
  }
}

/** What `prepare` does, for what changes the credits of a slice before they are weighed. */
export const cutAtImportance = (r: Reduction<string>, plan: Plan): ((batch: Trajectories<AllFacts>) => Cut) => {
  const needs = needsOnPolicy(plan.stage) ? union(plan.needs, ['OnPolicy']) : plan.needs
  return (batch) => {
    const unmet = unmetNeeds(needs, batch)
    if (unmet.length > 0) throw new NeedsNotMet(`prepare: ${unmet.join('\n')}`, lacking(needs, batch))
    return cut(plan, r, batch)
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
 * is the step's own: what reaches further does not compile, and a word of your own that reaches further and does not say so is refused
 * when a batch comes. Law: slices of a prepared batch.
 *
 * @param r  the reduction
 * @returns  a function from a batch to its prepared form
 * @throws   NeedsNotMet where the batch lacks a fact; IllegalStep where a ratio with a word of your own in it is not a step's own
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
export const prepare = <R extends string>(r: Reduction<R>) => {
  refuseNoReduction('prepare', r)
  return <W>(w: Legal<W, 'prepare'>): ((batch: Trajectories<NeedsOf<W> & Provenance<StageOf<W>>>) => Prepared) => {
    const cutting = cutAtImportance(r, legalPlan('prepare', w))
    return ofAnyBatch((batch: Trajectories<AllFacts>): Prepared => {
      const whole = cutting(batch)
      return {
        steps: whole.steps,
        weights: (indices, logProb) => {
          refuseNoNumbers('indices', indices)
          refuseNoNumbers('logProb', logProb)
          return whole.weights(whole.credits(indices), indices, logProb, () => whole.credits(indices))
        },
      }
    })
  }
}
