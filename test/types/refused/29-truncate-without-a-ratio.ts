import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, causality, truncate } from 'estimand'

export const wrong = pipe(totalReturn, causality, truncate({ at: 2 })) // refused: truncate: needs a ratio; put importance(perStep) before it
