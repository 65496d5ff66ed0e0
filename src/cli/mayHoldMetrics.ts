import { closeSync, openSync, readSync, statSync } from 'node:fs'

/** How each line of metrics begins. */
const beginning = '{"update":'

/** The first bytes of a plain file, as text; nothing where there is none, or none to be read: opening it will say so. */
const startOf = (path: string, length: number): string => {
  try {
    if (!statSync(path).isFile()) return ''
    const file = openSync(path, 'r')
    try {
      const bytes = Buffer.alloc(length)
      return bytes.toString('utf8', 0, readSync(file, bytes, 0, length, 0)).replace(/^\uFEFF/, '')
    } finally {
      closeSync(file)
    }
  } catch {
    return ''
  }
}

/** Whether metrics may be written there: nothing stands there, or they do. What somebody else wrote is not ours to take away. */
export const mayHoldMetrics = (path: string): boolean =>
  // A kill may have cut off the first line.
  beginning.startsWith(startOf(path, beginning.length))
