import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, selfNormalise } from 'estimand'

export const wrong = pipe(totalReturn, selfNormalise) // refused: selfNormalise: needs a ratio; put importance(perTrajectory) before it
