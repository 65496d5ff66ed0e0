import { closeSync, existsSync, ftruncateSync, openSync, readFileSync, statSync, writeSync } from 'node:fs'
import { RecordNotWritten } from './failure.ts'

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

/** Bytes of the lines, from the first on, that are whole and of updates up to the last that counts. */
const keptBytes = (text: string, last: number): number => {
  let at = 0
  for (;;) {
    const end = text.indexOf('\n', at)
    if (end < 0 || !(updateOf(text.slice(at, end)) <= last)) return Buffer.byteLength(text.slice(0, at))
    at = end + 1
  }
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
    const size = existsSync(path) ? statSync(path).size : 0
    const kept = size > 0 ? keptBytes(readFileSync(path, 'utf8'), last) : 0
    const opened = openSync(path, 'a')
    if (kept < size) ftruncateSync(opened, kept)
    return opened
  })
  return {
    append: (metrics) => {
      attempt(() => writeSync(handle, `${JSON.stringify(metrics)}\n`))
    },
    close: () => closeSync(handle),
  }
}
