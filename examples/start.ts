/**
 * The tour: five pipelines from REINFORCE to clipped off-policy, what is exactly true of each, three of them trained on CartPole, and a report of it
 * all in one HTML file.
 *
 *     npm start -- [--out FILE] [--seed N] [--steps N]
 */
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { destination, replaceFile } from './tour/destination.ts'
import { enumerated, wholeRatio } from './tour/oracle.ts'
import { progressOn } from './tour/progress.ts'
import { report } from './tour/report.ts'
import { beforeTraining, exactText, pipelinesText, runsText } from './tour/terminal.ts'
import { trained } from './tour/training.ts'

const print = (...lines: readonly string[]): void => console.log(lines.join('\n'))

const refuse = (problem: string): never => {
  console.error(`start: ${problem}\n       npm start -- [--out FILE] [--seed N] [--steps N]`)
  process.exit(2)
}

/** Each pipeline is trained with the seed given and the four after it. */
const options = (() => {
  try {
    const { values } = parseArgs({ options: { out: { type: 'string' }, seed: { type: 'string', default: '1' }, steps: { type: 'string', default: '600000' } } })
    const [seed, steps] = [Number(values.seed), Number(values.steps)]
    if (!(/^\d+$/.test(values.seed) && seed <= 2 ** 31 - 5)) return refuse(`--seed: expected an integer from 0 to 2147483643, got '${values.seed}'`)
    if (!(/^\d+$/.test(values.steps) && steps >= 1)) return refuse(`--steps: expected an integer >= 1, got '${values.steps}'`)
    const out = pipe(destination(values.out, [process.cwd(), tmpdir()]), E.getOrElseW(refuse))
    return { out, seed, steps }
  } catch (error) {
    return refuse((error as Error).message)
  }
})()

const findings = enumerated()
print('', ...pipelinesText(findings), ...exactText(findings), ...beforeTraining)

const { out, seed, steps } = options
const curves = await trained([0, 1, 2, 3, 4].map((k) => seed + k), steps, progressOn(process.stderr))
print(...runsText(curves))

const { version } = createRequire(import.meta.url)('estimand/package.json') as { readonly version: string }
const html = report({
  findings,
  wholeRatio: wholeRatio(),
  curves,
  command: `npm start -- --seed ${seed} --steps ${steps}`,
  versions: `estimand ${version}, Node ${process.version}, ${process.platform} ${process.arch}`,
})
try {
  replaceFile(out, html)
} catch (error) {
  refuse(`the report was not written: ${(error as Error).message}`)
}
print(`report: ${out}`, 'next:   npm run example -- 01')
