import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, importance, meanOverTrajectories, reduce } from 'estimand'

export const wrong = pipe(totalReturn, importance, reduce(meanOverTrajectories)) // refused: Type 'TotalReturn' is missing the following properties from type 'Ratio<
