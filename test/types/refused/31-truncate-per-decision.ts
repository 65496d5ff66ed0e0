import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, perDecision, causality, importance, truncate } from 'estimand'

export const wrong = pipe(totalReturn, causality, importance(perDecision), truncate({ at: 2 })) // refused: truncate: needs one ratio per weight, perDecision has one per reward; use importance(perStep)
