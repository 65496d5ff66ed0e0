import { createHash, randomBytes } from 'node:crypto'
import { closeSync, constants, copyFileSync, linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import type { Problem } from '../trajectories/problem.ts'
import { shown } from '../trajectories/problem.ts'
import { openRegular } from './regularFile.ts'

/** Name of the lock in a folder. */
export const lockName = 'training.lock'

/** Name of the metrics in a folder of a record. */
export const metricsName = 'metrics.jsonl'

/** What is this process's own until it lets go of it. */
export interface Lock {
  readonly release: () => void
}

/** Who holds a lock. */
interface Holder {
  readonly pid: number
  readonly host: string
  readonly since: string
  /** When the process began: another may be given its number later. Null where the system does not say. */
  readonly began: string | null
}

const attempted = <A>(act: () => A): A | null => {
  try {
    return act()
  } catch {
    return null
  }
}

/** What the kernel says of a process: the letter of its state, and its beginning in ticks; null where it says nothing. */
const processOf = (pid: number): { readonly state: string | undefined; readonly ticks: string | undefined } | null =>
  attempted(() => {
    // After the name, which may hold anything: fields 3 and 22 of the whole.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ')
    return { state: fields[0], ticks: fields[19] }
  })

/** When a process began: which start of the machine, and the ticks since then, which come again after the next one. */
const beganAt = (pid: number): string | null => {
  const ticks = processOf(pid)?.ticks
  return ticks === undefined ? null : `${attempted(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()) ?? ''} ${ticks}`
}

/** The largest number that a process can have. */
const mostPid = 2 ** 31 - 1

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    // One that has ended has its number until its parent takes note of that.
    return !['Z', 'X'].includes(processOf(pid)?.state ?? '')
  } catch (cause) {
    // It is there, and somebody else's.
    return (cause as NodeJS.ErrnoException).code === 'EPERM'
  }
}

const holderOf = (text: string): Holder | null => {
  try {
    const { pid, host, since, began } = JSON.parse(text) as Partial<Record<keyof Holder, unknown>>
    const isWhole = Number.isInteger(pid) && Number(pid) > 0 && Number(pid) <= mostPid && typeof host === 'string' && typeof since === 'string' && (began === null || typeof began === 'string')
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

/** How long one that makes a lock by copying may take between its two steps. */
const momentInMs = 20

/** The text of a lock and who holds it; null: there is none. */
const lockAt = (path: string): { readonly text: string; readonly holder: Holder | null } | null => {
  const text = textAt(path)
  if (text === null) return null
  const holder = holderOf(text)
  if (holder !== null) return { text, holder }
  // One that cannot be read is none, unless it is just being made.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, momentInMs)
  const later = textAt(path)
  return later === null ? null : { text: later, holder: holderOf(later) }
}

/** Whether the process that a lock names may still be there: not where it is gone from this machine, or its number is another's now. Of other machines nothing is known. */
const holds = ({ pid, host, began }: Holder): boolean => {
  if (host !== hostname()) return true
  const now = beganAt(pid)
  return isAlive(pid) && (began === null || now === null || began === now)
}

/** Gives a whole file a second name that nobody had; false where somebody has it. */
const linked = (file: string, path: string): boolean => {
  const isTaken = (cause: unknown): boolean => (cause as NodeJS.ErrnoException).code === 'EEXIST'
  try {
    linkSync(file, path)
    return true
  } catch (cause) {
    if (isTaken(cause)) return false
  }
  // A file system without links.
  try {
    copyFileSync(file, path, constants.COPYFILE_EXCL)
    return true
  } catch (cause) {
    if (isTaken(cause)) return false
    throw cause
  }
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)

/**
 * Takes a lock by a file that says who does; whoever has it, if it was not to be had.
 *
 * A stale lock must not simply be removed: of two that find it, the second would remove the new lock of the first. Only who has the succession of exactly this
 * lock, which is a lock like it, may put its own in its place.
 */
const taken = (path: string, mine: string): Holder | null => {
  for (;;) {
    if (linked(mine, path)) return null
    const found = lockAt(path)
    if (found === null) continue
    if (found.holder !== null && holds(found.holder)) return found.holder
    const succession = `${path}.${digestOf(found.text)}`
    const other = taken(succession, mine)
    const isStill = textAt(path) === found.text
    if (isStill) {
      if (other !== null) return other
      renameSync(succession, path)
      return null
    }
    // Somebody was faster, and has the lock or has let go of it.
    if (other === null) rmSync(succession, { force: true })
  }
}

/** Takes away what those left beside a lock that were killed while they took it. Only its holder may: successions of what was before it have no use any more. */
const removeLeft = (path: string): void => {
  for (const name of readdirSync(dirname(path))) {
    const rest = name.startsWith(`${basename(path)}.`) ? name.slice(basename(path).length + 1) : ''
    const [, pid] = /^(\d+)-[\da-f]{12}$/.exec(rest) ?? []
    if (/^(?:[\da-f]{16}(?:\.|$))+$/.test(rest) || (pid !== undefined && !isAlive(Number(pid)))) rmSync(join(dirname(path), name), { force: true })
  }
}

/** What is locked, and how that is said to a second one. */
interface Subject {
  readonly path: string
  readonly expected: string
  readonly remedy: string
}

const locked = (path: string, { path: subject, expected, remedy }: Subject): E.Either<readonly Problem[], Lock> => {
  const text = `${JSON.stringify({ pid: process.pid, host: hostname(), since: new Date().toISOString(), began: beganAt(process.pid), id: randomBytes(6).toString('hex') })}\n`
  const mine = `${path}.${process.pid}-${randomBytes(6).toString('hex')}`
  let other: Holder | null
  try {
    writeFileSync(mine, text, { flag: 'wx' })
    other = taken(path, mine)
  } finally {
    rmSync(mine, { force: true })
  }
  if (other !== null) {
    const byHand = other.host === hostname() ? '' : ` (if that machine runs it no more, remove ${path})`
    return E.left([{ path: subject, expected, got: `one that process ${other.pid} on ${shown(other.host)} has held since ${shown(other.since)}; wait for it, end it, or ${remedy}${byHand}` }])
  }
  attempted(() => removeLeft(path))
  return E.right({
    release: () => {
      if (attempted(() => textAt(path)) === text) rmSync(path, { force: true })
    },
  })
}

/**
 * Takes a folder for one trainer: a file that names the process, made in one step. A second trainer is refused, by name of the first. A lock whose process is gone is
 * taken over, by one alone however many find it, so that a run that was killed can go on.
 *
 * @param folder  one that is there
 * @returns       the lock, or who has the folder
 * @throws        Error of the system, where the folder takes no file
 */
export const lockFolder = (folder: string): E.Either<readonly Problem[], Lock> =>
  locked(join(folder, lockName), { path: folder, expected: 'a folder that nobody else trains in', remedy: 'take another folder' })

/**
 * Takes a file of metrics for one writer, in the same way: two would mix their lines. What is the file of metrics of its folder is locked as that folder is.
 *
 * @param path  where it stands or will, without links: two that name it in different ways have to find one lock
 */
export const lockMetrics = (path: string): E.Either<readonly Problem[], Lock> =>
  locked(basename(path) === metricsName ? join(dirname(path), lockName) : `${path}.lock`, { path, expected: 'a file of metrics that nobody else writes to', remedy: 'take another file' })
