import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, baseline, batchMean, leaveOneOut, causality } from 'estimand'

export const wrong = pipe(totalReturn, causality, baseline(batchMean({ ended: 'zero' })), baseline(leaveOneOut)) // refused: baseline: batchMean or leaveOneOut is subtracted already; remove the second one
