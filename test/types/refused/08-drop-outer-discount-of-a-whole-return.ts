import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, dropOuterDiscount } from 'estimand'

export const wrong = pipe(totalReturn, dropOuterDiscount) // refused: dropOuterDiscount: a whole return has no outer factor; put causality before it
