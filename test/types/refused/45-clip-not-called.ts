import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, perStep, causality, clip, importance } from 'estimand'

export const wrong = pipe(totalReturn, causality, importance(perStep), clip) // refused: & Call<"clip({ epsilon: 0.2 })">
