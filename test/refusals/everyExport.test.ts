import * as compare from 'estimand/compare'
import * as exact from 'estimand/exact'
import * as laws from 'estimand/laws'
import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import * as root from '../../src/index.ts'
import { callAll, functionsOf } from './calls.ts'
import type { Values } from './walk.ts'
import { through } from './walk.ts'

const { recipes, terminated, totalReturn } = root
const opened = root.fromSteps({ discount: 1, provenance: 'on-policy', episodes: 'complete', trajectories: [{ reward: [1, 2], logProb: [-1, -1], end: terminated }] })
if (E.isLeft(opened)) throw new Error(root.describeProblems(opened.left))
const notMade = { S: 1, A: 2, T: 1, gamma: 1, rho: [1], P: [[[1], [1]]], R: [[1, 0]], policy: [[0.5, 0.5]] }

const values: Values = {
  '': [],
  undefined: [undefined],
  null: [null],
  '0': [0],
  "'x'": ['x'],
  '{}': [{}],
  '{ unknown }': [{ unknown: 1 }],
  '[]': [[]],
  '[null]': [[null]],
  'an Either': [opened],
  'a Left': [root.fromSteps({} as never)],
  'a weighting': [totalReturn],
  'an estimator': [recipes.reinforce.estimator],
  'a batch': [opened.right],
  'a reduction': [root.meanOverSteps],
  'a function': [(): undefined => undefined],
  'an MDP': [exact.worlds.rtgRaisesVariance.mdp],
  'JSON of an MDP': [notMade],
  'a setting of JSON': [{ mdp: notMade }],
  'a setting': [{ mdp: exact.worlds.batchMeanShrinks.mdp }],
}
const names = Object.keys(values)
const functions = functionsOf(root, exact, compare, laws)

/** What a function takes among the values: they are right for it, or leave out what has a default. */
const right: Readonly<Record<string, string>> = {
  'a weighting': 'causality',
  'an estimator': 'cuttingIsNeutral duplication expectedScoreIsZero explain linearInReward permutation sound splitting toJson',
  'a batch': 'longest stepCount',
  'a reduction': 'reductionOf',
  'an MDP': 'mdp truth worldTable',
  'JSON of an MDP': 'mdp',
  '{}': 'truncated worldsUpTo',
  '[]': 'asLoss constantPerTime describeProblems softmaxPolicy',
  '0': 'constant',
  '': 'baselinesOfThePastAreNeutral expectedScoreIsZero jsonIsInverse worldsUpTo',
  undefined: 'baselinesOfThePastAreNeutral expectedScoreIsZero jsonIsInverse worldsUpTo',
  'a function': 'entry.withNumber entry.withNumbers',
}
const rightWhenCurried = [
  'plus(an estimator)(an estimator)',
  'scale(0)(an estimator)',
  'estimate(an estimator)(a batch)',
  'lossWeights(an estimator)(a batch)',
  'surrogate(an estimator)(a batch)',
  'unreadFacts(an estimator)(a batch)',
  'reduce(a reduction)(a weighting)',
  'prepare(a reduction)(a weighting)(a batch)',
  'concat(a batch)(a batch)',
  'select([])(a batch)',
  'cost(a setting)(an estimator)',
  'cost(a setting)(a reduction)',
  'exact(a setting)(an estimator)',
  'exactOfAll(a setting)([])',
  // A function that happens to be a weighting is not told apart from others.
  'entry.withNumber(a weighting)',
  'entry.withNumbers(a weighting)',
]

describe('every export, called with what it does not take', () => {
  it('answers with a sentence: who, what was expected, what came; and takes nothing in silence', async () => {
    const faults: string[] = []
    const taken: string[] = []
    for (const [name, f] of functions)
      await through(values, name, f, (at, outcome) => {
        if (outcome._tag === 'taken') taken.push(at)
        if (outcome._tag === 'fault') faults.push(`${at}: ${outcome.fault}`)
      })
    expect(faults).toEqual([])
    const expected = Object.entries(right).flatMap(([value, words]) => words.split(' ').map((name) => `${name}(${value})`))
    expect(taken.filter((at) => !at.startsWith('entry.alone(')).toSorted()).toEqual([...expected, ...rightWhenCurried].toSorted())
    expect(functions.length).toBeGreaterThan(110)
  })

  it('the same of several arguments, whatever they are', async () => {
    const argument = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...names).map((name) => values[name][0]) }, { weight: 1, arbitrary: fc.anything({ maxDepth: 2 }) })
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
