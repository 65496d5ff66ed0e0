import { flow, pipe } from 'fp-ts/lib/function.js'
import * as E from 'fp-ts/lib/Either.js'
import {
  advantage,
  baseline,
  baselineOf,
  batchMean,
  batchStd,
  causality,
  clip,
  cloning,
  concat,
  constant,
  constantLength,
  creditModifier,
  dropOuterDiscount,
  estimate,
  fromPadded,
  fromSteps,
  gae,
  importance,
  leaveOneOut,
  lossWeights,
  meanOverSteps,
  meanOverTrajectories,
  mix,
  normalise,
  nStep,
  perDecision,
  perStep,
  perStepOf,
  perTrajectory,
  pipelineFromJson,
  plus,
  prefix,
  prepare,
  ratioModifier,
  ratioOf,
  ratioSurrogate,
  reason,
  reduce,
  reductionOf,
  returnCredit,
  returnsToGo,
  reuse,
  scale,
  select,
  selfNormalise,
  stateValue,
  stepCredit,
  surrogate,
  takenAsOne,
  terminated,
  totalReturn,
  truncate,
  vtrace,
  weightModifier,
  whitenSteps,
  wholeReturns,
  withColumn,
} from 'estimand'
import type {
  ActionValue,
  AnyEstimator,
  BehaviourLogProb,
  Column,
  CompleteEpisodes,
  Estimator,
  Group,
  LogProb,
  LossWeights,
  OffPolicy,
  OnPolicy,
  PerStep,
  Prepared,
  Problem,
  Reward,
  Segments,
  Stage,
  StateValue,
  Surrogate,
  Trajectories,
  Weighting,
  Weights,
} from 'estimand'
import { exact, worlds } from 'estimand/exact'
import type { Exact } from 'estimand/exact'

type IsAny<A> = 0 extends 1 & A ? true : false

/** Whether two types are each assignable to the other, and neither is any. The order in an intersection does not matter. */
type Same<A, B> = true extends IsAny<A> | IsAny<B> ? false : [A] extends [B] ? ([B] extends [A] ? true : false) : false

/** Compiles if the type is exactly `true`. */
const holds = <_Claim extends true>(): void => undefined
/** Compiles if the type is exactly `false`. */
const fails = <_Claim extends false>(): void => undefined

// The helper itself tells apart what it has to.
fails<Same<Estimator<Reward, never>, Estimator<Reward, 'clipping'>>>()
fails<Same<Estimator<Reward, never>, Estimator<Reward & OnPolicy, never>>>()
fails<Same<Weighting<Reward, never, 'whole return'>, Weighting<Reward, never, 'reward-to-go'>>>()
fails<Same<Trajectories<Reward>, Trajectories<Reward & OnPolicy>>>()
fails<Same<Column<PerStep>, never>>()

type Fresh = Reward & CompleteEpisodes & OnPolicy
type Corrected = Reward & CompleteEpisodes & BehaviourLogProb

// Pipelines: needs and bias.

const reinforce = pipe(totalReturn, reduce(meanOverTrajectories))
holds<Same<typeof reinforce, Estimator<Fresh, never>>>()

const better = pipe(totalReturn, causality, baseline(leaveOneOut), reduce(meanOverTrajectories))
holds<Same<typeof better, Estimator<Fresh, never>>>()

const clipped = pipe(totalReturn, causality, baseline(leaveOneOut), importance(perStep), clip({ epsilon: 0.2 }), reduce(meanOverTrajectories))
holds<Same<typeof clipped, Estimator<Corrected, 'state distribution' | 'clipping'>>>()

const undiscounted = pipe(totalReturn({ objective: 'undiscounted' }), reduce(meanOverTrajectories))
holds<Same<typeof undiscounted, Estimator<Fresh, never>>>()

const withValues = pipe(totalReturn, causality, baseline(stateValue), importance(perTrajectory), reduce(meanOverTrajectories))
holds<Same<typeof withValues, Estimator<Corrected & StateValue, never>>>()

const gaeOfOne = pipe(gae({ lambda: 1 }), reduce(meanOverTrajectories))
holds<Same<typeof gaeOfOne, Estimator<Reward & StateValue & OnPolicy, 'inexact values at cuts'>>>()

const gaeOfEpisodes = pipe(gae({ lambda: 1, episodes: 'complete' }), reduce(meanOverTrajectories))
holds<Same<typeof gaeOfEpisodes, Estimator<Reward & StateValue & CompleteEpisodes & OnPolicy, never>>>()
const gaeOfSegments = pipe(gae({ lambda: 1, episodes: 'segments' }), reduce(meanOverTrajectories))
holds<Same<typeof gaeOfSegments, typeof gaeOfOne>>()
const lessOfEpisodes = pipe(gae({ lambda: 0.5, episodes: 'complete' }), reduce(meanOverTrajectories))
holds<Same<typeof lessOfEpisodes, Estimator<Reward & StateValue & CompleteEpisodes & OnPolicy, 'inexact values'>>>()

const gaeOfLess = pipe(gae({ lambda: 0.95 }), reduce(meanOverTrajectories))
holds<Same<typeof gaeOfLess, Estimator<Reward & StateValue & OnPolicy, 'inexact values'>>>()

const settings = { lambda: 1 }
const gaeOfAny = pipe(gae(settings), reduce(meanOverTrajectories))
holds<Same<typeof gaeOfAny, Estimator<Reward & StateValue & OnPolicy, 'inexact values' | 'inexact values at cuts'>>>()
const gaeOfEither = pipe(gae({ lambda: 1, episodes: 'complete' as 'complete' | 'segments' }), reduce(meanOverTrajectories))
holds<Same<typeof gaeOfEither, Estimator<Reward & StateValue & CompleteEpisodes & OnPolicy, 'inexact values at cuts'>>>()

const ppo = pipe(gae({ lambda: 0.95 }), normalise(whitenSteps({ ddof: 0, epsilon: 1e-8 })), importance(perStep), clip({ epsilon: 0.2 }), reduce(meanOverSteps))
holds<
  Same<
    typeof ppo,
    Estimator<Reward & StateValue & BehaviourLogProb, 'inexact values' | 'divided by a deviation' | 'state distribution' | 'clipping' | 'random length'>
  >
>()

const steps = pipe(nStep({ n: 5 }), reduce(constantLength(10)))
holds<Same<typeof steps, Estimator<Reward & StateValue & OnPolicy, 'inexact values' | 'scaled by 1/length'>>>()

const brought = pipe(advantage, dropOuterDiscount, reduce(meanOverTrajectories))
holds<Same<typeof brought, Estimator<ActionValue & StateValue & OnPolicy, 'inexact values' | 'outer discount dropped'>>>()

const impala = pipe(vtrace({ rhoBar: 1, cBar: 1 }), reduce(meanOverTrajectories))
holds<Same<typeof impala, Estimator<Reward & StateValue & BehaviourLogProb, 'state distribution' | 'truncation' | 'inexact values'>>>()

// Infinity has no type of its own: a bound that is no literal may be infinite, and then only values at cuts are left.
const bound: number = Infinity
const unbounded = pipe(vtrace({ rhoBar: bound, cBar: bound }), reduce(meanOverTrajectories))
holds<
  Same<typeof unbounded, Estimator<Reward & StateValue & BehaviourLogProb, 'state distribution' | 'truncation' | 'inexact values' | 'inexact values at cuts'>>
>()
const unboundedOfEpisodes = pipe(vtrace({ rhoBar: bound, cBar: bound, episodes: 'complete' }), reduce(meanOverTrajectories))
holds<Same<typeof unboundedOfEpisodes, Estimator<Reward & StateValue & CompleteEpisodes & BehaviourLogProb, 'state distribution' | 'truncation' | 'inexact values'>>>()

// What a literal rules out is not declared.

const byOne = pipe(totalReturn, reduce(constantLength(1)))
holds<Same<typeof byOne, Estimator<Fresh, never>>>()
const someLength: number = 1
const byAny = pipe(totalReturn, reduce(constantLength(someLength)))
holds<Same<typeof byAny, Estimator<Fresh, 'scaled by 1/length'>>>()
const nothingOf = pipe(clipped, scale(0))
holds<Same<typeof nothingOf, Estimator<Corrected, 'scaled'>>>()
const onlyOne = mix([1, reinforce], [0, clipped])
holds<Same<typeof onlyOne, Estimator<Fresh & BehaviourLogProb, never>>>()

const cloned = pipe(cloning, reduce(meanOverTrajectories))
holds<Same<typeof cloned extends Estimator<infer _N, infer B> ? B : never, 'cloning'>>()

// The own sample: a pure scale on whole returns, not among survivors, not under a ratio per decision.

const ownWhole = pipe(totalReturn, baseline(batchMean), reduce(meanOverTrajectories))
holds<Same<typeof ownWhole, Estimator<Fresh, 'own sample'>>>()
const ownBefore = pipe(totalReturn, baseline(batchMean), causality, reduce(meanOverTrajectories))
holds<Same<typeof ownBefore, Estimator<Fresh, 'own sample'>>>()
const ownSurvivors = pipe(totalReturn, causality, baseline(batchMean), reduce(meanOverTrajectories))
holds<Same<typeof ownSurvivors, Estimator<Fresh, 'own sample among survivors'>>>()
const ownZero = pipe(totalReturn, causality, baseline(batchMean({ ended: 'zero' })), reduce(meanOverTrajectories))
holds<Same<typeof ownZero, Estimator<Fresh, 'own sample'>>>()
const ownReweighted = pipe(totalReturn, baseline(batchMean), importance(perDecision), reduce(meanOverTrajectories))
holds<Same<typeof ownReweighted, Estimator<Corrected, 'own sample, reweighted'>>>()
const ownShared = pipe(totalReturn, baseline(batchMean), importance(perTrajectory), reduce(meanOverTrajectories))
holds<Same<typeof ownShared, Estimator<Corrected, 'own sample'>>>()
const reinforceGroup = pipe(totalReturn, baseline(batchMean), normalise(batchStd({ ddof: 1, epsilon: 1e-8 })), importance(takenAsOne), reduce(meanOverTrajectories))
holds<Same<typeof reinforceGroup, Estimator<Reward & CompleteEpisodes, 'own sample' | 'divided by a deviation' | 'ratio taken as one'>>>()

const selfNormalised = pipe(totalReturn, importance(perTrajectory), selfNormalise, reduce(meanOverTrajectories))
holds<Same<typeof selfNormalised, Estimator<Corrected, 'self-normalised'>>>()
const truncatedPrefix = pipe(totalReturn, causality, importance(prefix), truncate({ at: 2 }), reduce(meanOverTrajectories))
holds<Same<typeof truncatedPrefix extends Estimator<infer N, infer _B> ? N : never, Corrected>>()

// Stages.

const centred = pipe(totalReturn, baseline(leaveOneOut), baseline(constant(1)))
holds<Same<typeof centred, Weighting<Reward & CompleteEpisodes, never, 'whole return', 'centred'>>>()
const centredToGo = pipe(centred, causality, dropOuterDiscount)
holds<Same<typeof centredToGo, Weighting<Reward & CompleteEpisodes, 'outer discount dropped', 'reward-to-go', 'centred'>>>()
const limitedStep = pipe(totalReturn, causality, importance(perStep), truncate({ at: 2 }))
holds<Same<typeof limitedStep, Weighting<Corrected, 'state distribution' | 'truncation', 'limited step ratio'>>>()

// Combinations.

const summed = pipe(reinforce, plus(cloned))
holds<Same<typeof summed extends Estimator<infer _N, infer B> ? B : never, 'cloning' | 'summed'>>()
const sumOfTwo = pipe(better, plus(clipped))
holds<Same<typeof sumOfTwo, Estimator<Fresh & BehaviourLogProb, 'state distribution' | 'clipping' | 'summed'>>>()
const halved = pipe(reinforce, scale(0.5))
holds<Same<typeof halved, Estimator<Fresh, 'scaled'>>>()
const onceOver = pipe(reinforce, scale(1))
holds<Same<typeof onceOver, Estimator<Fresh, never>>>()
declare const factor: number
const anyScale = pipe(reinforce, scale(factor))
holds<Same<typeof anyScale, Estimator<Fresh, 'scaled'>>>()
const mixed = mix([0.25, reinforce], [0.75, better])
holds<Same<typeof mixed, Estimator<Fresh, never>>>()

// Needs are contravariant, reasons covariant: a list of interchangeable estimators has a type.

export const interchangeable: readonly Estimator<Fresh & BehaviourLogProb, string>[] = [reinforce, better, clipped, halved]
export const any: readonly AnyEstimator[] = [reinforce, gaeOfLess, impala, cloned]
export const decoded: E.Either<readonly Problem[], AnyEstimator> = pipelineFromJson(['totalReturn', { reduce: 'meanOverTrajectories' }])

// Slices, surrogates, directions.

const slices = pipe(totalReturn, causality, importance(perStep), clip({ epsilon: 0.2 }), prepare(meanOverTrajectories))
holds<Same<typeof slices, (batch: Trajectories<Corrected>) => Prepared>>()
const freshSlices = pipe(totalReturn, causality, prepare(meanOverTrajectories))
holds<Same<typeof freshSlices, (batch: Trajectories<Fresh>) => Prepared>>()
const objective = pipe(totalReturn, causality, importance(perStep), clip({ epsilon: 0.2 }), ratioSurrogate(meanOverTrajectories))
holds<Same<typeof objective, (batch: Trajectories<Corrected>) => Surrogate<'ratio'>>>()
const score = surrogate(better)
holds<Same<ReturnType<typeof score>, Surrogate<'score'>>>()
holds<Same<Parameters<typeof score>[0], Trajectories<Fresh & LogProb>>>()
const ascend = estimate(better)
holds<Same<ReturnType<typeof ascend>, Weights>>()
const descend = lossWeights(better)
holds<Same<ReturnType<typeof descend>, LossWeights>>()
fails<Same<Weights, LossWeights>>()

// Point-free: a tail whose words settle the stage by themselves.

const ppoRatio = flow(importance(perStep), clip({ epsilon: 0.2 }))
const viaTail = pipe(totalReturn, causality, ppoRatio, reduce(meanOverTrajectories))
holds<Same<typeof viaTail, Estimator<Corrected, 'state distribution' | 'clipping'>>>()
const whitened = flow(normalise(whitenSteps({ ddof: 0, epsilon: 1e-8 })), importance(perTrajectory))
const viaWhitened = pipe(gae({ lambda: 1 }), whitened, reduce(meanOverTrajectories))
holds<Same<typeof viaWhitened, Estimator<Reward & StateValue & BehaviourLogProb, 'inexact values at cuts' | 'divided by a deviation'>>>()
const finished = flow(importance(perTrajectory), reduce(meanOverTrajectories))
const viaFinished = pipe(totalReturn, finished)
holds<Same<typeof viaFinished, Estimator<Corrected, never>>>()

// Functions of the user's own over weightings, generic in needs and bias.

const centredToGoOf = <N, B extends string>(w: Weighting<N, B, 'whole return'>) => pipe(w, causality, baseline(leaveOneOut))
const viaMine = pipe(totalReturn, centredToGoOf, reduce(meanOverTrajectories))
holds<Same<typeof viaMine, Estimator<Fresh, never>>>()
const doubled = <N, B extends string>(e: Estimator<N, B>) => pipe(e, scale(2))
const viaDoubled = pipe(better, doubled)
holds<Same<typeof viaDoubled, Estimator<Fresh, 'scaled'>>>()
const anyCredit = <N, B extends string, S extends Stage>(w: Weighting<N, B, S>): S => w.stage
holds<Same<ReturnType<typeof anyCredit<Reward, never, 'step credit'>>, 'step credit'>>()

// Words of the user's own, one of each kind, in one pipeline.

const formula = { text: 'x', latex: 'x' }
const mine = reason({ name: 'mine', class: 'biased', because: 'a test', expectation: formula, source: 'a test' })

const novelty = stepCredit({
  word: 'novelty',
  needs: ['novelty'],
  reasons: [mine],
  outer: 'none',
  formula,
  source: 'a test',
  column: (batch) => Float64Array.from(batch.novelty),
})
holds<Same<typeof novelty, Weighting<{ readonly novelty: Column<PerStep> }, 'mine', 'step credit', 'not centred'>>>()

const shaped = returnCredit({ word: 'shaped', needs: ['Reward', 'StateValue'], reasons: [], objective: 'discounted', formula, source: 'a test', reward: (batch) => batch.reward })
holds<Same<typeof shaped, Weighting<Reward & StateValue & CompleteEpisodes, never, 'whole return', 'not centred'>>>()

const ofGroup = baselineOf({
  word: 'ofGroup',
  row: 'baseline',
  needs: ['Group'],
  coupling: 'exchangeable',
  reasons: { whole: [], perStep: [mine] },
  level: ({ batch }) => ({ axis: 'per trajectory', column: batch.group }),
  formula: { whole: formula, perStep: formula },
  source: 'a test',
})
const signs = creditModifier({ word: 'signs', needs: [], coupling: 'none', reasons: [mine], apply: (credit) => credit.map(Math.sign), formula: (c) => c, source: 'a test' })
const everyStep = ratioOf({ word: 'everyStep', stage: 'step ratio', needs: ['RolloutLogProb'], reasons: [], ratio: (log) => Float64Array.from(log), formula, source: 'a test' })
const root = ratioModifier({ word: 'root', needs: [], coupling: 'none', reasons: [mine], apply: (ratio) => ratio.map(Math.sqrt), formula: (r) => r, source: 'a test' })
// A change of the ratio leaves it the step's own only if it says nothing to the contrary.
const rootOf = pipe(totalReturn, importance(perStep), root)
holds<Same<typeof rootOf.stage, 'limited step ratio'>>()
const ratioChange = { word: 'x', needs: [], reasons: [mine], apply: (ratio: Float64Array) => ratio, formula: (r: typeof formula) => r, source: 'a test' } as const
const pointwise = pipe(totalReturn, importance(perStep), ratioModifier({ ...ratioChange, coupling: 'none', pointwise: true }))
holds<Same<typeof pointwise.stage, 'limited step ratio'>>()
const alongTrajectory = pipe(totalReturn, importance(perStep), ratioModifier({ ...ratioChange, coupling: 'none', pointwise: false }))
holds<Same<typeof alongTrajectory.stage, 'limited ratio'>>()
const acrossTrajectories = pipe(totalReturn, importance(perStep), ratioModifier({ ...ratioChange, coupling: 'exchangeable' }))
holds<Same<typeof acrossTrajectories.stage, 'limited ratio'>>()
const inOrder = pipe(totalReturn, importance(perStep), ratioModifier({ ...ratioChange, coupling: 'ordered', pointwise: true }))
holds<Same<typeof inOrder.stage, 'limited ratio'>>()
const coupledOrNot = pipe(totalReturn, importance(perStep), ratioModifier({ ...ratioChange, coupling: 'none' as 'none' | 'exchangeable' }))
holds<Same<typeof coupledOrNot.stage, 'limited ratio'>>()
const masked = weightModifier({ word: 'masked', needs: ['mask'], coupling: 'none', reasons: [], apply: (w, batch) => w.map((x, k) => x * batch.mask[k]), formula: (x) => x, source: 'a test' })
const sum = reductionOf({ word: 'sum', reasons: [mine], coupling: 'none', scale: () => 1, formula, source: 'a test' })

const allMine = pipe(shaped, baseline(ofGroup), causality, signs, importance(everyStep), root, masked, reduce(sum))
holds<
  Same<
    typeof allMine,
    Estimator<
      Reward &
        StateValue &
        CompleteEpisodes &
        Group &
        BehaviourLogProb & { readonly rolloutLogProb: Column<PerStep> } & { readonly mask: Column<PerStep> },
      'mine'
    >
  >
>()

// Data: facts are inferred from what is given.

const fresh = fromSteps({
  discount: 0.99,
  provenance: 'on-policy',
  episodes: 'complete',
  trajectories: [{ reward: [1, 2], behaviourLogProb: [-1, -1], end: terminated }],
})
type Right<T> = T extends E.Right<infer A> ? A : never
type FreshBatch = Right<typeof fresh>
holds<FreshBatch extends Trajectories<Fresh & BehaviourLogProb> ? true : false>()
fails<FreshBatch extends StateValue ? true : false>()
fails<FreshBatch extends OffPolicy ? true : false>()
export const fromFresh: E.Either<readonly Problem[], Weights> = pipe(fresh, E.map(estimate(better)))
export const fromFreshClipped: E.Either<readonly Problem[], Weights> = pipe(fresh, E.map(estimate(clipped)))

const rollout = fromPadded({
  discount: 0.99,
  provenance: 'off-policy',
  episodes: 'segments',
  terminated: [[false, true]],
  reward: [[1, 2]],
  value: [[0, 0]],
  logProb: [[-1, -1]],
  behaviourLogProb: [[-1, -1]],
})
type Rollout = Right<typeof rollout>
holds<Rollout extends Trajectories<Reward & StateValue & BehaviourLogProb & OffPolicy & Segments> ? true : false>()
fails<Rollout extends CompleteEpisodes ? true : false>()
fails<Rollout extends ActionValue ? true : false>()
export const fromRollout: E.Either<readonly Problem[], Weights> = pipe(rollout, E.map(estimate(ppo)))

// Data once reused are off-policy, and keep their other facts.

const again = pipe(fresh, E.chain(reuse({ logProb: [-1, -1.1], version: 1 })))
type Again = Right<typeof again>
holds<Again extends Trajectories<Corrected & OffPolicy> ? true : false>()
fails<Again extends OnPolicy ? true : false>()
export const fromAgain: E.Either<readonly Problem[], Weights> = pipe(again, E.map(estimate(clipped)))

declare const batch: Trajectories<Reward & CompleteEpisodes & OnPolicy>
const picked = select([0])(batch)
holds<Same<typeof picked, typeof batch>>()
export const joined: E.Either<readonly Problem[], Trajectories<Fresh>> = concat(batch)(batch)
export const novel = pipe(
  batch,
  withColumn('novelty', [1]),
  E.map(estimate(pipe(novelty, reduce(meanOverTrajectories)))),
)

// Columns: one per trajectory meets steps through perStepOf alone.

export const spread: Column<PerStep> = returnsToGo(batch, perStepOf(batch, wholeReturns(batch, batch.reward, 1)), 1)

// Exact: what the setting gives is what an estimator may need.

const { mdp } = worlds.rtgRaisesVariance
type Moments = E.Either<readonly Problem[], Exact>
export const exactly: readonly Moments[] = [
  exact({ mdp })(better),
  pipe(clipped, exact({ mdp, sampling: 'behaviour' })),
  pipe(gaeOfOne, exact({ mdp, value: 'exact' })),
  pipe(brought, exact({ mdp, value: 'exact', actionValue: 'exact' })),
  pipe(impala, exact({ mdp, sampling: 'behaviour', value: [[0]] })),
]

// Point-free tails, whose stage is known only when they are applied.

const toGoTail = flow(causality, baseline(leaveOneOut))
const viaToGoTail = pipe(totalReturn, toGoTail, reduce(meanOverTrajectories))
holds<Same<typeof viaToGoTail, Estimator<Reward & CompleteEpisodes & OnPolicy, never>>>()
const finish = flow(causality, reduce(meanOverTrajectories))
const viaFinish = pipe(totalReturn, finish)
holds<Same<typeof viaFinish, Estimator<Reward & CompleteEpisodes & OnPolicy, never>>>()
const clippedTail = flow(causality, baseline(leaveOneOut), importance(perStep), clip({ epsilon: 0.2 }), reduce(meanOverTrajectories))
const viaClippedTail = pipe(totalReturn, clippedTail)
holds<Same<typeof viaClippedTail, Estimator<Corrected, 'state distribution' | 'clipping'>>>()

// A mean of estimators with different needs needs all of them.

const mixedNeeds = mix([0.5, better], [0.5, clipped])
holds<Same<typeof mixedNeeds extends Estimator<infer _N, infer B> ? B : never, 'state distribution' | 'clipping'>>()

// What no stage forbids may end a flow whose stage is still open.

const openEnded = flow(baseline(constant(1)), reduce(meanOverTrajectories))
const viaOpenEnded = pipe(totalReturn, openEnded)
holds<Same<typeof viaOpenEnded, Estimator<Reward & CompleteEpisodes & OnPolicy, never>>>()
