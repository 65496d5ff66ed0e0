import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, causality, reduce } from 'estimand'

export const wrong = pipe(totalReturn, causality, reduce) // refused: & Call<"reduce(meanOverTrajectories)">
