import { pipe } from 'fp-ts/lib/function.js'
import { leaveOneOut, meanOverTrajectories, reduce, totalReturn } from 'estimand'

export const wrong = pipe(totalReturn, leaveOneOut, reduce(meanOverTrajectories)) // refused: & Call<"baseline(leaveOneOut)">
