import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, perTrajectory, importance, meanOverTrajectories, prepare } from 'estimand'

export const wrong = pipe(totalReturn, importance(perTrajectory), prepare(meanOverTrajectories)) // refused: prepare: this ratio is not a step's own; use importance(perStep), or estimate on the whole batch
