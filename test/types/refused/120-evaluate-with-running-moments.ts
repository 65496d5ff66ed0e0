import { pipe } from 'fp-ts/lib/function.js'
import { cartPole, normaliseObservation, scaleReward, timeLimit } from 'estimand/environment'
import { evaluate } from 'estimand/training'

const environment = pipe(cartPole(), normaliseObservation({ clip: 10 }), scaleReward(0.1), timeLimit({ steps: 20, as: 'Truncated' }))

export const judge = evaluate(environment, { episodes: 10, seed: 1 }) // refused: call evaluate(training, { episodes, seed }), or freeze the moments
