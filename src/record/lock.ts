import { randomBytes } from 'node:crypto'
import { closeSync, constants, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import type { Problem } from '../trajectories/problem.ts'
import { shown } from '../trajectories/problem.ts'
import { openRegular } from './regularFile.ts'

/** Name of the lock in a folder. */
export const lockName = 'training.lock'

/** A folder that is this process's own until it lets go of it. */
export interface Lock {
  readonly release: () => void
}

/** Who holds a folder. */
interface Holder {
  readonly pid: number
  readonly host: string
  readonly since: string
  /** When the process began, in the kernel's ticks: another process may be given its number later. Null where the system does not say. */
  readonly began: string | null
}

/** When a process began; null where there is none, or where the system does not say. */
const beganAt = (pid: number): string | null => {
  try {
    // After the name, which may hold anything: field 22 of the whole.
    return readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/s, '').split(' ')[20] ?? null
  } catch {
    return null
  }
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    // It is there, and somebody else's.
    return (cause as NodeJS.ErrnoException).code === 'EPERM'
  }
}

const holderOf = (text: string): Holder | null => {
  try {
    const { pid, host, since, began } = JSON.parse(text) as Partial<Record<keyof Holder, unknown>>
    const isWhole = Number.isSafeInteger(pid) && Number(pid) > 0 && typeof host === 'string' && typeof since === 'string' && (began === null || typeof began === 'string')
    return isWhole ? ({ pid, host, since, began } as Holder) : null
  } catch {
    return null
  }
}

/** The text of a lock; null: there is none. What is no regular file is nobody's lock, and not ours to take away: that is an error. */
const textAt = (path: string): string | null => {
  let handle: number
  try {
    handle = openRegular(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw cause
  }
  try {
    return readFileSync(handle, 'utf8')
  } finally {
    closeSync(handle)
  }
}

/**
 * Whether nobody holds a lock any more: its process is gone from this machine, or its number is another's now. A lock is written whole, so that one which
 * cannot be read is none. Of processes on other machines nothing is known.
 */
const isStale = (holder: Holder | null): boolean =>
  holder === null || (holder.host === hostname() && (!isAlive(holder.pid) || (holder.began !== null && beganAt(holder.pid) !== null && beganAt(holder.pid) !== holder.began)))

const heldBy = (path: string, folder: string, holder: Holder | null): E.Either<readonly Problem[], never> =>
  E.left([
    {
      path: folder,
      expected: 'a folder that nobody else trains in',
      got:
        holder === null
          ? 'one that another program has just taken'
          : `one that process ${holder.pid} on ${shown(holder.host)} has held since ${shown(holder.since)}; wait for it, end it, or take another folder${holder.host === hostname() ? '' : ` (if that machine runs it no more, remove ${path})`}`,
    },
  ])

/** Puts a lock in place if there is none, whole from the first moment on. */
const placed = (path: string, text: string): boolean => {
  const own = `${path}.${process.pid}-${randomBytes(6).toString('hex')}`
  writeFileSync(own, text, { flag: 'wx' })
  try {
    linkSync(own, path)
    return true
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
    return false
  } finally {
    rmSync(own, { force: true })
  }
}

/** Takes a stale lock away, and only that one: should another program have put its own there meanwhile, that one is put back. */
const takenAway = (path: string, stale: string): boolean => {
  const aside = `${path}.${process.pid}-${randomBytes(6).toString('hex')}`
  try {
    renameSync(path, aside)
  } catch {
    return false
  }
  const isThatOne = textAt(aside) === stale
  if (!isThatOne)
    try {
      linkSync(aside, path)
    } catch {
      // A third one has it: then that is the one that holds the folder.
    }
  rmSync(aside, { force: true })
  return isThatOne
}

/**
 * Takes a folder for one trainer: a file that names the process, made in one step. A second trainer is refused, by name of the first. A lock whose process is gone is
 * taken over, so that a run that was killed can go on.
 *
 * @param folder  one that is there
 * @returns       the lock, or who has the folder
 * @throws        Error of the system, where the folder takes no file
 */
export const lockFolder = (folder: string): E.Either<readonly Problem[], Lock> => {
  const path = join(folder, lockName)
  const text = `${JSON.stringify({ pid: process.pid, host: hostname(), since: new Date().toISOString(), began: beganAt(process.pid), id: randomBytes(6).toString('hex') })}\n`
  const release = (): void => {
    if (textAt(path) === text) rmSync(path, { force: true })
  }
  // A second time after a stale one has been taken away; whoever else was there first is the holder.
  for (let attempt = 0; attempt < 2; attempt++) {
    if (placed(path, text)) return E.right({ release })
    const found = textAt(path)
    if (found === null) continue
    if (!isStale(holderOf(found))) return heldBy(path, folder, holderOf(found))
    takenAway(path, found)
  }
  return heldBy(path, folder, holderOf(textAt(path) ?? ''))
}
