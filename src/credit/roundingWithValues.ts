import type { Reward, StateValue } from '../trajectories/facts.ts'
import type { Trajectories } from '../trajectories/trajectories.ts'
import { perSize } from '../weighting/agreement.ts'
import type { Rounding } from '../weighting/weighting.ts'

/**
 * What sums of rewards and values may be off by: relative to the sizes of all that follow, discounted. A bootstrap value need not be asked: where it is
 * large and the credit is not, the last value or reward is large too.
 */
export const roundingWithValues = (batch: Trajectories<Reward & StateValue>): Rounding => {
  const { reward, value, discount } = batch
  const unit = perSize(batch)
  return (k, later) => unit * Math.abs(reward[k]) + unit * Math.abs(value[k]) + discount * later
}
