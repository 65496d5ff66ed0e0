import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, perTrajectory, importance, selfNormalise, truncate } from 'estimand'

export const wrong = pipe(totalReturn, importance(perTrajectory), truncate({ at: 2 }), selfNormalise) // refused: selfNormalise: needs one ratio per trajectory, not limited yet; use importance(perTrajectory)
