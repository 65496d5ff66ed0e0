import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, baseline, batchMean, causality } from 'estimand'

export const wrong = pipe(totalReturn, causality, baseline(batchMean), baseline(batchMean)) // refused: baseline: batchMean or leaveOneOut is subtracted already; remove the second one
