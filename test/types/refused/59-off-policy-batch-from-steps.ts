import { pipe } from 'fp-ts/lib/function.js'
import * as E from 'fp-ts/lib/Either.js'
import { terminated, fromSteps, totalReturn, baseline, leaveOneOut, causality, meanOverTrajectories, estimate, reduce } from 'estimand'

const better = pipe(totalReturn, causality, baseline(leaveOneOut), reduce(meanOverTrajectories))
const batch = fromSteps({ discount: 1, provenance: 'off-policy', episodes: 'complete', trajectories: [{ reward: [1], end: terminated }] })
export const wrong = pipe(batch, E.map(estimate(better))) // refused: off-policy: add importance(...) to the pipeline, or sample again
