import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, causality } from 'estimand'

export const wrong = pipe(totalReturn, causality, causality) // refused: causality: already applied; remove the second one
