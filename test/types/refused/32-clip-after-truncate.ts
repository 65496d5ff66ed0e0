import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, perStep, causality, clip, importance, truncate } from 'estimand'

export const wrong = pipe(totalReturn, causality, importance(perStep), truncate({ at: 2 }), clip({ epsilon: 0.2 })) // refused: clip: the ratio is limited already; keep one of the two
