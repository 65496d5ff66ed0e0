import { pipe } from 'fp-ts/lib/function.js'
import { gae, batchStd, normalise } from 'estimand'

export const wrong = pipe(gae({ lambda: 0.95 }), normalise(batchStd({ ddof: 1, epsilon: 1e-8 }))) // refused: normalise(batchStd): needs one number per trajectory, this credit is per step; use whitenSteps
