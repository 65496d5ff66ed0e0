import { closeSync, constants, fstatSync, ftruncateSync, readSync, writeSync } from 'node:fs'
import { RecordNotWritten } from './failure.ts'
import { linesFromEnd } from './linesFromEnd.ts'
import { openRegular } from './regularFile.ts'

/** A file of metrics: a line of JSON for each update. */
export interface MetricsFile {
  readonly append: (metrics: { readonly update: number }) => void
  readonly close: () => void
}

/** How each line begins. */
export const beginningOfMetrics = '{"update":'

const updateOf = (line: string): number => {
  try {
    const { update } = JSON.parse(line) as { readonly update?: unknown }
    return typeof update === 'number' ? update : NaN
  } catch {
    return NaN
  }
}

/** Where the lines begin that will be made again: after the last one of an update that counts, at the first of a later one, or at a last one that was cut off. */
const keptBytes = (handle: number, last: number): number => {
  let kept = fstatSync(handle).size
  for (const { start, text, isEnded } of linesFromEnd(handle)) {
    const update = text === null ? NaN : updateOf(text)
    if (update <= last) break
    if (update > last || !isEnded) kept = start
  }
  return kept
}

/** Whether a newline is missing, as after an editor that left it away. */
const isOpenEnded = (handle: number, size: number): boolean => {
  const byte = Buffer.alloc(1)
  return size > 0 && readSync(handle, byte, 0, 1, size - 1) === 1 && byte[0] !== 10
}

/**
 * Opens a file of metrics to go on after an update. Lines of later updates, which will be made again, and a line at the end that was cut off are
 * taken away, so that each update has one line. All else stays: lines up to the last one that counts, and among them what is no metrics, such as a
 * damaged line or somebody's note. Readers have to pass over those.
 *
 * @param path  where it stands
 * @param last  the last update that counts; 0 to begin anew, with nothing of what was there
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
      const kept = last === 0 ? 0 : keptBytes(opened, last)
      if (kept < fstatSync(opened).size) ftruncateSync(opened, kept)
      if (isOpenEnded(opened, kept)) writeSync(opened, '\n')
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
