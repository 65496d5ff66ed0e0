import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import { describeProblems } from 'estimand'
import type { Problem } from 'estimand'
import { chain, frozenLake as lakeMdp, mdp, softmaxPolicy, trajectories } from 'estimand/exact'
import type { Mdp } from 'estimand/exact'
import { ending, fromMdp, lockStep, streamsOf, uniform } from '../../src/environment/index.ts'
import { seed } from '../seed/seed.ts'
import { readVectors } from '../vectors/read.ts'
import { worldIn } from '../vectors/setting.ts'
import { surprise } from './chiSquare.ts'

/** Probability that a right sampler fails one of these tests. */
const falseAlarms = 1e-7
const copies = 64

const refuse = (problems: readonly Problem[]): never => {
  throw new TypeError(describeProblems(problems))
}

/** The sampled path of an episode as text; the enumerated one has the same. */
const keyOf = (states: readonly number[], actions: readonly number[], rewards: readonly number[]): string => `${states.join()}|${actions.join()}|${rewards.join()}`

/** How often each path was gone in so many episodes of the target policy, a fixed number in each copy so that short ones are not favoured. */
const counted = (world: Mdp, episodesEach: number, actIn: Mdp): ReadonlyMap<string, number> => {
  const { A } = world
  const { probability } = softmaxPolicy(actIn.theta)
  const run = lockStep(fromMdp(world), { copies, seed })
  const random = streamsOf(seed + 1, copies)
  const counts = new Map<string, number>()
  const paths = Array.from({ length: copies }, () => ({ states: [] as number[], actions: [] as number[], rewards: [] as number[], done: 0 }))
  const actions = new Int32Array(copies)
  while (paths.some(({ done }) => done < episodesEach)) {
    for (let i = 0; i < copies; i++) {
      let u = uniform(random[i], 0, 1)
      let a = 0
      while (a < A - 1 && (u -= probability[run.observation[i] * A + a]) >= 0) a++
      actions[i] = a
      paths[i].states.push(run.observation[i])
      paths[i].actions.push(a)
    }
    run.step(actions)
    for (const [i, path] of paths.entries()) {
      path.rewards.push(run.reward[i])
      if (run.end[i] === ending.none) continue
      if (path.done++ < episodesEach) {
        const key = keyOf(path.states, path.actions, path.rewards)
        counts.set(key, (counts.get(key) ?? 0) + 1)
      }
      path.states = []
      path.actions = []
      path.rewards = []
    }
  }
  return counts
}

/** How surprising the paths are, if their probabilities are the enumerated ones. */
const surpriseOf = (world: Mdp, counts: ReadonlyMap<string, number>): number => {
  const probabilities = new Map<string, number>()
  for (const { states, actions, rewards, probability } of trajectories(world, 'target')) {
    const key = keyOf(states, actions, rewards)
    probabilities.set(key, (probabilities.get(key) ?? 0) + probability)
  }
  const keys = [...new Set([...probabilities.keys(), ...counts.keys()])]
  return surprise(keys.map((key) => counts.get(key) ?? 0), keys.map((key) => probabilities.get(key) ?? 0))
}

const stored = readVectors('mdp.json').mdps.map((one): readonly [string, Mdp] => [one.id, pipe(mdp(worldIn(one)), E.getOrElseW(refuse))])
const worlds: readonly (readonly [string, Mdp])[] = [
  ...stored.filter(([, world]) => trajectories(world, 'target').length <= 2000),
  ['a slippery chain', pipe(chain({ length: 2, horizon: 5, discount: 0.9, slip: 0.2 }), E.getOrElseW(refuse))],
  ['FrozenLake from 9', pipe(lakeMdp({ horizon: 3, discount: 0.9, start: 9 }), E.getOrElseW(refuse))],
]

describe('a finite MDP as an environment', () => {
  it('is tried on worlds with terminal states, and on both kinds of rewards', () => {
    expect(worlds.length).toBeGreaterThan(10)
    expect(worlds.some(([, { terminal }]) => terminal?.includes(true))).toBe(true)
    expect(new Set(worlds.map(([, { rewardKind }]) => rewardKind))).toEqual(new Set(['sa', 'sas']))
  })

  it.each(worlds)('%s: paths are as frequent as they are probable', (_, world) => {
    expect(surpriseOf(world, counted(world, 400, world))).toBeGreaterThan(falseAlarms)
  })

  const [, slippery] = worlds[worlds.length - 2]

  it('is told from one that slips a little more: the control', () => {
    const other = pipe(chain({ length: 2, horizon: 5, discount: 0.9, slip: 0.25 }), E.getOrElseW(refuse))
    expect(surpriseOf(slippery, counted(other, 400, other))).toBeLessThan(falseAlarms)
  })

  it('is told from one that ends a step early: the control', () => {
    expect(surpriseOf(slippery, counted({ ...slippery, T: 4 }, 400, slippery))).toBeLessThan(falseAlarms)
  })

  it('ends as Terminated in terminal states, even at the horizon, and as TimeLimit at it elsewhere', () => {
    const corridor = pipe(chain({ length: 2, horizon: 2, discount: 1 }), E.getOrElseW(refuse))
    const run = lockStep(fromMdp(corridor), { copies: 2, seed })
    run.step([1, 1])
    expect([...run.end]).toEqual([ending.none, ending.none])
    run.step([1, 0])
    expect([...run.end]).toEqual([ending.Terminated, ending.TimeLimit])
    expect([...run.successor]).toEqual([2, 0])
    expect([...run.observation]).toEqual([0, 0])
  })
})
