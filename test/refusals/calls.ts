import { EnvironmentFailure } from 'estimand/environment'
import { TrainingStopped } from 'estimand/training'
import * as E from 'fp-ts/lib/Either.js'
import { notReduced } from '../../src/estimator/estimator.ts'
import * as root from '../../src/index.ts'
import { notAWeighting } from '../../src/weighting/step.ts'

export type AnyFunction = (...args: readonly unknown[]) => unknown

export const isFunction = (x: unknown): x is AnyFunction => typeof x === 'function' && !/^class\b/.test(Function.prototype.toString.call(x))

export const isPlainObject = (x: unknown): x is Readonly<Record<string, unknown>> => typeof x === 'object' && x !== null && Object.getPrototypeOf(x) === Object.prototype

/** Every function that modules export, and those of `entry`. The functions that words are made of are called by the library alone. */
export const functionsOf = (...modules: readonly object[]): readonly (readonly [name: string, f: AnyFunction])[] =>
  modules.flatMap((module) =>
    Object.entries(module as Readonly<Record<string, unknown>>).flatMap(([name, value]): readonly (readonly [string, AnyFunction])[] => {
      if (isFunction(value)) return [[name, value]]
      return name === 'entry' && isPlainObject(value) ? Object.entries(value).flatMap(([part, f]: readonly [string, unknown]) => (isFunction(f) ? [[`${name}.${part}`, f] as const] : [])) : []
    }),
  )

/** What only the engine says. */
export const ofTheEngine =
  /Cannot (read|destructure|convert|use|set|mix|assign)|is not (a function|iterable|a constructor|defined|an object)|undefined \(reading|Invalid (array|typed array) length|serialize|Reduce of empty|must be/

const sentences = new Set<string>([notAWeighting, notReduced, ...Object.values(root.legality).flatMap((row) => Object.values<string>(row))])

/** Whose name stands in the message where it is not that of the export: the word that the argument is used in. */
const inTheNameOf: Readonly<Record<string, readonly string[]>> = {
  bandit: ['world'],
  lossWeights: ['estimate'],
  surrogate: ['estimate'],
  plusMonoid: ['zero'],
  baselinesOfThePastAreNeutral: ['baseline'],
  exactOnLinearQuadratic: ['linearQuadraticExpectation'],
  linearQuadraticExpectation: ['weigh'],
  compare: ['problems'],
  resume: ['train'],
  wholeBatch: ['estimator'],
  guarded: ['mlp('],
}

/** Of what a run or a network has none: whose, and what to do. */
const saysWhatIsThere = /^\S+: no (running normaliseObservation|normaliseReward); put it around|^\S+: no slice '.*'; it has /

/** What is wrong with what a call has thrown; null where nothing is. */
const faultOf = (name: string, thrown: unknown): string | null => {
  if (!(thrown instanceof Error)) return 'no error'
  const { message } = thrown
  const ours = [root.IllegalStep, root.NeedsNotMet, root.WeightNotFinite, root.DifferentObjectives, EnvironmentFailure, TrainingStopped, TypeError, RangeError].some((kind) => thrown instanceof kind)
  if (!ours) return `${thrown.name}: another class: ${message}`
  if (ofTheEngine.test(message)) return `${thrown.name}: ${message}`
  if (thrown instanceof root.IllegalStep && sentences.has(message)) return null
  if (thrown instanceof root.NeedsNotMet && /; (give|use|add|make|record)/.test(message)) return null
  if (saysWhatIsThere.test(message)) return null
  const own = name.split('.').at(-1) ?? name
  if (![own, ...(inTheNameOf[own] ?? [])].some((one) => message.includes(one))) return `does not name ${own}: ${message}`
  return /expected .+, got .+/s.test(message) || thrown instanceof root.WeightNotFinite ? null : `not expected and got: ${message}`
}

const isLeft = (x: unknown): x is E.Left<unknown> => isPlainObject(x) && x['_tag'] === 'Left' && 'left' in x

const faultOfLeft = ({ left }: E.Left<unknown>): string | null => {
  if (typeof left === 'string') return ofTheEngine.test(left) ? left : null
  if (!Array.isArray(left) || left.length === 0) return 'a Left without problems'
  const text = root.describeProblems(left as readonly root.Problem[])
  return ofTheEngine.test(text) || /^: |expected undefined|expected , /m.test(text) ? text : null
}

/** What came of a call: the sentence that refuses it, a value, another function to be called, or an answer that is none. */
export type Outcome = AnyFunction | { readonly _tag: 'refused'; readonly says: string } | { readonly _tag: 'taken' } | { readonly _tag: 'fault'; readonly fault: string }

const taken: Outcome = { _tag: 'taken' }

const isGenerator = (x: unknown): x is Iterable<unknown> => Object.prototype.toString.call(x) === '[object Generator]'

export const call = async (name: string, f: AnyFunction, args: readonly unknown[]): Promise<Outcome> => {
  try {
    const result = await f(...args)
    if (isLeft(result)) {
      const fault = faultOfLeft(result)
      return fault === null ? { _tag: 'refused', says: typeof result.left === 'string' ? result.left : root.describeProblems(result.left as readonly root.Problem[]) } : { _tag: 'fault', fault }
    }
    // The first row of a comparison is computed when it is asked for.
    if (isGenerator(result)) Array.from(result)
    return isFunction(result) ? result : taken
  } catch (error) {
    const fault = faultOf(name, error)
    return fault === null ? { _tag: 'refused', says: (error as Error).message } : { _tag: 'fault', fault }
  }
}

/** A curried call, one list of arguments after the other, until something has come of it. */
export const callAll = async (name: string, f: AnyFunction, args: readonly (readonly unknown[])[]): Promise<Outcome> => {
  let outcome: Outcome = f
  for (const some of args) if (typeof outcome === 'function') outcome = await call(name, outcome, some)
  return outcome
}
