import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, causality, meanOverTrajectories, reduce } from 'estimand'

export const wrong = pipe(totalReturn, causality, reduce(meanOverTrajectories)) // refused: causality: already applied; remove the second one
