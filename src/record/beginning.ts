import { closeSync, constants, readSync } from 'node:fs'
import { openRegular } from './regularFile.ts'

/** The first bytes of a file, as text, without a mark of Unicode; nothing where there is none, or none to be read: opening it will say so. */
const startOf = (path: string, length: number): string => {
  try {
    const file = openRegular(path, constants.O_RDONLY)
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

/** Whether there is a file that begins with a text. */
export const begins = (path: string, beginning: string): boolean => startOf(path, Buffer.byteLength(beginning)) === beginning

/** Whether files that begin with a text may be written there: nothing stands there, or one of them does. What somebody else wrote is not ours to take away. */
export const mayHold = (path: string, beginning: string): boolean =>
  // A kill may have cut off the first line.
  beginning.startsWith(startOf(path, Buffer.byteLength(beginning)))
