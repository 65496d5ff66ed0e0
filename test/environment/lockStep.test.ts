import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { describe, expect, it } from 'vitest'
import { describeProblems } from 'estimand'
import type { Problem } from 'estimand'
import {
  acrobot,
  box,
  cartPole,
  cliffWalking,
  discrete,
  ending,
  endOf,
  environment,
  environmentInPlace,
  environments,
  frozenLake,
  lockStep,
  mountainCar,
  mountainCarContinuous,
  normaliseObservation,
  normaliseReward,
  pendulum,
  resumed,
  scaleReward,
  shapeReward,
  sizeOf,
  streamsOf,
  uniform,
} from '../../src/environment/index.ts'
import type { AnyEnvironment, LockStep, Space } from '../../src/environment/index.ts'
import { seed } from '../seed/seed.ts'
import { chiSquareTail, surprise } from './chiSquare.ts'

/** False alarms that a statistical test here may give: one in ten million runs, each. */
const falseAlarms = 1e-7

const refuse = (problems: readonly Problem[]): never => {
  throw new TypeError(describeProblems(problems))
}

/** Actions of copy i, the same whatever the number of copies. */
const chooser = ({ action }: AnyEnvironment, copies: number) => {
  const streams = streamsOf(99, copies)
  const size = sizeOf(action)
  return (): Float64Array => {
    const out = new Float64Array(copies * size)
    for (let k = 0; k < out.length; k++) {
      const random = streams[Math.floor(k / size)]
      out[k] = action._tag === 'Discrete' ? Math.floor(uniform(random, 0, action.n)) : uniform(random, action.low[k % size], action.high[k % size])
    }
    return out
  }
}

const rowOf = (column: Float32Array | Float64Array | Uint8Array | Int32Array, copies: number, i: number): readonly number[] => {
  const size = column.length / copies
  return Array.from(column.subarray(i * size, (i + 1) * size))
}

const recordOf = (run: LockStep<Space, Space>, i: number): unknown =>
  [run.observation, run.successor, run.reward, run.end, run.time, run.episodeLength, run.episodeReturn, run.state].map((column) => rowOf(column, run.copies, i))

const recorded = (environmentRun: AnyEnvironment, copies: number, start: number, steps: number, watched: number): unknown => {
  const run = lockStep(environmentRun, { copies, seed: start })
  const choose = chooser(environmentRun, copies)
  return [recordOf(run, watched), ...Array.from({ length: steps }, () => (run.step(choose()), recordOf(run, watched)))]
}

const all = Object.entries<AnyEnvironment>(environments)

describe('copies in lock-step', () => {
  it.each(all)('%s: the same seed gives the same run, another seed another', (_, one) => {
    expect(recorded(one, 3, seed, 250, 1)).toEqual(recorded(one, 3, seed, 250, 1))
    // The start of CliffWalking is certain, and so are its moves.
    if (one.name !== 'CliffWalking-v1') expect(recorded(one, 3, seed, 250, 1)).not.toEqual(recorded(one, 3, seed + 1, 250, 1))
  })

  it.each(all)('%s: what copy 2 goes through does not depend on how many there are', (_, one) => {
    expect(recorded(one, 3, seed, 250, 2)).toEqual(recorded(one, 9, seed, 250, 2))
  })

  it.each(all)('%s: copies differ', (_, one) => {
    if (one.name !== 'CliffWalking-v1') expect(recorded(one, 2, seed, 100, 0)).not.toEqual(recorded(one, 2, seed, 100, 1))
  })

  it('keep the columns that they began with', () => {
    const run = lockStep(cartPole(), { copies: 2, seed })
    const { observation, successor, reward, end } = run
    for (let t = 0; t < 50; t++) run.step([1, 0])
    expect([run.observation === observation, run.successor === successor, run.reward === reward, run.end === end]).toEqual([true, true, true, true])
  })
})

describe('the end of an episode', () => {
  it('keeps what was last observed, and goes on with the next episode', () => {
    const once = lockStep(cartPole(), { copies: 1, seed, onEnd: 'wait' })
    const on = lockStep(cartPole(), { copies: 1, seed })
    let ends = 0
    for (let t = 0; t < 200; t++) {
      once.step([1])
      on.step([1])
      expect(on.successor).toEqual(once.successor)
      expect(on.reward).toEqual(once.reward)
      expect(on.end).toEqual(once.end)
      if (once.end[0] === ending.none) {
        expect(on.observation).toEqual(on.successor)
        continue
      }
      ends++
      // The pole lies: 12 degrees, or the cart is out. It does not where the next episode begins.
      const lies = ([x, , angle]: Float32Array): boolean => Math.abs(x) > 2.4 || Math.abs(angle) > 0.2094
      expect([lies(on.successor), lies(on.observation), lies(once.observation)]).toEqual([true, false, true])
      expect([on.time[0], once.time[0] > 0, on.episodeLength[0] === once.episodeLength[0]]).toEqual([0, true, true])
      once.reset(0)
      expect(once.observation).toEqual(on.observation)
    }
    expect(ends).toBeGreaterThan(10)
  })

  it('is told by one number, as an End with the observation at the cut', () => {
    const run = lockStep(pendulum({ steps: 3 }), { copies: 2, seed })
    const before: (object | null)[] = []
    for (let t = 0; t < 3; t++) {
      run.step([0, 0])
      before.push(endOf(run, 1))
    }
    expect(before).toEqual([null, null, { _tag: 'Truncated', successor: run.successor.slice(3, 6) }])
    expect(run.successor).not.toEqual(run.observation)
  })

  it('counts length and return of the episode that it ends', () => {
    const run = lockStep(mountainCar({ steps: 7 }), { copies: 2, seed })
    for (let t = 1; t <= 21; t++) {
      run.step([0, 2])
      expect([...run.episodeLength]).toEqual([((t - 1) % 7) + 1, ((t - 1) % 7) + 1])
      expect([...run.episodeReturn]).toEqual([-((t - 1) % 7) - 1, -((t - 1) % 7) - 1])
      expect([...run.time]).toEqual([t % 7, t % 7])
    }
  })
})

describe('three ways to write an environment', () => {
  const gravity = 9.8
  const definition = { name: 'CartPole-v1', observation: box([4]), action: discrete(2), stateSize: 4 } as const
  const moved = (x: number, v: number, angle: number, spin: number, a: number): readonly [number, number, number, number] => {
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
    const push = ((a === 1 ? 10 : -10) + 0.1 * 0.5 * spin * spin * sin) / 1.1
    const spinning = (gravity * sin - cos * push) / (0.5 * (4 / 3 - (0.1 * cos * cos) / 1.1))
    return [x + 0.02 * v, v + 0.02 * (push - (0.05 * spinning * cos) / 1.1), angle + 0.02 * spin, spin + 0.02 * spinning]
  }
  const lies = (x: number, angle: number): boolean => Math.abs(x) > 2.4 || Math.abs(angle) > Math.PI / 15
  const pure = environment({
    ...definition,
    reset: (random) => [uniform(random, -0.05, 0.05), uniform(random, -0.05, 0.05), uniform(random, -0.05, 0.05), uniform(random, -0.05, 0.05)],
    step: ([x, v, angle, spin], a) => {
      const state = moved(x, v, angle, spin, a)
      return { state, reward: 1, terminated: lies(state[0], state[2]) }
    },
    observe: (state) => state,
  })
  const inPlace = environmentInPlace({
    ...definition,
    reset: (state, random) => {
      for (let k = 0; k < 4; k++) state[k] = uniform(random, -0.05, 0.05)
    },
    step: (state, [a], outcome) => {
      state.set(moved(state[0], state[1], state[2], state[3], a))
      outcome.reward = 1
      outcome.terminated = lies(state[0], state[2])
    },
    observe: (state, observation) => observation.set(state),
  })

  it.each([
    ['pure', pure],
    ['in place', inPlace],
  ])('CartPole written %s moves as the built-in one', (_, written) => {
    const [ours, theirs] = [lockStep(written, { copies: 5, seed }), lockStep(cartPole({ steps: Infinity }), { copies: 5, seed })]
    const choose = chooser(written, 5)
    let ends = 0
    for (let t = 0; t < 500; t++) {
      const actions = choose()
      ours.step(actions)
      theirs.step(actions)
      for (let k = 0; k < 20; k++) expect(Math.abs(ours.state[k] - theirs.state[k])).toBeLessThan(1e-12)
      expect(ours.end).toEqual(theirs.end)
      expect(ours.reward).toEqual(theirs.reward)
      ends += ours.end[0]
    }
    expect(ends).toBeGreaterThan(5)
  })
})

describe('a saved run', () => {
  const layered = pipe(
    cartPole({ steps: 30 }),
    normaliseObservation({ clip: 10 }),
    shapeReward({ discount: 0.99, potential: ([x]) => -Math.abs(x) }),
    normaliseReward({ discount: 0.99 }),
    scaleReward(2),
  )

  it.each([['CartPole with changes', layered], ...all] as const)('%s goes on to the last bit', (_, one: AnyEnvironment) => {
    const [left, right] = [lockStep(one, { copies: 4, seed }), lockStep(one, { copies: 4, seed })]
    const choose = chooser(one, 4)
    for (let t = 0; t < 70; t++) {
      const actions = choose()
      left.step(actions)
      right.step(actions)
    }
    const again = pipe(resumed(one, JSON.parse(JSON.stringify(left.save()))), E.getOrElseW(refuse))
    expect(again.save()).toEqual(right.save())
    for (let t = 0; t < 70; t++) {
      const actions = choose()
      again.step(actions)
      right.step(actions)
      for (let i = 0; i < 4; i++) expect(recordOf(again, i)).toEqual(recordOf(right, i))
    }
  })

  it.each<readonly [string, (saved: object) => unknown, string]>([
    ['no run', () => null, 'run: expected a saved run, got null'],
    ['another environment', (saved) => ({ ...saved, environment: 'Pendulum-v1' }), 'environment: expected CartPole-v1, got "Pendulum-v1"'],
    ['other changes', (saved) => ({ ...saved, changes: [] }), 'changes: expected ["timeLimit(500)"], got []'],
    ['fewer copies than columns', (saved) => ({ ...saved, copies: 1 }), 'columns.state: expected 4 finite numbers, got ['],
    ['a hole in its random numbers', (saved) => ({ ...saved, random: [[1, 2, 3, 4], null] }), 'random: expected the state of 2 streams'],
    ['nothing remembered', (saved) => ({ ...saved, memory: [] }), 'memory[0]: expected 2 numbers of timeLimit: steps taken, got undefined'],
  ])('is refused if it is of %s', (_, broken, words) => {
    const saved = lockStep(cartPole(), { copies: 2, seed }).save()
    expect(pipe(resumed(cartPole(), broken(saved)), E.match(describeProblems, () => 'accepted'))).toContain(words)
  })
})

describe('first states', () => {
  const n = 40_000
  // Where sampled uniformly: by number of the state, low and high. What is not is 0.
  const ranges: readonly (readonly [string, AnyEnvironment, readonly (readonly [number, number])[]])[] = [
    ['CartPole-v1', cartPole(), [[-0.05, 0.05], [-0.05, 0.05], [-0.05, 0.05], [-0.05, 0.05]]],
    ['Pendulum-v1', pendulum(), [[-Math.PI, Math.PI], [-1, 1]]],
    ['Acrobot-v1', acrobot(), [[-0.1, 0.1], [-0.1, 0.1], [-0.1, 0.1], [-0.1, 0.1]]],
    ['MountainCar-v0', mountainCar(), [[-0.6, -0.4], [0, 0]]],
    ['MountainCarContinuous-v0', mountainCarContinuous(), [[-0.6, -0.4], [0, 0]]],
  ]

  it.each(ranges)('of %s are uniform within their bounds', (_, one, bounds) => {
    const { state } = lockStep(one, { copies: n, seed })
    const k = bounds.length
    for (const [j, [low, high]] of bounds.entries()) {
      const column = Array.from({ length: n }, (_row, i) => state[i * k + j])
      const slack = 1e-8 // Acrobot's are rounded to float32
      expect(column.every((x) => x >= low - slack && x <= high + slack)).toBe(true)
      if (low === high) continue
      const counts = Array.from({ length: 100 }, () => 0)
      for (const x of column) counts[Math.min(Math.max(Math.floor(((x - low) / (high - low)) * 100), 0), 99)]++
      expect(surprise(counts, counts.map(() => 0.01))).toBeGreaterThan(falseAlarms)
      // Numbers of one state are independent: n r^2 of uniform variables is a chi-square of one degree in the limit.
      for (let other = 0; other < j; other++) {
        const [l, h] = bounds[other]
        const products = column.reduce((sum, x, i) => sum + (x - (low + high) / 2) * (state[i * k + other] - (l + h) / 2), 0)
        const r = products / n / (((high - low) * (h - l)) / 12)
        expect(chiSquareTail(n * r * r, 1)).toBeGreaterThan(falseAlarms)
      }
    }
  })

  it.each([
    ['FrozenLake', frozenLake(), 0],
    ['CliffWalking', cliffWalking(), 36],
  ] as const)('of %s are certain', (_, one, cell) => {
    expect(new Set(lockStep<Space, Space>(one, { copies: 100, seed }).state)).toEqual(new Set([cell]))
  })
})

describe('streams of random numbers', () => {
  it('of neighbouring seeds and copies begin uniformly, and not alike', () => {
    const firsts = Array.from({ length: 200 }, (_, s) => streamsOf(seed + s, 100).map((random) => uniform(random, 0, 1)))
    const counts = Array.from({ length: 100 }, () => 0)
    for (const x of firsts.flat()) counts[Math.floor(x * 100)]++
    expect(surprise(counts, counts.map(() => 0.01))).toBeGreaterThan(falseAlarms)
    const correlation = (pairs: readonly (readonly [number, number])[]): number => (12 * pairs.reduce((sum, [x, y]) => sum + (x - 0.5) * (y - 0.5), 0)) / pairs.length
    const ofSeeds = firsts.slice(1).flatMap((row, s) => row.map((x, i) => [x, firsts[s][i]] as const))
    const ofCopies = firsts.flatMap((row) => row.slice(1).map((x, i) => [x, row[i]] as const))
    for (const pairs of [ofSeeds, ofCopies]) expect(chiSquareTail(pairs.length * correlation(pairs) ** 2, 1)).toBeGreaterThan(falseAlarms)
  })

  it('would not pass without mixing: the control', () => {
    const counts = Array.from({ length: 100 }, () => 0)
    for (let s = 0; s < 20_000; s++) counts[Math.floor(uniform(xoroshiro128plus(seed + s), 0, 1) * 100)]++
    expect(surprise(counts, counts.map(() => 0.01))).toBeLessThan(falseAlarms)
  })
})

describe('the chi-square tail', () => {
  // Abramowitz and Stegun, table 26.8.
  it.each([
    [3.84146, 1, 0.05],
    [18.307, 10, 0.05],
    [29.5883, 10, 0.001],
    [15.9872, 10, 0.1],
    [3.94030, 10, 0.95],
    [124.342, 100, 0.05],
    [149.449, 100, 0.001],
  ])('%f at %i degrees is %f', (x, degrees, tail) => {
    expect(Math.abs(chiSquareTail(x, degrees) / tail - 1)).toBeLessThan(1e-4)
  })
})
