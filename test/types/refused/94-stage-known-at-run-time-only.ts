import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, causality } from 'estimand'

const toGo = true as boolean
const either = toGo ? pipe(totalReturn, causality) : totalReturn
export const wrong = pipe(either, causality) // refused: causality: already applied; remove the second one
