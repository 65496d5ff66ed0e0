import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { isatty } from 'node:tty'
import * as E from 'fp-ts/lib/Either.js'
import type { Problem } from '../trajectories/problem.ts'
import { shown } from '../trajectories/problem.ts'
import { openRegular, otherThanFile } from '../record/regularFile.ts'
import { bad } from './outcome.ts'

/** Far more than an MDP that can be enumerated or a batch that is looked at; a text of this size still fits in memory many times. */
export const mostBytes = 128 * 2 ** 20

/** A size in MiB, to one decimal below ten. */
export const mebibytes = (bytes: number): string => {
  const size = bytes / 2 ** 20
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} MiB`
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'a file that may not be read',
  EISDIR: 'a directory',
  ENOTDIR: 'a path through something that is no directory',
  ELOOP: 'a circle of links',
  ENAMETOOLONG: 'a name that is too long',
}

/** The bytes of a file, read to its end or to the limit: pipes tell their size to nobody. */
const bytesOf = (file: number): Buffer | null => {
  const chunks: Buffer[] = []
  let total = 0
  for (;;) {
    const chunk = Buffer.allocUnsafe(2 ** 20)
    const read = readSync(file, chunk, 0, chunk.length, null)
    if (read === 0) return Buffer.concat(chunks, total)
    total += read
    if (total > mostBytes) return null
    chunks.push(chunk.subarray(0, read))
  }
}

const tooLarge = (path: string, size: number | null): E.Either<readonly Problem[], never> =>
  bad(path, `at most ${mebibytes(mostBytes)}; take fewer trajectories, or a smaller MDP`, size === null ? 'more' : mebibytes(size))

const textOf = (path: string, bytes: Uint8Array): E.Either<readonly Problem[], string> => {
  try {
    return E.right(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return bad(path, 'text in UTF-8', 'other bytes')
  }
}

/** What this program was given open by another, as `<(command)` is by a shell, under the names of its number. */
const given = /^\/(?:dev|proc\/self)\/fd\/(\d+)$|^\/dev\/(stdin)$/

/** What stands at a path to be read that is no file and may never come to an end; null: nothing of that kind. To a pipe that was given somebody writes, and a terminal ends. */
export const endlessAt = (path: string): string | null => {
  const stat = statSync(path)
  const other = otherThanFile(stat)
  const [isGiven, number = '0'] = given.exec(path) ?? []
  const ends = isGiven !== undefined && (stat.isFIFO() || isatty(Number(number)))
  return other === null || ends ? null : other
}

/**
 * Opens a file to be read. A pipe in a folder may wait for a writer for ever, and a device may never end: those are refused at once.
 *
 * @returns its handle, which the caller closes
 */
export const openInput = (path: string): E.Either<readonly Problem[], number> => {
  try {
    const other = endlessAt(path)
    return other === null ? E.right(given.test(path) ? openSync(path, 'r') : openRegular(path, constants.O_RDONLY)) : bad(path, 'a file', other)
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException
    return bad(path, 'a file', reasons[code] ?? message)
  }
}

const readText = (path: string): E.Either<readonly Problem[], string> => {
  const file = openInput(path)
  if (E.isLeft(file)) return file
  try {
    const { size } = fstatSync(file.right)
    if (size > mostBytes) return tooLarge(path, size)
    const bytes = bytesOf(file.right)
    return bytes === null ? tooLarge(path, null) : textOf(path, bytes)
  } catch (error) {
    return bad(path, 'a file', (error as Error).message)
  } finally {
    closeSync(file.right)
  }
}

const lineAndColumn = (text: string, offset: number): string => {
  const before = text.slice(0, offset)
  return `line ${before.split('\n').length}, column ${offset - before.lastIndexOf('\n')}`
}

const faults: Readonly<Record<string, string>> = {
  InvalidSymbol: 'JSON, in which names and texts stand in double quotes',
  InvalidNumberFormat: 'a number in JSON form',
  PropertyNameExpected: 'a name in double quotes',
  ValueExpected: 'a JSON value',
  ColonExpected: 'a colon',
  CommaExpected: 'a comma',
  CloseBraceExpected: 'a closing }',
  CloseBracketExpected: 'a closing ]',
  EndOfFileExpected: 'the end, after one JSON value',
  InvalidCommentToken: 'no comment, since JSON has none',
  UnexpectedEndOfComment: 'no comment, since JSON has none',
  UnexpectedEndOfString: 'a closing double quote',
  UnexpectedEndOfNumber: 'the rest of a number',
  InvalidUnicode: 'a unicode escape',
  InvalidEscapeCharacter: 'an escape that JSON has',
  InvalidCharacter: 'no control character',
}

/** The first place where a text stops being JSON, as a problem. */
const malformed = async (path: string, text: string, message: string): Promise<E.Either<readonly Problem[], never>> => {
  if (text.trim() === '') return bad(path, 'JSON', 'nothing')
  const { parse, printParseErrorCode } = await import('jsonc-parser')
  const errors: { readonly error: number; readonly offset: number }[] = []
  try {
    parse(text, errors as never, { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false })
  } catch {
    // Nested too deeply for it: then what JSON.parse says has to do.
  }
  const first = errors[0]
  if (first === undefined) return bad(path, 'JSON', message)
  const found = first.offset >= text.length ? 'the end' : shown(text.slice(first.offset, first.offset + 20).split('\n')[0])
  if (/^-?(NaN|Infinity)/.test(text.slice(first.offset, first.offset + 9)))
    return bad(`${path}: ${lineAndColumn(text, first.offset)}`, 'a finite number, since JSON has no other (an option may be the text "Infinity")', found)
  return bad(`${path}: ${lineAndColumn(text, first.offset)}`, faults[printParseErrorCode(first.error)] ?? 'JSON', found)
}

/** The value of a JSON text; where it is none, the position of the first fault. */
export const parseJson = async (path: string, text: string): Promise<E.Either<readonly Problem[], unknown>> => {
  try {
    return E.right(JSON.parse(text) as unknown)
  } catch (error) {
    return malformed(path, text, (error as Error).message)
  }
}

/** The value of a JSON file. */
export const readJson = async (path: string): Promise<E.Either<readonly Problem[], unknown>> => {
  const text = readText(path)
  return E.isLeft(text) ? text : parseJson(path, text.right)
}

/** A line of a stream, or what is wrong with it. */
export interface Line {
  readonly number: number
  readonly text: E.Either<readonly Problem[], string>
}

/**
 * The lines of a stream of bytes, one by one. A line over the limit, or of other bytes than UTF-8, is a problem, and the next one is read all the
 * same. A byte order mark is no part of a line.
 */
export async function* linesOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  let parts: Uint8Array[] = []
  let size = 0
  let number = 1
  const line = (): Line => {
    const path = `line ${number}`
    const text = size > mostBytes ? bad(path, `at most ${mebibytes(mostBytes)}`, 'more') : textOf(path, Buffer.concat(parts))
    parts = []
    size = 0
    return { number: number++, text }
  }
  const take = (piece: Uint8Array): void => {
    size += piece.length
    if (size <= mostBytes) parts.push(piece)
    else parts = []
  }
  for await (const chunk of stream) {
    let from = 0
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      take(chunk.subarray(from, end))
      yield line()
      from = end + 1
    }
    if (from < chunk.length) take(chunk.subarray(from))
  }
  if (size > 0) yield line()
}
