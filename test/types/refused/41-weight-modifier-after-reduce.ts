import { pipe } from 'fp-ts/lib/function.js'
import { reasons, totalReturn, weightModifier, meanOverTrajectories, reduce } from 'estimand'

const halve = weightModifier({ word: 'halve', needs: [], coupling: 'none', reasons: [reasons.scaled], apply: (w) => w, formula: (w) => w, source: 'a test' })
export const wrong = pipe(totalReturn, reduce(meanOverTrajectories), halve) // refused: weight modifier: goes before reduce; move it up
