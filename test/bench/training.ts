/**
 * The results that training must reach, a line for each seed:
 *
 *     node dist/test/bench/training.js [name ...] [--seeds 1,2,3] [--out FILE]
 *
 * CleanRL's configuration runs to its end, for its rate falls to 0 there; the others stop where they have reached what they must.
 */
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { pipe } from 'fp-ts/lib/function.js'
import { baseline, causality, clip, importance, leaveOneOut, meanOverTrajectories, perStep, recipes, totalReturn } from 'estimand'
import type { Box, Discrete } from 'estimand/environment'
import { acrobot, cartPole, normaliseObservation, pendulum, scaleReward, timeLimit } from 'estimand/environment'
import type { Output } from 'estimand/network'
import { adam, beside, mlp, policyOutput, valueOutput, withLogDeviation } from 'estimand/network'
import type { Floats, Policy } from 'estimand/policy'
import { categorical, gaussian, policyOf } from 'estimand/policy'
import type { Training } from 'estimand/training'
import { cleanRlCartPole, cloning, episodes, evaluate, inMinibatches, ppo, train, wholeBatch } from 'estimand/training'

interface Program {
  /** Mean return of the last 100 episodes that counts as reached. */
  readonly goal: number
  /** What training goes on to, beyond the goal: where a mean first crosses a line it flatters the policy. Default: the goal. */
  readonly until?: number
  readonly mostSteps: number
  readonly begin: (seed: number) => Training
  /** Returns of 100 fresh episodes with the parameters of the moment, moments of observations frozen. */
  readonly judge: (training: Training) => readonly number[]
}

const fresh = { episodes: 100, seed: 987_654 } as const
const meanOf = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0) / x.length
const onCartPole = (policy: () => Policy<Box<readonly [4]>, Discrete<2>, readonly number[]>) => (training: Training) =>
  evaluate(cartPole(), fresh)(policy(), training.parameters()).returns

const cleanRlPolicy = () => cleanRlCartPole({ truncation: 'terminated' }).policy

const wholeCartPole = pipe(cartPole({ steps: Infinity }), timeLimit({ steps: 500, as: 'TimeLimit' }))
const cartPolePolicy = () =>
  policyOf(mlp({ observation: wholeCartPole.observation, hidden: [64], outputs: [policyOutput(2)] }), categorical(2))

const separate = <const Shape extends readonly number[], const P extends number>(observation: Box<Shape>, output: Output<P>) =>
  pipe(
    mlp({ observation, hidden: [64, 64], outputs: [output] }),
    beside(mlp({ observation, hidden: [64, 64], outputs: [valueOutput] })),
  )

const acrobotPolicy = () => policyOf(separate(acrobot().observation, policyOutput(3)), categorical(3))
const pendulumPolicy = () => {
  const shape = { observation: pendulum().observation, hidden: [64, 64] }
  const means = withLogDeviation(mlp({ ...shape, outputs: [policyOutput(1)] }))
  return policyOf(pipe(means, beside(mlp({ ...shape, outputs: [valueOutput] }))), gaussian(1))
}

const programs: Readonly<Record<string, Program>> = {
  'CartPole, REINFORCE leave-one-out': {
    goal: 475,
    mostSteps: 2_000_000,
    begin: (seed) =>
      train({
        sampler: episodes({ environment: wholeCartPole, count: 16, discount: 1 }),
        policy: cartPolePolicy(),
        objective: wholeBatch(recipes.reinforceLoo.estimator),
        optimiser: adam(),
        rate: 0.01,
        seed,
      }),
    judge: onCartPole(cartPolePolicy),
  },
  'CartPole, the same clipped, 4 epochs': {
    goal: 475,
    mostSteps: 2_000_000,
    begin: (seed) =>
      train({
        sampler: episodes({ environment: wholeCartPole, count: 16, discount: 1 }),
        policy: cartPolePolicy(),
        objective: pipe(totalReturn, causality, baseline(leaveOneOut), importance(perStep), clip({ epsilon: 0.2 }), inMinibatches(meanOverTrajectories)),
        optimiser: adam(),
        rate: 0.003,
        epochs: 4,
        seed,
      }),
    judge: onCartPole(cartPolePolicy),
  },
  "CartPole, CleanRL's PPO": {
    goal: 475,
    until: Infinity,
    mostSteps: 500_000,
    begin: (seed) => train({ ...cleanRlCartPole({ truncation: 'terminated' }), seed }),
    judge: onCartPole(cleanRlPolicy),
  },
  "CartPole, CleanRL's PPO, bootstrapped": {
    goal: 475,
    until: Infinity,
    mostSteps: 500_000,
    begin: (seed) => train({ ...cleanRlCartPole({ truncation: 'bootstrapped' }), seed }),
    judge: onCartPole(cleanRlPolicy),
  },
  'Acrobot, PPO, normalised observations': {
    goal: -100,
    mostSteps: 1_000_000,
    begin: (seed) =>
      train({
        ...ppo({ environment: pipe(acrobot(), normaliseObservation({ clip: 10 })), policy: acrobotPolicy(), copies: 16, length: 256, lambda: 0.94, rate: 1e-3, minibatches: 16 }),
        seed,
      }),
    judge: (training) => evaluate(training, fresh).returns,
  },
  'Pendulum, PPO, normalised observations': {
    goal: -250,
    until: -200,
    mostSteps: 2_000_000,
    begin: (seed) => {
      const environment = pipe(pendulum(), normaliseObservation({ clip: 10 }), scaleReward(0.1))
      return train({
        ...ppo({ environment, policy: pendulumPolicy(), copies: 8, length: 256, discount: 0.9, rate: 1e-3, epochs: 10, minibatches: 16 }),
        seed,
      })
    },
    judge: (training) => evaluate(training, fresh).returns,
  },
}

interface Row {
  readonly program: string
  readonly seed: number
  readonly reached: boolean
  readonly updates: number
  readonly steps: number
  readonly seconds: number
  readonly last100: number
  /** Mean return of 100 fresh episodes. */
  readonly fresh100: number
  readonly stepsPerSecond: number
}

const lastOf = (returns: readonly number[]): number => {
  const last = returns.slice(-100)
  return last.length < 100 ? -Infinity : meanOf(last)
}

const run = (program: string, seed: number): Row => {
  const { goal, until = goal, mostSteps, begin, judge } = programs[program]
  const training = begin(seed)
  let returns: readonly number[] = []
  for (const metrics of training) {
    returns = [...returns, ...metrics.returns].slice(-100)
    const last100 = lastOf(returns)
    if (process.env['TRACE'] !== undefined && metrics.update % 10 === 0) console.log(JSON.stringify({ ...metrics, returns: metrics.returns.length, last100 }))
    if (last100 >= until || metrics.steps + 512 > mostSteps) {
      const { update, steps, seconds } = metrics
      return { program, seed, reached: last100 >= goal, updates: update, steps, seconds: Number(seconds.toFixed(2)), last100: Number(last100.toFixed(1)), fresh100: Number(meanOf(judge(training)).toFixed(1)), stepsPerSecond: Math.round(steps / seconds) }
    }
  }
  throw new Error('training has no end of its own')
}

/** A policy trained to the goal, cloned from 20 of its episodes by one that has never acted, and judged by 100 new ones. */
const cloned = (program: string, seed: number): Row => {
  const begun = performance.now()
  const expert = programs['CartPole, REINFORCE leave-one-out'].begin(seed)
  let returns: readonly number[] = []
  while (lastOf(returns) < 490) returns = [...returns, ...expert.next().returns].slice(-100)
  const acts = (policy: ReturnType<typeof cartPolePolicy>, parameters: Floats, count: number, by: number) => evaluate(cartPole(), { episodes: count, seed: by })(policy, parameters)
  const steps = acts(cartPolePolicy(), expert.parameters(), 20, seed + 100)
  const policy = cartPolePolicy()
  const training = train({ ...cloning({ policy, steps }), updates: 30, seed: seed + 200 })
  let learnt = 0
  let updates = 0
  for (const metrics of training) {
    learnt = metrics.steps
    updates = metrics.update
  }
  const last100 = lastOf(acts(policy, training.parameters(), 100, seed + 300).returns)
  const seconds = (performance.now() - begun) / 1000
  return { program, seed, reached: last100 >= 475, updates, steps: learnt, seconds: Number(seconds.toFixed(2)), last100: Number(last100.toFixed(1)), fresh100: Number(last100.toFixed(1)), stepsPerSecond: Math.round(learnt / seconds) }
}

const args = process.argv.slice(2)
const after = (name: string): string | undefined => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined)
const seeds = (after('--seeds') ?? '1,2,3,4,5').split(',').map(Number)
const wanted = args.filter((arg, k) => !arg.startsWith('--') && !args[k - 1]?.startsWith('--'))
const rows: Row[] = []
const cloningName = 'CartPole, cloned from 20 episodes'
for (const program of [...Object.keys(programs), cloningName].filter((name) => wanted.length === 0 || wanted.some((word) => name.includes(word))))
  for (const seed of seeds) {
    const row = program === cloningName ? cloned(program, seed) : run(program, seed)
    rows.push(row)
    console.log(Object.values(row).join('\t'))
  }
const out = after('--out')
if (out !== undefined) writeFileSync(out, `${JSON.stringify({ date: new Date().toISOString().slice(0, 10), node: process.version, machine: `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores; one thread`, rows }, null, 2)}\n`)
