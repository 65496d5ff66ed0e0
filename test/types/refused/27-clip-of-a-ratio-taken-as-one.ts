import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, takenAsOne, clip, importance } from 'estimand'

export const wrong = pipe(totalReturn, importance(takenAsOne), clip({ epsilon: 0.2 })) // refused: clip: the ratio is taken as one, there is nothing to limit; use importance(perStep)
