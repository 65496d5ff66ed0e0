import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, baseline, meanOverTrajectories, reduce } from 'estimand'

export const wrong = pipe(totalReturn, baseline, reduce(meanOverTrajectories)) // refused: & Call<"baseline(leaveOneOut)">
