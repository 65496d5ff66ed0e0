import { flow, pipe } from 'fp-ts/lib/function.js'
import { totalReturn, perStep, perTrajectory, clip, importance } from 'estimand'

const tail = flow(importance(perStep), clip({ epsilon: 0.2 }))
export const wrong = pipe(totalReturn, importance(perTrajectory), tail) // refused: importance: already applied; remove the second one
