import { unitFor } from '../columns/deviation.ts'
import { addRun } from '../columns/runs.ts'
import { refuseUnknown } from '../trajectories/keys.ts'
import { shown } from '../trajectories/problem.ts'
import type { Batch } from '../trajectories/trajectories.ts'
import { longest } from '../trajectories/trajectories.ts'
import { returnsAgree, timesThatAgree } from '../weighting/agreement.ts'
import type { Formula } from '../weighting/formula.ts'
import { inBrackets } from '../weighting/formula.ts'
import { rawToGo, returnsOf, rewardsIn } from '../weighting/evaluate.ts'
import type { Credit, Level } from '../weighting/weighting.ts'

/** What happens to trajectories that are over at the time in question: left out of the mean, or counted as return 0. */
export type Ended = 'left out' | 'zero'

/** Options of batchMean and leaveOneOut. */
export interface EndedOptions {
  readonly ended: Ended
}

/** The option if it is one of the two; a `RangeError` that says so otherwise. */
export const checkedEnded = (word: string, options: EndedOptions): Ended => {
  refuseUnknown(word, options, ['ended'], `${word}({ ended: 'zero' }), or no call at all, as in baseline(${word})`)
  const ended: unknown = options.ended
  if (ended === 'left out' || ended === 'zero') return ended
  throw new RangeError(`baseline(${word}): ended: expected 'left out' or 'zero', got ${shown(ended)}`)
}

/** A mean over trajectories j of their credits, as it is written; of none it is 0, and the credit of a trajectory that is over is 0. */
export const meanOf =
  (mean: Formula) =>
  (credit: (trajectory: string) => Formula): Formula => {
    const of = inBrackets(credit('j'))
    return { text: `${mean.text} ${of.text}`, latex: `${mean.latex} ${of.latex}` }
  }

/**
 * Means of the raw returns of whole trajectories, told from the first of them, so that they are as exact as returns are near each other; never
 * outside of the returns. Where returns agree but for rounding, the mean that a trajectory is judged by is its own return: it deviates by 0.
 */
export const meansOfReturns = ({ of }: Credit, batch: Batch) => {
  const returns = returnsOf(of, batch)
  const { count } = batch
  const first = returns[0]
  let low = first
  let high = first
  let beyond = 0
  for (let i = 1; i < count; i++) {
    const own = returns[i]
    beyond += own - first
    if (own < low) low = own
    if (own > high) high = own
  }
  // Where differences or their sum overflow, in another unit.
  const unit = Number.isFinite(beyond) ? 1 : unitFor(Math.max(Math.abs(low), Math.abs(high)))
  if (unit !== 1) {
    beyond = 0
    for (let i = 1; i < count; i++) beyond += returns[i] * unit - first * unit
  }
  /** A mean from what n of them are beyond the first, within all of them. */
  const mean = (more: number, n: number): number => Math.min(Math.max((first * unit + more / n) / unit, low), high)
  return {
    returns,
    agree: returnsAgree(rewardsIn(of), returns, batch),
    all: mean(beyond, count),
    /** Of all but one; there must be others. */
    others: (i: number): number => mean(beyond - (returns[i] * unit - first * unit), count - 1),
  }
}

/** For each time index, what the raw returns to go of the trajectories alive add up to, and how many they are. */
export const rawReturnsToGo = (credit: Credit, batch: Batch, ended: Ended) => {
  const { count, offsets } = batch
  const toGo = rawToGo(credit.of, batch)
  const times = longest(batch)
  const total = new Float64Array(times)
  const ending = new Int32Array(times + 1)
  for (let i = 0; i < count; i++) {
    const begin = offsets[i]
    const length = offsets[i + 1] - begin
    addRun(total, toGo, 0, length, begin)
    ending[length]++
  }
  const alive = new Float64Array(times)
  let living = count - ending[0]
  for (let t = 0; t < times; t++) {
    alive[t] = living
    living -= ending[t + 1]
  }
  const members = ended === 'zero' ? new Float64Array(times).fill(count) : alive
  return { toGo, total, alive, members, agree: timesThatAgree(rewardsIn(credit.of), toGo, alive, members, batch) }
}

/** A power of two at which sums of as many returns as there may be do not overflow. */
export const small = 2 ** -32

/** Sums of returns to go at each time index, all multiplied by `small`: for where they overflow though their mean does not. */
export const smallTotals = (toGo: ArrayLike<number>, { count, offsets }: Batch, times: number): Float64Array => {
  const total = new Float64Array(times)
  for (let i = 0; i < count; i++) for (let k = offsets[i]; k < offsets[i + 1]; k++) total[k - offsets[i]] += toGo[k] * small
  return total
}

/** A level that is told for each step by its place and its time. */
export const levelPerStep = ({ count, offsets }: Batch, at: (k: number, t: number) => number): Level => {
  const column = new Float64Array(offsets[count])
  for (let i = 0; i < count; i++) for (let k = offsets[i]; k < offsets[i + 1]; k++) column[k] = at(k, k - offsets[i])
  return { axis: 'per step', column }
}
