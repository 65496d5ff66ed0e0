/**
 * The tour: five pipelines from REINFORCE to clipped off-policy, what is exactly true of each, the first and the last trained on CartPole, and a
 * report of it all in one HTML file.
 *
 *     npm start -- [--out FILE] [--seed N] [--steps N]
 */
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { explain } from 'estimand'
import { enumerated, gradientNorm } from './tour/oracle.ts'
import { formulaOf, typeOf } from './tour/pipelines.ts'
import { report, shownNumber } from './tour/report.ts'
import { trained } from './tour/training.ts'

const print = (...lines: readonly string[]): void => console.log(lines.join('\n'))

const options = (() => {
  try {
    const { values } = parseArgs({ options: { out: { type: 'string', default: 'estimand-tour.html' }, seed: { type: 'string', default: '1' }, steps: { type: 'string', default: '600000' } } })
    const [seed, steps] = [Number(values.seed), Number(values.steps)]
    if (!Number.isInteger(seed)) throw new TypeError(`--seed: expected an integer, got '${values.seed}'`)
    if (!(Number.isInteger(steps) && steps >= 1)) throw new TypeError(`--steps: expected an integer >= 1, got '${values.steps}'`)
    return { out: resolve(values.out), seed, steps }
  } catch (error) {
    console.error(`start: ${(error as Error).message}; npm start -- [--out FILE] [--seed N] [--steps N]`)
    process.exit(2)
  }
})()

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

const findings = enumerated()
print(
  '',
  'estimand: what does a policy-gradient estimator estimate?',
  '',
  'Nearly every one is a weight per step,   ghat = sum_i sum_t W_it grad log pi(a_it|s_it).',
  'Five of them follow, each one word away from the one before. A type says what data a pipeline',
  'needs and how it is biased; never: not at all, given support.',
  '',
  ...findings.flatMap(({ stop }, k) => [
    `${k + 1}  ${stop.name}`,
    ...labelled('', stop.says),
    ...labelled('code', `pipe(${stop.words.join(', ')})`),
    ...labelled('W_it', formulaOf(stop)),
    ...labelled('type', typeOf(stop.estimator)),
    ...explain(stop.estimator).bias.flatMap((reason, j) => labelled(j === 0 ? 'bias' : '', `${reason.name}: ${reason.because}`)),
    '',
  ]),
  'Exactly, by going through every pair of trajectories: no seeds, no error bars',
  '',
  '   CliffWalking, 4 steps from the field diagonal to the goal; pi leans right and down the cliff.',
  '   Rows 1 to 3 on data of pi, rows 4 and 5 on data of mu, which is uniform. Batches of 2.',
  `   Bias and noise as shares of |grad J| = ${gradientNorm.toFixed(1)}; cosine: of expectation and grad J.`,
  '',
  `   ${''.padEnd(18)}${['bias', 'noise', 'cosine'].map((head) => head.padStart(9)).join('')}`,
  ...findings.map(({ stop, bias, noise, cosine }, k) => `   ${`${k + 1}  ${stop.name}`.padEnd(18)}${[bias, noise, cosine].map((x) => shownNumber(x).padStart(9)).join('')}`),
  '',
  'The first and the last, trained on CartPole until the last 100 episodes return 475',
  '',
)

const curves = await trained([0, 1, 2].map((k) => options.seed + k), options.steps, process.stderr)
print(
  '',
  `   ${''.padEnd(20)}${['seed', 'steps', 'updates', 'seconds'].map((head) => head.padStart(9)).join('')}`,
  ...curves.map(({ name, seed, solved, points, seconds }) => {
    const cells = [seed, solved ?? 'unsolved', points.length, seconds.toFixed(1)]
    return `   ${name.padEnd(20)}${cells.map((cell) => String(cell).padStart(9)).join('')}`
  }),
  '',
)

const { version } = createRequire(import.meta.url)('estimand/package.json') as { readonly version: string }
const { out, seed, steps } = options
const html = report({
  findings,
  curves,
  command: `npm start -- --seed ${seed} --steps ${steps}`,
  versions: `estimand ${version}, Node ${process.version}, ${process.platform} ${process.arch}`,
})
try {
  // A new file that is renamed: whoever looks sees a whole report or the last one.
  writeFileSync(`${out}.new`, html)
  renameSync(`${out}.new`, out)
} catch (error) {
  rmSync(`${out}.new`, { force: true })
  console.error(`start: the report was not written: ${(error as Error).message}; take another file with --out FILE`)
  process.exit(2)
}
print(`report: ${out}`, 'next:   npm run example -- 01')
