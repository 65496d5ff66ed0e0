import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, meanOverSteps, reduce } from 'estimand'
import type { CompleteEpisodes, OnPolicy, Reward, Estimator } from 'estimand'

export const wrong: Estimator<Reward & CompleteEpisodes & OnPolicy, never> = pipe(totalReturn, reduce(meanOverSteps)) // refused: '"random length"' is not assignable to type 'never'
