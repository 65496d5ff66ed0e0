/** From REINFORCE to clipped off-policy, one word at a time: formulas, types, and what is exactly true of each in three worlds. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import {
  baseline,
  causality,
  clip,
  describeProblems,
  explain,
  importance,
  leaveOneOut,
  meanOverTrajectories,
  perDecision,
  perStep,
  perTrajectory,
  reduce,
  totalReturn,
} from 'estimand'
import type { AllFacts, BehaviourLogProb, CompleteEpisodes, Estimator, OnPolicy, Problem, Reward } from 'estimand'
import { cliffWalking, exact, exactOfAll, frozenLake, truth, worlds } from 'estimand/exact'
import type { Exact, Mdp } from 'estimand/exact'

const refuse = (problems: readonly Problem[]): never => {
  throw new TypeError(describeProblems(problems))
}

// What each pipeline needs and how it is biased is in its type. The compiler holds these annotations to account.
type FromOwnData<Bias extends string> = Estimator<Reward & CompleteEpisodes & OnPolicy, Bias>
type FromOtherData<Bias extends string> = Estimator<Reward & CompleteEpisodes & BehaviourLogProb, Bias>

const credit = pipe(totalReturn, causality, baseline(leaveOneOut))
const reinforce: FromOwnData<never> = pipe(totalReturn, reduce(meanOverTrajectories))
const rewardToGo: FromOwnData<never> = pipe(totalReturn, causality, reduce(meanOverTrajectories))
const compared: FromOwnData<never> = pipe(credit, reduce(meanOverTrajectories))
const wholeRatio: FromOtherData<never> = pipe(credit, importance(perTrajectory), reduce(meanOverTrajectories))
const ratioPerReward: FromOtherData<never> = pipe(credit, importance(perDecision), reduce(meanOverTrajectories))
const ratioPerStep: FromOtherData<'state distribution'> = pipe(credit, importance(perStep), reduce(meanOverTrajectories))
const clipped: FromOtherData<'state distribution' | 'clipping'> = pipe(
  credit,
  importance(perStep),
  clip({ epsilon: 0.2 }),
  reduce(meanOverTrajectories),
)

interface Row {
  readonly name: string
  readonly says: string
  readonly e: Estimator<AllFacts, string>
}
const onPolicy: readonly Row[] = [
  { name: 'REINFORCE', says: 'Every action of a trajectory is credited with all that the trajectory earned.', e: reinforce },
  { name: '+ causality', says: 'An action is credited only with what was earned from it on.', e: rewardToGo },
  { name: '+ leaveOneOut', says: 'What it earned is compared with what the other trajectories of the batch earned.', e: compared },
]
const offPolicy: readonly Row[] = [
  { name: '+ perTrajectory', says: 'Data of another policy mu: each trajectory counts pi(tau) / mu(tau) times.', e: wholeRatio },
  { name: '+ perDecision', says: 'Each reward has the ratio of the decisions that led to it, and no later ones.', e: ratioPerReward },
  { name: '+ perStep', says: "Only the action's own ratio. Quieter, and what PPO uses; the state's is forgotten.", e: ratioPerStep },
  { name: '+ clip', says: 'No weight once the ratio has left 0.8 to 1.2 in the direction of the credit.', e: clipped },
]

const print = (...lines: readonly string[]): void => console.log(lines.join('\n'))
const length = (x: readonly number[]): number => Math.hypot(...x)
const cosine = (x: readonly number[], y: readonly number[]): number =>
  x.reduce((sum, v, k) => sum + v * y[k], 0) / (length(x) * length(y))

/** A type as one would write it: the facts of the needs, and the reasons or never. */
const typeOf = ({ needs, reasons }: Row['e']): string =>
  `Estimator<${needs.join(' & ')}, ${reasons.map(({ name }) => `'${name}'`).join(' | ') || 'never'}>`

const inWords: Readonly<Record<string, string>> = {
  Reward: 'rewards',
  CompleteEpisodes: 'whole episodes',
  OnPolicy: 'data of the policy itself, as it is now',
  BehaviourLogProb: 'log-probs recorded when the actions were drawn',
}

/** A line `label   text`, broken at spaces; what does not fit goes on below the text. */
const labelled = (label: string, text: string): readonly string[] => {
  const lines = ['']
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1]
    if (last !== '' && last.length + word.length > 87) lines.push(word)
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`
  }
  return lines.map((line, k) => `   ${(k === 0 ? label : '').padEnd(7)}${line}`)
}

const block = ({ name, says, e }: Row, k: number): readonly string[] => {
  const { weight, needs, bias } = explain(e)
  return [
    `${k + 1}  ${name}`,
    `   ${says}`,
    ...labelled('W_it', weight.text),
    ...labelled('type', typeOf(e)),
    ...labelled('needs', needs.map((need) => inWords[need] ?? need).join(', ')),
    ...(bias.length === 0
      ? labelled('bias', 'none: E ghat = grad J')
      : bias.flatMap((r, j) => labelled(j === 0 ? 'bias' : '', `${r.name}: ${r.because}`))),
    '',
  ]
}

/** The exact moments of all pipelines in a world, each on data of the policy that it is made for. Batches of two trajectories. */
const moments = (mdp: Mdp): readonly Exact[] =>
  [
    exactOfAll({ mdp, batchSize: 2 })(onPolicy.map(({ e }) => e)),
    exactOfAll({ mdp, batchSize: 2, sampling: 'behaviour' })(offPolicy.map(({ e }) => e)),
  ].flatMap(E.getOrElseW(refuse))

const number = (x: number): string => (Math.abs(x) < 1e-10 ? '0' : Math.abs(x) >= 100 ? x.toFixed(0) : x.toPrecision(3))
const cells = ({ bias, covTrace, expectation, target }: Exact): readonly string[] => [
  number(length(bias)),
  number(covTrace),
  cosine(expectation, target.value).toFixed(2),
]

const table = (worldNames: readonly string[], columns: readonly (readonly Exact[])[]): readonly string[] => {
  const width = 27
  const line = (first: string, rest: readonly (readonly string[])[]) =>
    `   ${first.padEnd(18)}${rest.map((three) => three.map((cell) => cell.padStart(width / 3)).join('').padEnd(width + 3)).join('')}`.trimEnd()
  return [
    `   ${''.padEnd(18)}${worldNames.map((name) => `   ${name}`.padEnd(width + 3)).join('')}`.trimEnd(),
    line('', columns.map(() => ['|bias|', 'variance', 'cosine'])),
    ...[...onPolicy, ...offPolicy].map(({ name }, k) => line(`${k + 1}  ${name}`, columns.map((all) => cells(all[k])))),
  ]
}

const vector = (x: readonly number[]): string => `(${x.map((v) => (Math.abs(v) < 1e-10 ? 0 : v).toFixed(4).padStart(7)).join(', ')})`

print(
  '',
  'estimand: what does a policy-gradient estimator estimate?',
  '',
  'Nearly every one is a weight per step,   ghat = sum_i sum_t W_it grad log pi(a_it|s_it).',
  'Seven of them follow, each one word away from the one before. A type says what data a pipeline',
  'needs and how it is biased; never: not at all, given support.',
  '',
  ...[...onPolicy, ...offPolicy].flatMap(block),
)

const lean = (states: number) => ({ theta: Array.from({ length: states }, () => [0, 1, 1, 0]), thetaBehaviour: Array.from({ length: states }, () => [0, 0, 0, 0]) })
const lake = pipe(frozenLake({ start: 14, horizon: 2, discount: 0.9, ...lean(16) }), E.getOrElseW(refuse))
const cliff = pipe(cliffWalking({ start: 34, horizon: 4, discount: 0.9, ...lean(48) }), E.getOrElseW(refuse))
const [onLake, onCliff] = [moments(lake), moments(cliff)]

print(
  'Exactly, by going through every pair of trajectories: no seeds, no error bars',
  '',
  '   FrozenLake     4x4, slippery, from the field beside the goal, 2 steps; pi leans down and right',
  '   CliffWalking   from the field diagonal to the goal, 4 steps; pi leans right and down the cliff',
  '   Rows 1 to 3 on data of pi, rows 4 to 7 on data of mu, which is uniform. Batches of 2.',
  `   |grad J| is ${number(length(truth(lake).gradJ))} on the lake, ${number(length(truth(cliff).gradJ))} on the cliff. cosine: of expectation and grad J.`,
  '',
  ...table(['FrozenLake', 'CliffWalking'], [onLake, onCliff]),
  '',
)

const three = pipe(compared, exact({ mdp: lake, batchSize: 3, limit: 2_000_000 }), E.getOrElseW(refuse)).covTrace

print(
  '   The lake pays once, at the end: causality has nothing to drop there. On the cliff it has.',
  '   leaveOneOut has a single other trajectory to compare with at N = 2, a noisy one. On the lake N',
  `   times the variance is ${number(2 * onLake[0].covTrace)} without it, ${number(2 * onLake[2].covTrace)} with it at N = 2, and ${number(3 * three)} at N = 3.`,
  '   The ratio of the step alone costs little on the lake. clip has the least variance there, and the',
  '   wrong direction: pi has moved so far that every ratio is 1.46 or 0.54, beyond the band, and the',
  '   steps that keep weight are those that would undo the move.',
  '',
)

const flip = worlds.timestepRatioFlipsSign.mdp
const onFlip = moments(flip)
const firstState = (x: readonly number[]): string => vector(x.slice(0, 4))

print(
  'Where the ratio of the step alone turns the update around',
  '',
  '   Quit for 0.5, or go on to a second choice that pays 1 or -1. pi chooses well there, in 95',
  '   of 100; mu, who sampled the data, in 10 of 100. pi should go on; what mu got says quit.',
  '',
  `   ${'grad J'.padEnd(22)}${firstState(onFlip[0].target.value)}`,
  ...[3, 5, 6].map((k) => {
    const { expectation, target } = onFlip[k]
    return `   ${`E ghat ${[...onPolicy, ...offPolicy][k].name.slice(2)}`.padEnd(22)}${firstState(expectation)}   cosine ${cosine(expectation, target.value).toFixed(2).padStart(5)}`
  }),
  '',
  '   components: go on, quit; then good choice, bad choice',
  '',
  'next: npm run example -- 01',
)
