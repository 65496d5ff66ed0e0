import { pipe } from 'fp-ts/lib/function.js'
import { gae, causality } from 'estimand'

export const wrong = pipe(gae, causality) // refused: begin the pipe with a credit such as totalReturn, and call words that take options
