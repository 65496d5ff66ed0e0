import { pipe } from 'fp-ts/lib/function.js'
import * as E from 'fp-ts/lib/Either.js'
import { fromSteps, totalReturn, baseline, leaveOneOut, causality, meanOverTrajectories, estimate, reduce } from 'estimand'
import type { Steps } from 'estimand'

const better = pipe(totalReturn, causality, baseline(leaveOneOut), reduce(meanOverTrajectories))
declare const trajectories: readonly Steps[]
export const wrong = pipe(fromSteps({ discount: 1, provenance: 'on-policy', episodes: 'complete', trajectories }), E.map(estimate(better))) // refused: required in type 'Reward'
