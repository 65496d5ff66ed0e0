import { fstatSync, readSync } from 'node:fs'

/** Bytes that are read at a time. */
const pieceLength = 2 ** 20

/** Far more than a line of metrics is long: what is longer is none, and is not kept in memory. */
const longest = 2 ** 26

/** A line of a file, from its first byte on. */
export interface LineOfFile {
  readonly start: number
  /** Null where it is too long. */
  readonly text: string | null
  /** Whether a newline ends it: the last one may have been cut off. */
  readonly isEnded: boolean
}

/** The bytes from start to end, and fewer where the file became shorter meanwhile. */
const bytesBetween = (handle: number, start: number, end: number): Buffer => {
  const bytes = Buffer.allocUnsafe(end - start)
  let count = 0
  for (let read = 1; read > 0 && count < bytes.length; count += read) read = readSync(handle, bytes, count, bytes.length - count, start + count)
  return bytes.subarray(0, count)
}

/** The lines of an open file, whatever its size, from the last to the first: who needs the last ones reads no more of it. */
export function* linesFromEnd(handle: number): Generator<LineOfFile> {
  const { size } = fstatSync(handle)
  // Where the line ends that is looked for.
  let end = size
  const line = (start: number, bytes: () => Buffer): LineOfFile => {
    const text = end - start > longest ? null : bytes().toString('utf8')
    // Some programs mark the beginning of a file as Unicode.
    return { start, text: start === 0 && text !== null ? text.replace(/^\uFEFF/, '') : text, isEnded: end < size }
  }
  for (let from = size; from > 0; ) {
    const to = from
    from = Math.max(0, to - pieceLength)
    const piece = bytesBetween(handle, from, to)
    // Of the newline at the end of the file no line begins.
    if (to === size && piece.at(-1) === 10) end -= 1
    // A negative place would be counted from the end.
    const newlineUpTo = (at: number): number => (at < 0 ? -1 : piece.lastIndexOf(10, at))
    for (let at = newlineUpTo(end - from - 1); at >= 0; at = newlineUpTo(at - 1)) {
      const start = from + at + 1
      const stop = end
      yield line(start, () => (stop <= to ? piece.subarray(start - from, stop - from) : bytesBetween(handle, start, stop)))
      end = from + at
    }
  }
  if (size > 0) yield line(0, () => bytesBetween(handle, 0, end))
}
