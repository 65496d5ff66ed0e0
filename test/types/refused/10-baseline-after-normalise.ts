import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, baseline, constant, batchStd, normalise } from 'estimand'

export const wrong = pipe(totalReturn, normalise(batchStd({ ddof: 1, epsilon: 1e-8 })), baseline(constant(1))) // refused: baseline: goes before normalise; move it up
