import type { Kind } from '../trajectories/argument.ts'
import { kinds, refuseArgument } from '../trajectories/argument.ts'

/** How a word is read from JSON: by itself, with an argument, or either way. */
export interface Entry<out A> {
  /** The value of the bare word, if it may stand alone. */
  readonly bare: A | null
  /** The names of its options, `number` where it takes one plain number, `numbers` for a list of them; null: it takes none. */
  readonly takes: readonly string[] | 'number' | 'numbers' | null
  /** The names of further options, which may be left out. */
  readonly mayTake?: readonly string[]
  /** Its value with an argument of that form. A `RangeError` names an option that is out of range. */
  readonly called: (argument: never) => A
}

/** Entries by word. */
export type Entries<A> = Readonly<Record<string, Entry<A>>>

const names: Kind = { expected: "an array of the names of its options, such as ['at']", holds: (x) => Array.isArray(x) && x.every((name) => typeof name === 'string') }

const refuseCall = (how: string, takes: unknown, called: unknown): void => {
  refuseArgument(`entry.${how}: takes`, takes, names)
  refuseArgument(`entry.${how}: called`, called, { ...kinds.function, expected: 'a function from the argument to the word, such as truncate' })
}

/**
 * How a word of your own is to be read from JSON, for `withWords`.
 *
 * - `entry.alone(value)`: the bare word
 * - `entry.withOptions(names, called)`: `{ word: { option: ... } }`, every option named; a third argument names those that may be left out
 * - `entry.aloneOrWithOptions(value, names, called)`: both
 * - `entry.withNumber(called)`, `entry.withNumbers(called)`: `{ word: 0.3 }`, `{ word: [0.3, 0.1] }`
 *
 * @example
 * ```ts
 * import { entry, truncate } from 'estimand'
 * entry.withOptions(['at'], (options: { readonly at: number }) => truncate(options)).takes // => ['at']
 * ```
 */
export const entry = {
  alone: <A>(bare: A): Entry<A> => ({ bare, takes: null, called: () => bare }),
  withOptions: <A, O extends object>(takes: readonly (keyof O & string)[], called: (options: O) => A, mayTake: readonly (keyof O & string)[] = []): Entry<A> => {
    refuseCall('withOptions', takes, called)
    return { bare: null, takes, mayTake, called }
  },
  aloneOrWithOptions: <A, O extends object>(bare: A, takes: readonly (keyof O & string)[], called: (options: O) => A): Entry<A> => {
    refuseCall('aloneOrWithOptions', takes, called)
    return { bare, takes, called }
  },
  withNumber: <A>(called: (value: number) => A): Entry<A> => {
    refuseCall('withNumber', [], called)
    return { bare: null, takes: 'number', called }
  },
  withNumbers: <A>(called: (values: readonly number[]) => A): Entry<A> => {
    refuseCall('withNumbers', [], called)
    return { bare: null, takes: 'numbers', called }
  },
} as const
