import * as backend from 'estimand/backend'
import * as codecs from 'estimand/codecs'
import * as environment from 'estimand/environment'
import * as exact from 'estimand/exact'
import * as network from 'estimand/network'
import * as policy from 'estimand/policy'
import * as training from 'estimand/training'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { callAll, functionsOf } from './calls.ts'
import type { Values } from './walk.ts'
import { through } from './walk.ts'

const { cartPole, lockStep } = environment
const small = network.mlp({ observation: environment.box([4]), hidden: [2], outputs: [network.policyOutput(2)] })

/** What a caller without types may pass, wrongly or rightly. Numbers are small: some of them are sizes. */
const values: Values = {
  '': [],
  undefined: [undefined],
  null: [null],
  '0': [0],
  '2': [2],
  "'x'": ['x'],
  '{}': [{}],
  '{ unknown }': [{ unknown: 1 }],
  '{ low, high }': [{ low: -1, high: 1 }],
  '{ steps }': [{ steps: 2, as: 'TimeLimit' }],
  '{ discount }': [{ discount: 0.5 }],
  '[]': [[]],
  '[0.5]': [[0.5]],
  '[null]': [[null]],
  'a function': [(): undefined => undefined],
  'an environment': [cartPole()],
  'a constructor': [cartPole],
  'a space': [environment.box([4])],
  'a run': [lockStep(cartPole(), { copies: 1, seed: 1 })],
  'a network': [small],
  'a head': [policy.categorical(2)],
  'a policy': [policy.policyOf(small, policy.categorical(2))],
  'an optimiser': [network.sgd()],
  'an MDP': [exact.worlds.rtgRaisesVariance.mdp],
}

/** What is called for every number that is drawn, in the step of every copy: a check there would cost each of them. */
const unchecked: readonly string[] = ['uniform']

const functions = functionsOf(environment, network, policy, backend, training, codecs).filter(([name]) => !unchecked.includes(name))

describe('every export of environments, networks, policies, backends, training and codecs, called with what it does not take', () => {
  it('answers with a sentence: who, what was expected, what came', async () => {
    const faults: string[] = []
    for (const [name, f] of functions)
      await through(values, name, f, (at, outcome) => {
        if (outcome._tag === 'fault') faults.push(`${at}: ${outcome.fault}`)
      })
    expect(faults).toEqual([])
    expect(functions.length).toBeGreaterThan(60)
  })

  it('the same of several arguments, whatever they are', async () => {
    const argument = fc.constantFrom(...Object.keys(values)).map((name) => values[name][0])
    const calls = fc.array(fc.array(argument, { maxLength: 4 }), { minLength: 1, maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...functions), calls, async ([name, f], args) => {
        const outcome = await callAll(name, f, args)
        expect('fault' in outcome ? outcome.fault : null).toBeNull()
      }),
      { numRuns: 4000 },
    )
  })
})
