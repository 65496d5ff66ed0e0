import { explain } from 'estimand'
import { gradientNorm, shownNumber } from './oracle.ts'
import type { Findings } from './oracle.ts'
import { codeOf, formulaOf, typeOf } from './pipelines.ts'
import type { Curve } from './training.ts'
import { namesIn, seedsIn, solvedAt } from './training.ts'

const width = 97

/** Lines `   label  text`, broken between the pieces of the text; what does not fit goes on below. */
const labelled = (label: string, pieces: readonly string[]): readonly string[] => {
  const lines: string[] = []
  for (const piece of pieces) {
    const last = lines.at(-1)
    if (last === undefined || 10 + last.length + 1 + piece.length > width) lines.push(piece)
    else lines[lines.length - 1] = `${last} ${piece}`
  }
  return lines.map((line, k) => `   ${(k === 0 ? label : '').padEnd(7)}${line}`)
}

const words = (text: string): readonly string[] => text.split(' ')

/** What a line of code or a type may be broken after. */
const pieces = (code: string): readonly string[] => code.split(/(?<=[,&|]) /)

/** Each pipeline: what it says, its code, formula, type and biases. */
export const pipelinesText = (findings: readonly Findings[]): readonly string[] => [
  'estimand: what does a policy-gradient estimator estimate?',
  '',
  'Nearly every one is a weight per step,   ghat = sum_i sum_t W_it grad log pi(a_it|s_it).',
  'Five of them follow, each one word away from the one before. A type says what data a pipeline',
  'needs and how it is biased; never: not at all, given support.',
  '',
  ...findings.flatMap(({ stop }, k) => [
    `${k + 1}  ${stop.name}`,
    ...labelled('', words(stop.says)),
    ...labelled('code', pieces(codeOf(stop))),
    ...labelled('W_it', [formulaOf(stop)]),
    ...labelled('type', pieces(typeOf(stop.estimator))),
    ...explain(stop.estimator).bias.flatMap(({ name, because }, j) => labelled(j === 0 ? 'bias' : '', words(`${name}: ${because}`))),
    '',
  ]),
]

const row = (name: string, cells: readonly (string | number)[]): string => `   ${name.padEnd(18)}${cells.map((cell) => String(cell).padStart(10)).join('')}`

/** What is exactly true of each. */
export const exactText = (findings: readonly Findings[]): readonly string[] => [
  'Exactly, by going through every pair of trajectories: no seeds, no error bars',
  '',
  '   CliffWalking, 4 steps from the field diagonal to the goal; pi leans right and down the cliff.',
  '   Rows 1 to 3 on data of pi, rows 4 and 5 on data of mu, which is uniform. Batches of 2.',
  `   Bias: |E ghat - grad J|; noise: root of the summed variances; both as shares of |grad J| = ${gradientNorm.toFixed(1)}.`,
  '   Cosine: of the angle between E ghat and grad J.',
  '',
  row('', ['bias', 'noise', 'cosine']),
  ...findings.map(({ stop, bias, noise, cosine }, k) => row(`${k + 1}  ${stop.name}`, [bias, noise, cosine].map(shownNumber))),
  '',
]

export const beforeTraining: readonly string[] = [`The first, the third and the last, trained on CartPole until the last 100 episodes return ${solvedAt} in the mean`, '']

/** The steps that each run took; more than it had, where they were not enough. */
export const runsText = (curves: readonly Curve[]): readonly string[] => [
  '',
  row('steps, by seed', seedsIn(curves)),
  ...namesIn(curves).map((name) => row(name, curves.filter((curve) => curve.name === name).map(({ solved, steps }) => solved ? steps : `> ${steps}`))),
  '',
]
