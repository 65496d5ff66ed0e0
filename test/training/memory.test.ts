import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import type { AnyEnvironment } from 'estimand/environment'
import { cartPole, lockStep, pendulum, timeLimit } from 'estimand/environment'
import { mlp, policyOutput, valueOutput } from 'estimand/network'
import { categorical, policyOf } from 'estimand/policy'
import { ppo, reinforceLoo, train } from '../../src/training/index.ts'
import { held } from '../bench/steps.ts'
import { seed } from '../seed/seed.ts'

/** Bytes by which what is held grows with each of so many turns; the turns before them, as many, are for the compiler. */
const growth = (turns: number, turn: () => unknown): number => {
  for (let k = 0; k < turns; k++) turn()
  const before = held()
  for (let k = 0; k < turns; k++) turn()
  return (held() - before) / turns
}

const hidden = [8]
const { observation } = cartPole()

/** Bytes a turn that the engine may keep for itself. */
const slack = 1000

describe('memory stays as it is', () => {
  const thousandSteps = (environment: AnyEnvironment): (() => void) => {
    const run = lockStep(environment, { copies: 8, seed })
    const actions = new Float64Array(8)
    return () => {
      for (let t = 0; t < 1000; t++) run.step(actions)
    }
  }
  it.each([
    ['CartPole', cartPole()],
    ['Pendulum', pendulum()],
  ])('over steps of %s', (_, environment) => {
    expect(growth(100, thousandSteps(environment))).toBeLessThan(slack)
  })

  it('over updates of PPO', () => {
    const policy = policyOf(mlp({ observation, hidden, outputs: [policyOutput(2), valueOutput] }), categorical(2))
    expect(growth(150, train({ ...ppo({ environment: cartPole(), policy, rate: 1e-4 }), seed }).next)).toBeLessThan(slack)
  })

  it('over updates of REINFORCE, each of another length', () => {
    const environment = pipe(cartPole({ steps: Infinity }), timeLimit({ steps: 100, as: 'TimeLimit' }))
    const policy = policyOf(mlp({ observation, hidden, outputs: [policyOutput(2)] }), categorical(2))
    expect(growth(300, train({ ...reinforceLoo({ environment, policy, rate: 0 }), seed }).next)).toBeLessThan(slack)
  })

  it('and what is kept is seen', () => {
    const kept: Float64Array[] = []
    const step = thousandSteps(cartPole())
    expect(growth(100, () => (step(), kept.push(new Float64Array(512))))).toBeGreaterThan(slack)
  })
})
