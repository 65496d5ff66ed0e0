import { mkdtempSync, renameSync, rmSync, rmdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'

/** Whether a file can be made in the folder: one tries, for what permissions promise differs by system. */
const writable = (folder: string): boolean => {
  try {
    rmdirSync(mkdtempSync(join(folder, '.estimand-tour-')))
    return true
  } catch {
    return false
  }
}

const available = (file: string): boolean => writable(dirname(file)) && statSync(file, { throwIfNoEntry: false })?.isDirectory() !== true

/**
 * Where the report will go, known before any work is done: the file asked for; without one, `estimand-tour.html` in the first of the folders that can be
 * written to.
 */
export const destination = (asked: string | undefined, folders: readonly string[]): E.Either<string, string> => {
  const files = asked === undefined ? folders.map((folder) => join(folder, 'estimand-tour.html')) : [resolve(asked)]
  const found = files.find(available)
  return found === undefined ? E.left(`cannot write ${files.join(' or ')}; name a file in a folder that exists with --out FILE`) : E.right(found)
}

/** Writes a new file and renames it: whoever looks sees the whole text, or what was there before. */
export const replaceFile = (file: string, text: string): void => {
  const fresh = `${file}.${process.pid}.new`
  try {
    writeFileSync(fresh, text)
    renameSync(fresh, file)
  } catch (error) {
    rmSync(fresh, { force: true })
    throw error
  }
}
