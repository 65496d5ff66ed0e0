import { returnsToGo } from 'estimand'
import type { Column, PerTrajectory, Reward, Trajectories } from 'estimand'

declare const batch: Trajectories<Reward>
declare const perTrajectoryReward: Column<PerTrajectory>
export const wrong = returnsToGo(batch, perTrajectoryReward, 1) // refused: is not assignable to type '"per step"'
