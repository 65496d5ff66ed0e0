import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, perTrajectory, causality, importance } from 'estimand'

export const wrong = pipe(totalReturn, importance(perTrajectory), causality) // refused: causality: goes before importance; move it up
