import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, baseline, leaveOneOut, causality, meanOverTrajectories, estimate, reduce } from 'estimand'
import type { CompleteEpisodes, OnPolicy, Trajectories } from 'estimand'

const better = pipe(totalReturn, causality, baseline(leaveOneOut), reduce(meanOverTrajectories))
declare const batch: Trajectories<CompleteEpisodes & OnPolicy>
export const wrong = estimate(better)(batch) // refused: required in type 'Reward'
