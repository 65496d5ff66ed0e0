import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, perTrajectory, creditModifier, importance } from 'estimand'

const signs = creditModifier({ word: 'signs', needs: [], coupling: 'none', reasons: [], apply: (c) => c.map(Math.sign), formula: (c) => c, source: 'a test' })
export const wrong = pipe(totalReturn, importance(perTrajectory), signs) // refused: credit modifier: goes before importance; move it up
