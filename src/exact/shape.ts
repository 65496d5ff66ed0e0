import * as t from 'io-ts/lib/index.js'
import type { Problem } from '../trajectories/problem.ts'
import { shown } from '../trajectories/problem.ts'

/** Joins the keys on the way to a value: `.key` for names, `[3]` for positions. */
export const pathOf = (keys: readonly string[]): string =>
  keys.reduce((path, key) => (/^\d+$/.test(key) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`), '')

/** Keys of a validation context: names of the parts of an intersection or union are no part of the input's path. */
export const keysOf = (context: t.Context): readonly string[] =>
  context.slice(1).flatMap(({ key }, k) => {
    const around: unknown = context[k].type
    return around instanceof t.IntersectionType || around instanceof t.UnionType ? [] : [key]
  })

/** Names that io-ts gives to its own types, in words. */
const inWords: Readonly<Record<string, string>> = { number: 'a number', boolean: 'true or false', string: 'a text' }

/** What io-ts found wrong with the shape of an input. */
export const shapeProblem = ({ context, value }: t.ValidationError, root: string): Problem => ({
  path: pathOf(keysOf(context)) || root,
  expected: inWords[context[context.length - 1].type.name] ?? context[context.length - 1].type.name,
  // What is not there reads as such: JSON has no undefined.
  got: value === undefined ? 'none' : shown(value),
})
