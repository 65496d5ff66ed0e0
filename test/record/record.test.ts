import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import * as fc from 'fast-check'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { recipes } from 'estimand'
import { cliffWalking, timeLimit } from 'estimand/environment'
import { adam, sgd, tabular } from 'estimand/network'
import { categorical, policyOf } from 'estimand/policy'
import { crc32c, openEventFile } from '../../src/record/eventFile.ts'
import { decoded, encoded } from '../../src/record/plain.ts'
import { readCheckpoint, record, RecordNotWritten, writeCheckpoint } from '../../src/record/index.ts'
import type { Metrics } from '../../src/training/index.ts'
import { episodes, resume, train, TrainingStopped, wholeBatch } from '../../src/training/index.ts'
import { seed } from '../seed/seed.ts'

/** A disk on which files of some names find no room: nothing else can stand for it on every machine. */
const disk = vi.hoisted(() => ({ full: null as RegExp | null, names: new Map<number, string>() }))
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>()
  return {
    ...fs,
    openSync: (path: string, ...more: [string | number, number?]) => {
      const handle = fs.openSync(path, ...more)
      disk.names.set(handle, String(path))
      return handle
    },
    writeSync: (handle: number, ...more: [never]) => {
      if (disk.full?.test(disk.names.get(handle) ?? '') === true) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
      return fs.writeSync(handle, ...more)
    },
  }
})
afterEach(() => {
  disk.full = null
})

const home = mkdtempSync(join(tmpdir(), 'estimand-record-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))
let made = 0
const fresh = (): string => join(home, String(made++))

const walk = timeLimit({ steps: 20, as: 'TimeLimit' })(cliffWalking())
const options = {
  sampler: episodes({ environment: walk, count: 2, discount: 1 }),
  policy: policyOf(tabular({ states: 48, actions: 4 }), categorical(4)),
  objective: wholeBatch(recipes.reinforceLoo.estimator),
  optimiser: adam(),
  rate: 0.01,
  seed,
} as const
const recorded = (folder: string, updates: number, more: object = {}) =>
  record({ begin: () => train({ ...options, updates }), resume: (state) => resume({ ...options, updates }, state), folder, every: 2, ...more })

const linesOf = (folder: string): readonly Metrics[] =>
  readFileSync(join(folder, 'metrics.jsonl'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line))
const timeless = ({ seconds: _seconds, stepsPerSecond: _stepsPerSecond, ...rest }: Metrics) => rest
const checkpointIn = (folder: string) => join(folder, 'checkpoint.json')

describe('plain data', () => {
  it('comes back to the last bit, through text', () => {
    const floats = fc.oneof(fc.float32Array(), fc.float64Array(), fc.int32Array(), fc.uint8Array())
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof({ maxDepth: 3 }, fc.double(), fc.constant(-0), fc.string(), fc.boolean(), fc.constant(null), floats, fc.array(tie('tree')), fc.dictionary(fc.string().filter((key) => key !== '__proto__' && !key.startsWith('$')), tie('tree'))),
    }))
    fc.assert(
      fc.property(tree, (x) => {
        expect(decoded(JSON.parse(JSON.stringify(encoded(x))))).toEqual(x)
      }),
    )
  })
  it('is not a function', () => {
    expect(() => encoded({ f: () => 1 })).toThrow(/expected plain data, got function/)
  })
})

describe('a checkpoint', () => {
  const state = train(options).state()

  it('is read as it was written, and nothing else is left in the folder', () => {
    const folder = fresh()
    mkdirSync(folder)
    writeCheckpoint(checkpointIn(folder), state)
    expect(readCheckpoint(checkpointIn(folder))).toStrictEqual(E.right(state))
    expect(readdirSync(folder)).toEqual(['checkpoint.json'])
  })

  it('that was cut off anywhere, is damaged, foreign or older is refused, and says how', () => {
    const folder = fresh()
    mkdirSync(folder)
    const path = checkpointIn(folder)
    writeCheckpoint(path, state)
    const whole = readFileSync(path, 'utf8')
    const refusal = (text: string): string => {
      writeFileSync(path, text)
      const read = readCheckpoint(path)
      return E.isLeft(read) ? read.left.map((problem) => `${problem.path}: expected ${problem.expected}, got ${problem.got}`).join('\n') : 'accepted'
    }
    // Control.
    expect(refusal(whole)).toBe('accepted')
    fc.assert(fc.property(fc.integer({ min: 0, max: whole.length - 3 }), (length) => {
      expect(refusal(whole.slice(0, length))).toMatch(/a whole checkpoint|format/)
    }))
    const middle = Math.floor(whole.length / 2)
    expect(refusal(whole.slice(0, middle) + (whole[middle] === 'A' ? 'B' : 'A') + whole.slice(middle + 1))).toMatch(/digest|whole checkpoint/)
    expect(refusal('{"weights":[1,2]}')).toMatch(/format: expected "estimand checkpoint", got undefined/)
    expect(refusal('[1]')).toMatch(/format/)
    expect(refusal(whole.replace('"version":1', '"version":0'))).toMatch(/version: expected 1, which this release writes, got 0: use the release that wrote it/)
    rmSync(path)
    expect(E.isLeft(readCheckpoint(path))).toBe(true)
  })

  it('is not lost where the disk is full', () => {
    const folder = fresh()
    mkdirSync(folder)
    const path = checkpointIn(folder)
    writeCheckpoint(path, state)
    disk.full = /checkpoint/
    expect(() => writeCheckpoint(path, { other: 1 })).toThrow(RecordNotWritten)
    disk.full = null
    expect(readCheckpoint(path)).toStrictEqual(E.right(state))
    expect(readdirSync(folder)).toEqual(['checkpoint.json'])
    writeCheckpoint(path, { other: 1 })
    expect(readCheckpoint(path)).toStrictEqual(E.right({ other: 1 }))
  })
})

describe('a record', () => {
  it('has a line for each update and a checkpoint of the last, and goes on from there as if it had not stopped', async () => {
    const [whole, parts] = [fresh(), fresh()]
    const all = await recorded(whole, 7)
    await recorded(parts, 3)
    expect(linesOf(parts).map(({ update }) => update)).toEqual([1, 2, 3])
    const rest = await recorded(parts, 7)
    expect(linesOf(parts).map(timeless)).toEqual(linesOf(whole).map(timeless))
    expect([all, rest].map((outcome) => E.isRight(outcome) && outcome.right.ended)).toEqual(['finished', 'finished'])
    if (E.isRight(all) && E.isRight(rest)) expect(rest.right.training.parameters()).toEqual(all.right.training.parameters())
    // Nothing is left to do.
    await recorded(parts, 7)
    expect(linesOf(parts)).toHaveLength(7)
  })

  it('drops lines that come after the checkpoint, and one that was cut off, for they will be made again', async () => {
    const folder = fresh()
    await recorded(folder, 4)
    const path = join(folder, 'metrics.jsonl')
    const kept = readFileSync(path, 'utf8')
    writeFileSync(path, `${kept}{"update":5,"steps":0}\n{"update":6,"st`)
    await recorded(folder, 6)
    expect(linesOf(folder).map(({ update }) => update)).toEqual([1, 2, 3, 4, 5, 6])
    expect(readFileSync(path, 'utf8').startsWith(kept)).toBe(true)
    truncateSync(path, kept.length - 5)
    await recorded(folder, 7)
    expect(linesOf(folder).map(({ update }) => update)).toEqual([1, 2, 3, 7])
  })

  it('refuses options that it does not know, lacks, or that are of another kind, before it makes a folder', async () => {
    const folder = fresh()
    await expect(recorded(folder, 1, { evry: 2 })).rejects.toThrow(/record\.evry: expected one of .*\(nearest: every\)/)
    await expect(recorded(folder, 1, { events: 'bad' })).rejects.toThrow(/record\.events: expected/)
    await expect(record({ begin: () => train(options), folder } as never)).rejects.toThrow(/record\.resume: expected/)
    expect(existsSync(folder)).toBe(false)
  })

  it('calls back, and ends where it is asked to', async () => {
    const seen: number[] = []
    const folder = fresh()
    await recorded(folder, 50, { onMetrics: ({ update }: Metrics) => seen.push(update), until: ({ update }: Metrics) => update === 3 })
    expect(seen).toEqual([1, 2, 3])
    const read = readCheckpoint(checkpointIn(folder))
    expect(E.isRight(read) && (read.right as { update: number }).update).toBe(3)
  })

  it('does not begin anew over a checkpoint that it cannot read', async () => {
    const folder = fresh()
    await recorded(folder, 2)
    writeFileSync(checkpointIn(folder), 'no checkpoint')
    expect(await recorded(folder, 4)).toMatchObject({ _tag: 'Left', left: [{ expected: 'a whole checkpoint' }] })
    expect(readFileSync(checkpointIn(folder), 'utf8')).toBe('no checkpoint')
    expect(linesOf(folder)).toHaveLength(2)
  })

  it('of other training is refused with every difference', async () => {
    const folder = fresh()
    await recorded(folder, 2)
    const outcome = await record({ begin: () => train(options), resume: (state) => resume({ ...options, optimiser: sgd() }, state), folder })
    expect(E.isLeft(outcome) && outcome.left.map(({ path }) => path)).toEqual(['of.optimiser', 'optimiser'])
  })

  it('names update, metric and the last good checkpoint where the parameters become NaN, and leaves that as it was', async () => {
    const folder = fresh()
    await recorded(folder, 4)
    const kept = readFileSync(checkpointIn(folder))
    const wild = { ...options, optimiser: adam(), rate: (update: number) => (update < 5 ? 0.01 : 1e308), updates: 99 }
    const error = await record({ begin: () => train(wild), resume: (state) => resume(wild, state), folder, every: 100 }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(TrainingStopped)
    expect((error as Error).message).toMatch(/^training stopped in update \d+, after \d+ steps: [a-z ]+: .*; the last good checkpoint is .*checkpoint\.json of update 4$/)
    expect(readFileSync(checkpointIn(folder))).toEqual(kept)
  })

  it.each(['metrics.jsonl', 'checkpoint.json', 'events'])('stops where the disk is full: %s', async (name) => {
    const folder = fresh()
    disk.full = new RegExp(name)
    const error = await recorded(folder, 5).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(RecordNotWritten)
    expect((error as Error).message).toMatch(/could not be written: ENOSPC/)
  })
})

/** Records of a TFRecord file, whose checks hold. */
const recordsOf = (bytes: Buffer): readonly Buffer[] => {
  const unmask = (masked: number): number => {
    const rotated = (masked - 0xa282ead8) >>> 0
    return ((rotated << 15) | (rotated >>> 17)) >>> 0
  }
  const records: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at))
    expect(crc32c(bytes.subarray(at, at + 8))).toBe(unmask(bytes.readUInt32LE(at + 8)))
    const body = bytes.subarray(at + 12, at + 12 + length)
    expect(crc32c(body)).toBe(unmask(bytes.readUInt32LE(at + 12 + length)))
    records.push(body)
    at += 16 + length
  }
  return records
}

describe('event files', () => {
  it('check by CRC-32C, of which 123456789 has a known one', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283)
    expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa)
  })

  it('are records of Event messages, byte for byte', () => {
    const folder = fresh()
    mkdirSync(folder)
    const file = openEventFile(folder, () => 2)
    file.append(300, { kl: 0.5 })
    file.close()
    const hex = recordsOf(readFileSync(file.path)).map((bytes) => bytes.toString('hex'))
    // By hand: 1: double 2; 3: 'brain.Event:2'. Then 1: double 2; 2: varint 300; 5: { 1: { 1: 'kl', 2: float 0.5 } }.
    expect(hex).toEqual([`0900000000000000401a0d${Buffer.from('brain.Event:2').toString('hex')}`, '09000000000000004010ac022a0b0a090a026b6c150000003f'])
  })

  it('stand beside the other files, and may be left out', async () => {
    const [some, none] = [fresh(), fresh()]
    await recorded(some, 2)
    await recorded(none, 2, { events: 'left out' })
    const count = (folder: string): number => readdirSync(folder).filter((name) => name.startsWith('events.out.tfevents.')).length
    expect([count(some), count(none)]).toEqual([1, 0])
    const [name] = readdirSync(some).filter((file) => file.startsWith('events'))
    expect(recordsOf(readFileSync(join(some, name)))).toHaveLength(3)
    expect(existsSync(checkpointIn(some))).toBe(true)
  })
})

it('the digest is what sha256 says', () => {
  const folder = fresh()
  mkdirSync(folder)
  writeCheckpoint(checkpointIn(folder), { a: 1 })
  const { state, sha256 } = JSON.parse(readFileSync(checkpointIn(folder), 'utf8'))
  expect(sha256).toBe(createHash('sha256').update(JSON.stringify(state)).digest('hex'))
})
