import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, perStep, causality, importance, truncate, meanOverTrajectories, ratioSurrogate } from 'estimand'

export const wrong = pipe(totalReturn, causality, importance(perStep), truncate({ at: 2 }), ratioSurrogate(meanOverTrajectories)) // refused: ratioSurrogate: only with importance(perStep), bare or clipped, is its derivative the weights; use surrogate
