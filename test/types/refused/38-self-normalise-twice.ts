import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, perTrajectory, importance, selfNormalise } from 'estimand'

export const wrong = pipe(totalReturn, importance(perTrajectory), selfNormalise, selfNormalise) // refused: selfNormalise: already applied; remove the second one
