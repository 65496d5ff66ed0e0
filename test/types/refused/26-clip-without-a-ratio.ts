import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, causality, clip } from 'estimand'

export const wrong = pipe(totalReturn, causality, clip({ epsilon: 0.2 })) // refused: clip: needs a ratio; put importance(perStep) before it
