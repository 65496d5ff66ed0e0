/**
 * One training, timed from before its networks are made to its last update, as a line of JSON:
 *
 *     node dist/test/bench/ours/training.js ppo --seed 1 --steps 500000
 *     node dist/test/bench/ours/training.js reinforce --seed 1 --steps 60000
 */
import { parseArgs } from 'node:util'
import { pipe } from 'fp-ts/lib/function.js'
import { cartPole, timeLimit } from 'estimand/environment'
import { mlp, policyOutput } from 'estimand/network'
import { categorical, policyOf } from 'estimand/policy'
import { cleanRlCartPole, reinforceLoo, train } from 'estimand/training'
import type { Metrics } from 'estimand/training'
import { clock } from '../measure.ts'

const goal = 475
const window = 100

/** CleanRL's ppo.py, number for number, and with values of what follows a cut; 16 episodes in lock-step for REINFORCE, as peers/reinforce_torch.py has them. */
const programs: Readonly<Record<string, (seed: number, steps: number) => Iterable<Metrics>>> = {
  ppo: (seed, steps) => train({ ...cleanRlCartPole({ truncation: 'terminated', steps }), seed }),
  bootstrapped: (seed, steps) => train({ ...cleanRlCartPole({ truncation: 'bootstrapped', steps }), seed }),
  reinforce: (seed) => {
    const environment = pipe(cartPole({ steps: Infinity }), timeLimit({ steps: 500, as: 'TimeLimit' }))
    const policy = policyOf(mlp({ observation: environment.observation, hidden: [64, 64], outputs: [policyOutput(2)] }), categorical(2))
    return train({ ...reinforceLoo({ environment, policy, count: 16, discount: 0.99 }), seed })
  },
}

const { positionals, values } = parseArgs({ allowPositionals: true, options: { seed: { type: 'string', default: '1' }, steps: { type: 'string', default: '100000' } } })
const begin = programs[positionals[0]]
if (begin === undefined) throw new RangeError(`expected one of ${Object.keys(programs).join(', ')}, got ${positionals[0]}`)
const most = Number(values.steps)

const wall = clock.wall()
const cpu = clock.cpu()
let returns: readonly number[] = []
let steps = 0
let stepsTo475: number | null = null
for (const metrics of begin(Number(values.seed), most)) {
  returns = [...returns, ...metrics.returns].slice(-window)
  steps = metrics.steps
  // At the end of the update, and so never earlier than it was.
  if (stepsTo475 === null && returns.length === window && returns.reduce((a, b) => a + b, 0) / window >= goal) stepsTo475 = steps
  if (steps >= most) break
}
const seconds = clock.wall() - wall
const cpuSeconds = clock.cpu() - cpu
console.log(
  JSON.stringify({
    value: steps / seconds,
    cpu: steps / cpuSeconds,
    stepsTo475,
    seconds,
    last100: returns.reduce((a, b) => a + b, 0) / returns.length,
  }),
)
