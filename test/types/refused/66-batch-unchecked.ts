import { pipe } from 'fp-ts/lib/function.js'
import { terminated, fromSteps, totalReturn, baseline, leaveOneOut, causality, meanOverTrajectories, estimate, reduce } from 'estimand'

const better = pipe(totalReturn, causality, baseline(leaveOneOut), reduce(meanOverTrajectories))
const batch = fromSteps({ discount: 1, provenance: 'on-policy', episodes: 'complete', trajectories: [{ reward: [1], end: terminated }] })
export const wrong = estimate(better)(batch) // refused: Either<readonly Problem[]
