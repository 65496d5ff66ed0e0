import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts/lib/index.js'
import { nearest } from '../trajectories/nearest.ts'
import type { Problem } from '../trajectories/problem.ts'
import { shown } from '../trajectories/problem.ts'
import type { Range } from '../weighting/options.ts'
import { codecOf, problemsOf } from './codec.ts'
import { isRecord } from '../trajectories/keys.ts'

/** A number in a range. The word "Infinity" is a number too, since JSON has none. */
export const numberIn = ({ expected, holds }: Range): t.Type<number, number | string, unknown> => {
  const fits = (x: unknown): x is number => typeof x === 'number' && holds(x)
  return codecOf<number, number | string>({
    name: expected,
    root: '',
    is: fits,
    decode: (x) => {
      const number = x === 'Infinity' ? Infinity : x
      return fits(number) ? E.right(number) : E.left([{ path: '', expected, got: shown(x) }])
    },
    encode: (x) => (Number.isFinite(x) ? x : String(x)),
  })
}

/** One of several values that JSON has as they are. */
export const oneOf = <const A extends readonly (string | number | boolean)[]>(...choices: A): t.Type<A[number], A[number], unknown> => {
  const name = choices.map((one) => (typeof one === 'string' ? `'${one}'` : String(one))).join(' or ')
  const isChoice = (x: unknown): x is A[number] => choices.some((one) => one === x)
  return codecOf<A[number], A[number]>({
    name,
    root: '',
    is: isChoice,
    decode: (x) => (isChoice(x) ? E.right(x) : E.left([{ path: '', expected: name, got: shown(x) }])),
    encode: (x) => x,
  })
}

/** The problems of a part that is read by itself, such as one of several forms: those of the part as a whole have no path. */
export const inPart = (errors: t.Errors): readonly Problem[] => problemsOf()(errors).map((problem) => (problem.path === 'input' ? { ...problem, path: '' } : problem))

/** The codec of one type or, where that does not apply, of another: which one is seen before anything is read. */
export const either = <A, B>(
  name: string,
  isFirst: (x: unknown) => boolean,
  first: t.Type<A, unknown, unknown>,
  second: t.Type<B, unknown, unknown>,
): t.Type<A | B, unknown, unknown> =>
  codecOf<A | B, unknown>({
    name,
    root: '',
    is: (x): x is A | B => first.is(x) || second.is(x),
    decode: (x) => {
      const decoded: t.Validation<A | B> = isFirst(x) ? first.decode(x) : second.decode(x)
      return E.mapLeft(inPart)(decoded)
    },
    encode: (x) => (first.is(x) ? first.encode(x) : second.encode(x)),
  })

/** An array whose entries are all of one kind. */
export const listOf = <A>(name: string, entry: t.Type<A, unknown, unknown>): t.Type<readonly A[], readonly unknown[], unknown> =>
  codecOf<readonly A[], readonly unknown[]>({
    name,
    root: '',
    is: (x): x is readonly A[] => Array.isArray(x) && x.every(entry.is),
    decode: (x) => {
      if (!Array.isArray(x)) return E.left([{ path: '', expected: name, got: shown(x) }])
      const entries = x.map((one: unknown) => entry.decode(one))
      const problems = entries.flatMap((one, k) => (E.isLeft(one) ? problemsOf(`[${k}]`)(one.left) : []))
      return problems.length > 0 ? E.left(problems) : E.right(entries.flatMap((one) => (E.isRight(one) ? [one.right] : [])))
    },
    encode: (x) => x.map(entry.encode),
  })

type Words = Readonly<Record<string, t.Mixed>>

/** A word with its options. */
export type Called<W extends Words> = { readonly [K in keyof W]: { readonly word: K; readonly options: t.TypeOf<W[K]> } }[keyof W]

/** A word as pipelines have it: bare, or `{ word: options }`. */
export const called = <W extends Words>(name: string, words: W): t.Type<Called<W>, unknown, unknown> => {
  const known = Object.keys(words)
  return codecOf<Called<W>, unknown>({
    name,
    root: '',
    is: (x): x is Called<W> => isRecord(x) && typeof x['word'] === 'string' && Object.hasOwn(words, x['word']) && words[x['word']].is(x['options']),
    decode: (x) => {
      const entries = typeof x === 'string' ? [[x, {}] as const] : isRecord(x) ? Object.entries(x) : []
      if (entries.length !== 1) return E.left([{ path: '', expected: name, got: shown(x) }])
      const [[word, options]] = entries
      if (!Object.hasOwn(words, word)) return E.left([{ path: '', expected: nearest(known, word), got: shown(word) }])
      // The word and the options of its own codec: what the type says.
      return E.bimap(problemsOf(word), (read: unknown) => ({ word, options: read }) as Called<W>)(words[word].decode(options))
    },
    encode: ({ word, options }) => {
      const json: unknown = words[word as string].encode(options)
      return isRecord(json) && Object.keys(json).length === 0 ? word : { [word]: json }
    },
  })
}
