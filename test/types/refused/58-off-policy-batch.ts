import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, baseline, leaveOneOut, causality, meanOverTrajectories, estimate, reduce } from 'estimand'
import type { BehaviourLogProb, CompleteEpisodes, OffPolicy, Reward, Trajectories } from 'estimand'

const better = pipe(totalReturn, causality, baseline(leaveOneOut), reduce(meanOverTrajectories))
declare const batch: Trajectories<Reward & BehaviourLogProb & CompleteEpisodes & OffPolicy>
export const wrong = estimate(better)(batch) // refused: off-policy: add importance(...) to the pipeline, or sample again
