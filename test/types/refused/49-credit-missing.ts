import { pipe } from 'fp-ts/lib/function.js'
import { perStep, causality, importance } from 'estimand'

export const wrong = pipe(causality, importance(perStep)) // refused: begin the pipe with a credit such as totalReturn, and call words that take options
