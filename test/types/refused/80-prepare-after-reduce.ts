import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, meanOverTrajectories, reduce, prepare } from 'estimand'

export const wrong = pipe(totalReturn, reduce(meanOverTrajectories), prepare(meanOverTrajectories)) // refused: prepare: takes the reduction itself; replace reduce(...) by prepare(...)
