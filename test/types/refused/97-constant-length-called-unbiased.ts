import { pipe } from 'fp-ts/lib/function.js'
import { constantLength, reduce, totalReturn } from 'estimand'
import type { CompleteEpisodes, Estimator, OnPolicy, Reward } from 'estimand'

export const wrong: Estimator<Reward & CompleteEpisodes & OnPolicy, never> = pipe(totalReturn, reduce(constantLength(Math.min(1, 2)))) // refused: '"scaled by 1/length"' is not assignable to type 'never'
