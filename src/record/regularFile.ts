import type { Stats } from 'node:fs'
import { closeSync, constants, fstatSync, openSync } from 'node:fs'

/** What stands at a path, where it is no regular file; null: it is one. */
export const otherThanFile = (stats: Stats): string | null => {
  if (stats.isFile()) return null
  if (stats.isDirectory()) return 'a directory'
  if (stats.isFIFO()) return 'a pipe'
  return stats.isSocket() ? 'a socket' : 'a device'
}

/**
 * Opens a regular file, and nothing else: a pipe would wait for somebody at its other end, a device may never end.
 *
 * @param path   where it stands
 * @param flags  of `constants`, such as O_RDONLY
 * @returns      its handle, which the caller closes
 * @throws       Error of the system, or one that says what stands there instead
 */
export const openRegular = (path: string, flags: number): number => {
  // A pipe is opened at once, so that it can be told from a file.
  const handle = openSync(path, flags | constants.O_NONBLOCK, 0o666)
  const other = otherThanFile(fstatSync(handle))
  if (other === null) return handle
  closeSync(handle)
  throw new Error(`${other}, which is no regular file`)
}
