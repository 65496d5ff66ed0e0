import type { Rate } from '../network/optimiser/rate.ts'

/** Updates that are looked ahead to: a schedule that is 0 for so long has ended. */
const ahead = 1000

const isZero = (rate: Rate, from: number, to: number): boolean => {
  for (let u = from; u < to; u++) if (rate(u) !== 0) return false
  return true
}

/** Whether nothing that can be learnt at follows a 0: a straight line that nobody stops goes on below it. */
const staysDown = (rate: Rate, from: number): boolean => {
  for (let u = from; u < from + ahead; u++) if (rate(u) !== 0) return rate(u) < 0
  return true
}

/** Whether a rate that was above 0 before is 0 from this update on: what follows would learn nothing. A rate that always was 0 is meant. */
export const hasEnded = (rate: Rate, update: number): boolean => rate(update) === 0 && staysDown(rate, update) && !isZero(rate, 0, update)

/** What is said of an update at which the schedule has ended. */
export const endedBefore = (update: number): string =>
  `the schedule has ended: the rate is 0 from update ${update + 1} on, and nothing more would be learnt; take a longer schedule, such as linearRate({ from, updates }) with all updates that are to be made, or another rate for the rest`

/** Throws where the last of so many updates would be made at a rate of 0, after a schedule that has ended. */
export const refuseShort = (rate: Rate, updates: number): void => {
  if (updates === Infinity) return
  let end = updates
  while (end > 0 && rate(end - 1) <= 0) end--
  if (end === updates || !hasEnded(rate, end)) return
  throw new RangeError(
    `train: rate: expected a schedule of ${updates} updates, as updates says, got one that is 0 from update ${end + 1} on, so that nothing more would be learnt; take linearRate({ from, updates: ${updates} }) or the like, or updates: ${end}`,
  )
}
