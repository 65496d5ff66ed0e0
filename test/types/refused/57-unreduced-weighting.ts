import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, causality, estimate } from 'estimand'

export const wrong = estimate(pipe(totalReturn, causality)) // refused: is missing the following properties from type 'Estimator<
