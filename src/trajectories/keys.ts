import { nameOfOurs, nameOfWord, whatItIs } from './argument.ts'
import { nearest } from './nearest.ts'
import type { Problem } from './problem.ts'
import { describeProblems, shown } from './problem.ts'

/** An object with fields: what options, settings and records are, and numbers, arrays, functions and null are not. */
export const isRecord = (x: unknown): x is Readonly<Record<string, unknown>> => typeof x === 'object' && x !== null && !Array.isArray(x)

/** A record that is none of this library's own values: a weighting, an Either or a word is what somebody passes who takes it for options. */
export const isPlain = (x: unknown): x is Readonly<Record<string, unknown>> => isRecord(x) && nameOfOurs(x) === null && nameOfWord(x) === null

/** The position of a field in the record that stands at a position. */
export const below = (where: string, key: string): string => (where === '' ? key || '""' : `${where}.${key}`)

/**
 * What is wrong with the keys of a record: each that is not known, with the nearest one that is. None: all are known.
 *
 * @param where  the position of the record, or the word that takes it as its options; '' at the top of an input
 */
export const unknownKeys = (where: string, record: object, known: readonly string[]): readonly Problem[] =>
  Object.keys(record).flatMap((key) => (known.includes(key) ? [] : [{ path: below(where, key), expected: nearest(known, key), got: shown(key) }]))

/**
 * What is wrong with the options of a word, before their values are looked at: that they are no object, or have keys that are not known.
 * A weighting is what a word gets that stands bare in a pipe.
 *
 * @param example  the right call, which is what to do where there are no options at all
 */
export const optionProblems = (
  where: string,
  options: unknown,
  known: readonly string[],
  example: string = `${where}({ ${known.map((key) => `${key}: ...`).join(', ')} })`,
): readonly Problem[] =>
  isPlain(options) ? unknownKeys(where, options, known) : [{ path: where, expected: `options, such as ${example}`, got: whatItIs(options) }]

/** The same of a function that answers with an Either: its keys stand at the top of the input, and the whole by its name. */
export const inputProblems = (name: string, input: unknown, known: readonly string[], example: string): readonly Problem[] =>
  isPlain(input) ? unknownKeys('', input, known) : optionProblems(name, input, known, example)

/**
 * Throws for options that are no object and for keys that are not known. A compiler sees a misspelt key in a literal alone: not in a
 * variable, not in what was read from a file, and a caller without types has none.
 */
export const refuseUnknown = (where: string, options: unknown, known: readonly string[], example?: string): void => {
  const problems = optionProblems(where, options, known, example)
  if (problems.length > 0) throw new RangeError(describeProblems(problems))
}
