import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, normalise, whitenSteps } from 'estimand'

export const wrong = pipe(totalReturn, normalise(whitenSteps({ ddof: 0, epsilon: 1e-8 }))) // refused: normalise(whitenSteps): needs a number per step; put causality before it, or use batchStd
