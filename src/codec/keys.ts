import { mdpFileNames } from '../exact/names.ts'
import { cutOf } from '../trajectories/ends.ts'
import { isRecord } from '../trajectories/keys.ts'
import { columnsFileNames, cutNames, episodeNames, recordedFileNames, stepsFileNames, trajectoryFileNames } from '../trajectories/names.ts'
import type { Problem } from '../trajectories/problem.ts'
import type { StrangeKeys, Vocabulary } from '../trajectories/vocabulary.ts'
import { strangeKeys } from '../trajectories/vocabulary.ts'

const none: StrangeKeys = { refused: [], unread: [] }

/** A key that many parts have is named where it stands first. */
const together = (parts: readonly StrangeKeys[]): StrangeKeys => {
  const seen = new Map<string, string>()
  for (const path of parts.flatMap(({ unread }) => unread)) {
    const kind = path.replaceAll(/\[\d+\]/g, '[]')
    if (!seen.has(kind)) seen.set(kind, path)
  }
  return { refused: parts.flatMap(({ refused }) => refused), unread: [...seen.values()] }
}

/** Strange keys of an MDP as JSON. */
export const mdpKeys = (json: unknown): StrangeKeys => strangeKeys('', json, mdpFileNames)

const endKeys = (path: string, end: unknown): StrangeKeys => {
  const found = cutOf(end)
  return found === null ? none : strangeKeys(`${path}${found.within}`, found.cut, cutNames)
}

/** Whether a batch is recorded episodes of an MDP: they have states where other batches have columns. */
export const isRecorded = (batch: Readonly<Record<string, unknown>>): boolean =>
  Array.isArray(batch['trajectories']) && batch['trajectories'].some((one: unknown) => isRecord(one) && 'states' in one)

const each = (list: unknown, keysOf: (path: string, one: unknown) => StrangeKeys, path: string): readonly StrangeKeys[] =>
  Array.isArray(list) ? list.map((one: unknown, i) => keysOf(`${path}[${i}]`, one)) : []

const ofEach = (words: Vocabulary) => (path: string, one: unknown) => strangeKeys(path, one, words)

/**
 * Strange keys of a batch as JSON: by trajectories, of flat columns, or of recorded episodes.
 *
 * @param gradient  whether states and actions beside the columns are read, which an MDP makes a gradient of
 */
export const batchKeys = (json: unknown, gradient = false): StrangeKeys => {
  if (!isRecord(json)) return none
  if (isRecorded(json)) return together([strangeKeys('', json, recordedFileNames), ...each(json['trajectories'], ofEach(episodeNames), 'trajectories')])
  const ofColumns = json['trajectories'] === undefined
  const own = strangeKeys('', json, ofColumns ? columnsFileNames : stepsFileNames)
  const idle = gradient ? [] : ['state', 'action'].filter((key) => json[key] !== undefined)
  return together([
    { ...own, unread: [...own.unread, ...idle] },
    ...each(json['trajectories'], ofEach(trajectoryFileNames), 'trajectories'),
    ...each(json['trajectories'], (path, one) => (isRecord(one) ? endKeys(`${path}.end`, one['end']) : none), 'trajectories'),
    ...(ofColumns ? each(json['ends'], endKeys, 'ends') : []),
  ])
}

/**
 * The keys of an MDP as JSON that `mdpCodec` does not read, by path. Those that mean one of ours, or resemble one, it refuses.
 *
 * @example
 * ```ts
 * import { unreadInMdp } from 'estimand/codecs'
 * unreadInMdp({ S: 1, A: 1, T: 1, gamma: 1, rho: [1], P: [[[1]]], R: [[1]], policy: [[1]], seed: 7 }) // => ['seed']
 * ```
 */
export const unreadInMdp = (json: unknown): readonly string[] => mdpKeys(json).unread

/**
 * The keys of a batch as JSON that `batchCodec` does not read, by path; one that every trajectory has is named once. Those that mean one of
 * ours, or resemble one, it refuses.
 *
 * @example
 * ```ts
 * import { unreadInBatch } from 'estimand/codecs'
 * const one = { reward: [1], info: 'x', end: 'terminated' }
 * unreadInBatch({ discount: 1, provenance: 'on-policy', episodes: 'complete', trajectories: [one, one] }) // => ['trajectories[0].info']
 * ```
 */
export const unreadInBatch = (json: unknown): readonly string[] => batchKeys(json).unread

/** A part of a file with the keys that its constructor takes, and no others. */
export const only = (part: unknown, words: Vocabulary): unknown =>
  isRecord(part) && !ArrayBuffer.isView(part) ? Object.fromEntries(words.known.filter((key) => Object.hasOwn(part, key)).map((key) => [key, part[key]])) : part

/** Problems of a file, the refused keys first. Where a key was refused, that a trajectory has no step is left out: it follows from that. */
export const withRefused = (refused: readonly Problem[], problems: readonly Problem[]): readonly Problem[] => [
  ...refused,
  ...(refused.length > 0 ? problems.filter(({ expected, got }) => !(expected === 'at least one step' && got === '0')) : problems),
]
