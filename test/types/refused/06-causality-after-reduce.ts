import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, causality, meanOverTrajectories, reduce } from 'estimand'

export const wrong = pipe(totalReturn, reduce(meanOverTrajectories), causality) // refused: causality: goes before reduce; move it up
