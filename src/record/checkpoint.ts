import { createHash } from 'node:crypto'
import { closeSync, constants, readFileSync } from 'node:fs'
import * as E from 'fp-ts/lib/Either.js'
import { isRecord } from '../trajectories/keys.ts'
import type { Problem } from '../trajectories/problem.ts'
import { shown } from '../trajectories/problem.ts'
import { RecordNotWritten } from './failure.ts'
import { decoded, encoded } from './plain.ts'
import { openRegular } from './regularFile.ts'
import { writeWhole } from './wholeFile.ts'

const format = 'estimand checkpoint'
const version = 1

/** How each begins, by which it is known from a few bytes. */
export const beginningOfCheckpoint = `{"format":${JSON.stringify(format)},`

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/**
 * Writes a checkpoint: to a new file beside it, which is then renamed. Whatever happens meanwhile, and however many write, a whole checkpoint stands at the
 * path, the old one or the new one.
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
  const content = JSON.stringify(encoded(state))
  try {
    writeWhole(path, `${beginningOfCheckpoint}"version":${version},"sha256":"${digestOf(content)}","state":${content}}\n`)
  } catch (cause) {
    throw new RecordNotWritten(path, cause, 'the checkpoint before it, if there was one, is as it was; make room, and go on from there')
  }
}

/** The JSON of a text, or why there is none. */
const parsed = (text: string): E.Either<string, unknown> => E.tryCatch(() => JSON.parse(text) as unknown, (cause) => (cause as Error).message)

const textOf = (path: string): string => {
  const handle = openRegular(path, constants.O_RDONLY)
  try {
    return readFileSync(handle, 'utf8')
  } finally {
    closeSync(handle)
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
    text = textOf(path)
  } catch (cause) {
    return refuse(path, 'a checkpoint', (cause as Error).message)
  }
  const content = parsed(text)
  if (E.isLeft(content)) return refuse(path, 'a whole checkpoint', `${text.length} characters that are no JSON: the file is cut off, or another program's`)
  const whole = content.right
  if (!isRecord(whole) || whole['format'] !== format) return refuse(`${path}: format`, shown(format), shown(isRecord(whole) ? whole['format'] : whole))
  if (whole['version'] !== version)
    return refuse(`${path}: version`, `${version}, which this release writes`, `${shown(whole['version'])}: use the release that wrote it, or train anew`)
  if (whole['state'] === undefined) return refuse(`${path}: state`, 'the state of training', 'none: the file was changed or is damaged')
  try {
    if (digestOf(JSON.stringify(whole['state'])) !== whole['sha256']) return refuse(`${path}: sha256`, 'the digest of the state', 'another: the file was changed or is damaged')
    return E.right(decoded(whole['state']))
  } catch (cause) {
    // No state is nested so deeply that the stack runs out.
    return refuse(`${path}: state`, 'the state of training', `one that cannot be read (${(cause as Error).message}): the file was changed or is damaged`)
  }
}
