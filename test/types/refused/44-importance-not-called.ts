import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, importance, meanOverTrajectories, reduce } from 'estimand'

export const wrong = pipe(totalReturn, importance, reduce(meanOverTrajectories)) // refused: & Call<"importance(perStep)">
