import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import * as fc from 'fast-check'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { lockFolder, lockName } from '../../src/record/lock.ts'
import { describeProblems } from '../../src/trajectories/problem.ts'
import { seed } from '../seed/seed.ts'

/** What happens before each call to the system that changes or opens a file, and whether the file system knows links. */
const system = vi.hoisted(() => ({ before: (): void => {}, hasLinks: true }))
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>()
  const watched =
    <A extends readonly unknown[], B>(call: (...args: A) => B) =>
    (...args: A): B => {
      system.before()
      return call(...args)
    }
  const linkSync = (...args: Parameters<typeof fs.linkSync>): void => {
    if (!system.hasLinks) throw Object.assign(new Error('EPERM: operation not permitted, link'), { code: 'EPERM' })
    fs.linkSync(...args)
  }
  return { ...fs, linkSync: watched(linkSync), openSync: watched(fs.openSync), renameSync: watched(fs.renameSync), rmSync: watched(fs.rmSync) }
})

const home = mkdtempSync(join(tmpdir(), 'estimand-lock-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))
let made = 0
const fresh = (): string => {
  const folder = join(home, String(made++))
  mkdirSync(folder)
  return folder
}
const said = (outcome: ReturnType<typeof lockFolder>): string => (E.isLeft(outcome) ? describeProblems(outcome.left) : 'locked')

/** A number that no process has: one that has just ended, and been waited for. */
const gone = async (): Promise<number> => {
  const child = spawn(process.execPath, ['-e', ''])
  await new Promise((resolve) => child.once('exit', resolve))
  return child.pid ?? 0
}

const lockOf = (fields: object): string => JSON.stringify({ pid: process.pid, host: hostname(), since: '2026-01-01T00:00:00.000Z', began: null, ...fields })

describe('a folder', () => {
  it('is held by one, who is named to the second; once released it is free, and nothing is left in it', () => {
    const folder = fresh()
    const first = lockFolder(folder)
    expect(said(first)).toBe('locked')
    expect(said(lockFolder(folder))).toMatch(new RegExp(`a folder that nobody else trains in, got one that process ${process.pid} on "${hostname()}" has held since ".*"; wait for it, end it, or take another folder$`))
    expect(said(lockFolder(folder))).toMatch(/process/)
    if (E.isRight(first)) first.right.release()
    expect(readdirSync(folder)).toEqual([])
    expect(said(lockFolder(folder))).toBe('locked')
  })

  it('whose holder is gone from this machine is taken over', async () => {
    const folder = fresh()
    writeFileSync(join(folder, lockName), lockOf({ pid: await gone() }))
    expect(said(lockFolder(folder))).toBe('locked')
    expect(JSON.parse(readFileSync(join(folder, lockName), 'utf8'))).toMatchObject({ pid: process.pid })
    expect(readdirSync(folder)).toEqual([lockName])
  })

  it.runIf(existsSync('/proc/self/stat'))('whose number is another process now is taken over', () => {
    const folder = fresh()
    writeFileSync(join(folder, lockName), lockOf({ began: '1' }))
    expect(said(lockFolder(folder))).toBe('locked')
  })

  it.runIf(existsSync('/proc/self/stat'))('whose holder has ended, with nobody having taken note of it yet, is taken over', async () => {
    const folder = fresh()
    // A shell that becomes another program leaves it a child, which it never waits for.
    const parent = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 60'])
    try {
      const pid = await new Promise<number>((resolve) => parent.stdout.once('data', (data: Buffer) => resolve(Number(data.toString()))))
      while (!/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) await new Promise((resolve) => setTimeout(resolve, 5))
      expect(() => process.kill(pid, 0)).not.toThrow()
      writeFileSync(join(folder, lockName), lockOf({ pid }))
      expect(said(lockFolder(folder))).toBe('locked')
    } finally {
      parent.kill()
    }
  })

  it.runIf(existsSync('/proc/sys/kernel/random/boot_id'))('whose holder began at the same tick of another start of the machine is taken over', () => {
    const folder = fresh()
    expect(said(lockFolder(folder))).toBe('locked')
    const own: { readonly began: string } = JSON.parse(readFileSync(join(folder, lockName), 'utf8'))
    expect(own.began).toMatch(/^[\da-f-]{36} \d+$/)
    writeFileSync(join(folder, lockName), lockOf(own))
    expect(said(lockFolder(folder))).toMatch(/has held since/)
    writeFileSync(join(folder, lockName), lockOf({ ...own, began: own.began.replace(/^\S+/, '00000000-0000-4000-8000-000000000000') }))
    expect(said(lockFolder(folder))).toBe('locked')
  })

  it('with a stale lock has one holder, whoever comes between any two steps of another', async () => {
    const stale = lockOf({ pid: await gone() })
    /** How many hold the folder where a second and a third one come before the calls of these numbers; and how many calls the first one made. */
    const holders = (second: number, third: number): readonly [number, number] => {
      const folder = fresh()
      writeFileSync(join(folder, lockName), stale)
      let calls = 0
      let held = 0
      const contend = (): void => {
        if (E.isRight(lockFolder(folder))) held += 1
      }
      system.before = () => {
        const { before } = system
        system.before = () => {}
        calls += 1
        for (const at of [second, third]) if (calls === at) contend()
        system.before = before
      }
      contend()
      system.before = () => {}
      expect(readdirSync(folder)).toEqual([lockName])
      return [held, calls]
    }
    const [, calls] = holders(0, 0)
    expect(calls).toBeGreaterThan(5)
    for (let second = 1; second <= calls + 3; second++)
      for (let third = second; third <= calls + 3; third++) expect([second, third, holders(second, third)[0]]).toEqual([second, third, 1])
  })

  it('of one that was killed while it took a stale lock over is taken over all the same, and what it left is taken away', async () => {
    const folder = fresh()
    const pid = await gone()
    const [first, second] = ['a', 'b'].map((id) => lockOf({ pid, id }))
    const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)
    const path = join(folder, lockName)
    writeFileSync(path, first)
    writeFileSync(`${path}.${digest(first)}`, second)
    writeFileSync(`${path}.${digest('before')}.${digest('that')}`, first)
    writeFileSync(`${path}.${pid}-00ff00ff00ff`, first)
    // Of nobody's making.
    writeFileSync(`${path}.txt`, 'notes')
    expect(said(lockFolder(folder))).toBe('locked')
    expect(readdirSync(folder)).toEqual([lockName, `${lockName}.txt`])
  })

  it('on a file system without links is held by one all the same', async () => {
    const folder = fresh()
    system.hasLinks = false
    try {
      writeFileSync(join(folder, lockName), lockOf({ pid: await gone() }))
      const first = lockFolder(folder)
      expect(said(first)).toBe('locked')
      expect(said(lockFolder(folder))).toMatch(/has held since/)
      if (E.isRight(first)) first.right.release()
      expect(readdirSync(folder)).toEqual([])
    } finally {
      system.hasLinks = true
    }
  })

  it('with a lock that is just being written, as one without links is, is left to who writes it', () => {
    const folder = fresh()
    writeFileSync(join(folder, lockName), '')
    // Between two looks at it.
    const wait = vi.spyOn(Atomics, 'wait').mockImplementationOnce(() => {
      writeFileSync(join(folder, lockName), lockOf({}))
      return 'timed-out'
    })
    expect(said(lockFolder(folder))).toMatch(new RegExp(`process ${process.pid} on`))
    wait.mockRestore()
  })

  it('that a process on another machine holds is not, for nobody here knows of it', async () => {
    const folder = fresh()
    writeFileSync(join(folder, lockName), lockOf({ pid: await gone(), host: 'elsewhere' }))
    expect(said(lockFolder(folder))).toMatch(/on "elsewhere" has held since .* \(if that machine runs it no more, remove .*training\.lock\)$/)
  })

  it('with a lock that is none is taken over, whatever the file holds', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.record({ pid: fc.anything(), host: fc.anything(), since: fc.anything() }).map((x) => JSON.stringify(x) ?? '')), (text) => {
        const folder = fresh()
        writeFileSync(join(folder, lockName), text)
        expect(said(lockFolder(folder))).toBe('locked')
      }),
      { numRuns: 50, seed },
    )
  })

  it('is not followed through a link, and what is no file is not taken away', () => {
    const [folder, other] = [fresh(), fresh()]
    writeFileSync(join(other, 'kept'), 'kept')
    symlinkSync(join(other, 'kept'), join(folder, lockName))
    expect(() => lockFolder(folder)).toThrow(/ELOOP/)
    const blocked = fresh()
    mkdirSync(join(blocked, lockName))
    expect(() => lockFolder(blocked)).toThrow(/a directory/)
    expect(readFileSync(join(other, 'kept'), 'utf8')).toBe('kept')
    expect(existsSync(join(blocked, lockName))).toBe(true)
  })

  it('is not released by one whose lock was taken over', () => {
    const folder = fresh()
    const first = lockFolder(folder)
    writeFileSync(join(folder, lockName), lockOf({ host: 'elsewhere' }))
    if (E.isRight(first)) first.right.release()
    expect(existsSync(join(folder, lockName))).toBe(true)
  })
})
