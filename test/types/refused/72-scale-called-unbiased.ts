import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, meanOverTrajectories, scale, reduce } from 'estimand'
import type { CompleteEpisodes, OnPolicy, Reward, Estimator } from 'estimand'

export const wrong: Estimator<Reward & CompleteEpisodes & OnPolicy, never> = pipe(totalReturn, reduce(meanOverTrajectories), scale(2)) // refused: '"scaled"' is not assignable to type 'never'
