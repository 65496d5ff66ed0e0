import { closeSync, constants, fstatSync, ftruncateSync, readSync, writeSync } from 'node:fs'
import { RecordNotWritten } from './failure.ts'
import { openRegular } from './regularFile.ts'

/** A file of metrics: a line of JSON for each update. */
export interface MetricsFile {
  readonly append: (metrics: { readonly update: number }) => void
  readonly close: () => void
}

const updateOf = (line: string): number => {
  try {
    const { update } = JSON.parse(line) as { readonly update?: unknown }
    return typeof update === 'number' ? update : NaN
  } catch {
    return NaN
  }
}

const pieceLength = 2 ** 20
/** Far more than a line of metrics is long: what is longer is another program's. */
const mostOfALine = 2 ** 24

/**
 * The lines of a file that are whole, one by one, whatever its size, each with the byte that it ends at. It ends before a line that is cut off, or longer than
 * any of metrics.
 */
export function* wholeLines(handle: number): Generator<{ readonly text: string; readonly end: number }> {
  const piece = Buffer.allocUnsafe(pieceLength)
  let rest: Buffer = Buffer.alloc(0)
  let end = 0
  for (let at = 0; rest.length <= mostOfALine; ) {
    const read = readSync(handle, piece, 0, pieceLength, at)
    if (read === 0) return
    at += read
    const bytes = Buffer.concat([rest, piece.subarray(0, read)])
    let from = 0
    for (let stop = bytes.indexOf(10); stop >= 0; stop = bytes.indexOf(10, from)) {
      end += stop + 1 - from
      const text = bytes.toString('utf8', from, stop)
      // Some programs mark the beginning of a file as Unicode.
      yield { text: end === stop + 1 ? text.replace(/^\uFEFF/, '') : text, end }
      from = stop + 1
    }
    rest = bytes.subarray(from)
  }
}

/** Bytes of the lines, from the first on, that are whole and of updates up to the last that counts. */
const keptBytes = (handle: number, last: number): number => {
  let kept = 0
  for (const { text, end } of wholeLines(handle)) {
    if (!(updateOf(text) <= last)) break
    kept = end
  }
  return kept
}

/**
 * Opens a file of metrics to go on after an update. Lines of later updates, which will be made again, and a line that was cut off are
 * taken away, so that each update has one line.
 *
 * @param path  where it stands
 * @param last  the last update that counts; 0 to begin anew
 *
 * @example
 * ```ts
 * import { openMetricsFile } from 'estimand/record'
 * openMetricsFile('/no/such/folder/metrics.jsonl', 0) // => throws RecordNotWritten: /no/such/folder/metrics.jsonl could not be written
 * ```
 */
export const openMetricsFile = (path: string, last: number): MetricsFile => {
  const attempt = <A>(act: () => A): A => {
    try {
      return act()
    } catch (cause) {
      throw new RecordNotWritten(path, cause, 'the last checkpoint is as it was; make room, and go on from there')
    }
  }
  const handle = attempt(() => {
    const opened = openRegular(path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT)
    try {
      const kept = keptBytes(opened, last)
      if (kept < fstatSync(opened).size) ftruncateSync(opened, kept)
      return opened
    } catch (cause) {
      closeSync(opened)
      throw cause
    }
  })
  return {
    append: (metrics) => {
      attempt(() => writeSync(handle, `${JSON.stringify(metrics)}\n`))
    },
    close: () => closeSync(handle),
  }
}
