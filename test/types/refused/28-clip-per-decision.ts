import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, perDecision, causality, clip, importance } from 'estimand'

export const wrong = pipe(totalReturn, causality, importance(perDecision), clip({ epsilon: 0.2 })) // refused: clip: needs one ratio per weight, perDecision has one per reward; use importance(perStep)
