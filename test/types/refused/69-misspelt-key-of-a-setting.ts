import { exact, worlds } from 'estimand/exact'
const setting = { mdp: worlds.rtgRaisesVariance.mdp, batchsize: 2 } as const
export const moments = exact(setting) // refused: no key batchsize here: see the names that its input has
