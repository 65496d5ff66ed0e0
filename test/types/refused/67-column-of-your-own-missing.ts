import { pipe } from 'fp-ts/lib/function.js'
import { stepCredit, meanOverTrajectories, estimate, reduce } from 'estimand'
import type { CompleteEpisodes, OnPolicy, Reward, Trajectories } from 'estimand'

const novel = stepCredit({ word: 'novel', needs: ['novelty'], reasons: [], outer: 'none', formula: { text: 'n', latex: 'n' }, source: 'a test', column: ({ novelty }) => Float64Array.from(novelty) })
declare const batch: Trajectories<Reward & CompleteEpisodes & OnPolicy>
export const wrong = estimate(pipe(novel, reduce(meanOverTrajectories)))(batch) // refused: Property 'novelty' is missing
