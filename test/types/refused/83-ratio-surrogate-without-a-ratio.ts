import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, causality, meanOverTrajectories, ratioSurrogate } from 'estimand'

export const wrong = pipe(totalReturn, causality, ratioSurrogate(meanOverTrajectories)) // refused: ratioSurrogate: needs a ratio per step; put importance(perStep) before it, or use surrogate
