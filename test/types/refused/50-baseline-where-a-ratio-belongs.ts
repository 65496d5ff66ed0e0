import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, leaveOneOut, importance } from 'estimand'

export const wrong = pipe(totalReturn, importance(leaveOneOut)) // refused: from type 'Ratio<
