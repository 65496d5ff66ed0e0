import { pipe } from 'fp-ts/lib/function.js'
import { baseline, causality, clip, explain, importance, leaveOneOut, meanOverTrajectories, perStep, reduce, totalReturn } from 'estimand'
import type { AllFacts, BehaviourLogProb, CompleteEpisodes, Estimator, OnPolicy, Reward } from 'estimand'

// What each pipeline needs and how it is biased is in its type. The compiler holds these annotations to account.
type FromOwnData<Bias extends string> = Estimator<Reward & CompleteEpisodes & OnPolicy, Bias>
type FromOtherData<Bias extends string> = Estimator<Reward & CompleteEpisodes & BehaviourLogProb, Bias>

export const reinforce: FromOwnData<never> = pipe(totalReturn, reduce(meanOverTrajectories))
const rewardToGo: FromOwnData<never> = pipe(totalReturn, causality, reduce(meanOverTrajectories))
export const compared: FromOwnData<never> = pipe(totalReturn, causality, baseline(leaveOneOut), reduce(meanOverTrajectories))
const reweighted: FromOtherData<'state distribution'> = pipe(
  totalReturn,
  causality,
  baseline(leaveOneOut),
  importance(perStep),
  reduce(meanOverTrajectories),
)
export const clipped: FromOtherData<'state distribution' | 'clipping'> = pipe(
  totalReturn,
  causality,
  baseline(leaveOneOut),
  importance(perStep),
  clip({ epsilon: 0.2 }),
  reduce(meanOverTrajectories),
)

/** One pipeline of the tour, and the word that makes it of the one before. */
export interface Stop {
  readonly name: string
  readonly says: string
  /** The words of the pipeline as they are written, from credit to reduction. */
  readonly words: readonly string[]
  /** Which of them is new. */
  readonly added: string
  readonly data: 'its own' | "another policy's"
  readonly estimator: Estimator<AllFacts, string>
}

const end = 'reduce(meanOverTrajectories)'

export const stops: readonly Stop[] = [
  {
    name: 'REINFORCE',
    says: 'Every action of a trajectory is credited with all that the trajectory earned.',
    words: ['totalReturn', end],
    added: 'totalReturn',
    data: 'its own',
    estimator: reinforce,
  },
  {
    name: '+ causality',
    says: 'An action is credited only with what was earned from it on: what came before, it cannot have earned.',
    words: ['totalReturn', 'causality', end],
    added: 'causality',
    data: 'its own',
    estimator: rewardToGo,
  },
  {
    name: '+ baseline',
    says: 'What it earned is compared with what the other trajectories of the batch earned. Leaving the own one out keeps it unbiased.',
    words: ['totalReturn', 'causality', 'baseline(leaveOneOut)', end],
    added: 'baseline(leaveOneOut)',
    data: 'its own',
    estimator: compared,
  },
  {
    name: '+ importance',
    says: "Data of another policy, such as one's own of a few steps ago. Each action counts pi / mu times; how its state was reached is forgotten.",
    words: ['totalReturn', 'causality', 'baseline(leaveOneOut)', 'importance(perStep)', end],
    added: 'importance(perStep)',
    data: "another policy's",
    estimator: reweighted,
  },
  {
    name: '+ clip',
    says: 'No weight once the ratio has left 0.8 to 1.2 in the direction of the credit: the surrogate of PPO. A brake, not a bound.',
    words: ['totalReturn', 'causality', 'baseline(leaveOneOut)', 'importance(perStep)', 'clip({ epsilon: 0.2 })', end],
    added: 'clip({ epsilon: 0.2 })',
    data: "another policy's",
    estimator: clipped,
  },
]

/** A pipeline as one would write it. */
export const codeOf = ({ words }: Stop): string => `pipe(${words.join(', ')})`

/** A type as one would write it: the facts of the needs, and the reasons or never. */
export const typeOf = ({ needs, reasons }: Stop['estimator']): string =>
  `Estimator<${needs.join(' & ')}, ${reasons.map(({ name }) => `'${name}'`).join(' | ') || 'never'}>`

export const formulaOf = ({ estimator }: Stop): string => explain(estimator).weight.text
