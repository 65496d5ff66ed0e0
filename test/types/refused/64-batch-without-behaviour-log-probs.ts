import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, perTrajectory, importance, meanOverTrajectories, estimate, reduce } from 'estimand'
import type { CompleteEpisodes, OffPolicy, Reward, Trajectories } from 'estimand'

declare const batch: Trajectories<Reward & CompleteEpisodes & OffPolicy>
export const wrong = estimate(pipe(totalReturn, importance(perTrajectory), reduce(meanOverTrajectories)))(batch) // refused: missing the following properties from type 'BehaviourLogProb'
