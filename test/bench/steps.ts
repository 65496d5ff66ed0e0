/** What is held after a million steps more than before: a long training must not need more and more. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { cartPole, lockStep } from 'estimand/environment'
import { cleanRlCartPole, train } from 'estimand/training'
import type { Measure, Unit } from './measure.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Bytes that are held, with those of typed arrays. */
export const held = (): number => {
  // Arrays of the one collection are given back by the next.
  collect()
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** The run measures by itself, and answers the number. */
const megabytes: Unit = { name: 'MB', better: 'lower', block: 'one call', of: (work) => work }

const warm = 100_000
const counted = 1_000_000

const grown = (name: string, begin: () => (steps: number) => void): Measure => ({
  name: `memory grown by 1e6 steps, ${name}`,
  unit: megabytes,
  prepare: () => {
    const go = begin()
    go(warm)
    return () => {
      const before = held()
      go(counted)
      return (held() - before) / 1e6
    }
  },
})

export const measures: readonly Measure[] = [
  grown('CartPole', () => {
    const run = lockStep(cartPole(), { copies: 8, seed: 1 })
    const actions = new Float64Array(8)
    return (steps) => {
      for (let taken = 0; taken < steps; taken += 8) run.step(actions)
    }
  }),
  grown('PPO on CartPole', () => {
    const training = train({ ...cleanRlCartPole({ truncation: 'terminated' }), seed: 1 })
    let all = 0
    return (steps) => {
      const last = all + steps
      while (all < last) all = training.next().steps
    }
  }),
]
