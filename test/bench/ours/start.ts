/** What a user waits for before anything is computed. */
import { spawnSync } from 'node:child_process'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Measure } from '../measure.ts'
import { units } from '../measure.ts'

const root = fileURLToPath(new URL('../../../../', import.meta.url))

/** On all cores, as a user starts it, though this process may be kept on one. */
const freely = spawnSync('taskset', ['--version'], { stdio: 'ignore' }).status === 0 ? ['taskset', '-c', `0-${cpus().length - 1}`] : []

const millisecondsOf = (args: readonly string[]): number => {
  const [command, ...all] = [...freely, process.execPath, ...args]
  const begun = performance.now()
  const { status, stderr } = spawnSync(command, all, { cwd: root, encoding: 'utf8' })
  const spent = performance.now() - begun
  if (status !== 0) throw new Error(`node ${args.join(' ')}: ${stderr}`)
  return spent
}

const module = (code: string): readonly string[] => ['--input-type=module', '--eval', code]
const bare = module('0')

/** Beyond a bare node, which is measured right before. */
const beyondBare = (args: readonly string[]) => () => {
  const without = millisecondsOf(bare)
  return millisecondsOf(args) - without
}

export const measures: readonly Measure[] = [
  { name: 'bare node', unit: units.milliseconds, prepare: () => () => millisecondsOf(bare) },
  ...['estimand', 'estimand/exact', 'estimand/training'].map(
    (name): Measure => ({ name: `import '${name}'`, unit: units.milliseconds, prepare: () => beyondBare(module(`import '${name}'`)) }),
  ),
  {
    name: 'estimand exact, first answer',
    unit: units.milliseconds,
    prepare: () => () => millisecondsOf(['dist/src/cli/main.js', 'exact', '--mdp', 'timestepRatioFlipsSign', '--estimator', 'reinforce']),
  },
]
