import { realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { begins } from './beginning.ts'
import { beginningOfCheckpoint } from './checkpoint.ts'
import { lockName, metricsName } from './lock.ts'

/** Files of a record, by what they hold. */
export const filesOf = (folder: string) => ({
  checkpoint: join(folder, 'checkpoint.json'),
  metrics: join(folder, metricsName),
  experiment: join(folder, 'experiment.json'),
})

/** A path without links in its folders, whether or not a file stands there. */
export const real = (path: string): string => {
  try {
    return realpathSync(path)
  } catch {
    try {
      return join(realpathSync(dirname(path)), basename(path))
    } catch {
      return resolve(path)
    }
  }
}

const identity = (path: string): string | null => {
  try {
    const { dev, ino } = statSync(path)
    return `${dev} ${ino}`
  } catch {
    return null
  }
}

/** Whether two paths lead to one file: by other spellings, by links of either kind, or by another case, which some file systems do not tell apart. */
export const isSameFile = (a: string, b: string): boolean => real(a).toLowerCase() === real(b).toLowerCase() || (identity(a) !== null && identity(a) === identity(b))

/** Whether a path leads to a file that a record in a folder has for itself: its checkpoint, experiment, lock and events, and what stands beside them while they are written. */
export const isOwnFile = (folder: string, path: string): boolean => {
  const { checkpoint, experiment } = filesOf(folder)
  const lock = join(folder, lockName)
  if ([checkpoint, experiment, lock].some((own) => isSameFile(own, path))) return true
  const name = basename(real(path)).toLowerCase()
  return isSameFile(dirname(real(path)), folder) && ([checkpoint, experiment, lock].some((own) => name.startsWith(`${basename(own)}.`)) || name.startsWith('events.out.tfevents'))
}

/** Whether a path leads to a file of any record, metrics too: to a checkpoint, wherever it stands, or to what a record has for itself in the folder of one. */
export const isOfRecord = (path: string): boolean => {
  const folder = dirname(real(path))
  const { checkpoint, metrics } = filesOf(folder)
  return begins(path, beginningOfCheckpoint) || (begins(checkpoint, beginningOfCheckpoint) && (isOwnFile(folder, path) || isSameFile(metrics, path)))
}
