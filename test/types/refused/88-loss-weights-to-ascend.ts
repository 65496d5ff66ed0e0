import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, baseline, leaveOneOut, causality, meanOverTrajectories, reduce, lossWeights } from 'estimand'
import type { CompleteEpisodes, OnPolicy, Reward, Trajectories, Weights } from 'estimand'

declare const ascend: (weights: Weights) => void
const better = pipe(totalReturn, causality, baseline(leaveOneOut), reduce(meanOverTrajectories))
declare const batch: Trajectories<Reward & CompleteEpisodes & OnPolicy>
export const wrong = ascend(lossWeights(better)(batch)) // refused: Type '"descend"' is not assignable to type '"ascend"'
