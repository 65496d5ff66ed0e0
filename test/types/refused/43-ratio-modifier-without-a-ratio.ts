import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, causality, ratioModifier } from 'estimand'

const root = ratioModifier({ word: 'root', needs: [], coupling: 'none', reasons: [], apply: (rho) => rho.map(Math.sqrt), formula: (rho) => rho, source: 'a test' })
export const wrong = pipe(totalReturn, causality, root) // refused: ratio modifier: needs a ratio; put importance(perStep) before it
