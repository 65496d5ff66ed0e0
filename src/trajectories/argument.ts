import { describeProblems, isProblems, shown } from './problem.ts'
import { visible } from './visible.ts'

/** What an argument may be: the words for it, which say how to come by one, and the test. */
export interface Kind {
  readonly expected: string
  readonly holds: (x: unknown) => boolean
}

/** Whether something has properties: an object or a function, since some words are functions too. */
export const hasParts = (x: unknown): x is Readonly<Record<string, unknown>> => (typeof x === 'object' || typeof x === 'function') && x !== null

/** A value of this library by its name, where it is one: what somebody passes who takes it for something else. */
export const nameOfOurs = (x: unknown): string | null => {
  if (!hasParts(x)) return null
  const tag = x['_tag']
  if (tag === 'Right' && 'right' in x) return 'an Either that is not open yet: open it, as in pipe(either, E.map((value) => ...))'
  if (tag === 'Left' && 'left' in x) return `an Either with problems: ${isProblems(x['left']) ? describeProblems(x['left']).replaceAll('\n', '; ') : shown(x['left'])}`
  if ('estimate' in x && 'composition' in x) return 'an estimator'
  if ('stage' in x && 'credit' in x) return 'a weighting'
  if ('offsets' in x && 'ends' in x) return 'a batch'
  return 'rho' in x && 'thetaBehaviour' in x ? 'an MDP' : null
}

/** A baseline, ratio or reduction by its word, where it is one. */
export const nameOfWord = (x: unknown): string | null => (hasParts(x) && typeof x['word'] === 'string' && 'source' in x ? `the word ${x['word']}` : null)

/** What a value is, in words that somebody who has passed the wrong one can act on. */
export const whatItIs = (x: unknown): string => nameOfOurs(x) ?? nameOfWord(x) ?? (typeof x === 'function' ? (x.name === '' ? 'a function' : `the function ${x.name}`) : shown(x))

/** Throws for an argument that is of another kind: a caller without types has no compiler to say so. */
export const refuseArgument = (where: string, x: unknown, { expected, holds }: Kind): void => {
  if (!holds(x)) throw new TypeError(visible(`${where}: expected ${expected}, got ${whatItIs(x)}`))
}

const isArrayLike = (x: unknown): boolean => typeof x === 'object' && x !== null && 'length' in x && typeof x.length === 'number'

/** The kinds of plain arguments. */
export const kinds = {
  text: { expected: 'a text', holds: (x) => typeof x === 'string' },
  list: { expected: 'an array', holds: Array.isArray },
  numbers: { expected: 'an array of numbers', holds: isArrayLike },
  function: { expected: 'a function', holds: (x) => typeof x === 'function' },
  anything: { expected: 'a value', holds: () => true },
  batch: {
    expected: 'a batch, such as fromSteps gives once its Either is open',
    holds: (x) => hasParts(x) && typeof x['count'] === 'number' && typeof x['offsets'] === 'object' && x['offsets'] !== null,
  },
} as const satisfies Readonly<Record<string, Kind>>

/** The kind of a text that is one of the choices. */
export const oneOf = (...choices: readonly string[]): Kind => ({
  expected: choices.map((choice) => `'${choice}'`).join(' or '),
  holds: (x) => typeof x === 'string' && choices.includes(x),
})
