import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, perStep, causality, importance, selfNormalise } from 'estimand'

export const wrong = pipe(totalReturn, causality, importance(perStep), selfNormalise) // refused: selfNormalise: needs one ratio per trajectory; use importance(perTrajectory)
