import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { readCheckpoint } from '../../src/record/index.ts'
import type { Metrics, TrainingState } from '../../src/training/index.ts'
import { shell } from './shell.ts'

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

const home = mkdtempSync(join(tmpdir(), 'estimand-train-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))
let made = 0
const fresh = (): string => join(home, String(made++))
const file = (content: unknown): string => {
  const path = `${fresh()}.json`
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

const linesOf = (path: string): readonly Metrics[] => readFileSync(path, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line))
const timeless = ({ seconds: _seconds, stepsPerSecond: _stepsPerSecond, ...rest }: Metrics) => rest

/** What a checkpoint holds, but for the seconds that it took. */
const savedIn = (folder: string): object => {
  const read = readCheckpoint(join(folder, 'checkpoint.json'))
  if (E.isLeft(read)) throw new Error(JSON.stringify(read.left))
  const { seconds: _seconds, ...rest } = read.right as TrainingState
  return rest
}

const end = { reduce: 'meanOverTrajectories' }
const clipped = ['totalReturn', 'causality', { baseline: 'leaveOneOut' }, { importance: 'perStep' }, { clip: { epsilon: 0.2 } }, end]

/** Short words for a run that is over soon. */
const short = ['--env', 'CliffWalking-v1', '--estimator', 'reinforceLoo', '--hidden', '8', '--episodes', '2', '--seed', '3'] as const

describe('estimand train', () => {
  for (const [name, args] of [
    ['reinforceLoo', ['--estimator', 'reinforceLoo']],
    ['ppo', ['--estimator', 'ppo']],
    ['the same, clipped and reused', ['--estimator', JSON.stringify(clipped)]],
  ] as const)
    it(`solves CartPole-v1 with ${name}, by its defaults, and stops there`, { timeout: 120_000 }, async () => {
      const { exit, out, steps } = await shell(['train', '--env', 'CartPole-v1', ...args, '--seed', '7', '--json'])
      expect(exit).toBe(0)
      const answer = JSON.parse(out)
      expect(answer).toMatchObject({ environment: 'CartPole-v1', seed: 7, solved: true, episodes: 100, checkpoint: null, metrics: null })
      expect(answer.meanReturn).toBeGreaterThanOrEqual(475)
      // It stopped because it was solved, long before the steps were made; progress was shown at every update.
      expect(answer.steps).toBeLessThan(2_000_000)
      expect(steps.length).toBe(answer.update)
    })

  for (const [environment, estimator] of [
    ['CartPole-v1', 'ppo'],
    ['CartPole-v1', 'a2c'],
    ['Pendulum-v1', 'ppo'],
    ['Acrobot-v1', 'ppo'],
    ['MountainCar-v0', 'reinforce'],
    ['MountainCarContinuous-v0', 'ppo'],
    ['FrozenLake-v1', 'rewardToGo'],
    ['FrozenLake8x8-v1', 'impala'],
    ['CliffWalking-v1', 'clipped'],
    ['batchMeanShrinks', 'rloo'],
  ] as const)
    it(`${estimator} in ${environment} goes on to the steps that are asked for, and says that it is not solved`, async () => {
      const { exit, out } = await shell(['train', '--env', environment, '--estimator', estimator, '--steps', '20', '--json'])
      expect(exit).toBe(0)
      const { solved, steps, update } = JSON.parse(out)
      expect([solved, update]).toEqual([environment === 'batchMeanShrinks' ? null : false, update])
      expect(steps).toBeGreaterThanOrEqual(20)
    })

  it('reads an experiment from a file; options stand in place of its fields', async () => {
    const config = file({ environment: 'CliffWalking-v1', estimator: 'reinforceLoo', network: { hidden: [8] }, batch: { episodes: { count: 2 } }, seed: 3, stop: { steps: 600 } })
    const [plain, same, other] = [await shell(['train', config, '--json']), await shell(['train', ...short, '--steps', '600', '--json']), await shell(['train', config, '--seed', '4', '--json'])]
    const known = ({ out }: { readonly out: string }) => {
      const { seconds: _seconds, ...rest } = JSON.parse(out)
      return rest
    }
    expect(known(plain)).toEqual(known(same))
    expect(known(other)).not.toEqual(known(plain))
    expect(known(other).seed).toBe(4)
  })

  it('writes a line for each update and a checkpoint, and goes on from it bit for bit', async () => {
    const [whole, parts] = [fresh(), fresh()]
    const own = `${fresh()}.jsonl`
    await shell(['train', ...short, '--steps', '2000', '--checkpoint', whole])
    const first = await shell(['train', ...short, '--steps', '900', '--checkpoint', parts, '--metrics', own, '--json'])
    const { update } = JSON.parse(first.out)
    expect(linesOf(join(parts, 'metrics.jsonl'))).toHaveLength(update)
    expect(linesOf(own).map(timeless)).toEqual(linesOf(join(parts, 'metrics.jsonl')).map(timeless))
    // The folder knows what is trained in it.
    const second = await shell(['train', '--checkpoint', parts, '--resume', '--steps', '2000', '--metrics', own, '--json'])
    expect(second.exit).toBe(0)
    expect(JSON.parse(second.out).update).toBeGreaterThan(update)
    expect(linesOf(join(parts, 'metrics.jsonl')).map(timeless)).toEqual(linesOf(join(whole, 'metrics.jsonl')).map(timeless))
    expect(linesOf(own).map(timeless)).toEqual(linesOf(join(whole, 'metrics.jsonl')).map(timeless))
    expect(savedIn(parts)).toEqual(savedIn(whole))
    // Control: another seed is another run.
    const control = fresh()
    await shell(['train', ...short, '--seed', '4', '--steps', '2000', '--checkpoint', control])
    expect(savedIn(control)).not.toEqual(savedIn(whole))
  })

  it('goes on with what the record says of the experiment, but for what is given', async () => {
    const settings = ['--rate', '0.5', '--discount', '0.9'] as const
    const [whole, parts] = [fresh(), fresh()]
    await shell(['train', ...short, ...settings, '--steps', '2000', '--checkpoint', whole])
    await shell(['train', ...short, ...settings, '--steps', '900', '--checkpoint', parts])
    // Rate and discount are not said again, although environment and estimator are.
    await shell(['train', ...short, '--steps', '2000', '--checkpoint', parts, '--resume'])
    expect(savedIn(parts)).toEqual(savedIn(whole))
    const rateOf = (folder: string) => JSON.parse(readFileSync(join(folder, 'experiment.json'), 'utf8')).rate
    expect([rateOf(whole), rateOf(parts)]).toEqual([0.5, 0.5])
    await shell(['train', '--steps', '3000', '--rate', '0.25', '--checkpoint', parts, '--resume'])
    expect(rateOf(parts)).toBe(0.25)
    expect(linesOf(join(parts, 'metrics.jsonl')).map(({ rate }) => rate)).toEqual(expect.arrayContaining([0.5, 0.25]))
  })

  describe('with a rate that falls', () => {
    const falling = (to: number, more: object = {}) => ['--rate', JSON.stringify({ linear: { from: 0.01, to, ...more } })]
    const inSegments = ['--env', 'CartPole-v1', '--estimator', 'a2c', '--hidden', '4', '--copies', '2', '--length', '8', '--no-stop'] as const
    const ratesIn = (folder: string) => linesOf(join(folder, 'metrics.jsonl')).map(({ rate }) => rate)
    /** From 0.01 in a straight line, by hand. */
    const line = (to: number, updates: number, u: number): number => to + (0.01 - to) * (1 - u / updates)

    it.each([[0], [0.002]])('to %s over more steps than before lays it over all of them, and says so', async (to) => {
      const folder = fresh()
      await shell(['train', ...inSegments, ...falling(to), '--steps', '80', '--checkpoint', folder])
      expect(ratesIn(folder)).toEqual([0, 1, 2, 3, 4].map((u) => expect.closeTo(line(to, 5, u), 12)))
      const { exit, err } = await shell(['train', '--checkpoint', folder, '--resume', '--steps', '160'])
      expect([exit, err]).toEqual([0, `estimand: rate: from 0.01 to ${to} in 10 updates, as 160 steps make, in place of 5; --rate takes another\n`])
      expect(ratesIn(folder).slice(5)).toEqual([5, 6, 7, 8, 9].map((u) => expect.closeTo(line(to, 10, u), 12)))
      // It is now the record's: gone on with once more it is not laid anew.
      expect((await shell(['train', '--checkpoint', folder, '--resume'])).err).toBe('')
    })

    it('over as many steps as before goes on as it was, bit for bit, also where the last update is cut short', async () => {
      const [whole, parts] = [fresh(), fresh()]
      await shell(['train', ...inSegments, ...falling(0), '--steps', '90', '--checkpoint', whole])
      await shell(['train', ...inSegments, ...falling(0), '--steps', '90', '--checkpoint', parts], { interrupted: ((asked: number) => () => ++asked > 2)(0) })
      const { exit, err } = await shell(['train', '--checkpoint', parts, '--resume'])
      expect([exit, err]).toEqual([0, ''])
      expect(savedIn(parts)).toEqual(savedIn(whole))
      expect(Math.min(...ratesIn(whole))).toBeGreaterThan(0)
      expect(ratesIn(whole)).toHaveLength(6)
    })

    it('over a number of updates that somebody chose is refused where nothing would be learnt', async () => {
      const folder = fresh()
      const said = (most: number, steps: number, got: number) =>
        `estimand: rate.linear.updates: expected at least ${most}, the updates that ${steps} steps make, as nothing is learnt at a rate of 0; leave it out for as many as that, or give a rate "to", got ${got}\n`
      expect(await shell(['train', ...inSegments, ...falling(0, { updates: 4 }), '--steps', '80', '--checkpoint', folder])).toMatchObject({ exit: 2, err: said(5, 80, 4) })
      expect((await shell(['train', ...inSegments, ...falling(0, { updates: 7 }), '--steps', '80', '--checkpoint', folder])).exit).toBe(0)
      expect(await shell(['train', '--checkpoint', folder, '--resume', '--steps', '160'])).toMatchObject({ exit: 2, err: said(10, 160, 7) })
      expect((await shell(['train', '--checkpoint', folder, '--resume', '--steps', '160', ...falling(0)])).exit).toBe(0)
      expect(Math.min(...ratesIn(folder))).toBeGreaterThan(0)
    })

    it('over whole episodes ends training where it ends, and says so', async () => {
      const folder = fresh()
      const first = await shell(['train', ...short, ...falling(0, { updates: 3 }), '--steps', '100000', '--checkpoint', folder])
      const over = /^estimand: rate: the schedule has come to 0 after 3 updates, and training ends with it, after \d+ of 100000 steps; --resume with another --rate goes on\n$/
      expect([first.exit, first.err]).toEqual([0, expect.stringMatching(over)])
      expect((await shell(['train', '--checkpoint', folder, '--resume'])).err).toMatch(over)
      expect(ratesIn(folder)).toHaveLength(3)
      const { update } = JSON.parse((await shell(['train', '--checkpoint', folder, '--resume', '--rate', '0.01', '--steps', '2000', '--json'])).out)
      expect(update).toBeGreaterThan(3)
      expect(Math.min(...ratesIn(folder))).toBeGreaterThan(0)
    })
  })

  it('another seed is another run, and not gone on with', async () => {
    const folder = fresh()
    await shell(['train', ...short, '--steps', '300', '--checkpoint', folder])
    const recorded = (): readonly string[] => ['checkpoint.json', 'metrics.jsonl', 'experiment.json'].map((name) => readFileSync(join(folder, name), 'utf8'))
    const before = recorded()
    const { exit, err } = await shell(['train', '--checkpoint', folder, '--resume', '--seed', '4', '--steps', '600'])
    expect([exit, err]).toEqual([2, expect.stringMatching(/^estimand: seed: expected 3, with which the run in .* began; another seed is another run, got 4\n$/)])
    expect(recorded()).toEqual(before)
    // Control.
    expect((await shell(['train', '--checkpoint', folder, '--resume', '--seed', '3', '--steps', '600'])).exit).toBe(0)
  })

  it('there is nothing to go on from where there is no checkpoint, and nothing is begun there', async () => {
    const folder = fresh()
    for (const words of [[], short]) {
      const { exit, out, err } = await shell(['train', ...words, '--checkpoint', folder, '--resume'])
      expect([exit, out]).toEqual([2, ''])
      expect(err).toMatch(/^estimand: --resume: expected a folder with a checkpoint; without --resume training begins there, got .*checkpoint\.json, which is no file\n$/)
      expect(existsSync(folder)).toBe(false)
    }
  })

  it('copies alone are of the batch that the estimator is usually run with', async () => {
    const batchOf = async (...args: readonly string[]): Promise<unknown> => {
      const folder = fresh()
      const { err } = await shell(['train', '--env', 'CliffWalking-v1', '--hidden', '4', '--steps', '1', ...args, '--checkpoint', folder])
      return existsSync(join(folder, 'experiment.json')) ? JSON.parse(readFileSync(join(folder, 'experiment.json'), 'utf8')).batch : err
    }
    expect(await batchOf('--estimator', 'ppo', '--copies', '2')).toEqual({ segments: { copies: 2, length: 128 } })
    expect(await batchOf('--estimator', 'reinforceLoo', '--copies', '2')).toEqual({ episodes: { count: 16, copies: 2 } })
    expect(await batchOf('--estimator', 'reinforceLoo', '--episodes', '4', '--copies', '2')).toEqual({ episodes: { count: 4, copies: 2 } })
    expect(await batchOf('--estimator', 'ppo', '--length', '16')).toEqual({ segments: { copies: 8, length: 16 } })
    expect(await batchOf('--estimator', 'reinforceLoo', '--copies', '3')).toMatch(/batch\.episodes\.copies: expected a divisor of count = 16, got 3/)
  })

  it('what somebody else wrote is not written over', async () => {
    const [metrics, folder] = [`${fresh()}.txt`, fresh()]
    mkdirSync(folder)
    const kept = (path: string) => {
      expect(readFileSync(path, 'utf8')).toBe('notes\n')
    }
    for (const path of [metrics, join(folder, 'metrics.jsonl')]) writeFileSync(path, 'notes\n')
    const own = await shell(['train', ...short, '--steps', '300', '--metrics', metrics])
    expect([own.exit, own.err]).toEqual([2, expect.stringMatching(/^estimand: --metrics: expected a new file, or one of metrics: what is in this one would be lost, got .*\.txt\n$/)])
    kept(metrics)
    const record = await shell(['train', ...short, '--steps', '300', '--checkpoint', folder])
    expect([record.exit, record.err]).toEqual([2, expect.stringMatching(/^estimand: --checkpoint: expected a folder without a metrics\.jsonl of another program, got .*\n$/)])
    kept(join(folder, 'metrics.jsonl'))
    for (const name of ['checkpoint.json', 'experiment.json']) {
      const other = fresh()
      const { exit, err } = await shell(['train', ...short, '--steps', '300', '--checkpoint', other, '--metrics', join(other, name)])
      expect([exit, err]).toEqual([2, expect.stringMatching(/^estimand: --metrics: expected a file other than those of the record, got .*\n$/)])
    }
    // Controls: metrics of an earlier run are begun anew, and a first line that was cut off is no stranger's.
    for (const before of ['{"update":1,"steps":7}\n', '{"upd', '']) {
      writeFileSync(metrics, before)
      expect((await shell(['train', ...short, '--steps', '300', '--metrics', metrics])).exit).toBe(0)
      expect(linesOf(metrics).map(({ update }) => update)).toEqual(linesOf(metrics).map((_, k) => k + 1))
    }
  })

  it('what is read, or is of another record, is not written over', async () => {
    const other = fresh()
    expect((await shell(['train', ...short, '--steps', '300', '--checkpoint', other])).exit).toBe(0)
    const copied = `${fresh()}.backup`
    copyFileSync(join(other, 'checkpoint.json'), copied)
    const [link, around] = [fresh(), fresh()]
    symlinkSync(join(other, 'metrics.jsonl'), link)
    symlinkSync(other, around)
    const config = { environment: { name: 'CliffWalking-v1' }, estimator: 'reinforceLoo', network: { hidden: [8] }, batch: { episodes: { count: 2 } }, stop: { steps: 300 } }
    const odd = file(config)
    // A key that nothing reads, by which lines of metrics begin: it is the file that tells.
    const mdp = { update: 1, S: 1, A: 2, T: 1, gamma: 1, rho: [1], P: [[[1], [1]]], R: [[1, 0]], theta: [[0, 0]] }
    const world = file(mdp)
    const steps = { observations: [[0, 0, 0, 0]], actions: [[0]] }
    const demonstrations = file(steps)
    const inFolder = fresh()
    mkdirSync(inFolder)
    for (const name of ['experiment.json', 'metrics.jsonl']) writeFileSync(join(inFolder, name), JSON.stringify(config))
    const paths = [odd, world, demonstrations, copied, ...['checkpoint.json', 'metrics.jsonl', 'experiment.json'].map((name) => join(other, name)), ...['experiment.json', 'metrics.jsonl'].map((name) => join(inFolder, name))]
    const before = paths.map((path) => readFileSync(path, 'utf8'))
    const ofInput = /^(estimand: .*not read.*\n)?estimand: --metrics: expected a file other than the input, which would be lost, got .*\n$/
    const ofRecord = /^estimand: --metrics: expected a file other than those of (a|the) record, got .*\n$/
    const named = (fields: object): string => file({ ...config, ...fields })
    for (const [args, message] of [
      [[odd, '--metrics', odd], ofInput],
      [[named({ environment: { mdp: world } }), '--metrics', world], ofInput],
      [[...short, '--env', world, '--metrics', world], ofInput],
      [[...short, '--env', JSON.stringify({ mdp: world }), '--metrics', world], ofInput],
      [[file({ environment: 'CartPole-v1', estimator: { cloning: { demonstrations } } }), '--metrics', demonstrations], ofInput],
      [[join(inFolder, 'experiment.json'), '--checkpoint', inFolder], /--checkpoint: expected a folder without an input: experiment\.json is written anew there, got/],
      [[join(inFolder, 'metrics.jsonl'), '--checkpoint', inFolder], /--checkpoint: expected a folder without an input: metrics\.jsonl is written there, got/],
      [[...short, '--metrics', copied], ofRecord],
      ...['checkpoint.json', 'metrics.jsonl', 'experiment.json', 'training.lock', 'checkpoint.json.new'].flatMap((name) => [other, around].map((folder) => [[...short, '--metrics', join(folder, name)], ofRecord] as const)),
      [[...short, '--metrics', link], ofRecord],
      [[...short, '--checkpoint', fresh(), '--metrics', join(other, 'metrics.jsonl')], ofRecord],
    ] as const) {
      const { exit, err } = await shell(['train', ...args])
      expect([args, exit, err]).toEqual([args, 2, expect.stringMatching(message)])
    }
    for (const path of [world, copied, ...['checkpoint.json', 'metrics.jsonl', 'experiment.json', 'training.lock'].map((name) => join(other, name))]) {
      const { exit, err } = await shell(['compare', 'reinforce', '--world', world, '--plot', path])
      expect([exit, err]).toEqual([2, expect.stringMatching(/estimand: --plot: expected a new file, or one of a plot, since what is in this one would be lost; or --no-plot, got .*\n$/)])
    }
    expect(paths.map((path) => readFileSync(path, 'utf8'))).toEqual(before)
    // Controls: a file of one's own beside a record, and the record's own.
    expect((await shell(['train', ...short, '--steps', '300', '--metrics', join(other, 'mine.jsonl')])).exit).toBe(0)
    expect((await shell(['train', '--checkpoint', other, '--resume', '--steps', '600', '--metrics', join(around, 'metrics.jsonl')])).exit).toBe(0)
    expect((await shell(['train', file(config), '--seed', '3', '--checkpoint', other, '--resume', '--steps', '900'])).exit).toBe(0)
  })

  it('two that are to write one file of metrics, by any name, do not mix their lines: the second is refused, by name of the first', async () => {
    const folder = fresh()
    mkdirSync(folder)
    for (const name of ['mine.jsonl', 'metrics.jsonl']) {
      const [path, link] = [join(folder, name), fresh()]
      symlinkSync(path, link)
      let seconds: readonly Promise<Awaited<ReturnType<typeof shell>>>[] = []
      // After the first update of the first one.
      const interrupted = ((asked: number) => () => {
        if (++asked === 2)
          seconds = [
            shell(['train', ...short, '--steps', '300', '--metrics', path]),
            shell(['train', ...short, '--steps', '300', '--checkpoint', fresh(), '--metrics', link]),
            ...(name === 'metrics.jsonl' ? [shell(['train', ...short, '--steps', '300', '--checkpoint', folder])] : []),
          ]
        return false
      })(0)
      const first = await shell(['train', ...short, '--no-stop', '--steps', '3000', '--checkpoint', fresh(), '--metrics', path], { interrupted })
      expect(first.exit).toBe(0)
      expect(seconds.length).toBeGreaterThan(1)
      for (const { exit, err } of await Promise.all(seconds))
        expect([exit, err]).toEqual([2, expect.stringMatching(new RegExp(`^estimand: --(metrics|checkpoint): .*: expected a (file of metrics that nobody else writes to|folder that nobody else trains in), got one that process ${process.pid} on .*\n$`))])
      expect(linesOf(path).map(({ update }) => update)).toEqual(linesOf(path).map((_, k) => k + 1))
      expect(readdirSync(folder).filter((left) => left.includes('lock'))).toEqual([])
    }
  })

  it('that is over already makes no step more', async () => {
    const folder = fresh()
    const first = await shell(['train', ...short, '--steps', '500', '--checkpoint', folder, '--json'])
    const again = await shell(['train', '--checkpoint', folder, '--resume', '--json'])
    expect(JSON.parse(again.out)).toEqual(JSON.parse(first.out))
  })

  it('an interrupt is answered after the update, with a checkpoint of it and how to go on', async () => {
    const folder = fresh()
    // Asked once before the first update, and once after each.
    let asked = 0
    const { exit, out, err } = await shell(['train', ...short, '--checkpoint', folder], { interrupted: () => ++asked > 8 })
    expect([exit, out]).toEqual([1, ''])
    expect(err).toMatch(/^estimand: interrupted after update 8; .*checkpoint\.json has it, and --resume goes on from there\n$/)
    expect(savedIn(folder)).toMatchObject({ update: 8 })
    asked = 0
    const alone = await shell(['train', ...short], { interrupted: () => ++asked > 1 })
    expect(alone.err).toMatch(/interrupted after update 1; nothing was kept, for want of --checkpoint\n$/)
    // One that came while everything was opened is not forgotten.
    const early = fresh()
    expect((await shell(['train', ...short, '--checkpoint', early], { interrupted: () => true })).err).toMatch(/interrupted after update 0; .*checkpoint\.json has it/)
    expect(savedIn(early)).toMatchObject({ update: 0 })
  })

  it('clones a policy from its steps, and tries out what was learnt', async () => {
    // Left of the middle to the left, right of it to the right.
    const observations = Array.from({ length: 200 }, (_, k) => [0, 0, (k - 100) / 500, (k - 100) / 100])
    const demonstrations = { observations, actions: observations.map(([, , angle]) => [angle > 0 ? 1 : 0]) }
    const { exit, out } = await shell(['train', file({ environment: 'CartPole-v1', estimator: { cloning: { demonstrations: file(demonstrations) } } }), '--json'])
    expect(exit).toBe(0)
    const { episodes, meanReturn } = JSON.parse(out)
    // Somebody who does that balances for long; a policy of chance falls after 22 steps.
    expect(episodes).toBe(100)
    expect(meanReturn).toBeGreaterThan(100)
  })

  it('a rate so large that numbers overflow stops training: the update, what was computed, the last good checkpoint', async () => {
    const folder = fresh()
    const { exit, out, err } = await shell(['train', ...short, '--optimiser', 'sgd', '--rate', '1e300', '--checkpoint', folder])
    expect([exit, out]).toEqual([1, ''])
    expect(err).toMatch(/^estimand: training stopped in update \d+, after \d+ steps: (parameters|gradient norm|sampling|weights|kl): .*; the last good checkpoint is .*checkpoint\.json of update \d+\n$/)
    expect(savedIn(folder)).toMatchObject({ update: expect.any(Number) })
    const alone = await shell(['train', ...short, '--optimiser', 'sgd', '--rate', '1e300'])
    expect([alone.exit, alone.err]).toEqual([1, expect.stringMatching(/^estimand: training stopped in update \d+, .*; there is no checkpoint, for want of --checkpoint\n$/)])
    // It can be gone on from with a lower rate.
    expect((await shell(['train', '--checkpoint', folder, '--resume', '--rate', '0.001', '--steps', '900'])).exit).toBe(0)
  })

  it('a checkpoint that was cut off, is foreign, older, or of another experiment is refused, and left as it was', async () => {
    const folder = fresh()
    await shell(['train', ...short, '--steps', '300', '--checkpoint', folder])
    const path = join(folder, 'checkpoint.json')
    const whole = readFileSync(path, 'utf8')
    const resumed = async (text: string, more: readonly string[] = []) => {
      writeFileSync(path, text)
      const { exit, out, err } = await shell(['train', '--checkpoint', folder, '--resume', '--steps', '600', ...more])
      if (exit !== 0) expect(readFileSync(path, 'utf8')).toBe(text)
      return `${exit} ${out === '' ? err : 'answered'}`
    }
    expect(await resumed(whole.slice(0, whole.length / 2))).toMatch(/^2 estimand: .*checkpoint\.json: .*expected .*whole checkpoint/)
    expect(await resumed('{"weights":[1,2]}')).toMatch(/^2 .*format: expected "estimand checkpoint"/)
    expect(await resumed(whole.replace('"version":1', '"version":0'))).toMatch(/^2 .*version: expected 1, which this release writes, got 0/)
    expect(await resumed(whole, ['--hidden', '9'])).toMatch(/^2 .*of\.network: expected "mlp\(48-9-4\)", got "mlp\(48-8-4\)"/)
    // Control.
    expect(await resumed(whole)).toBe('0 answered')
  })

  it('does not write over a record that is there', async () => {
    const folder = fresh()
    await shell(['train', ...short, '--steps', '300', '--checkpoint', folder])
    const before = readFileSync(join(folder, 'checkpoint.json'), 'utf8')
    const { exit, err } = await shell(['train', ...short, '--steps', '300', '--checkpoint', folder])
    expect([exit, err]).toEqual([2, expect.stringMatching(/--checkpoint: expected a folder without a checkpoint; --resume goes on from the one there, got .*checkpoint\.json/)])
    expect(readFileSync(join(folder, 'checkpoint.json'), 'utf8')).toBe(before)
  })

  it.each(['checkpoint.json', 'metrics.jsonl', 'experiment.json'])('a full disk is one clear line, and no trace: %s', async (name) => {
    const folder = fresh()
    disk.full = new RegExp(name)
    const { exit, out, err } = await shell(['train', ...short, '--steps', '3000', '--checkpoint', folder])
    expect(out).toBe('')
    expect([1, 2]).toContain(exit)
    expect(err).toMatch(/^estimand: .*ENOSPC.*\n$/)
  })
  it('metrics to a full disk', async () => {
    const path = fresh()
    disk.full = new RegExp(path)
    const { exit, err } = await shell(['train', ...short, '--steps', '3000', '--metrics', path])
    // There is no checkpoint, and none is spoken of.
    expect([exit, err]).toEqual([1, expect.stringMatching(/^estimand: .* could not be written: ENOSPC.*; nothing else was kept, for want of --checkpoint\n$/)])
  })
  it.each(['--metrics', '--checkpoint'])('refuses a device as %s', async (option) => {
    const { exit, err } = await shell(['train', ...short, '--steps', '3000', option, '/dev/null'])
    expect([exit, err]).toEqual([2, expect.stringMatching(new RegExp(`^estimand: ${option}: expected .*, got .*\n$`))])
    expect(existsSync('/dev/null')).toBe(true)
  })

  for (const [args, message] of [
    [[], /environment: expected an environment: CartPole-v1, .*, got none\nestimand: estimator: expected a recipe, or a pipeline as JSON, got none/],
    [['--env', 'CartPol-v1', '--estimator', 'ppo'], /environment: expected .*\(nearest: CartPole-v1\), got "CartPol-v1"/],
    [['--env', 'CartPole-v1', '--estimator', 'pp'], /estimator: expected .*\(nearest: ppo\), got "pp"/],
    [['--env', 'CartPole-v1', '--estimator', 'ppo', '--hidden', '64,0'], /network\.hidden\[1\]: expected an integer >= 1, got 0/],
    [['--env', 'CartPole-v1', '--estimator', 'reinforce', '--epochs', '2'], /epochs: expected 1: after the first gradient step the batch is off-policy; add importance\(\.\.\.\) to the pipeline, got 2/],
    [['--env', 'CartPole-v1', '--estimator', 'reinforceLoo', '--copies', '4', '--length', '8'], /batch: expected episodes, .*the estimator needs complete episodes, got "segments"/],
    [['--env', 'CartPole-v1', '--estimator', 'ppo', '--rate', 'fast'], /rate: expected a finite number >= 0, .*, got "fast"/],
    [['--env', 'CartPole-v1', '--estimator', 'ppo', '--seed', '1.5'], /seed: expected a 32-bit integer, got 1\.5/],
    [['--env', 'CartPole-v1', '--estimator', 'ppo', '--backend', 'cuda'], /Allowed choices are .*typed arrays/],
    [['--env', 'CartPole-v1', '--estimator', 'ppo', '--resume'], /--checkpoint: expected the folder to resume from, got none/],
    [['--env', 'CartPole-v1', '--estimator', `["advantage",${JSON.stringify(end)}]`], /estimator: expected one whose needs sampling meets: .*, got "ActionValue"/],
    [['--env', 'CartPole-v1', '--estimator', 'cloning'], /estimator\.cloning\.demonstrations: expected demonstrations, got none/],
    [['--env', 'CartPole-v1', '--estimator', 'ppo', '--solved', '9', '--no-stop'], /'--solved <RETURN>' cannot be used with option '--no-stop'/],
    [['--env', 'CartPole-v1', '--estimator', 'ppo', '--copies', '1000000000', '--length', '1'], /^estimand: experiment: expected settings that fit, got .*copies: expected at most \d+, .*\n$/],
    [['--env', 'CartPole-v1', '--estimator', 'ppo', '--hidden', '1000000000'], /experiment: expected settings that fit, got mlp: /],
    [['--env', 'CartPole-v1', '--estimator', 'ppo', '--metrics', join(home, 'no', 'where.jsonl')], /^estimand: --metrics: expected a file that can be written, got ENOENT.*\n$/],
    [['--env', 'CartPole-v1', '--estimator', 'ppo', '--metrics', home], /^estimand: --metrics: expected a file that can be written, got EISDIR.*\n$/],
    [['--env', 'CartPole-v1', '--estimator', 'ppo', '--checkpoint', file('{}')], /^estimand: --checkpoint: expected a folder, or one that can be made, got E.*\n$/],
    [['nowhere.json'], /nowhere\.json/],
    [[file('{"environment": "CartPole-v1",')], /line 1, column 31: expected a name in double quotes, got the end/],
    [[file([1])], /expected an object: environment, estimator and more, got an array/],
    [[file({ environment: 'CartPole-v1', estimator: 'ppo', epoch: 3 })], /epoch: expected one of .*\(nearest: epochs\), got "epoch"/],
    [[file({ environment: { name: 'CartPole-v1', timeLimit: { step: 9 } }, estimator: 'ppo' })], /environment\.timeLimit\.step: expected .*steps/],
  ] as const)
    it(`refuses: ${args.join(' ').replace(home, '')}`, async () => {
      const { exit, out, err } = await shell(['train', ...args])
      expect([exit, out]).toEqual([2, ''])
      expect(err).toMatch(message)
    })
})
