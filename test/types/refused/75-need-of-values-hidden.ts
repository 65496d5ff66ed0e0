import { pipe } from 'fp-ts/lib/function.js'
import { gae, meanOverTrajectories, reduce } from 'estimand'
import type { OnPolicy, Reward, Estimator } from 'estimand'

export const wrong: Estimator<Reward & OnPolicy, never> = pipe(gae({ lambda: 1 }), reduce(meanOverTrajectories)) // refused: from type 'StateValue'
