import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, perStep, causality, clip, importance, meanOverTrajectories, reduce } from 'estimand'

export const wrong = pipe(totalReturn, causality, importance(perStep), reduce(meanOverTrajectories), clip({ epsilon: 0.2 })) // refused: clip: goes before reduce; move it up
