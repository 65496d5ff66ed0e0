import { returnsToGo, wholeReturns } from 'estimand'
import type { Reward, Trajectories } from 'estimand'

declare const batch: Trajectories<Reward>
export const wrong = returnsToGo(batch, wholeReturns(batch, batch.reward, 1), 1) // refused: is not assignable to type '"per step"'
