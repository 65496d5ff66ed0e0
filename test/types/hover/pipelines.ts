import { pipe } from 'fp-ts/lib/function.js'
import {
  advantage,
  baseline,
  batchMean,
  causality,
  clip,
  dropOuterDiscount,
  gae,
  importance,
  leaveOneOut,
  meanOverSteps,
  meanOverTrajectories,
  normalise,
  perStep,
  perTrajectory,
  plus,
  prepare,
  ratioSurrogate,
  reduce,
  selfNormalise,
  stateValue,
  totalReturn,
  truncate,
  vtrace,
  whitenSteps,
} from 'estimand'

export const reinforce = pipe(totalReturn, reduce(meanOverTrajectories))
export const better = pipe(totalReturn, causality, baseline(leaveOneOut), reduce(meanOverTrajectories))
export const clipped = pipe(totalReturn, causality, baseline(leaveOneOut), importance(perStep), clip({ epsilon: 0.2 }), reduce(meanOverTrajectories))
export const unreduced = pipe(totalReturn, causality, baseline(stateValue), importance(perTrajectory))
export const ownSample = pipe(totalReturn, causality, baseline(batchMean), reduce(meanOverSteps))
export const gae1 = pipe(gae({ lambda: 1 }), reduce(meanOverTrajectories))
export const ppo = pipe(gae({ lambda: 0.95 }), normalise(whitenSteps({ ddof: 0, epsilon: 1e-8 })), importance(perStep), clip({ epsilon: 0.2 }), reduce(meanOverTrajectories))
export const impala = pipe(vtrace({ rhoBar: 1, cBar: 1 }), reduce(meanOverTrajectories))
export const brought = pipe(advantage, dropOuterDiscount, reduce(meanOverTrajectories))
export const truncated = pipe(totalReturn, importance(perTrajectory), truncate({ at: 2 }), reduce(meanOverTrajectories))
export const selfNormalised = pipe(totalReturn, importance(perTrajectory), selfNormalise, reduce(meanOverTrajectories))
export const summed = pipe(better, plus(clipped))
export const slices = pipe(totalReturn, causality, importance(perStep), clip({ epsilon: 0.2 }), prepare(meanOverTrajectories))
export const objective = pipe(totalReturn, causality, importance(perStep), clip({ epsilon: 0.2 }), ratioSurrogate(meanOverTrajectories))
