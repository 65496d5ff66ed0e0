import type { Reward, StateValue } from '../trajectories/facts.ts'
import type { Trajectories } from '../trajectories/trajectories.ts'
import { relative } from '../weighting/agreement.ts'
import type { Rounding } from '../weighting/weighting.ts'

/** What sums of rewards and values may be off by: relative to the sizes of all that follow, discounted. */
export const roundingWithValues = ({ reward, value, bootstrapValue, discount }: Trajectories<Reward & StateValue>): Rounding => ({
  end: (i) => relative * Math.abs(bootstrapValue[i]),
  step: (k, later) => relative * Math.abs(reward[k]) + relative * Math.abs(value[k]) + discount * later,
})
