import { pipe } from 'fp-ts/lib/function.js'
import { batchMean, meanOverTrajectories, reduce, totalReturn } from 'estimand'

export const wrong = pipe(totalReturn, batchMean, reduce(meanOverTrajectories)) // refused: & Call<"baseline(batchMean)">
