import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, causality, batchStd, normalise } from 'estimand'

export const wrong = pipe(totalReturn, normalise(batchStd({ ddof: 1, epsilon: 1e-8 })), causality) // refused: causality: goes before normalise; move it up
