import { pipe } from 'fp-ts/lib/function.js'
import { gae, meanOverTrajectories, reduce } from 'estimand'
import type { OnPolicy, Reward, StateValue, Estimator } from 'estimand'

export const wrong: Estimator<Reward & StateValue & OnPolicy, never> = pipe(gae({ lambda: Math.min(1, 2) }), reduce(meanOverTrajectories)) // refused: '"inexact values"' is not assignable to type 'never'
