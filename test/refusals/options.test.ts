import { compare } from 'estimand/compare'
import * as exact from 'estimand/exact'
import * as laws from 'estimand/laws'
import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import * as root from '../../src/index.ts'
import { shown } from '../../src/trajectories/problem.ts'
import type { AnyFunction } from './calls.ts'
import { callAll } from './calls.ts'

const { reasons } = root
const toGo = pipe(root.totalReturn, root.causality)
const e = pipe(toGo, root.reduce(root.meanOverTrajectories))
const opened = root.fromSteps({ discount: 1, provenance: 'on-policy', episodes: 'complete', trajectories: [{ reward: [1, 2], behaviourLogProb: [-1, -1], end: root.terminated }] })
if (E.isLeft(opened)) throw new Error(root.describeProblems(opened.left))
const batch = opened.right
const { mdp } = exact.worlds.batchMeanShrinks
const formula = { text: 'x', latex: 'x' }
const common = { word: 'mine', argument: 1, needs: ['Reward'], reasons: [reasons.clipping], formula, source: 'an example' }
const changes = { ...common, needs: [], coupling: 'none', apply: (column: Float64Array) => column, formula: (x: root.Formula) => x }
const problem = { T: 1, gamma: 1, Amat: [[0]], Bmat: [[1]], W: [[0]], mean0: [1], cov0: [[0]], Qcost: [[1]], Rcost: [[1]], K: [[-1]], logSigma: 0, b: 0 }
const law = laws.sound(e)

/** A call that is right, and which of its arguments is a record of options: [place in the currying, place in the call]. */
interface Right {
  readonly f: AnyFunction
  readonly args: readonly (readonly unknown[])[]
  readonly at: readonly [number, number]
  /** Options that may be left out. */
  readonly optional?: readonly string[]
}

const right = (f: unknown, args: readonly (readonly unknown[])[], optional: readonly string[] = [], at: readonly [number, number] = [0, 0]): Right => ({ f: f as AnyFunction, args, at, optional })

const setting = { mdp, sampling: 'target', batchSize: 2, value: 'exact', actionValue: 'exact', limit: 1000, covariance: 'full' }
const optionalInSetting = ['sampling', 'batchSize', 'value', 'actionValue', 'limit', 'covariance']
const grid = { horizon: 2, discount: 0.9, start: 0 }

const calls: Readonly<Record<string, Right>> = {
  totalReturn: right(root.totalReturn, [[{ objective: 'undiscounted' }]]),
  gae: right(root.gae, [[{ lambda: 0.5 }]]),
  nStep: right(root.nStep, [[{ n: 2 }]]),
  vtrace: right(root.vtrace, [[{ rhoBar: 1, cBar: 1 }]]),
  clip: right(root.clip, [[{ epsilon: 0.2 }]]),
  truncate: right(root.truncate, [[{ at: 2 }]]),
  batchStd: right(root.batchStd, [[{ ddof: 1, epsilon: 1 }]]),
  whitenSteps: right(root.whitenSteps, [[{ ddof: 1, epsilon: 1 }]]),
  batchMean: right(root.batchMean, [[{ ended: 'zero' }]]),
  leaveOneOut: right(root.leaveOneOut, [[{ ended: 'zero' }]]),
  truncated: right(root.truncated, [[{ value: 1, successor: 2 }]], ['value', 'successor']),
  claimScale: right(root.claimScale, [[{ factor: () => 1, text: '1' }], [e]]),
  reuse: right(root.reuse, [[{ logProb: [-1, -2], version: 1 }], [batch]]),
  reason: right(root.reason, [[{ ...reasons.clipping }]]),
  stepCredit: right(root.stepCredit, [[{ ...common, column: () => new Float64Array(2), outer: 'none' }]], ['argument']),
  returnCredit: right(root.returnCredit, [[{ ...common, reward: () => new Float64Array(2), objective: 'discounted' }]], ['argument']),
  baselineOf: right(
    root.baselineOf,
    [[{ ...common, row: 'baseline', coupling: 'none', reasons: { whole: [], perStep: [] }, formula: { whole: formula, perStep: formula }, level: () => ({ axis: 'constant', value: 1 }) }]],
    ['argument'],
  ),
  ratioOf: right(root.ratioOf, [[{ ...common, stage: 'step ratio', ratio: (x: Float64Array) => x, pointwise: true }]], ['argument', 'pointwise']),
  creditModifier: right(root.creditModifier, [[changes], [toGo]], ['argument']),
  ratioModifier: right(root.ratioModifier, [[{ ...changes, pointwise: true }], [pipe(toGo, root.importance(root.perStep))]], ['argument', 'pointwise']),
  weightModifier: right(root.weightModifier, [[changes], [toGo]], ['argument']),
  reductionOf: right(root.reductionOf, [[{ word: 'mine', argument: 1, reasons: [], coupling: 'none', scale: () => 1, formula, source: 'an example' }]], ['argument']),
  exact: right(exact.exact, [[setting], [e]], optionalInSetting),
  exactOfAll: right(exact.exactOfAll, [[setting], [[e]]], optionalInSetting),
  cost: right(exact.cost, [[setting], [e]], optionalInSetting),
  'sampled: setting': right(exact.sampled, [[setting, { batches: 2, seed: 1 }], [e]], optionalInSetting),
  sampled: right(exact.sampled, [[setting, { batches: 2, seed: 1 }], [e]], [], [0, 1]),
  'mdp of exact': right((x: exact.Mdp) => exact.exact({ mdp: x })(e), [[mdp]]),
  chain: right(exact.chain, [[{ length: 1, horizon: 1, discount: 1, slip: 0, goal: 1, step: 0 }]], ['slip', 'goal', 'step']),
  frozenLake: right(exact.frozenLake, [[{ ...grid, slippery: false }]], ['start', 'slippery']),
  cliffWalking: right(exact.cliffWalking, [[{ ...grid, start: 36 }]], ['start']),
  possibleBatch: right(exact.possibleBatch, [[mdp, 'target', { value: [0], actionValue: [[[0, 0]]] }]], ['value', 'actionValue'], [0, 2]),
  linearQuadraticExpectation: right(exact.linearQuadraticExpectation, [[problem, ({ reward }: exact.Rollouts) => reward, { order: 2, limit: 100, score: exact.linearGaussianScore }]], ['order', 'limit', 'score'], [0, 2]),
  exactOnLinearQuadratic: right(exact.exactOnLinearQuadratic, [[problem, { order: 2, limit: 100, score: exact.linearGaussianScore }], [e]], ['order', 'limit', 'score'], [0, 1]),
  compare: right(
    compare,
    [[{ estimators: { e }, worlds: { w: mdp }, batchSize: 1, sampling: 'target', value: 'exact', actionValue: 'exact', limit: 100 }]],
    ['batchSize', 'sampling', 'value', 'actionValue', 'limit'],
  ),
  tryLaw: right(laws.tryLaw, [[{ runs: 1, seed: 1 }], [law]], ['runs']),
  tight: right(laws.tight, [[reasons.clipping], [{ runs: 1, seed: 1 }], [e]], ['runs'], [1, 0]),
  batches: right(laws.batches, [[{ provenance: 'on-policy', episodes: 'complete', atLeast: 1 }]], ['atLeast']),
  worldsUpTo: right(laws.worldsUpTo, [[{ states: 2, horizon: 1, behaviour: 'another' }]], ['states', 'horizon', 'behaviour']),
  jsonIsInverse: right(laws.jsonIsInverse, [[{ write: root.toJson, read: root.pipelineFromJson }]]),
}

const optionsOf = ({ args, at: [k, l] }: Right): Readonly<Record<string, unknown>> => args[k][l] as Readonly<Record<string, unknown>>

const outcomeOf = (name: string, { f, args, at: [k, l] }: Right, options: unknown) =>
  callAll(
    name.split(':')[0].split(' of ').at(-1) ?? name,
    f,
    args.map((some, i) => (i === k ? some.map((argument, j) => (j === l ? options : argument)) : some)),
  )

const names = fc.constantFrom(...Object.keys(calls))

const withoutKey = (record: Readonly<Record<string, unknown>>, gone: string) => Object.fromEntries(Object.entries(record).filter(([key]) => key !== gone))

describe('options of every function that takes some', () => {
  it.each(Object.entries(calls))('%s: taken as they are, and without those that may be left out', async (name, one) => {
    const options = optionsOf(one)
    const outcomes = [options, ...(one.optional ?? []).map((key) => withoutKey(options, key))].map(async (some) => {
      const outcome = await outcomeOf(name, one, some)
      return '_tag' in outcome ? outcome : 'a function'
    })
    for (const outcome of await Promise.all(outcomes)) expect(outcome === 'a function' || outcome._tag === 'taken' ? null : outcome).toBeNull()
  })

  it('an unknown one is refused by its name, with those that are known', async () => {
    const key = fc.oneof(fc.string({ minLength: 1, maxLength: 8 }), fc.constantFrom('eps', 'epsilonHigh', 'gamma', 'Lambda', 'valeu', 'rho_bar', 'constructor', 'toString'))
    await fc.assert(
      fc.asyncProperty(names, key, fc.anything({ maxDepth: 1 }), async (name, unknown, value) => {
        const one = calls[name]
        const options = optionsOf(one)
        // An MDP is data: mdp(...) refuses the keys that it does not know.
        fc.pre(name !== 'mdp of exact' && !Object.hasOwn(options, unknown) && unknown !== '__proto__')
        fc.pre(!['theta', 'thetaBehaviour', 'policy', 'behaviourPolicy'].includes(unknown))
        const outcome = await outcomeOf(name, one, { ...options, [unknown]: value })
        expect('says' in outcome ? outcome.says : outcome).toContain(`got ${shown(unknown)}`)
        expect('says' in outcome ? outcome.says : '').toMatch(/: expected (?:one of .* \(nearest: |\w)/)
      }),
      { numRuns: 400 },
    )
  })

  it('one that is missing, or of another kind, is answered with a sentence', async () => {
    await fc.assert(
      fc.asyncProperty(names, fc.nat(), fc.option(fc.anything({ maxDepth: 2, withBigInt: true })), async (name, pick, value) => {
        // How much work a large number asks for is bounded elsewhere.
        fc.pre(!(typeof value === 'number' && Math.abs(value) > 20) && typeof value !== 'bigint')
        const one = calls[name]
        const options = optionsOf(one)
        const keys = Object.keys(options)
        const key = keys[pick % keys.length]
        const outcome = await outcomeOf(name, one, value === null ? withoutKey(options, key) : { ...options, [key]: value })
        expect('fault' in outcome ? outcome.fault : null).toBeNull()
        if (value === null && !(one.optional ?? []).includes(key)) expect('says' in outcome).toBe(true)
      }),
      { numRuns: 600 },
    )
  })

  it('are those that the JSON form takes, word by word', () => {
    for (const [name, { takes }] of Object.values(root.registry).flatMap((place: Readonly<Record<string, root.Entry<unknown>>>) => Object.entries(place)))
      if (Array.isArray(takes)) expect(Object.keys(optionsOf(calls[name])).toSorted(), name).toEqual(takes.toSorted())
  })

  it('are refused in JavaScript as in JSON', () => {
    const said = (f: () => unknown): string => {
      try {
        f()
        return 'taken'
      } catch (error) {
        return (error as Error).message
      }
    }
    const config: { readonly epsilon: number } = Object.assign({ epsilon: 0.2 }, { epsilonHigh: 0.28 })
    expect(said(() => root.clip(config))).toBe('clip.epsilonHigh: expected one of epsilon (nearest: epsilon), got "epsilonHigh"')
    const json = root.pipelineFromJson(['totalReturn', { importance: 'perStep' }, { clip: config }, { reduce: 'meanOverSteps' }])
    expect(pipe(json, E.mapLeft(root.describeProblems))).toEqual(E.left('pipeline[2].clip.epsilonHigh: expected one of epsilon (nearest: epsilon), got "epsilonHigh"'))
    expect(said(() => root.batchStd({ ddof: 1, epsilon: 1, eps: 0 } as never))).toContain('(nearest: epsilon)')
  })
})
