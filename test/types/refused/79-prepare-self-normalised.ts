import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, perTrajectory, importance, selfNormalise, meanOverTrajectories, prepare } from 'estimand'

export const wrong = pipe(totalReturn, importance(perTrajectory), selfNormalise, prepare(meanOverTrajectories)) // refused: prepare: selfNormalise needs the ratios of the whole batch at once; estimate on the whole batch instead
