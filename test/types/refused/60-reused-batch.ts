import { pipe } from 'fp-ts/lib/function.js'
import * as E from 'fp-ts/lib/Either.js'
import { totalReturn, baseline, leaveOneOut, causality, meanOverTrajectories, estimate, reduce, reuse } from 'estimand'
import type { BehaviourLogProb, CompleteEpisodes, OnPolicy, Reward, Trajectories } from 'estimand'

const better = pipe(totalReturn, causality, baseline(leaveOneOut), reduce(meanOverTrajectories))
declare const batch: Trajectories<Reward & BehaviourLogProb & CompleteEpisodes & OnPolicy>
export const wrong = pipe(batch, reuse({ logProb: [-1], version: 1 }), E.map(estimate(better))) // refused: off-policy: add importance(...) to the pipeline, or sample again
