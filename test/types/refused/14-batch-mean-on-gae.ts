import { pipe } from 'fp-ts/lib/function.js'
import { gae, baseline, batchMean } from 'estimand'

export const wrong = pipe(gae({ lambda: 1 }), baseline(batchMean)) // refused: baseline: batchMean and leaveOneOut are made from returns; begin with totalReturn, or use stateValue
