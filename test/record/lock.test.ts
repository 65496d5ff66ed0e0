import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import * as fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { lockFolder, lockName } from '../../src/record/lock.ts'
import { describeProblems } from '../../src/trajectories/problem.ts'
import { seed } from '../seed/seed.ts'

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
