import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, baseline, stateValue } from 'estimand'

export const wrong = pipe(totalReturn, baseline(stateValue)) // refused: baseline: this one is a number per step, a whole return is not; put causality before it
