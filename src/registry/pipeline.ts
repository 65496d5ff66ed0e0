import * as E from 'fp-ts/lib/Either.js'
import type { AnyEstimator } from '../estimator/estimator.ts'
import type { Problem } from '../trajectories/problem.ts'
import { shown } from '../trajectories/problem.ts'
import { IllegalStep } from '../weighting/step.ts'
import type { AnyWeighting } from '../weighting/weighting.ts'
import type { Entries, Registry } from './registry.ts'
import { apply, registry } from './registry.ts'

/** A step as JSON: a bare word, or an object with one word and its argument. */
type Call = { readonly word: string; readonly argument: unknown }

const fail = (path: string, expected: string, got: string): E.Either<Problem, never> => E.left({ path, expected, got })

const isObject = (x: unknown): x is Readonly<Record<string, unknown>> => typeof x === 'object' && x !== null && !Array.isArray(x)

const callOf = (path: string, step: unknown): E.Either<Problem, Call> => {
  if (typeof step === 'string') return E.right({ word: step, argument: undefined })
  if (!isObject(step)) return fail(path, 'a word, or an object with one word', shown(step))
  const words = Object.keys(step)
  if (words.length !== 1) return fail(path, 'one word', words.length === 0 ? 'none' : words.join(', '))
  return E.right({ word: words[0], argument: step[words[0]] })
}

/** The word "Infinity" is a number wherever a number stands, since JSON has none. */
const numberIn = (x: unknown): unknown => (x === 'Infinity' ? Infinity : x)

/** An argument with its numbers read: those of a list, or of the options by name. No argument is nested deeper. */
const numbersIn = (x: unknown): unknown => {
  if (Array.isArray(x)) return x.map(numberIn)
  return isObject(x) ? Object.fromEntries(Object.entries(x).map(([key, value]) => [key, numberIn(value)])) : numberIn(x)
}

const editDistance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)))
    row = next
  }
  return row[b.length]
}

const oneOf = (words: readonly string[], got: string): string => {
  const nearest = words.toSorted((a, b) => editDistance(a, got) - editDistance(b, got))[0]
  return `one of ${words.join(', ')} (nearest: ${nearest})`
}

const valueOf = <A>(path: string, entries: Entries<A>, { word, argument }: Call): E.Either<Problem, A> => {
  const entry = Object.hasOwn(entries, word) ? entries[word] : undefined
  if (entry === undefined) return fail(path, oneOf(Object.keys(entries), word), shown(word))
  const at = `${path}.${word}`
  if (argument === undefined) {
    if (entry.bare !== null) return E.right(entry.bare)
    return fail(at, Array.isArray(entry.takes) ? `options ${entry.takes.join(', ')}` : 'an argument', 'none')
  }
  const { takes } = entry
  if (takes === null) return fail(at, 'no options', shown(argument))
  const given = numbersIn(argument)
  if (takes === 'number' && typeof given !== 'number') return fail(at, 'a number', shown(argument))
  if (takes === 'numbers' && !Array.isArray(given)) return fail(at, 'an array of numbers', shown(argument))
  if (typeof takes !== 'string') {
    if (!isObject(given)) return fail(at, `an object with ${takes.join(', ')}`, shown(argument))
    const unknown = Object.keys(given).find((key) => !takes.includes(key))
    if (unknown !== undefined) return fail(`${at}.${unknown}`, oneOf(takes, unknown), shown(unknown))
    const missing = takes.find((key) => given[key] === undefined)
    if (missing !== undefined) return fail(`${at}.${missing}`, 'a value', 'none')
  }
  try {
    return E.right((entry.called as (argument: unknown) => A)(given))
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return fail(at, error.message, shown(argument))
  }
}

type Step = (w: unknown) => AnyWeighting | AnyEstimator

const inner = <A>(path: string, call: Call, entries: Entries<A>, step: (value: A) => Step): E.Either<Problem, Step> => {
  if (call.argument === undefined) return fail(`${path}.${call.word}`, `one of ${Object.keys(entries).join(', ')}`, 'none')
  const called = callOf(`${path}.${call.word}`, call.argument)
  return E.isLeft(called) ? called : E.map(step)(valueOf(`${path}.${call.word}`, entries, called.right))
}

const stepOf = (path: string, call: Call, words: Registry): E.Either<Problem, Step> => {
  switch (call.word) {
    case 'baseline':
      return inner(path, call, words.baselines, apply.baseline)
    case 'normalise':
      return inner(path, call, words.normalisations, apply.normalise)
    case 'importance':
      return inner(path, call, words.ratios, apply.importance)
    case 'reduce':
      return inner(path, call, words.reductions, apply.reduce)
    default:
      if (Object.hasOwn(words.modifiers, call.word)) return valueOf<Step>(path, words.modifiers, call)
      return fail(path, oneOf([...Object.keys(words.modifiers), 'baseline', 'normalise', 'importance', 'reduce'], call.word), shown(call.word))
  }
}

/**
 * The estimator that the JSON form of a pipeline stands for.
 *
 * A step is a bare word or `{ word: options }`; "Infinity" is a number wherever a number stands. What the compiler refuses is refused
 * here, with the same sentence and the position of the step; unknown words and options are answered with the nearest known one.
 *
 * @param pipeline  an array: a credit, modifiers, and a reduction
 * @param words     the words that are known; the built-in ones unless others are given
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { pipelineFromJson } from 'estimand'
 * const rewardToGo = pipelineFromJson(['totalReturn', 'causality', { reduce: 'meanOverTrajectories' }])
 * pipe(rewardToGo, E.map((e) => e.formula.text)) // => E.right('1/N (gamma^t G_it)')
 * pipe(pipelineFromJson(['totalReturn', 'causality', 'causality']), E.mapLeft(([p]) => p?.expected))
 * // => E.left('causality: already applied; remove the second one')
 * ```
 */
export const pipelineFromJson = (pipeline: unknown, words: Registry = registry): E.Either<readonly Problem[], AnyEstimator> => {
  if (!Array.isArray(pipeline) || pipeline.length === 0)
    return E.left([{ path: 'pipeline', expected: 'an array that begins with a credit and ends with reduce', got: shown(pipeline) }])
  const [first, ...rest]: readonly unknown[] = pipeline
  const credit = callOf('pipeline[0]', first)
  const begun = E.isLeft(credit) ? credit : valueOf('pipeline[0]', words.credits, credit.right)
  if (E.isLeft(begun)) return E.left([begun.left])
  let built: AnyWeighting | AnyEstimator = begun.right
  for (const [k, json] of rest.entries()) {
    const path = `pipeline[${k + 1}]`
    const call = callOf(path, json)
    const step = E.isLeft(call) ? call : stepOf(path, call.right, words)
    if (E.isLeft(step)) return E.left([step.left])
    try {
      built = step.right(built)
    } catch (error) {
      if (!(error instanceof IllegalStep)) throw error
      return E.left([{ path, expected: error.message, got: shown(json) }])
    }
  }
  return 'estimate' in built
    ? E.right(built)
    : E.left([{ path: `pipeline[${pipeline.length}]`, expected: 'reduce, which ends a pipeline', got: 'the end' }])
}
