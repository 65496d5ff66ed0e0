import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { recipes } from 'estimand'
import { cliffWalking, streamsOf, timeLimit, uniform } from 'estimand/environment'
import { adam, tabular } from 'estimand/network'
import { categorical, policyOf } from 'estimand/policy'
import { readCheckpoint } from '../../src/record/index.ts'
import type { Metrics } from '../../src/training/index.ts'
import { episodes, train, wholeBatch } from '../../src/training/index.ts'
import { seed } from '../seed/seed.ts'
import { root } from '../types/tsc.ts'

const home = realpathSync(mkdtempSync(join(tmpdir(), 'estimand-killed-')))
const program = join(home, 'program.mjs')
const every = 3

beforeAll(() => {
  // A build of its own, of what the program needs.
  const config = {
    extends: join(root, 'tsconfig.build.json'),
    compilerOptions: { rootDir: root, outDir: join(home, 'dist'), declaration: false, declarationMap: false, sourceMap: false, typeRoots: [join(root, 'node_modules/@types')] },
    include: [],
    files: [join(root, 'src/record/index.ts'), join(root, 'src/recipe/recipes.ts'), join(root, 'src/environment/index.ts'), join(root, 'src/network/index.ts'), join(root, 'src/policy/index.ts'), join(root, 'src/training/index.ts')],
  }
  writeFileSync(join(home, 'tsconfig.json'), JSON.stringify(config))
  writeFileSync(join(home, 'package.json'), '{ "type": "module" }')
  symlinkSync(join(root, 'node_modules'), join(home, 'node_modules'), 'junction')
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(home, 'tsconfig.json')], { stdio: 'pipe' })
  writeFileSync(
    program,
    `import { record } from './dist/src/record/index.js'
import { recipes } from './dist/src/recipe/recipes.js'
import { cliffWalking, timeLimit } from './dist/src/environment/index.js'
import { adam, tabular } from './dist/src/network/index.js'
import { categorical, policyOf } from './dist/src/policy/index.js'
import { episodes, resume, train, wholeBatch } from './dist/src/training/index.js'
const [folder, updates] = process.argv.slice(2)
const environment = timeLimit({ steps: 20, as: 'TimeLimit' })(cliffWalking())
const options = {
  sampler: episodes({ environment, count: 2, discount: 1 }),
  policy: policyOf(tabular({ states: 48, actions: 4 }), categorical(4)),
  objective: wholeBatch(recipes.reinforceLoo.estimator),
  optimiser: adam(), rate: 0.01, seed: ${seed}, updates: Number(updates),
}
const outcome = await record({
  begin: () => train(options), resume: (state) => resume(options, state), folder, every: ${every}, events: 'left out',
  onMetrics: ({ update }) => process.stdout.write(update + '\\n'),
})
process.stdout.write(JSON.stringify({ tag: outcome._tag, ended: outcome.right?.ended, left: outcome.left }) + '\\n')
`,
  )
}, 240_000)
afterAll(() => rmSync(home, { recursive: true, force: true }))

/** The same training, in this process. */
const here = () =>
  train({
    sampler: episodes({ environment: timeLimit({ steps: 20, as: 'TimeLimit' })(cliffWalking()), count: 2, discount: 1 }),
    policy: policyOf(tabular({ states: 48, actions: 4 }), categorical(4)),
    objective: wholeBatch(recipes.reinforceLoo.estimator),
    optimiser: adam(),
    rate: 0.01,
    seed,
  })

const started = (folder: string, updates: number): ChildProcess => spawn(process.execPath, [program, folder, String(updates)], { stdio: ['ignore', 'pipe', 'inherit'] })
const firstLine = (child: ChildProcess): Promise<void> => new Promise((resolve) => child.stdout?.once('data', () => resolve()))
const exit = (child: ChildProcess): Promise<number | null> => new Promise((resolve) => child.once('exit', resolve))
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const timeless = ({ seconds: _seconds, stepsPerSecond: _stepsPerSecond, ...rest }: Metrics) => rest
const linesOf = (folder: string): readonly Metrics[] =>
  readFileSync(join(folder, 'metrics.jsonl'), 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))

const savedUpdate = (folder: string): number => {
  const path = join(folder, 'checkpoint.json')
  if (!existsSync(path)) return 0
  const read = readCheckpoint(path)
  if (E.isLeft(read)) throw new Error(JSON.stringify(read.left))
  return (read.right as { readonly update: number }).update
}

describe('a process', () => {
  it('that is killed twenty times at random moments loses no more than the updates since the last checkpoint, and never the checkpoint', async () => {
    const folder = join(home, 'killed')
    const [random] = streamsOf(seed, 1)
    let before = 0
    for (let k = 0; k < 20; k++) {
      const child = started(folder, 1e9)
      const gone = exit(child)
      await firstLine(child)
      await wait(uniform(random, 0, 40))
      child.kill('SIGKILL')
      await gone
      const saved = savedUpdate(folder)
      // The line of an update is written before its checkpoint.
      expect((linesOf(folder).at(-1)?.update ?? 0) - saved).toBeLessThanOrEqual(every)
      expect(saved).toBeGreaterThanOrEqual(before)
      before = saved
    }
    expect(before).toBeGreaterThan(0)
    const updates = before + 5
    expect(await exit(started(folder, updates))).toBe(0)
    // As if it had never been killed: every line, to the last bit.
    const training = here()
    expect(linesOf(folder).map(timeless)).toEqual(Array.from({ length: updates }, () => timeless(training.next())))
    const read = readCheckpoint(join(folder, 'checkpoint.json'))
    expect(E.isRight(read) && (read.right as { parameters: unknown }).parameters).toEqual(training.parameters())
  }, 240_000)

  it.each(['SIGINT', 'SIGTERM'] as const)('that is interrupted by %s saves first, and exits well', async (signal) => {
    const folder = join(home, `interrupted by ${signal}`)
    const child = started(folder, 1e9)
    const texts: string[] = []
    child.stdout?.on('data', (data: Buffer) => texts.push(data.toString()))
    const gone = exit(child)
    await firstLine(child)
    child.kill(signal)
    expect(await gone).toBe(0)
    expect(JSON.parse(texts.join('').trimEnd().split('\n').at(-1) ?? '')).toMatchObject({ tag: 'Right', ended: 'interrupted' })
    const saved = savedUpdate(folder)
    expect(saved).toBe(linesOf(folder).at(-1)?.update)
    expect(saved).toBeGreaterThan(0)
  }, 60_000)

  it('that finds another one training in its folder is refused, by name of the first, and disturbs nothing', async () => {
    const folder = join(home, 'shared')
    const first = started(folder, 1e9)
    const gone = exit(first)
    await firstLine(first)
    const second = started(folder, 1e9)
    const texts: string[] = []
    second.stdout?.on('data', (data: Buffer) => texts.push(data.toString()))
    expect(await exit(second)).toBe(0)
    expect(JSON.parse(texts.join(''))).toMatchObject({ tag: 'Left', left: [{ path: folder, got: expect.stringContaining(`process ${first.pid} on`) }] })
    first.kill('SIGINT')
    expect(await gone).toBe(0)
    // Every line is there once, which two writers would not keep to.
    expect(linesOf(folder).map(({ update }) => update)).toEqual(Array.from({ length: savedUpdate(folder) }, (_, k) => k + 1))
  }, 60_000)

  it('of which two write checkpoints to one path leaves a whole one there at every moment', async () => {
    const folder = join(home, 'two writers')
    mkdirSync(folder)
    const path = join(folder, 'checkpoint.json')
    const writer = `const { writeCheckpoint } = await import('./dist/src/record/index.js')
const state = { parameters: Float32Array.from({ length: 20000 }, (_, k) => k * Number(process.argv[1])) }
writeCheckpoint(process.argv[2], state); process.stdout.write('begun\\n')
for (;;) writeCheckpoint(process.argv[2], state)`
    const writers = [1, 2].map((factor) => spawn(process.execPath, ['--input-type=module', '-e', writer, String(factor), path], { cwd: home, stdio: ['ignore', 'pipe', 'inherit'] }))
    await Promise.all(writers.map(firstLine))
    let broken = 0
    for (let k = 0; k < 150; k++) {
      if (E.isLeft(readCheckpoint(path))) broken += 1
      await wait(3)
    }
    await Promise.all(writers.map((child) => {
      const gone = exit(child)
      child.kill('SIGKILL')
      return gone
    }))
    expect(broken).toBe(0)
    expect(E.isRight(readCheckpoint(path))).toBe(true)
  }, 60_000)

  it('of several that begin at once where a lock is left has the folder alone, round after round', async () => {
    const contender = join(home, 'contender.mjs')
    writeFileSync(
      contender,
      `import { lockFolder } from './dist/src/record/lock.js'
let held = null
process.on('message', ({ folder, at }) => {
  if (folder === null) { held?.release(); held = null; process.send('released'); return }
  // All at the same moment.
  while (Date.now() < at);
  const outcome = lockFolder(folder)
  held = outcome._tag === 'Right' ? outcome.right : null
  process.send(held === null ? outcome.left[0].got : 'held')
})
process.send('ready')`,
    )
    const children = Array.from({ length: 4 }, () => spawn(process.execPath, [contender], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }))
    const answers = (): Promise<readonly unknown[]> => Promise.all(children.map((child) => new Promise((resolve) => child.once('message', resolve))))
    const asked = (message: object): Promise<readonly unknown[]> => {
      const all = answers()
      for (const child of children) child.send(message)
      return all
    }
    await answers()
    try {
      for (let round = 0; round < 300; round++) {
        const folder = join(home, `contended ${round}`)
        mkdirSync(folder)
        // A lock of nobody, and one whose number another process has now.
        writeFileSync(join(folder, 'training.lock'), round % 2 === 0 ? 'nobody' : JSON.stringify({ pid: process.pid, host: hostname(), since: 'then', began: 'gone', id: String(round) }))
        const said = await asked({ folder, at: Date.now() + 3 })
        const holder = children[said.indexOf('held')]?.pid
        expect([round, ...said]).toEqual([round, ...children.map(({ pid }) => (pid === holder ? 'held' : expect.stringContaining(`that process ${holder} on`)))])
        await asked({ folder: null })
        expect(readdirSync(folder)).toEqual([])
        rmSync(folder, { recursive: true })
      }
    } finally {
      for (const child of children) child.kill()
    }
  }, 120_000)
})
