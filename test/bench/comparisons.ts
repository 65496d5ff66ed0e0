/** What is compared with what, and what would content us. */
import type { Comparison, Goal, Reading, Side } from './comparison.ts'
import { atLeast, atMost } from './comparison.ts'
import type { Unit } from './measure.ts'
import { units } from './measure.ts'
import { environmentNames } from './ours/environments.ts'
import { horizons, nameOf as horizonName } from './ours/exact.ts'
import { nameOf as updateName, sizes as updateSizes } from './ours/updates.ts'
import { growth, kernelNames, nameOf as sizeName, sizes } from './ours/weights.ts'

const here = (name: string, measure: string): Side => ({ name, from: 'here', measure })
const python = (name: string, measure: string): Side => ({ name, from: 'python', measure })
const reading = (unit: Unit, ...goals: readonly Goal[]): Reading => ({ key: 'value', unit, goals })
const byCpu = (unit: Unit): Reading => ({ key: 'cpu', unit: { ...unit, name: `${unit.name} of CPU time` }, goals: [] })
const both = (unit: Unit, ...goals: readonly Goal[]): readonly Reading[] => [reading(unit, ...goals), byCpu(unit)]

const megabytes: Unit = { ...units.milliseconds, name: 'MB' }
const cartPole = 'CartPole-v1'
const program = (name: string, steps: number) => ({ from: 'program', script: 'ours/training.js', args: [name, '--seed', '{seed}', '--steps', String(steps)] }) as const
const torchProgram = (script: string, steps: number): Side => ({ name: 'torch', from: 'python program', script, args: ['--seed', '{seed}', '--steps', String(steps)] })
const cleanRl = (steps: number): Side => ({
  name: 'CleanRL',
  from: 'python program',
  script: 'cleanrl.py',
  cleanRl: 'ppo.py',
  args: ['ppo.py', '--seed', '{seed}', '--total-timesteps', String(steps)],
})

const cleanRlsSteps = (name: string, ours: string, note: string): Comparison => ({
  name: `${name}, ${cartPole}, 500k steps`,
  group: 'training',
  note,
  ours: program(ours, 500_000),
  others: [cleanRl(500_000)],
  readings: [...both(units.stepsPerSecond, atLeast(20, 'CleanRL')), { key: 'stepsTo475', unit: { ...units.steps, name: 'steps to a mean return of 475' }, goals: [atMost(1, 'CleanRL')] }],
  rounds: 5,
})

const training: readonly Comparison[] = [
  cleanRlsSteps('PPO', 'ppo', "CleanRL's hyperparameters; CleanRL is its own ppo.py. A new process for each seed, timed without imports."),
  cleanRlsSteps('PPO bootstrapped', 'bootstrapped', 'The same, where an episode that the horizon cuts goes on in the value of what follows; CleanRL takes the cut for a terminal state.'),
  {
    name: `PPO, ${cartPole}, 100k steps`,
    group: 'training',
    note: "The same in a fifth of the steps; torch is a plain script with CleanRL's hyperparameters.",
    ours: program('ppo', 100_000),
    others: [cleanRl(100_000), torchProgram('ppo_torch.py', 100_000)],
    readings: both(units.stepsPerSecond, atLeast(15, 'CleanRL'), atLeast(10, 'torch')),
    rounds: 3,
  },
  {
    name: `REINFORCE, ${cartPole}, 60k steps`,
    group: 'training',
    note: 'Leave-one-out, 16 episodes in lock-step, 4-64-64-2; torch is a plain script that also steps them together.',
    ours: program('reinforce', 60_000),
    others: [torchProgram('reinforce_torch.py', 60_000)],
    readings: both(units.stepsPerSecond, atLeast(5, 'torch')),
    rounds: 5,
  },
]

const torches = ['torch', 'torch foreach', 'torch fused']
const updates = updateSizes.map((size): Comparison => {
  const name = updateName(size)
  return {
    name: `actor update ${name}`,
    group: 'updates',
    note: "Forward, clipped surrogate, backward, Adam, float32; torch with each form of its Adam, numpy with gradients by hand. All sides' logits agree after 20 steps.",
    ours: { from: 'here', measure: `update ${name}` },
    others: [...torches, 'numpy'].map((peer) => python(peer, `${peer} update ${name}`)),
    readings: both(units.microsecondsPerUpdate, ...(size.H === 64 ? [atMost(size.B <= 128 ? 0.4 : 1, ...torches)] : [])),
  }
})

/** Goals of the weights: at most so many times numba, and numpy. */
const bounds: Readonly<Record<string, number>> = { 'reward-to-go': 0.25, GAE: 0.25, 'V-trace': 0.7, 'clipped surrogate': 0.7, 'token-level loss': 0.7 }
const weights = kernelNames.flatMap((kernel) =>
  sizes.map((size): Comparison => {
    const name = `${kernel} ${sizeName(size)}`
    return {
      name,
      group: 'weights',
      note: 'Steps x episodes, from log-probs where there is a ratio. Ours are float64, complete and checked to be finite; theirs are float32 where nothing is said. All sides agree on the sum of the sizes.',
      ours: { from: 'here', measure: name },
      others: [
        ...['numba', 'numba float64', 'numpy', 'torch'].map((peer) => python(peer, `${peer} ${name}`)),
        ...(kernel === 'reward-to-go' ? [here('a loop by hand', `by hand: ${name}`)] : []),
      ],
      readings: both(units.nanosecondsPerElement, atMost(1, 'numba'), atMost(bounds[kernel], 'numpy')),
    }
  }),
)

const growing = growth.map((size): Comparison => {
  const name = `GAE ${sizeName(size)}`
  const steps = size.T * size.N
  return {
    name: `GAE of ${steps.toExponential(0).replace('+', '')} steps`,
    group: 'growth',
    note: 'Episodes of 100 steps. What an element costs must not grow.',
    ours: { from: 'here', measure: name },
    others: [],
    readings: [reading(units.nanosecondsPerElement)],
    // Several columns of 800 MB.
    ...(steps > 1e7 ? { onRequest: true, rounds: 3 } : {}),
  }
})

const environments: readonly Comparison[] = [
  ...environmentNames.map((name): Comparison => {
    const others = [
      python('gymnasium', `gymnasium single ${name}`),
      python('gymnasium unwrapped', `gymnasium unwrapped ${name}`),
      python('gymnasium sync', `gymnasium sync ${name}, 8 copies`),
      ...(name === cartPole ? [python('gymnasium native', `gymnasium native ${name}, 8 copies`)] : []),
    ]
    return {
      name: `${name}, 8 copies`,
      group: 'environments',
      note: 'Random actions, drawn beforehand. gymnasium and gymnasium unwrapped are a single copy, the others eight.',
      ours: { from: 'here', measure: `${name}, 8 copies` },
      others,
      readings: both(units.stepsPerSecond, atLeast(20, ...others.map((side) => side.name))),
    }
  }),
  {
    name: `${cartPole}, 1024 copies`,
    group: 'environments',
    note: 'Random actions, drawn beforehand.',
    ours: { from: 'here', measure: `${cartPole}, 1024 copies` },
    others: [python('gymnasium native', `gymnasium native ${cartPole}, 1024 copies`)],
    readings: both(units.stepsPerSecond, atLeast(1, 'gymnasium native')),
  },
]

const oracle: readonly Comparison[] = [
  ...horizons.map((T): Comparison => ({
    name: horizonName(T),
    group: 'exact',
    note: `${3 ** (2 * T)} trajectories, with three modifiers and exact values.`,
    ours: { from: 'here', measure: horizonName(T) },
    others: [],
    readings: [reading(units.trajectoriesPerSecond, ...(T === 4 ? [atLeast(5)] : []))],
    ...(T > 5 ? { rounds: 3 } : {}),
  })),
  {
    name: 'exact, FrozenLake, horizon 5',
    group: 'exact',
    note: '78654 trajectories, reward-to-go.',
    ours: { from: 'here', measure: 'exact, FrozenLake, horizon 5' },
    others: [],
    readings: [reading(units.trajectoriesPerSecond)],
  },
]

const overheadName = 'PPO on CartPole, 4 x 128 steps'
/** A step may take 1.02 times as long. */
const leastSpeed = 0.98
const overhead: Comparison = {
  name: `${overheadName}, by pipeline`,
  group: 'overhead',
  note: 'The same program with its weights by hand in place of the pipeline, and all by hand from sampling to metrics; networks, optimiser and environment are the same. Their parameters agree (a test).',
  ours: { from: 'here', measure: `${overheadName}, by pipeline` },
  others: ['weights by hand', 'all by hand'].map((name) => here(name, `${overheadName}, ${name}`)),
  readings: both(units.stepsPerSecond, atLeast(leastSpeed, 'weights by hand'), atLeast(leastSpeed, 'all by hand')),
  // A fiftieth is to be seen.
  rounds: 25,
}

const memory = ['CartPole', 'PPO on CartPole'].map((name): Comparison => {
  const measure = `memory grown by 1e6 steps, ${name}`
  return {
    name: measure,
    group: 'growth',
    note: 'What is held after collecting garbage, less what was held before.',
    ours: { from: 'here', measure },
    others: [],
    readings: [reading(megabytes)],
    // One, as each is a million steps.
    rounds: 1,
  }
})

const start: readonly Comparison[] = [
  ...[{ name: "import 'estimand'", goal: 50 }, { name: "import 'estimand/exact'" }, { name: "import 'estimand/training'" }].map(
    ({ name, goal }): Comparison => ({
      name,
      group: 'start',
      note: 'Beyond a bare node, which is started right before; on all cores.',
      ours: { from: 'here', measure: name },
      others: [],
      readings: [reading(units.milliseconds, ...(goal === undefined ? [] : [atMost(goal)]))],
      rounds: 15,
    }),
  ),
  {
    name: 'estimand exact, first answer',
    group: 'start',
    note: 'The command line, from the start of the process to its end; on all cores.',
    ours: { from: 'here', measure: 'estimand exact, first answer' },
    others: [here('bare node', 'bare node')],
    readings: [reading(units.milliseconds, atMost(300))],
    rounds: 15,
  },
]

export const comparisons: readonly Comparison[] = [...weights, ...updates, ...environments, overhead, ...oracle, ...growing, ...memory, ...start, ...training]
