import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, perStep, perTrajectory, importance } from 'estimand'

export const wrong = pipe(totalReturn, importance(perTrajectory), importance(perStep)) // refused: importance: already applied; remove the second one
