import { execFileSync } from 'node:child_process'
import { linkSync, mkdirSync, mkdtempSync, openSync, closeSync, readFileSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import * as fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { recipes } from 'estimand'
import { cliffWalking, timeLimit } from 'estimand/environment'
import { adam, tabular } from 'estimand/network'
import { categorical, policyOf } from 'estimand/policy'
import { isOwnFile } from '../../src/record/files.ts'
import { openMetricsFile, readCheckpoint, writeCheckpoint } from '../../src/record/index.ts'
import { encoded } from '../../src/record/plain.ts'
import { episodes, resume, train, wholeBatch } from '../../src/training/index.ts'
import { seed } from '../seed/seed.ts'

const home = mkdtempSync(join(tmpdir(), 'estimand-damage-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))
let made = 0
const fresh = (): string => join(home, String(made++))

const options = {
  sampler: episodes({ environment: timeLimit({ steps: 20, as: 'TimeLimit' })(cliffWalking()), count: 2, discount: 1 }),
  policy: policyOf(tabular({ states: 48, actions: 4 }), categorical(4)),
  objective: wholeBatch(recipes.reinforceLoo.estimator),
  optimiser: adam(),
  rate: 0.01,
  seed,
} as const
const training = train(options)
training.next()
const state = training.state()

describe('a checkpoint that was damaged', () => {
  const path = fresh()
  writeCheckpoint(path, state)
  const whole = readFileSync(path)
  const reads = (bytes: Uint8Array): ReturnType<typeof readCheckpoint> => {
    writeFileSync(path, bytes)
    return readCheckpoint(path)
  }
  const place = fc.oneof(fc.nat(whole.length - 1), fc.nat(200))

  it('in any bytes is a Left that names the file, or is what was written', () => {
    const damage = fc.oneof(
      fc.tuple(place, fc.integer({ min: 0, max: 255 })).map(([at, byte]) => Buffer.concat([whole.subarray(0, at), Buffer.of(byte), whole.subarray(at + 1)])),
      place.map((at) => whole.subarray(0, at)),
      fc.tuple(place, fc.uint8Array({ maxLength: 8 })).map(([at, bytes]) => Buffer.concat([whole.subarray(0, at), bytes, whole.subarray(at)])),
      fc.tuple(place, fc.nat(40)).map(([at, count]) => Buffer.concat([whole.subarray(0, at), whole.subarray(at + count)])),
    )
    fc.assert(
      fc.property(damage, (bytes) => {
        const read = reads(bytes)
        if (E.isRight(read)) expect(read.right).toStrictEqual(state)
        else for (const problem of read.left) expect(problem.path.startsWith(path)).toBe(true)
      }),
      { numRuns: 1000, seed },
    )
  })

  it('nested too deeply is a Left, its digest right or wrong', () => {
    for (const depth of [1000, 100_000]) {
      const deep = `${'['.repeat(depth)}${']'.repeat(depth)}`
      for (const digest of ['x', createHash('sha256').update(deep).digest('hex')])
        for (const text of [deep, `{"format":"estimand checkpoint","version":1,"sha256":"${digest}","state":${deep}}`]) {
          const read = reads(Buffer.from(text))
          if (E.isLeft(read)) expect(read.left[0]?.path.startsWith(path)).toBe(true)
        }
    }
  })

  it('is no device and no pipe, which are not waited for', () => {
    expect(readCheckpoint('/dev/zero')).toMatchObject({ left: [{ path: '/dev/zero', got: 'a device, which is no regular file' }] })
    const pipe = fresh()
    execFileSync('mkfifo', [pipe])
    expect(readCheckpoint(pipe)).toMatchObject({ left: [{ path: pipe, got: 'a pipe, which is no regular file' }] })
    expect(() => openMetricsFile(pipe, 0)).toThrow(/a pipe, which is no regular file/)
  })

  it('of the right digest, but with anything in place of any part of the state, is resumed or refused', () => {
    /** A copy with a value in place of the k-th part; typed arrays are parts. */
    const changed = (x: unknown, value: unknown, at: number): unknown => {
      let k = 0
      const walk = (part: unknown): unknown => {
        if (k++ === at) return value
        if (Array.isArray(part)) return part.map(walk)
        if (typeof part !== 'object' || part === null || ArrayBuffer.isView(part)) return part
        return Object.fromEntries(Object.entries(part).map(([key, field]) => [key, walk(field)]))
      }
      return walk(x)
    }
    let refused = 0
    fc.assert(
      fc.property(fc.nat(60), fc.oneof(fc.jsonValue(), fc.constantFrom<unknown>(NaN, -1, 1e308, null, undefined, new Float64Array(3), new Float32Array(192).fill(NaN), { toString: 1 })), (at, value) => {
        const outcome = resume(options, changed(state, value, at))
        if (E.isLeft(outcome)) refused += 1
        else expect(outcome.right.state().parameters.every(Number.isFinite)).toBe(true)
      }),
      { numRuns: 400, seed },
    )
    expect(refused).toBeGreaterThan(100)
  })

  it('keeps keys such as __proto__ as what they are', () => {
    const odd = JSON.parse('{"__proto__":{"polluted":1},"a":1}') as object
    writeCheckpoint(path, odd)
    const read = readCheckpoint(path)
    expect(E.isRight(read) && JSON.stringify(encoded(read.right))).toBe('{"__proto__":{"polluted":1},"a":1}')
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })
})

describe('metrics', () => {
  it('are gone on with whatever their size: beyond the longest text that there can be', () => {
    const path = fresh()
    const line = `${JSON.stringify({ update: 1, returns: [1] })}\n`
    // A hole of 600 MiB costs no disk: a line that is none, so that everything from there on is taken away.
    writeFileSync(path, line)
    truncateSync(path, 600 * 2 ** 20)
    openMetricsFile(path, 1).close()
    expect(readFileSync(path, 'utf8')).toBe(line)
    // And lines that count are all kept.
    const long = `{"update":1,"more":"${'x'.repeat(2 ** 20)}"}\n`
    const handle = openSync(path, 'w')
    for (let k = 0; k < 40; k++) writeSync(handle, long)
    closeSync(handle)
    openMetricsFile(path, 1).close()
    expect(statSync(path).size).toBe(40 * long.length)
  })

  it('lose what will be made again, and nothing else: the lines up to the last one that counts, and whatever stands among them', () => {
    const path = fresh()
    type Part = { readonly update: number } | { readonly other: string }
    const other = fc.oneof(
      fc.constantFrom('', 'a note', '{"upd', '{"update":"3"}', '[7]', 'null', '{"update":null}', '\0'.repeat(40), 'é'.repeat(2 ** 19), '{"update":2}x', '\uFEFF{"update":2'),
      fc.string().map((text) => text.replaceAll('\n', ' ')).filter((text) => !/^\s*\{/.test(text)),
    )
    /** Updates rise, as a run writes them, with others in between; lines are of any length, also beyond a piece. */
    const parts = fc.array(fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, other), { maxLength: 12 }).map((all) => {
      let update = 0
      return all.map((text): Part => (text === null ? { update: ++update } : { other: text }))
    })
    const lineOf = (part: Part, width: number): string => ('other' in part ? part.other : `{"update":${part.update},"more":"${'x'.repeat(width)}"}`)
    fc.assert(
      fc.property(parts, fc.constantFrom(0, 1, 100, 2 ** 20 - 27, 2 ** 20 - 26, 2 ** 20), fc.integer({ min: 1, max: 12 }), fc.constantFrom('whole', 'cut off', 'no newline'), (all, width, last, ending) => {
        const lines = all.map((part) => `${lineOf(part, width)}\n`)
        const counts = all.findLastIndex((part) => 'update' in part && part.update <= last)
        const later = all.findIndex((part) => 'update' in part && part.update > last)
        const end = later < 0 ? all.length : later
        // A last line without its newline counts if it is whole.
        const isOpen = ending === 'no newline' && lines.length > 0
        const cut = isOpen && end === all.length && counts < all.length - 1 ? end - 1 : end
        writeFileSync(path, isOpen ? lines.join('').slice(0, -1) : `${lines.join('')}${ending === 'cut off' ? '{"upd' : ''}`)
        openMetricsFile(path, last).close()
        expect(readFileSync(path, 'utf8') === lines.slice(0, cut).join('')).toBe(true)
      }),
      { numRuns: 300, seed },
    )
  })

  it('are whole also where a line beyond any of metrics stands in between', () => {
    const path = fresh()
    writeFileSync(path, '{"update":1}\n')
    // A hole of 600 MiB is one line, since what follows ends it.
    truncateSync(path, 600 * 2 ** 20)
    const handle = openSync(path, 'a')
    writeSync(handle, '\n{"update":2}\n{"update":3}\n')
    closeSync(handle)
    openMetricsFile(path, 2).close()
    expect(statSync(path).size).toBe(600 * 2 ** 20 + '\n{"update":2}\n'.length)
  })

  it('may begin with a mark of Unicode', () => {
    const path = fresh()
    writeFileSync(path, '\uFEFF{"update":1}\n{"update":2}\n{"update":3}\n')
    openMetricsFile(path, 2).close()
    expect(readFileSync(path, 'utf8')).toBe('\uFEFF{"update":1}\n{"update":2}\n')
  })

  it('are none of the own files of a record, by any spelling or link', () => {
    const folder = fresh()
    mkdirSync(folder)
    writeCheckpoint(join(folder, 'checkpoint.json'), state)
    const link = fresh()
    symlinkSync(folder, link)
    linkSync(join(folder, 'checkpoint.json'), join(home, 'hard'))
    symlinkSync(join(folder, 'checkpoint.json'), join(home, 'soft'))
    for (const path of [
      ...['checkpoint.json', 'Checkpoint.JSON', 'checkpoint.json.new', 'checkpoint.json.1-00ff00ff00ff.part', 'experiment.json', 'training.lock', 'events.out.tfevents.1.a.2'].map((name) => join(folder, name)),
      join(folder, '..', relative(home, folder), 'checkpoint.json'),
      join(link, 'experiment.json'),
      join(home, 'hard'),
      join(home, 'soft'),
    ])
      expect([path, isOwnFile(folder, path)]).toEqual([path, true])
    for (const path of [join(folder, 'metrics.jsonl'), join(folder, 'mine.jsonl'), join(home, 'checkpoint.json'), join(home, 'no', 'such', 'folder')]) expect([path, isOwnFile(folder, path)]).toEqual([path, false])
  })
})
