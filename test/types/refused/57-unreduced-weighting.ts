import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, causality, estimate } from 'estimand'

export const wrong = estimate(pipe(totalReturn, causality)) // refused: end the pipe with reduce(...)
