import * as E from 'fp-ts/lib/Either.js'
import { DifferentObjectives, mix, plus, scale } from '../estimator/combine.ts'
import type { AnyEstimator } from '../estimator/estimator.ts'
import { zero } from '../estimator/monoid.ts'
import { nameOfOurs, refuseArgument } from '../trajectories/argument.ts'
import type { Problem } from '../trajectories/problem.ts'
import { shown } from '../trajectories/problem.ts'
import { IllegalStep } from '../weighting/step.ts'
import type { AnyWeighting } from '../weighting/weighting.ts'
import type { Entries } from './entry.ts'
import { nearest } from '../trajectories/nearest.ts'
import type { Registry } from './registry.ts'
import { apply, aRegistry, registry, untyped } from './registry.ts'
import { isRecord } from '../trajectories/keys.ts'

/** A step as JSON: a bare word, or an object with one word and its argument. */
type Call = { readonly word: string; readonly argument: unknown }

type Problems = readonly Problem[]

const fail = (path: string, expected: string, got: string): E.Either<Problems, never> => E.left([{ path, expected, got }])

/** Far beyond what anybody writes, and small enough to be refused or built in no time. */
const mostSteps = 1000
const mostNested = 100

const callOf = (path: string, step: unknown): E.Either<Problems, Call> => {
  if (typeof step === 'string') return E.right({ word: step, argument: undefined })
  if (!isRecord(step)) return fail(path, 'a word, or an object with one word', shown(step))
  const words = Object.keys(step)
  if (words.length !== 1) return fail(path, 'one word', words.length === 0 ? 'none' : words.join(', '))
  return E.right({ word: words[0], argument: step[words[0]] })
}

/** The words "Infinity" and "-Infinity" are numbers wherever a number stands, since JSON has none. */
export const numberIn = (x: unknown): unknown => (x === 'Infinity' ? Infinity : x === '-Infinity' ? -Infinity : x)

/** An argument with its numbers read: those of a list, or of the options by name. No argument is nested deeper. */
const numbersIn = (x: unknown): unknown => {
  if (Array.isArray(x)) return x.map(numberIn)
  return isRecord(x) ? Object.fromEntries(Object.entries(x).map(([key, value]) => [key, numberIn(value)])) : numberIn(x)
}

/** What a RangeError of a word says, `word: option: expected ..., got ...`, with the option's position. */
const outOfRange = (path: string, { message }: RangeError, argument: unknown): E.Either<Problems, never> => {
  const [, option = '', expected = message, got = shown(argument)] = /^[^:]*(?:: ([^:]*))?: expected (.+), got (.+)$/s.exec(message) ?? []
  const position = option.replace(/^values(?=\[)/, '')
  return fail(position === '' || position.startsWith('[') ? path + position : `${path}.${position}`, expected, got)
}

const attempted = <A>(path: string, argument: unknown, build: () => A): E.Either<Problems, A> => {
  try {
    return E.right(build())
  } catch (error) {
    if (error instanceof IllegalStep) return fail(path, error.message, shown(argument))
    if (error instanceof RangeError) return outOfRange(path, error, argument)
    throw error
  }
}

/** Keys that are not known; if all are, those that are missing: of a misspelt key only the misspelling is worth saying. */
const keyProblems = (path: string, record: object, keys: readonly string[], others: readonly string[] = []): Problems => {
  const known = [...keys, ...others]
  const unknown = Object.keys(record).flatMap((key) => (known.includes(key) ? [] : [{ path: `${path}.${key}`, expected: nearest(known, key), got: shown(key) }]))
  return unknown.length > 0
    ? unknown
    : keys.flatMap((key) => (Object.hasOwn(record, key) ? [] : [{ path: `${path}.${key}`, expected: 'a value', got: 'none' }]))
}

const valueOf = <A>(path: string, entries: Entries<A>, { word, argument }: Call): E.Either<Problems, A> => {
  const found = Object.hasOwn(entries, word) ? entries[word] : undefined
  if (found === undefined) return fail(path, nearest(Object.keys(entries), word), shown(word))
  const at = `${path}.${word}`
  if (argument === undefined) {
    if (found.bare !== null) return E.right(found.bare)
    return fail(at, Array.isArray(found.takes) ? `options ${found.takes.join(', ')}` : 'an argument', 'none')
  }
  const { takes } = found
  if (takes === null) return fail(at, 'no options', shown(argument))
  const given = numbersIn(argument)
  if (takes === 'number' && typeof given !== 'number') return fail(at, 'a number', shown(argument))
  if (takes === 'numbers' && !Array.isArray(given)) return fail(at, 'an array of numbers', shown(argument))
  if (typeof takes !== 'string') {
    if (!isRecord(given)) return fail(at, `an object with ${takes.join(', ')}`, shown(argument))
    const problems = keyProblems(at, given, takes, found.mayTake)
    if (problems.length > 0) return E.left(problems)
  }
  return attempted(at, argument, () => (found.called as (argument: unknown) => A)(given))
}

type Step = (w: unknown) => AnyWeighting | AnyEstimator

const inner = <A>(path: string, call: Call, entries: Entries<A>, step: (value: A) => Step): E.Either<Problems, Step> => {
  if (call.argument === undefined) return fail(`${path}.${call.word}`, `one of ${Object.keys(entries).join(', ')}`, 'none')
  const called = callOf(`${path}.${call.word}`, call.argument)
  return E.isLeft(called) ? called : E.map(step)(valueOf(`${path}.${call.word}`, entries, called.right))
}

const stepOf = (path: string, call: Call, words: Registry): E.Either<Problems, Step> => {
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
      if (Object.hasOwn(words.modifiers, call.word)) return E.map(untyped)(valueOf(path, words.modifiers, call))
      return fail(path, nearest([...Object.keys(words.modifiers), 'baseline', 'normalise', 'importance', 'reduce'], call.word), shown(call.word))
  }
}

/** The values of all parts, or the problems of all. */
const everyOne = <A>(parts: readonly E.Either<Problems, A>[]): E.Either<Problems, readonly A[]> => {
  const problems = parts.flatMap((part) => (E.isLeft(part) ? part.left : []))
  return problems.length > 0 ? E.left(problems) : E.right(parts.flatMap((part) => (E.isRight(part) ? [part.right] : [])))
}

const stepsFrom = (path: string, pipeline: readonly unknown[], words: Registry): E.Either<Problems, AnyEstimator> => {
  if (pipeline.length === 0) return fail(path, 'an array that begins with a credit and ends with reduce', '[]')
  if (pipeline.length > mostSteps) return fail(path, `at most ${mostSteps} steps`, String(pipeline.length))
  const read = everyOne(
    pipeline.map((json, k): E.Either<Problems, unknown> => {
      const at = `${path}[${k}]`
      const call = callOf(at, json)
      if (E.isLeft(call)) return call
      return k === 0 ? valueOf(at, words.credits, call.right) : stepOf(at, call.right, words)
    }),
  )
  if (E.isLeft(read)) return read
  const [credit, ...steps] = read.right
  let built = credit as AnyWeighting | AnyEstimator
  for (const [k, step] of steps.entries()) {
    const next = attempted(`${path}[${k + 1}]`, pipeline[k + 1], () => (step as Step)(built))
    if (E.isLeft(next)) return next
    built = next.right
  }
  return 'estimate' in built ? E.right(built) : fail(`${path}[${pipeline.length}]`, 'reduce, which ends a pipeline', 'the end')
}

/** The values of a record's keys: all of those that are named, and no others. */
const fieldsOf = <Key extends string>(path: string, json: unknown, keys: readonly Key[]): E.Either<Problems, Readonly<Record<Key, unknown>>> => {
  if (!isRecord(json)) return fail(path, `an object with ${keys.join(', ')}`, shown(json))
  const problems = keyProblems(path, json, keys)
  return problems.length > 0 ? E.left(problems) : E.right(json)
}

const combined = (path: string, argument: unknown, build: () => AnyEstimator): E.Either<Problems, AnyEstimator> => {
  try {
    return attempted(path, argument, build)
  } catch (error) {
    if (error instanceof DifferentObjectives) return fail(path, 'parts of one objective', error.message)
    throw error
  }
}

const combinations = ['plus', 'scale', 'mix', 'zero'] as const

const combinationFrom = (path: string, json: Readonly<Record<string, unknown>>, words: Registry, depth: number): E.Either<Problems, AnyEstimator> => {
  const call = callOf(path, json)
  if (E.isLeft(call)) return call
  const { word, argument } = call.right
  const at = `${path}.${word}`
  switch (word as (typeof combinations)[number]) {
    case 'plus': {
      if (!Array.isArray(argument) || argument.length < 2) return fail(at, 'an array of two pipelines or more', shown(argument))
      const parts = everyOne(argument.map((part, k) => from(`${at}[${k}]`, part, words, depth + 1)))
      return E.isLeft(parts) ? parts : combined(at, argument, () => parts.right.reduce((sum, part) => plus(part)(sum)))
    }
    case 'scale': {
      const fields = fieldsOf(at, argument, ['by', 'of'])
      if (E.isLeft(fields)) return fields
      const { by, of } = fields.right
      const part = from(`${at}.of`, of, words, depth + 1)
      if (typeof by !== 'number') return E.left([{ path: `${at}.by`, expected: 'a finite number', got: shown(by) }, ...(E.isLeft(part) ? part.left : [])])
      return E.isLeft(part) ? part : combined(`${at}.by`, by, () => scale(by)(part.right))
    }
    case 'mix': {
      if (!Array.isArray(argument) || argument.length === 0) return fail(at, 'an array of { weight, of }', shown(argument))
      const parts = everyOne(
        argument.map((part, k): E.Either<Problems, readonly [number, AnyEstimator]> => {
          const fields = fieldsOf(`${at}[${k}]`, part, ['weight', 'of'])
          if (E.isLeft(fields)) return fields
          const { weight, of } = fields.right
          const e = from(`${at}[${k}].of`, of, words, depth + 1)
          if (typeof weight !== 'number') return E.left([{ path: `${at}[${k}].weight`, expected: 'a finite number', got: shown(weight) }, ...(E.isLeft(e) ? e.left : [])])
          return E.map((estimator: AnyEstimator) => [weight, estimator] as const)(e)
        }),
      )
      return E.isLeft(parts) ? parts : combined(at, argument, () => mix(...parts.right) as AnyEstimator)
    }
    case 'zero':
      return argument === 'discounted' || argument === 'undiscounted' ? E.right(zero(argument) as AnyEstimator) : fail(at, "'discounted' or 'undiscounted'", shown(argument))
    default:
      return fail(path, `an array of steps, or a combination: ${nearest(combinations, word)}`, shown(word))
  }
}

const from = (path: string, json: unknown, words: Registry, depth: number): E.Either<Problems, AnyEstimator> => {
  if (depth > mostNested) return fail(path, `combinations nested at most ${mostNested} deep`, 'a deeper one')
  if (Array.isArray(json)) return stepsFrom(path, json, words)
  // An object with other things in it is another file.
  return isRecord(json) && (Object.keys(json).length <= 1 || combinations.some((word) => Object.hasOwn(json, word)))
    ? combinationFrom(path, json, words, depth)
    : fail(path, 'an array that begins with a credit and ends with reduce', shown(json))
}

/**
 * The estimator that the JSON form of a pipeline stands for.
 *
 * A step is a bare word or `{ word: options }`; "Infinity" is a number wherever a number stands. `{ "plus": [...] }`, `{ "scale": ... }` and
 * `{ "mix": [...] }` combine pipelines, as `toJson` writes them. What the compiler refuses is refused here, with the same sentence and the
 * position of the step; unknown words and options are answered with the nearest known one.
 *
 * @param pipeline  an array: a credit, modifiers, and a reduction; or a combination of such arrays
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
  refuseArgument('pipelineFromJson: words', words, aRegistry)
  const ours = nameOfOurs(pipeline)
  return ours === null ? from('pipeline', pipeline, words, 0) : fail('pipeline', 'an array that begins with a credit and ends with reduce', ours)
}
