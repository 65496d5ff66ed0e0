import { inputProblems, isPlain, isRecord } from './keys.ts'
import { closest, editDistance, nearest } from './nearest.ts'
import type { Problem } from './problem.ts'
import { shown } from './problem.ts'

/** The keys that an input has, and what other formats and papers call them. */
export interface Vocabulary {
  readonly known: readonly string[]
  /** What to write instead, by foreign name in its plain form. */
  readonly elsewhere: ReadonlyMap<string, string>
}

/** A name without case, underscores, hyphens, dots, slashes and blanks: `startTime`, `start_time` and `START-TIME` are one. */
const plain = (key: string): string => key.toLowerCase().replace(/[_\-.\s/]/g, '')

/**
 * The keys of an input, and their names elsewhere.
 *
 * @param known      our keys
 * @param elsewhere  what to write instead, and the foreign names that mean it, blanks in between; the first that has a name keeps it
 */
export const vocabulary = (known: readonly string[], elsewhere: readonly (readonly [instead: string, names: string])[] = []): Vocabulary => ({
  known,
  elsewhere: new Map(elsewhere.toReversed().flatMap(([instead, names]) => names.split(' ').map((name) => [plain(name), instead] as const))),
})

/** How many letters may be wrong in a name of ours for it to be recognised: fewer in short ones, which other words are near to. */
const slips = (ours: string): number => (ours.length < 3 ? 0 : ours.length < 7 ? 1 : 2)

/** What to write instead of a key that stands for one of ours, or is spelt like one; null where it is no name of ours at all. */
export const meant = (key: string, present: readonly string[], { known, elsewhere }: Vocabulary): string | null => {
  const same = known.find((ours) => plain(ours) === plain(key))
  if (same !== undefined) return same
  const foreign = elsewhere.get(plain(key))
  const ours = closest(known, key)
  // A slip of one letter in a long name of ours is that name, whatever else it means elsewhere: episode is episodes here.
  if (foreign !== undefined) return ours.length >= 6 && editDistance(ours, key.slice(0, 64)) === 1 && !foreign.startsWith(ours) && !present.includes(ours) ? ours : foreign
  // Beside a short name that is there, a word that resembles it is another word: env is no end.
  return editDistance(ours, key.slice(0, 64)) <= slips(ours) && !(ours.length < 4 && present.includes(ours)) ? ours : null
}

/** The path of a key: names after a dot, all else in brackets. */
export const keyPath = (path: string, key: string): string =>
  /^[\p{L}_$][\p{L}\p{N}_$]{0,63}$/u.test(key) ? (path === '' ? key : `${path}.${key}`) : `${path}[${shown(key)}]`

/** A column that stands where a record should is another problem than its numbered entries. */
const hasNames = (x: unknown): x is Readonly<Record<string, unknown>> => isRecord(x) && !ArrayBuffer.isView(x)

/** Keys that are none of an input's own: those that mean one of ours, as problems, and the others. */
export interface StrangeKeys {
  readonly refused: readonly Problem[]
  /** Paths of the keys that nothing reads. */
  readonly unread: readonly string[]
}

/** Sorts the keys of a part of a file. */
export const strangeKeys = (path: string, part: unknown, words: Vocabulary): StrangeKeys => {
  const refused: Problem[] = []
  const unread: string[] = []
  if (!hasNames(part)) return { refused, unread }
  const keys = Object.keys(part)
  for (const key of keys) {
    if (words.known.includes(key)) continue
    const instead = meant(key, keys, words)
    if (instead === null) unread.push(keyPath(path, key))
    else refused.push({ path: keyPath(path, key), expected: instead, got: shown(key) })
  }
  return { refused, unread }
}

/** Every key of an input in code that is none of its own, with what was probably meant. */
export const keyProblems = (path: string, part: unknown, words: Vocabulary): readonly Problem[] => {
  if (!hasNames(part)) return []
  const keys = Object.keys(part)
  return keys
    .filter((key) => !words.known.includes(key))
    .map((key) => ({
      path: keyPath(path, key),
      expected: meant(key, keys, words) ?? nearest(words.known, key),
      got: shown(key),
    }))
}

/** What is wrong with an input in code as a whole: that it is no record, with an example of one, or keys that are none of its own. */
export const namedProblems = (word: string, input: unknown, words: Vocabulary, example: string): readonly Problem[] =>
  isPlain(input) ? keyProblems('', input, words) : inputProblems(word, input, words.known, example)
