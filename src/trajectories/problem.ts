import { visible } from './visible.ts'

/** One thing that is wrong with an input: where it is, what was expected there, what was found. */
export interface Problem {
  /** Position in the input, such as `trajectories[3].reward[7]`. */
  readonly path: string
  readonly expected: string
  readonly got: string
}

/** Whether something is a list of problems. */
export const isProblems = (x: unknown): x is readonly Problem[] =>
  Array.isArray(x) && x.every((problem: unknown) => typeof problem === 'object' && problem !== null && 'path' in problem && 'expected' in problem)

const mostLines = 20
const mostCharacters = 80

/** Any value as text for `got`, whatever it is: quoted if it is a string, shortened if it is long, every character to be seen. */
export const shown = (x: unknown): string => {
  const text = visible(typeof x === 'object' && x !== null ? objectText(x) : typeof x === 'string' ? JSON.stringify(x) : typeof x === 'bigint' ? `${x}n` : String(x))
  return text.length > mostCharacters ? `${text.slice(0, mostCharacters - 3)}...` : text
}

const objectText = (x: object): string => {
  try {
    return JSON.stringify(x) ?? Object.prototype.toString.call(x)
  } catch {
    // Circular, or with a bigint in it.
    return Object.prototype.toString.call(x)
  }
}

/**
 * The problems as text, a line each: `path: expected ..., got ...`. Beyond twenty lines it counts the rest. Characters that a terminal would
 * obey, from whatever file they come, stand as escapes.
 *
 * @example
 * ```ts
 * import { describeProblems } from 'estimand'
 * describeProblems([{ path: 'discount', expected: 'a number in [0, 1]', got: '1.5' }])
 * // => 'discount: expected a number in [0, 1], got 1.5'
 * ```
 */
export const describeProblems = (problems: readonly Problem[]): string => {
  if (!isProblems(problems))
    throw new TypeError(`describeProblems: expected an array of problems, which the Left of an Either holds: E.mapLeft(describeProblems), got ${shown(problems)}`)
  const lines = problems.slice(0, mostLines).map(({ path, expected, got }) => visible(`${path}: expected ${expected}, got ${got}`))
  const rest = problems.length - lines.length
  return [...lines, ...(rest > 0 ? [`... and ${rest} more`] : [])].join('\n')
}
