import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Makes what was renamed last, even if the machine stops now. A file system that knows no such thing is left to itself. */
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

const partOf = (path: string): string => `${path}.${process.pid}-${randomBytes(6).toString('hex')}.part`

/**
 * Writes a text to a file, whole or not at all: to a new file beside it, which is then renamed. Each writer has a name of its own there, and what stands at
 * such a name already is neither opened nor followed, so that two writers never write into one file.
 *
 * @throws Error of the system; what stood at the path is as it was
 */
export const writeWhole = (path: string, text: string): void => {
  const part = partOf(path)
  const handle = openSync(part, 'wx')
  try {
    try {
      const bytes = Buffer.from(text)
      for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at)
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    renameSync(part, path)
  } catch (cause) {
    rmSync(part, { force: true })
    throw cause
  }
  settle(dirname(path))
}

/** Takes away what writers that were killed have left beside files of these names. Nobody else may be writing them. */
export const removeParts = (folder: string, names: readonly string[]): void => {
  for (const name of readdirSync(folder))
    if (names.some((own) => name.startsWith(`${own}.`)) && /\.\d+-[\da-f]{12}\.part$/.test(name)) rmSync(join(folder, name), { force: true })
}
