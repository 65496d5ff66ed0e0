import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, perTrajectory, clip, importance, meanOverTrajectories, reduce } from 'estimand'
import type { BehaviourLogProb, CompleteEpisodes, Reward, Estimator } from 'estimand'

export const wrong: Estimator<Reward & CompleteEpisodes & BehaviourLogProb, never> = pipe(totalReturn, importance(perTrajectory), clip({ epsilon: 0.2 }), reduce(meanOverTrajectories)) // refused: '"clipping"' is not assignable to type 'never'
