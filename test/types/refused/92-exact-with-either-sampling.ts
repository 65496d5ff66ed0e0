import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, baseline, leaveOneOut, causality, meanOverTrajectories, reduce } from 'estimand'
import { exact, worlds } from 'estimand/exact'

const better = pipe(totalReturn, causality, baseline(leaveOneOut), reduce(meanOverTrajectories))
declare const sampling: 'target' | 'behaviour'
export const wrong = pipe(better, exact({ mdp: worlds.rtgRaisesVariance.mdp, sampling })) // refused: off-policy: add importance(...) to the pipeline, or sample again
