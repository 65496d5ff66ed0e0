import { pipe } from 'fp-ts/lib/function.js'
import { estimate, gae, meanOverTrajectories, reduce } from 'estimand'
import type { CompleteEpisodes, OnPolicy, Reward, Trajectories } from 'estimand'

declare const batch: Trajectories<Reward & CompleteEpisodes & OnPolicy>
export const wrong = estimate(pipe(gae({ lambda: 1 }), reduce(meanOverTrajectories)))(batch) // refused: & Call<"pipe(fromSteps({ ..., value }), E.map(estimate(e)))">
