import { flow, pipe } from 'fp-ts/lib/function.js'
import {
  baseline,
  batchMean,
  causality,
  clip,
  constant,
  dropOuterDiscount,
  importance,
  leaveOneOut,
  meanOverTrajectories,
  normalise,
  perStep,
  reduce,
  stateValue,
  totalReturn,
  whitenSteps,
} from 'estimand'
import type { BehaviourLogProb, CompleteEpisodes, Estimator, OnPolicy, Reward, StateValue, Weighting } from 'estimand'

// A baseline of the batch is refused after another one, also across causality; in a point-free flow, where nothing is known of what comes
// before, it is not.

export const tail = flow(causality, baseline(leaveOneOut))
export const dropped = flow(causality, dropOuterDiscount, baseline(leaveOneOut))
export const twoKinds = flow(causality, baseline(constant(1)), baseline(leaveOneOut), importance(perStep), clip({ epsilon: 0.2 }), reduce(meanOverTrajectories))
export const whitened = flow(causality, baseline(stateValue), baseline(batchMean), normalise(whitenSteps({ ddof: 0, epsilon: 1 })))

export const centred: Weighting<Reward & CompleteEpisodes, never, 'reward-to-go', 'centred'> = pipe(totalReturn, tail)
export const centredToo: Weighting<Reward & CompleteEpisodes, 'outer discount dropped', 'reward-to-go', 'centred'> = pipe(totalReturn, dropped)
export const corrected: Estimator<Reward & CompleteEpisodes & BehaviourLogProb, 'state distribution' | 'clipping'> = pipe(totalReturn, twoKinds)
export const fresh: Estimator<Reward & CompleteEpisodes & StateValue & OnPolicy, 'own sample among survivors' | 'divided by a deviation'> = pipe(
  totalReturn,
  whitened,
  reduce(meanOverTrajectories),
)

// Any weighting that is known not to be centred, and one of which it is not known: causality then lets it through, as it is found out when
// the pipeline is built.
export const anyWhole = <N, B extends string>(w: Weighting<N, B, 'whole return', 'not centred'>) => pipe(w, causality, baseline(leaveOneOut), reduce(meanOverTrajectories))
export const perhaps = <N, B extends string>(w: Weighting<N, B, 'whole return'>) => pipe(w, causality, baseline(leaveOneOut), reduce(meanOverTrajectories))

// @ts-expect-error baseline: batchMean or leaveOneOut is subtracted already; remove the second one
export const across = () => pipe(totalReturn, baseline(batchMean), causality, baseline(leaveOneOut))
// @ts-expect-error the same
export const farAcross = () => pipe(totalReturn, baseline(batchMean), causality, dropOuterDiscount, baseline(stateValue), baseline(leaveOneOut))
// @ts-expect-error the same, within the flow itself
export const within = () => flow(causality, baseline(leaveOneOut), baseline(batchMean))
