import { whatItIs } from '../trajectories/argument.ts'

/** Which numbers an option takes, in words, and the test for it. */
export interface Range {
  readonly expected: string
  readonly holds: (x: number) => boolean
}

/** Ranges of the options of the built-in words. */
export const range = {
  finite: { expected: 'a finite number', holds: Number.isFinite },
  unit: { expected: 'a number in [0, 1]', holds: (x) => x >= 0 && x <= 1 },
  notNegative: { expected: 'a number >= 0', holds: (x) => x >= 0 },
  finiteNotNegative: { expected: 'a finite number >= 0', holds: (x) => Number.isFinite(x) && x >= 0 },
  positive: { expected: 'a number > 0', holds: (x) => x > 0 },
  count: { expected: 'an integer >= 1', holds: (x) => Number.isInteger(x) && x >= 1 },
} as const satisfies Readonly<Record<string, Range>>

/** The option itself if it is a number in its range; a `RangeError` that names it, what is expected and what it got otherwise. */
export const checked = (name: string, x: unknown, { expected, holds }: Range): number => {
  if (typeof x === 'number' && holds(x)) return x
  throw new RangeError(`${name}: expected ${expected}, got ${whatItIs(x)}`)
}
