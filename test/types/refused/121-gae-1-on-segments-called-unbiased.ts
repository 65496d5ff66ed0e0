import { pipe } from 'fp-ts/lib/function.js'
import { gae, meanOverTrajectories, reduce } from 'estimand'
import type { OnPolicy, Reward, StateValue, Estimator } from 'estimand'

export const wrong: Estimator<Reward & StateValue & OnPolicy, never> = pipe(gae({ lambda: 1 }), reduce(meanOverTrajectories)) // refused: '"inexact values at cuts"' is not assignable to type 'never'
