import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, baseline, leaveOneOut, perTrajectory, importance } from 'estimand'

export const wrong = pipe(totalReturn, importance(perTrajectory), baseline(leaveOneOut)) // refused: baseline: goes before importance; move it up
