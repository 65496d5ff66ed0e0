import { pipe } from 'fp-ts/lib/function.js'
import { gae, perDecision, importance } from 'estimand'

export const wrong = pipe(gae({ lambda: 0.95 }), importance(perDecision)) // refused: importance(perDecision): needs rewards separable by time; begin with totalReturn, or use importance(perTrajectory)
