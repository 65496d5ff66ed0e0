import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, causality, meanOverTrajectories, plus, reduce } from 'estimand'
import type { CompleteEpisodes, OnPolicy, Reward, Estimator } from 'estimand'

export const wrong: Estimator<Reward & CompleteEpisodes & OnPolicy, never> = pipe(totalReturn, reduce(meanOverTrajectories), plus(pipe(totalReturn, causality, reduce(meanOverTrajectories)))) // refused: '"summed"' is not assignable to type 'never'
