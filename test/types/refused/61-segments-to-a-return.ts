import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, baseline, leaveOneOut, causality, meanOverTrajectories, estimate, reduce } from 'estimand'
import type { OnPolicy, Reward, Segments, Trajectories } from 'estimand'

const better = pipe(totalReturn, causality, baseline(leaveOneOut), reduce(meanOverTrajectories))
declare const batch: Trajectories<Reward & Segments & OnPolicy>
export const wrong = estimate(better)(batch) // refused: segments: a return needs complete episodes; use gae, nStep or vtrace, or sample whole episodes
