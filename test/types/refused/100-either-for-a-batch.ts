import { pipe } from 'fp-ts/lib/function.js'
import { estimate, fromSteps, meanOverTrajectories, reduce, terminated, totalReturn } from 'estimand'

const batch = fromSteps({ discount: 1, provenance: 'on-policy', episodes: 'complete', trajectories: [{ reward: [1], end: terminated }] })
export const wrong = estimate(pipe(totalReturn, reduce(meanOverTrajectories)))(batch) // refused: & Call<"pipe(fromSteps(...), E.map(estimate(e)))">
