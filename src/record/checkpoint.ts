import { createHash } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import type { Problem } from '../trajectories/problem.ts'
import { shown } from '../trajectories/problem.ts'
import { RecordNotWritten } from './failure.ts'
import { decoded, encoded } from './plain.ts'

const format = 'estimand checkpoint'
const version = 1

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Makes what was written last, even if the machine stops now. A file system that knows no such thing is left to itself. */
const settle = (folder: string): void => {
  try {
    const handle = openSync(folder, 'r')
    try {
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
  } catch {
    // The rename has happened; only how soon it is safe depends on this.
  }
}

/** Writes a whole text to a file, and sees to it that it is on the disk. */
const writeWhole = (path: string, text: string): void => {
  const bytes = Buffer.from(text)
  const handle = openSync(path, 'w')
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/**
 * Writes a checkpoint: to a new file beside it, which is then renamed. Whatever happens meanwhile, a whole checkpoint stands at the path,
 * the old one or the new one.
 *
 * @param path   where it is to stand
 * @param state  what `training.state()` gave
 * @throws RecordNotWritten  where the disk is full or may not be written; the old checkpoint is as it was
 *
 * @example
 * ```ts
 * import { writeCheckpoint } from 'estimand/record'
 * writeCheckpoint('/no/such/folder/checkpoint.json', {})
 * // => throws RecordNotWritten: /no/such/folder/checkpoint.json could not be written
 * ```
 */
export const writeCheckpoint = (path: string, state: unknown): void => {
  const next = `${path}.new`
  const content = JSON.stringify(encoded(state))
  try {
    writeWhole(next, `{"format":${JSON.stringify(format)},"version":${version},"sha256":"${digestOf(content)}","state":${content}}\n`)
    renameSync(next, path)
  } catch (cause) {
    rmSync(next, { force: true })
    throw new RecordNotWritten(path, cause, 'the checkpoint before it, if there was one, is as it was; make room, and go on from there')
  }
  settle(dirname(path))
}

const isRecord = (x: unknown): x is Readonly<Record<string, unknown>> => typeof x === 'object' && x !== null

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * Reads a checkpoint. What `resume` makes of the state, it judges by itself; here it is only sure to be what was written.
 *
 * @param path  where it stands
 *
 * @example
 * ```ts
 * import * as E from 'fp-ts/lib/Either.js'
 * import { readCheckpoint } from 'estimand/record'
 * E.isLeft(readCheckpoint('package.json')) // => true
 * ```
 */
export const readCheckpoint = (path: string): E.Either<readonly Problem[], unknown> => {
  const refuse = (where: string, expected: string, got: string) => E.left([{ path: where, expected, got }])
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    return refuse(path, 'a checkpoint', cause instanceof Error ? cause.message : String(cause))
  }
  const content = parsed(text)
  if (content === undefined) return refuse(path, 'a whole checkpoint', `${text.length} characters that are no JSON: the file is cut off, or another program's`)
  if (!isRecord(content) || content['format'] !== format) return refuse(`${path}: format`, shown(format), shown(isRecord(content) ? content['format'] : content))
  if (content['version'] !== version)
    return refuse(`${path}: version`, `${version}, which this release writes`, `${shown(content['version'])}: use the release that wrote it, or train anew`)
  if (digestOf(JSON.stringify(content['state'])) !== content['sha256']) return refuse(`${path}: sha256`, 'the digest of the state', 'another: the file was changed or is damaged')
  return E.right(decoded(content['state']))
}
