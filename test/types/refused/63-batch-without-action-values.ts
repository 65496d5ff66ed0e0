import { pipe } from 'fp-ts/lib/function.js'
import { advantage, meanOverTrajectories, estimate, reduce } from 'estimand'
import type { CompleteEpisodes, OnPolicy, Reward, StateValue, Trajectories } from 'estimand'

declare const batch: Trajectories<Reward & StateValue & CompleteEpisodes & OnPolicy>
export const wrong = estimate(pipe(advantage, reduce(meanOverTrajectories)))(batch) // refused: required in type 'ActionValue'
