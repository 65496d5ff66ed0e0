import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import {
  box,
  cartPole,
  cliffWalking,
  clipAction,
  clipReward,
  discrete,
  ending,
  environment,
  environments,
  frozenLake,
  lockStep,
  mountainCarContinuous,
  normaliseObservation,
  normaliseReward,
  observationMoments,
  oneHot,
  pendulum,
  repeatAction,
  rewardDeviation,
  scaleReward,
  streamsOf,
  timeLimit,
  uniform,
} from '../../src/environment/index.ts'
import { seed } from '../seed/seed.ts'

/** Counts up by its action; pays the count; over at 10. */
const counter = environment({
  name: 'counter',
  observation: box([2]),
  action: box([1], { low: -3, high: 3 }),
  stateSize: 1,
  reset: () => [0],
  step: ([n], [a]) => ({ state: [n + a], reward: n + a, terminated: n + a >= 10 }),
  observe: ([n]) => [n, -2 * n],
})

const coins = (n: number) => {
  const [random] = streamsOf(seed, 1)
  return () => Array.from({ length: n }, () => Math.floor(uniform(random, 0, 2)))
}

describe('timeLimit', () => {
  it.each([
    ['Truncated', ending.Truncated],
    ['TimeLimit', ending.TimeLimit],
  ] as const)('ends as %s, and then the next episode has its full time', (as, code) => {
    const run = lockStep(pipe(counter, timeLimit({ steps: 3, as })), { copies: 2, seed })
    const ends = Array.from({ length: 7 }, () => (run.step([1, 0]), [...run.end]))
    const [on, over] = [[0, 0], [code, code]]
    expect(ends).toEqual([on, on, over, on, on, over, on])
  })

  it('gives way to an episode that is over at that very step', () => {
    const run = lockStep(pipe(counter, timeLimit({ steps: 4, as: 'Truncated' })), { copies: 2, seed })
    for (let t = 0; t < 4; t++) run.step([2.5, 2])
    expect([...run.end]).toEqual([ending.Terminated, ending.Truncated])
    expect([...run.successor]).toEqual([10, -20, 8, -16])
    expect([...run.observation]).toEqual([0, -0, 0, -0])
  })

  it('of two the shorter one holds', () => {
    const run = lockStep(pipe(counter, timeLimit({ steps: 5, as: 'Truncated' }), timeLimit({ steps: 2, as: 'TimeLimit' })), { copies: 1, seed })
    const ends = Array.from({ length: 5 }, () => (run.step([0]), run.end[0]))
    expect(ends).toEqual([0, 3, 0, 3, 0])
  })
})

describe('rewards', () => {
  it('scaled, then clipped: in the order of the pipe', () => {
    const rewards = (change: typeof scaled) => {
      const run = lockStep(change, { copies: 1, seed })
      return [2, 2, 2].map((a) => (run.step([a]), run.reward[0]))
    }
    const scaled = pipe(counter, scaleReward(0.5))
    expect(rewards(scaled)).toEqual([1, 2, 3])
    expect(rewards(pipe(scaled, clipReward({ low: -1, high: 2 })))).toEqual([1, 2, 2])
    expect(rewards(pipe(counter, clipReward({ low: -1, high: 2 }), scaleReward(0.5)))).toEqual([1, 1, 1])
  })

  it('however changed, episodeReturn is of the environment itself', () => {
    const run = lockStep(pipe(counter, scaleReward(0.5), normaliseReward({ discount: 0.9 }), clipReward({ low: 0, high: 0 })), { copies: 1, seed })
    for (let t = 0; t < 3; t++) run.step([2])
    expect([run.reward[0], run.episodeReturn[0]]).toEqual([0, 2 + 4 + 6])
  })

  it('normalised: divided by the deviation of the discounted sums so far, of all copies', () => {
    const [copies, discount, prior] = [3, 0.9, 1e-4]
    const run = lockStep(pipe(counter, normaliseReward({ discount })), { copies, seed })
    const plain = lockStep(counter, { copies, seed })
    const [random] = streamsOf(seed, 1)
    const sums = [0, 0, 0]
    const seen: number[] = []
    for (let t = 0; t < 60; t++) {
      const actions = sums.map(() => uniform(random, -1, 3))
      run.step(actions)
      plain.step(actions)
      for (const [i, sum] of sums.entries()) sums[i] = discount * sum + plain.reward[i]
      seen.push(...sums)
      // By definition, in two passes; the prior is a ten-thousandth of an observation of variance 1 around 0.
      const n = prior + seen.length
      const mean = seen.reduce((a, b) => a + b, 0) / n
      const variance = (seen.reduce((a, b) => a + (b - mean) ** 2, 0) + prior * (1 + mean ** 2)) / n
      for (let i = 0; i < copies; i++) {
        expect(Math.abs(run.reward[i] - plain.reward[i] / Math.sqrt(variance + 1e-8))).toBeLessThan(1e-10)
        if (plain.end[i] !== ending.none) sums[i] = 0
      }
      expect(Math.abs(rewardDeviation(run) - Math.sqrt(variance + 1e-8))).toBeLessThan(1e-10)
    }
  })
})

describe('observations normalised', () => {
  it('by mean and deviation of all that has been observed, once each', () => {
    const copies = 4
    const run = lockStep(pipe(cartPole(), normaliseObservation()), { copies, seed })
    const plain = lockStep(cartPole(), { copies, seed })
    const flip = coins(copies)
    const rows: number[][] = []
    const see = (column: Float32Array, i: number): void => {
      rows.push(Array.from(column.subarray(4 * i, 4 * i + 4)))
    }
    for (let i = 0; i < copies; i++) see(plain.observation, i)
    for (let t = 0; t < 100; t++) {
      const actions = flip()
      run.step(actions)
      plain.step(actions)
      for (let i = 0; i < copies; i++) see(plain.successor, i)
      for (let i = 0; i < copies; i++) if (plain.end[i] !== ending.none) see(plain.observation, i)
    }
    expect(observationMoments(run.save())).toEqual(observationMoments(run))
    const { mean, variance, count } = observationMoments(run)
    const n = rows.length + 1e-4
    expect(count).toBeCloseTo(n, 8)
    for (let j = 0; j < 4; j++) {
      const exactMean = rows.reduce((sum, row) => sum + row[j], 0) / n
      const exactVariance = (rows.reduce((sum, row) => sum + (row[j] - exactMean) ** 2, 0) + 1e-4 * (1 + exactMean ** 2)) / n
      expect(Math.abs(mean[j] - exactMean)).toBeLessThan(1e-10)
      expect(Math.abs(variance[j] - exactVariance)).toBeLessThan(1e-10)
    }
  })

  it('frozen: the same map for every state, at the end of an episode too, and it learns nothing', () => {
    const by = { mean: [1, -2, 3, 0], variance: [4, 1, 0.25, 9], count: 10 }
    const run = lockStep(pipe(cartPole(), normaliseObservation({ by, clip: 5 })), { copies: 2, seed })
    const plain = lockStep(cartPole(), { copies: 2, seed })
    const flip = coins(2)
    const mapped = (column: Float32Array): readonly number[] =>
      Array.from(column, (x, k) => Math.fround(Math.min(Math.max((x - by.mean[k % 4]) * (1 / Math.sqrt(by.variance[k % 4] + 1e-8)), -5), 5)))
    for (let t = 0; t < 100; t++) {
      const actions = flip()
      run.step(actions)
      plain.step(actions)
      expect([...run.observation]).toEqual(mapped(plain.observation))
      expect([...run.successor]).toEqual(mapped(plain.successor))
      expect(run.reward).toEqual(plain.reward)
    }
    expect(() => observationMoments(run)).toThrow('no running normaliseObservation')
  })

  it('frozen at the moments of a run: what the run would observe next, if it learnt no more', () => {
    const trained = lockStep(pipe(pendulum(), normaliseObservation()), { copies: 8, seed })
    for (let t = 0; t < 200; t++) trained.step([0, 0.5, 1, 1.5, 2, -2, -1, 0.1])
    const run = lockStep(pipe(pendulum(), normaliseObservation({ by: observationMoments(trained) })), { copies: 64, seed: seed + 1 })
    const seen: number[] = []
    for (let t = 0; t < 200; t++) {
      run.step(Array.from({ length: 64 }, (_, i) => (i % 9) / 2 - 2))
      seen.push(...run.successor)
    }
    // Roughly standard: both are the same kind of data.
    const mean = seen.reduce((a, b) => a + b, 0) / seen.length
    const variance = seen.reduce((a, b) => a + (b - mean) ** 2, 0) / seen.length
    expect([Math.abs(mean) < 0.5, variance > 0.3, variance < 3]).toEqual([true, true, true])
  })

  it('does not shrink what hardly varies to nothing, nor divides by 0', () => {
    const still = environment({
      name: 'still', observation: box([2]), action: discrete(1), stateSize: 1,
      reset: () => [5],
      step: ([n]) => ({ state: [n], reward: 0, terminated: false }),
      observe: ([n]) => [n, 0],
    })
    const run = lockStep(pipe(still, normaliseObservation()), { copies: 1, seed })
    for (let t = 0; t < 1000; t++) run.step([0])
    expect(run.observation.every(Number.isFinite)).toBe(true)
  })
})

describe('oneHot', () => {
  it('has a 1 where the state is, at every step', () => {
    const run = lockStep(oneHot(frozenLake()), { copies: 5, seed })
    const plain = lockStep(frozenLake(), { copies: 5, seed })
    const [random] = streamsOf(seed, 1)
    for (let t = 0; t < 100; t++) {
      const actions = Array.from({ length: 5 }, () => Math.floor(uniform(random, 0, 4)))
      run.step(actions)
      plain.step(actions)
      for (const [hot, number] of [[run.observation, plain.observation], [run.successor, plain.successor]] as const)
        expect([...hot]).toEqual(Array.from(number).flatMap((s) => Array.from({ length: 16 }, (_, k) => (k === s ? 1 : 0))))
    }
  })
})

describe('repeatAction', () => {
  it('is the same as taking it so often, up to the end', () => {
    const run = lockStep(repeatAction(3)(environments['CartPole-v1']), { copies: 4, seed })
    const single = Array.from({ length: 4 }, () => lockStep(environments['CartPole-v1'], { copies: 4, seed }))
    const flip = coins(4)
    for (let t = 0; t < 60; t++) {
      const actions = flip()
      run.step(actions)
      for (const [i, one] of single.entries()) {
        // Copy i of a run of its own, as its copies need not end together.
        let sum = 0
        for (let k = 0; k < 3 && (k === 0 || one.end[i] === ending.none); k++) {
          one.step(actions)
          sum += one.reward[i]
        }
        expect(run.reward[i]).toBe(sum)
        expect(run.end[i]).toBe(one.end[i])
        expect(run.successor.slice(4 * i, 4 * i + 4)).toEqual(one.successor.slice(4 * i, 4 * i + 4))
        expect(run.observation.slice(4 * i, 4 * i + 4)).toEqual(one.observation.slice(4 * i, 4 * i + 4))
      }
    }
  })

  it('counts the steps within for a limit within', () => {
    const run = lockStep(pipe(mountainCarContinuous({ steps: 7 }), repeatAction(3)), { copies: 1, seed })
    const ends = Array.from({ length: 4 }, () => (run.step([0]), run.end[0]))
    expect(ends).toEqual([0, 0, ending.Truncated, 0])
  })
})

describe('clipAction', () => {
  it('clips for the environment, and leaves the caller’s array alone', () => {
    const actions = [5, -7, 0.25]
    const run = lockStep(clipAction(counter), { copies: 3, seed })
    run.step(actions)
    expect([...run.state]).toEqual([3, -3, 0.25])
    expect(actions).toEqual([5, -7, 0.25])
  })

  it('is at home in Pendulum, whose reward sees the clipped torque, and not in MountainCarContinuous, whose reward sees all', () => {
    const [torque, push] = [lockStep(pendulum(), { copies: 2, seed }), lockStep(mountainCarContinuous(), { copies: 2, seed })]
    torque.state.set([0.5, 0, 0.5, 0])
    torque.step([2, 50])
    expect(torque.reward[0]).toBe(torque.reward[1])
    push.step([1, 3])
    expect(Array.from(push.reward)).toEqual([-0.1, -0.9])
  })
})

describe('options that are none', () => {
  it.each<readonly [() => unknown, string]>([
    [() => timeLimit({ steps: 0, as: 'Truncated' })(counter), 'timeLimit: steps: expected an integer >= 1, got 0'],
    [() => cartPole({ steps: 2.5 }), 'timeLimit: steps: expected an integer >= 1, got 2.5'],
    [() => scaleReward(0), 'scaleReward: expected a finite number > 0, got 0'],
    [() => scaleReward(NaN), 'scaleReward: expected a finite number > 0, got NaN'],
    [() => clipReward({ low: 1, high: 0 }), 'clipReward: expected low <= high, got 1 and 0'],
    [() => repeatAction(0), 'repeatAction: expected an integer >= 1, got 0'],
    [() => normaliseReward({ discount: 1.5 })(counter), 'normaliseReward: discount: expected a number in [0, 1], got 1.5'],
    [() => lockStep(pipe(counter, scaleReward(1e200), normaliseReward({ discount: 0.9 })), { copies: 2, seed }).step([1, 2]), 'that their variance is no float64; put scaleReward(...) before normaliseReward'],
    [() => normaliseObservation({ clip: 0 })(counter), 'normaliseObservation: clip: expected a number > 0, got 0'],
    [() => normaliseObservation({ by: { mean: [0], variance: [1], count: 1 } })(counter), 'expected moments of 2 numbers, as counter observes, got 1'],
    [() => box([0]), 'box: shape: expected integers >= 1, got [0]'],
    [() => box([2], { low: [0], high: 1 }), 'box: low: expected 2 numbers, as the shape has, got 1'],
    [() => box([1], { low: 1, high: 0 }), 'box: low[0]: expected at most high[0] = 0, got 1'],
    [() => discrete(0), 'discrete: expected an integer >= 1, got 0'],
    [() => lockStep(cliffWalking(), { copies: 0, seed: 1 }), 'CliffWalking-v1: lockStep: copies: expected an integer >= 1, got 0'],
    [() => lockStep(cliffWalking(), { copies: 1, seed: 0.5 }), 'CliffWalking-v1: lockStep: seed: expected a 32-bit integer, got 0.5'],
    [() => lockStep(cliffWalking(), { copies: 1, seed: 2 ** 40 }), 'CliffWalking-v1: lockStep: seed: expected a 32-bit integer, got 1099511627776'],
    [() => lockStep(cliffWalking(), { copies: 2, seed: 1 }).reset(2), 'CliffWalking-v1: reset: expected the number of a copy, 0 to 1, got 2'],
  ])('%#', (build, words) => {
    expect(build).toThrow(RangeError)
    expect(build).toThrow(words)
  })
})
