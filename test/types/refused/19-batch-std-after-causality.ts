import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, causality, batchStd, normalise } from 'estimand'

export const wrong = pipe(totalReturn, causality, normalise(batchStd({ ddof: 1, epsilon: 1e-8 }))) // refused: normalise(batchStd): needs one number per trajectory; remove causality, or use whitenSteps
