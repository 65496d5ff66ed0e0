import { pipe } from 'fp-ts/lib/function.js'
import { estimate, gae, meanOverTrajectories, reduce } from 'estimand'
import type { OnPolicy, Reward, Segments, StateValue, Trajectories } from 'estimand'

declare const batch: Trajectories<Reward & StateValue & OnPolicy & Segments>
export const wrong = estimate(pipe(gae({ lambda: 1, episodes: 'complete' }), reduce(meanOverTrajectories)))(batch) // refused: segments: a return needs complete episodes; use gae, nStep or vtrace, or sample whole episodes
