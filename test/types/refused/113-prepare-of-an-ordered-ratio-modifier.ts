import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, importance, meanOverTrajectories, perStep, prepare, ratioModifier } from 'estimand'

const own = ratioModifier({ word: 'r', needs: [], coupling: 'ordered', reasons: [], apply: (rho) => rho, formula: (rho) => rho, source: 'a test' })
export const wrong = pipe(totalReturn, importance(perStep), own, prepare(meanOverTrajectories)) // refused: prepare: this ratio is not a step's own; use importance(perStep) and limits that look at one step alone, or estimate on the whole batch
