import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, importance, meanOverTrajectories, perStep, ratioModifier } from 'estimand'
import { inMinibatches } from 'estimand/training'

const own = ratioModifier({ word: 'r', needs: [], coupling: 'exchangeable', reasons: [], apply: (rho) => rho, formula: (rho) => rho, source: 'a test' })
export const wrong = pipe(totalReturn, importance(perStep), own, inMinibatches(meanOverTrajectories)) // refused: prepare: this ratio is not a step's own; use importance(perStep) and limits that look at one step alone, or estimate on the whole batch
