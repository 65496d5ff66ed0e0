import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { cliffBranches } from '../../src/environment/cliffWalking.ts'
import { lakeBranches } from '../../src/environment/frozenLake.ts'
import { ending, environments, lockStep, sizeOf } from '../../src/environment/index.ts'
import type { AnyEnvironment, Branch, EnvironmentName, LockStep, Space } from '../../src/environment/index.ts'
import { readVectors } from '../vectors/read.ts'
import type { StoredEpisode, StoredTables } from '../vectors/schema.ts'

const { episodes, tabular } = readVectors('gymnasium.json')

/** Episodes that reach goals and edges, which the ones above rarely do. */
interface Own {
  readonly episodes: Readonly<
    Record<
      string,
      readonly {
        readonly initialState: readonly number[]
        readonly actions: readonly (number | readonly number[])[]
        readonly state: readonly number[]
        readonly observation: readonly number[]
        readonly return: number
        readonly terminated: boolean
        readonly truncated: boolean
      }[]
    >
  >
  readonly lake8x8: readonly (readonly (readonly (readonly [number, number, boolean])[])[])[]
}
const own: Own = JSON.parse(gunzipSync(readFileSync(fileURLToPath(new URL('./data/gymnasium.json.gz', import.meta.url)))).toString('utf8'))

const named = (name: string): AnyEnvironment => {
  const found = environments[name as EnvironmentName]
  if (found === undefined) throw new Error(`${name}: no such environment here`)
  return found
}

const gap = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  if (a.length !== b.length) return Infinity
  return Math.max(...Array.from(a, (x, k) => Math.abs(x - b[k])))
}

const numbers = (action: number | readonly number[]): readonly number[] => (typeof action === 'number' ? [action] : action)

const begunAt = (environment: AnyEnvironment, state: readonly number[]): LockStep<Space, Space> => {
  const run = lockStep(environment, { copies: 1, seed: 1, onEnd: 'wait' })
  run.state.set(state)
  return run
}

const observed = (environment: AnyEnvironment, state: readonly number[]): readonly number[] => {
  const into = new Float32Array(sizeOf(environment.observation))
  const column = () => new Float64Array(1)
  const action = new Float64Array(sizeOf(environment.action))
  const { observe } = environment.open({
    count: 1, state: Float64Array.from(state), action, reward: column(), score: column(), end: new Uint8Array(1), time: new Int32Array(1), random: [],
  })
  observe(into, 0, 1)
  return Array.from(into)
}

/** What gymnasium's two flags come to: an episode that is over is not cut as well. */
const endOf = ({ terminated, truncated }: { readonly terminated: boolean; readonly truncated: boolean }): number =>
  terminated ? ending.Terminated : truncated ? ending.Truncated : ending.none

const stored = Object.entries(episodes).flatMap(([name, { episodes: all }]) => all.map((episode) => [name, episode.seed, episode] as const))

/**
 * Acrobot is chaotic: an error of 1e-16 grows by 1e10 and more within an episode, and sine and cosine of node and of numpy differ in the
 * last bit now and then. Freely run, its states are compared for as long as that leaves nine digits; every step is, from the recorded state.
 */
const predictable: Readonly<Record<string, number>> = { 'Acrobot-v1': 100 }

describe('episodes of gymnasium', () => {
  it('are there for every environment of control', () => {
    expect(Object.keys(episodes).toSorted()).toEqual(['Acrobot-v1', 'CartPole-v1', 'MountainCar-v0', 'MountainCarContinuous-v0', 'Pendulum-v1'])
  })

  it.each(stored)('%s, seed %i: the same, run freely', (name, _, { initialState, initialObservation, steps }: StoredEpisode) => {
    const environment = named(name)
    const run = begunAt(environment, initialState)
    expect(gap(observed(environment, initialState), initialObservation)).toBeLessThan(1e-9)
    for (const [t, step] of steps.entries()) {
      run.step(numbers(step.action))
      if (t < (predictable[name] ?? Infinity)) {
        expect(gap(run.state, step.state), `state, step ${t}`).toBeLessThan(1e-9)
        expect(gap(run.successor, step.observation), `observation, step ${t}`).toBeLessThan(1e-9)
      }
      expect(Math.abs(run.reward[0] - step.reward), `reward, step ${t}`).toBeLessThan(1e-9)
      expect(run.end[0], `end, step ${t}`).toBe(endOf(step))
      expect(run.episodeLength[0]).toBe(t + 1)
    }
  })

  it.each(stored)('%s, seed %i: each step, from the recorded state', (name, _, { initialState, steps }: StoredEpisode) => {
    const run = begunAt(named(name), initialState)
    for (const [t, step] of steps.entries()) {
      run.state.set(t === 0 ? initialState : steps[t - 1].state)
      run.step(numbers(step.action))
      expect(gap(run.state, step.state), `state, step ${t}`).toBeLessThan(1e-12)
      expect(Math.abs(run.reward[0] - step.reward), `reward, step ${t}`).toBeLessThan(1e-12)
      expect(run.end[0], `end, step ${t}`).toBe(endOf(step))
    }
  })

  it('fail with another number in the dynamics: the control', () => {
    const episode = episodes['CartPole-v1'].episodes[0]
    const run = begunAt(environments['CartPole-v1'], episode.initialState)
    run.step(numbers(episode.steps[0].action))
    run.state[0] += 1e-8
    run.step(numbers(episode.steps[1].action))
    expect(gap(run.state, episode.steps[1].state)).toBeGreaterThan(1e-9)
  })
})

const edges = Object.entries(own.episodes).flatMap(([name, all]) => all.map((episode, k) => [name, k, episode] as const))

describe('episodes of gymnasium that reach a goal or an edge', () => {
  it.each(edges)('%s, %i', (name, _, { initialState, actions, state, observation, return: total, terminated, truncated }) => {
    const run = begunAt(named(name), initialState)
    for (const [t, action] of actions.entries()) {
      expect(run.end[0], `goes on before step ${t}`).toBe(ending.none)
      run.step(numbers(action))
    }
    expect(gap(run.state, state)).toBeLessThan(1e-9)
    expect(gap(run.successor, observation)).toBeLessThan(1e-9)
    expect(Math.abs(run.episodeReturn[0] - total)).toBeLessThan(1e-9 * Math.max(1, Math.abs(total)))
    expect(run.end[0]).toBe(endOf({ terminated, truncated }))
  })

  // At 0.55 and rolling back by 0.03: at the goal still, but not going forward, which gymnasium asks for (velocity >= goal_velocity = 0).
  it.each([
    ['MountainCar-v0', 1, -0.03, ending.none],
    ['MountainCar-v0', 1, 0.03, ending.Terminated],
    ['MountainCarContinuous-v0', 0, -0.03, ending.none],
    ['MountainCarContinuous-v0', 0, 0.03, ending.Terminated],
  ] as const)('%s: action %i at the goal with speed %d', (name, action, speed, end) => {
    const run = begunAt(environments[name], [0.55, speed])
    run.step([action])
    expect(run.end[0]).toBe(end)
  })

  it('of every kind: goals are reached in all environments that have one', () => {
    const reached = Object.entries(own.episodes).flatMap(([name, all]) => (all.some(({ terminated }) => terminated) ? [name] : []))
    expect(reached.toSorted()).toEqual(['Acrobot-v1', 'MountainCar-v0', 'MountainCarContinuous-v0'])
  })
})

/** Branches as gymnasium lists them, those of one outcome put together. */
const merged = (all: readonly { readonly p: number; readonly to: string }[]): Readonly<Record<string, number>> => {
  const sums: Record<string, number> = {}
  for (const { p, to } of all) sums[to] = (sums[to] ?? 0) + p
  return sums
}
const ours = (all: readonly Branch[]) => merged(all.map(({ probability, next, reward, terminated }) => ({ p: probability, to: `${next} ${reward} ${terminated}` })))
const theirs = (all: readonly (readonly [number, number, number, boolean])[]) => merged(all.map(([p, next, reward, over]) => ({ p, to: `${next} ${reward} ${over}` })))

const sameTables = (branches: readonly (readonly (readonly Branch[])[])[], { P, nStates, nActions }: StoredTables): void => {
  expect(branches).toHaveLength(nStates)
  for (const [s, row] of branches.entries()) {
    expect(row).toHaveLength(nActions)
    for (const [a, all] of row.entries()) {
      const [mine, its] = [ours(all), theirs(P[s][a])]
      expect(Object.keys(mine).toSorted(), `outcomes of action ${a} in ${s}`).toEqual(Object.keys(its).toSorted())
      for (const [outcome, p] of Object.entries(mine)) expect(Math.abs(p - its[outcome])).toBeLessThan(1e-12)
    }
  }
}

describe('tables of gymnasium', () => {
  /** Names are gymnasium's, with `:slippery` where ice is. */
  const known = (name: string): readonly [readonly (readonly (readonly Branch[])[])[], AnyEnvironment] => {
    if (name === 'CliffWalking-v1') return [cliffBranches, environments[name]]
    const size = name.includes('8x8') ? '8x8' : '4x4'
    return [lakeBranches(size, name.includes(':slippery') ? 'slippery' : 'rough'), environments[size === '8x8' ? 'FrozenLake8x8-v1' : 'FrozenLake-v1']]
  }

  it.each(Object.entries(tabular))('%s', (name, tables) => {
    const [branches, environment] = known(name)
    sameTables(branches, tables)
    const { state } = lockStep(environment, { copies: 1, seed: 1 })
    expect(tables.initial[state[0]]).toBe(1)
    expect(environment.changes).toEqual(tables.maxEpisodeSteps === null ? [] : [`timeLimit(${tables.maxEpisodeSteps})`])
  })

  it('FrozenLake8x8-v1, slippery', () => {
    const P = own.lake8x8.map((row) => row.map((all) => all.map(([next, reward, over]) => [1 / all.length, next, reward, over] as const)))
    sameTables(lakeBranches('8x8', 'slippery'), {
      maxEpisodeSteps: 200, nStates: 64, nActions: 4, initial: [], P: Object.fromEntries(P.map((row, s) => [s, Object.fromEntries(row.entries())])),
    })
  })

  it('are refused with one reward changed: the control', () => {
    const branches = lakeBranches('4x4', 'rough').map((row, s) => row.map((all) => all.map((branch) => (s === 14 ? { ...branch, reward: 0 } : branch))))
    expect(() => sameTables(branches, tabular['FrozenLake-v1'])).toThrow('outcomes of action')
  })
})
