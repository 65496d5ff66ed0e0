import { describe, expect, it } from 'vitest'
import {
  box,
  changed,
  discrete,
  environment,
  EnvironmentFailure,
  environmentInPlace,
  environments,
  lockStep,
  oneHot,
  pendulum,
  resumed,
  scaleReward,
  spaceProblems,
  tabular,
} from '../../src/environment/index.ts'
import type { AnyEnvironment, Definition, Box, Discrete, LockStep, Space } from '../../src/environment/index.ts'
import { bytesOfStream, bytesPerCopy, expectedCopies } from '../../src/environment/memory.ts'
import { seed } from '../seed/seed.ts'

type Counter = Definition<Box<readonly [1]>, Discrete<3>, readonly [number]>

/** Counts its steps in every copy; a part of it is replaced by a broken one. */
const broken = (part: { readonly [Key in keyof Counter]?: unknown }): AnyEnvironment =>
  environment({
    name: 'counter',
    observation: box([1]),
    action: discrete(3),
    stateSize: 1,
    reset: () => [0] as const,
    step: ([n]: readonly [number]) => ({ state: [n + 1] as const, reward: 0, terminated: n + 1 === 4 }),
    observe: (state: readonly [number]) => state,
    // The compiler would refuse it; callers in JavaScript have none.
    ...(part as object),
  } as Counter)

const driven = (one: AnyEnvironment, actions: readonly number[] = [0, 0, 0], steps = 6): (() => void) => {
  const run: LockStep<Space, Space> = lockStep(one, { copies: 3, seed })
  return () => {
    for (let t = 0; t < steps; t++) run.step(actions)
  }
}

const failure = (act: () => unknown): EnvironmentFailure => {
  try {
    act()
  } catch (thrown) {
    if (thrown instanceof EnvironmentFailure) return thrown
    throw thrown
  }
  throw new Error('nothing was thrown')
}

/** A step that goes wrong in the third step of an episode. */
const stepping = (make: (n: number) => unknown) => ({
  step: ([n]: readonly [number]) => (n === 2 ? make(n) : { state: [n + 1], reward: 0, terminated: false }),
})

describe('an environment that breaks its word', () => {
  it.each<readonly [string, AnyEnvironment, string]>([
    ['a reward of NaN', broken(stepping((n) => ({ state: [n], reward: NaN, terminated: false }))), 'counter, copy 0, step 2: expected a finite reward, got NaN'],
    ['an infinite reward', broken(stepping((n) => ({ state: [n], reward: Infinity, terminated: false }))), 'counter, copy 0, step 2: expected a finite reward, got Infinity'],
    ['no reward', broken(stepping((n) => ({ state: [n], terminated: false }))), 'expected step to give { state, reward, terminated }'],
    ['no end', broken(stepping((n) => ({ state: [n], reward: 0 }))), 'true or false as terminated, got {"state":[2],"reward":0}'],
    ['nothing', broken(stepping(() => undefined)), 'expected step to give { state, reward, terminated }, a number as reward'],
    ['a state of NaN', broken(stepping(() => ({ state: [NaN], reward: 0, terminated: false }))), 'counter, copy 0, step 2: expected a finite state, got NaN'],
    ['a state too long', broken(stepping(() => ({ state: [1, 2], reward: 0, terminated: false }))), 'counter, copy 0, step 2: expected step to give a state of 1 numbers, as stateSize says, got [1,2]'],
    ['an observation of NaN', broken({ observe: ([n]: readonly [number]) => [n === 3 ? NaN : n] }), 'counter, copy 0, step 2: expected a finite observation, got NaN'],
    ['an observation beyond float32', broken({ observe: ([n]: readonly [number]) => [n === 3 ? 1e39 : n] }), 'observations are float32, at most 3.4e38'],
    ['an observation too long', broken({ observe: ([n]: readonly [number]) => (n === 3 ? [n, n] : [n]) }), 'counter, copy 0, step 2: expected observe to give 1 numbers, as its space has, got [3,3]'],
    ['a number where a box is observed', broken({ observe: ([n]: readonly [number]) => (n === 3 ? n : [n]) }), 'expected observe to give 1 numbers, as its space has, got 3'],
    ['a thing too many', broken({ observation: discrete(3), observe: ([n]: readonly [number]) => n }), 'counter, copy 0, step 2: expected observe to give a number from 0 to 2, as its space has, got 3'],
  ])('%s', (_, one, words) => {
    const thrown = failure(driven(one))
    expect(thrown.message).toContain(words)
    expect([thrown.environment, thrown.copy, thrown.step]).toEqual(['counter', 0, 2])
  })

  it('says which copy, and that a change may be at fault', () => {
    const inner = broken({})
    const bad = changed(scaleReward(2)(inner), {
      word: 'root', observation: inner.observation, action: inner.action,
      open: ({ step }, { reward, count }) => ({ step: (from, to) => (step(from, to), void (reward[count - 1] = Math.sqrt(-1))) }),
    })
    expect(failure(driven(bad)).message).toBe('counter, copy 2, step 0: expected a finite reward, got NaN; look for it in step of the environment or in scaleReward(2), root')
  })

  it('is found at its first state', () => {
    expect(() => lockStep(broken({ reset: () => [NaN] }), { copies: 2, seed })).toThrow('counter, copy 0, step 0: expected a finite state, got NaN')
    expect(() => lockStep(broken({ reset: () => [] }), { copies: 2, seed })).toThrow('expected reset to give a state of 1 numbers, as stateSize says, got []')
  })

  it('in place: a reward that is forgotten is none, and is not taken from another copy', () => {
    const forgetful = environmentInPlace({
      name: 'forgetful', observation: discrete(2), action: discrete(3), stateSize: 1,
      reset: (state) => void (state[0] = 0),
      step: (_state, [a], outcome) => {
        if (a !== 2) outcome.reward = 7
        if (a === 1) outcome.terminated = 1 as unknown as boolean
      },
      observe: (state, observation) => void (observation[0] = state[0]),
    })
    expect(failure(driven(forgetful, [0, 0, 2])).message).toContain('forgetful, copy 2, step 0: expected a finite reward, got NaN')
    expect(failure(driven(forgetful, [0, 1, 0])).message).toBe('forgetful, copy 1, step 0: expected step to write true or false as terminated, got 1')
  })

  it('as tables: every problem is listed', () => {
    expect(() =>
      tabular({ name: 'coin', states: 1, actions: 1, start: [0.5], branches: [[[{ probability: 0.5, next: 1, reward: NaN, terminated: true }]]] }),
    ).toThrow(
      [
        'coin: start: expected probabilities that sum to 1, got [0.5]',
        'branches[0][0]: expected probabilities that sum to 1, got [0.5]',
        'branches[0][0][0].next: expected a state from 0 to 0, got 1',
        'branches[0][0][0].reward: expected a finite number, got NaN',
      ].join('\n'),
    )
  })
})

describe('actions', () => {
  it.each<readonly [readonly unknown[], string]>([
    [[0, 3, 0], 'counter, copy 1, step 0: expected an action from 0 to 2, an integer, got 3; number the actions from 0'],
    [[0, 0, -1], 'counter, copy 2, step 0: expected an action from 0 to 2, an integer, got -1; number the actions from 0'],
    [[0.5, 0, 0], 'counter, copy 0, step 0: expected an action from 0 to 2, an integer, got 0.5; number the actions from 0'],
    [[0, NaN, 0], 'counter, copy 1, step 0: expected an action from 0 to 2, an integer, got NaN; number the actions from 0'],
    [[0, undefined, 0], 'counter, copy 1, step 0: expected an action from 0 to 2, an integer, got undefined; number the actions from 0'],
  ])('%j outside a discrete space', (actions, words) => {
    expect(failure(driven(broken({}), actions as readonly number[])).message).toBe(words)
  })

  it.each<readonly [readonly number[], string]>([
    [[0, 0, 1.5], 'slide, copy 2, step 0: expected a number in [-1, 1] as action[0], got 1.5; clip the actions with clipAction(environment), or bound the policy'],
    [[0, NaN, 0], 'slide, copy 1, step 0: expected a finite number as action[0], got NaN; the policy that chose it has probably diverged'],
    [[-Infinity, 0, 0], 'slide, copy 0, step 0: expected a finite number as action[0], got -Infinity; the policy that chose it has probably diverged'],
  ])('%j outside a box', (actions, words) => {
    const slide = environment({
      name: 'slide', observation: box([1]), action: box([1], { low: -1, high: 1 }), stateSize: 1,
      reset: () => [0],
      step: ([x], [a]) => ({ state: [x + a], reward: 0, terminated: false }),
      observe: (state) => state,
    })
    expect(failure(driven(slide, actions)).message).toBe(words)
  })

  it('of Pendulum may be outside, which clips them, but not NaN', () => {
    expect(driven(pendulum(), [50, -50, 0])).not.toThrow()
    expect(failure(driven(pendulum(), [0, 0, NaN])).message).toContain('Pendulum-v1, copy 2, step 0: expected a finite number as action[0], got NaN')
  })

  it('in a wrong number', () => {
    expect(driven(broken({}), [0, 0])).toThrow('counter: step: expected 3 numbers, 1 for each of 3 copies, got 2')
    expect(driven(pendulum(), [0, 0, 0, 0])).toThrow('Pendulum-v1: step: expected 3 numbers, 1 for each of 3 copies, got 4')
  })
})

describe('a step after the end', () => {
  it('is an error where ends wait, which names the copy and what to do', () => {
    const run = lockStep(broken({}), { copies: 2, seed, onEnd: 'wait' })
    for (let t = 0; t < 4; t++) run.step([0, 0])
    expect(() => run.step([0, 0])).toThrow("counter, copy 0, step 4: expected no step after the end of the episode; call reset(0) first, or run it with onEnd: 'reset'")
    run.reset(0)
    expect(() => run.step([0, 0])).toThrow('copy 1, step 4')
    run.reset(1)
    run.step([0, 0])
    expect([...run.time]).toEqual([1, 1])
  })

  it('does not occur where the next episode follows by itself', () => {
    expect(driven(broken({}), [0, 0, 0], 50)).not.toThrow()
  })
})

describe('spaces that differ', () => {
  it.each<readonly [Space, Space, number]>([
    [box([4]), box([4], { low: 0, high: 1 }), 0],
    [box([4]), box([3]), 1],
    [box([4]), box([2, 2]), 1],
    [discrete(4), box([4]), 1],
    [discrete(4), discrete(4), 0],
    [discrete(4), discrete(5), 1],
  ])('%j and %j', (one, other, problems) => {
    expect(spaceProblems('policy.action', one, other)).toHaveLength(problems)
  })

  it('are told apart at run time as by the compiler', () => {
    expect(spaceProblems('policy.observation', environments['CartPole-v1'].observation, oneHot(environments['FrozenLake-v1']).observation)).toEqual([
      { path: 'policy.observation', expected: 'Box<[4]>, as the environment has', got: 'Box<[16]>' },
    ])
  })
})

describe('more copies than memory holds', () => {
  const image = environment({
    name: 'image',
    observation: box([1000, 1000]),
    action: discrete(2),
    stateSize: 1,
    reset: () => [0] as const,
    step: ([n]: readonly [number]) => ({ state: [n] as const, reward: 0, terminated: false }),
    observe: () => Array.from({ length: 1_000_000 }, () => 0),
  })

  it.each<readonly [string, AnyEnvironment, number]>([
    ['streams', pendulum(), 1e9],
    ['observations', image, 1e7],
  ])('are refused before any is made: %s', (_, one, copies) => {
    const before = process.memoryUsage().arrayBuffers
    expect(() => lockStep(one, { copies, seed })).toThrow(new RegExp(`^${one.name}: lockStep: copies: expected at most \\d+, for which there is memory \\(\\d+ bytes a copy\\), got ${copies}; run fewer, more often$`))
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1e6)
    const saved = { ...lockStep(pendulum(), { copies: 1, seed }).save(), copies: 1e9 }
    expect(resumed(pendulum(), saved)).toMatchObject({ _tag: 'Left', left: [{ path: 'copies', got: '1000000000' }] })
  })

  it('the bound is what there is, and is not asked for by few', () => {
    const each = bytesPerCopy(pendulum())
    expect(expectedCopies(pendulum(), 2_000_000, () => 2_000_000 * each)).toBeNull()
    expect(expectedCopies(pendulum(), 2_000_001, () => 2_000_000 * each)).toBe(`at most 2000000, for which there is memory (${each} bytes a copy)`)
    expect(expectedCopies(pendulum(), 1000, () => 0)).toBeNull()
  })

  it.each<readonly [string, AnyEnvironment]>(Object.entries(environments))('%s: the columns of a copy take as much as is said', (_, one) => {
    const copies = 3
    let bytes = 0
    const add = (record: object): void => {
      for (const column of Object.values(record)) if (ArrayBuffer.isView(column)) bytes += column.byteLength
    }
    const { observation, successor, episodeLength, episodeReturn } = lockStep({ ...one, open: (columns) => (add(columns), one.open(columns)) }, { copies, seed })
    add({ observation, successor, episodeLength, episodeReturn })
    expect(bytes).toBe(copies * (bytesPerCopy(one) - bytesOfStream))
  })
})
