import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, meanOverTrajectories, reduce } from 'estimand'

export const wrong = pipe(totalReturn, reduce(meanOverTrajectories), reduce(meanOverTrajectories)) // refused: reduce: already reduced; remove the second one
