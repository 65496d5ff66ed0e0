import { pipe } from 'fp-ts/lib/function.js'
import { gae, meanOverTrajectories, estimate, reduce } from 'estimand'
import type { CompleteEpisodes, OnPolicy, Reward, Trajectories } from 'estimand'

declare const batch: Trajectories<Reward & CompleteEpisodes & OnPolicy>
export const wrong = estimate(pipe(gae({ lambda: 1 }), reduce(meanOverTrajectories)))(batch) // refused: missing the following properties from type 'StateValue'
