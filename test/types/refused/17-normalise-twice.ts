import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, causality, normalise, whitenSteps } from 'estimand'

export const wrong = pipe(totalReturn, causality, normalise(whitenSteps({ ddof: 0, epsilon: 1e-8 })), normalise(whitenSteps({ ddof: 0, epsilon: 1e-8 }))) // refused: normalise: already applied; remove the second one
