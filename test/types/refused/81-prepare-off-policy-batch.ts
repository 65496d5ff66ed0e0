import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, causality, meanOverTrajectories, prepare } from 'estimand'
import type { BehaviourLogProb, CompleteEpisodes, OffPolicy, Reward, Trajectories } from 'estimand'

declare const batch: Trajectories<Reward & BehaviourLogProb & CompleteEpisodes & OffPolicy>
export const wrong = pipe(totalReturn, causality, prepare(meanOverTrajectories))(batch) // refused: off-policy: add importance(...) to the pipeline, or sample again
