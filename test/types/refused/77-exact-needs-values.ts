import { pipe } from 'fp-ts/lib/function.js'
import { gae, meanOverTrajectories, reduce } from 'estimand'
import { exact, worlds } from 'estimand/exact'

export const wrong = pipe(gae({ lambda: 1 }), reduce(meanOverTrajectories), exact({ mdp: worlds.rtgRaisesVariance.mdp })) // refused: from type 'StateValue'
