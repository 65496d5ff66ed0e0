import { pipe } from 'fp-ts/lib/function.js'
import { vtrace, perStep, importance } from 'estimand'

export const wrong = pipe(vtrace({ rhoBar: 1, cBar: 1 }), importance(perStep)) // refused: importance: vtrace has its own ratios; remove importance
