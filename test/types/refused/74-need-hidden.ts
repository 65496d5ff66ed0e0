import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, meanOverTrajectories, reduce } from 'estimand'
import type { CompleteEpisodes, Reward, Estimator } from 'estimand'

export const wrong: Estimator<Reward & CompleteEpisodes, never> = pipe(totalReturn, reduce(meanOverTrajectories)) // refused: required in type 'OnPolicy'
