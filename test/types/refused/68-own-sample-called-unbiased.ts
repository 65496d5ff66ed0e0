import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, baseline, batchMean, meanOverTrajectories, reduce } from 'estimand'
import type { CompleteEpisodes, OnPolicy, Reward, Estimator } from 'estimand'

export const wrong: Estimator<Reward & CompleteEpisodes & OnPolicy, never> = pipe(totalReturn, baseline(batchMean), reduce(meanOverTrajectories)) // refused: '"own sample"' is not assignable to type 'never'
