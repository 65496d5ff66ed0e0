import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, baseline, leaveOneOut, causality, meanOverTrajectories, reduce, surrogate } from 'estimand'
import type { CompleteEpisodes, OnPolicy, Reward, Trajectories } from 'estimand'

const better = pipe(totalReturn, causality, baseline(leaveOneOut), reduce(meanOverTrajectories))
declare const batch: Trajectories<Reward & CompleteEpisodes & OnPolicy>
export const wrong = surrogate(better)(batch) // refused: required in type 'LogProb'
