import type { Column, PerStep } from '../columns/column.ts'
import { wholeReturns } from '../columns/returns.ts'
import type { Batch } from '../trajectories/trajectories.ts'
import { longest } from '../trajectories/trajectories.ts'
import { rawToGo } from '../weighting/evaluate.ts'
import type { Credit } from '../weighting/weighting.ts'

/** What happens to trajectories that are over at the time in question: left out of the mean, or counted as return 0. */
export type Ended = 'left out' | 'zero'

/** Options of batchMean and leaveOneOut. */
export interface EndedOptions {
  readonly ended: Ended
}

/** The option if it is one of the two; a `RangeError` that says so otherwise. */
export const checkedEnded = (word: string, ended: unknown): Ended => {
  if (ended === 'left out' || ended === 'zero') return ended
  throw new RangeError(`baseline(${word}): ended: expected 'left out' or 'zero', got ${JSON.stringify(ended)}`)
}

/** Raw rewards of a credit and the discount of its objective. */
const rewards = ({ of }: Credit): { readonly reward: Column<PerStep>; readonly discount: number } => {
  if (of._tag === 'column') throw new TypeError('baseline: batchMean and leaveOneOut are made from returns; begin with totalReturn')
  return of
}

/** Raw return R of each trajectory, and their sum. */
export const rawReturns = (credit: Credit, batch: Batch) => {
  const { reward, discount } = rewards(credit)
  const returns = wholeReturns(batch, reward, discount)
  let total = 0
  for (let i = 0; i < batch.count; i++) total += returns[i]
  return { returns, total }
}

const addRun = (total: Float64Array, c: Float64Array, begin: number, length: number): void => {
  for (let t = 0; t < length; t++) total[t] += c[begin + t]
}

/** For each time index, the sum of the raw return to go over the trajectories alive, and how many they are. */
export const rawReturnsToGo = (credit: Credit, batch: Batch) => {
  const { count, offsets } = batch
  const toGo = rawToGo(credit.of, batch)
  const times = longest(batch)
  const total = new Float64Array(times)
  const ending = new Int32Array(times + 1)
  for (let i = 0; i < count; i++) {
    const begin = offsets[i]
    const length = offsets[i + 1] - begin
    addRun(total, toGo, begin, length)
    ending[length]++
  }
  const alive = new Float64Array(times)
  let living = count - ending[0]
  for (let t = 0; t < times; t++) {
    alive[t] = living
    living -= ending[t + 1]
  }
  return { total, alive }
}
