import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, baseline, leaveOneOut } from 'estimand'

export const wrong = pipe(totalReturn, baseline(leaveOneOut), baseline(leaveOneOut)) // refused: baseline: batchMean or leaveOneOut is subtracted already; remove the second one
