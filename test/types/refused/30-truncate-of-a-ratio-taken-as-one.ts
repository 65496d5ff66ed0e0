import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, takenAsOne, importance, truncate } from 'estimand'

export const wrong = pipe(totalReturn, importance(takenAsOne), truncate({ at: 2 })) // refused: truncate: the ratio is taken as one, there is nothing to limit; use importance(perStep)
