import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, perDecision, causality, importance, normalise, whitenSteps } from 'estimand'

export const wrong = pipe(totalReturn, causality, normalise(whitenSteps({ ddof: 0, epsilon: 1e-8 })), importance(perDecision)) // refused: importance(perDecision): needs rewards separable by time; remove normalise, or use importance(perTrajectory)
