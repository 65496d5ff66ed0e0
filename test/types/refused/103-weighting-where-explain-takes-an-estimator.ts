import { causality, explain, totalReturn } from 'estimand'
import { pipe } from 'fp-ts/lib/function.js'

export const wrong = explain(pipe(totalReturn, causality)) // refused: end the pipe with reduce(...)
