import { addRun } from '../columns/runs.ts'
import { refuseUnknown } from '../trajectories/keys.ts'
import { shown } from '../trajectories/problem.ts'
import type { Batch } from '../trajectories/trajectories.ts'
import { longest } from '../trajectories/trajectories.ts'
import { rawToGo, returnsOf } from '../weighting/evaluate.ts'
import type { Credit } from '../weighting/weighting.ts'

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

/** Raw return R of each trajectory, and their sum. */
export const rawReturns = (credit: Credit, batch: Batch) => {
  const returns = returnsOf(credit.of, batch)
  let total = 0
  for (let i = 0; i < batch.count; i++) total += returns[i]
  return { returns, total }
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
    addRun(total, toGo, 0, length, begin)
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
