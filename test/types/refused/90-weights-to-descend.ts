import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, baseline, leaveOneOut, causality, meanOverTrajectories, estimate, reduce } from 'estimand'
import type { CompleteEpisodes, OnPolicy, Reward, Trajectories, LossWeights } from 'estimand'

declare const minimise: (weights: LossWeights) => void
const better = pipe(totalReturn, causality, baseline(leaveOneOut), reduce(meanOverTrajectories))
declare const batch: Trajectories<Reward & CompleteEpisodes & OnPolicy>
export const wrong = minimise(estimate(better)(batch)) // refused: Type '"ascend"' is not assignable to type '"descend"'
