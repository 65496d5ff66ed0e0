import { execFileSync } from 'node:child_process'
import { lstatSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { seed } from '../seed/seed.ts'
import { shell } from './shell.ts'

const folder = mkdtempSync(join(tmpdir(), 'estimand-garbage-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const end = { reduce: 'meanOverTrajectories' }
const mdp = { S: 2, A: 2, T: 2, gamma: 0.9, rho: [1, 0], P: [[[1, 0], [0, 1]], [[0, 1], [0, 1]]], R: [[1, 0], [0, 0]], theta: [[0, 1], [1, 0]], terminal: [false, true] }
const batch = {
  discount: 1, provenance: 'off-policy', episodes: 'segments',
  trajectories: [{ reward: [1, 2], logProb: [-1, -1], behaviourLogProb: [-1, -2], value: [0, 1], end: { truncated: { value: 1 } } }, { reward: [3], logProb: [-1], behaviourLogProb: [-1], value: [0], end: 'terminated' }],
}
const clipped = ['totalReturn', 'causality', { baseline: { leaveOneOut: { ended: 'zero' } } }, { importance: 'perStep' }, { clip: { epsilon: 0.2 } }, end]
const experiment = {
  environment: { name: 'FrozenLake-v1', timeLimit: { steps: 5, as: 'Truncated' }, ice: 'slippery' }, estimator: { ppo: { lambda: 0.9, clip: 0.2 } },
  network: { hidden: [4], activation: 'tanh', trunk: 'shared' }, optimiser: { adam: { beta1: 0.9 } }, rate: { linear: { from: 1e-3, to: 0, updates: 3 } },
  batch: { segments: { copies: 2, length: 4 } }, wrappers: { scaleReward: 2 }, epochs: 1, stop: { steps: 8, solved: false }, seed: 1,
}

const inputs: readonly (readonly [name: string, input: unknown, args: (path: string) => readonly string[]])[] = [
  ['MDP', mdp, (path) => ['exact', '--mdp', path, '--estimator', 'rewardToGo']],
  ['batch', batch, (path) => ['weigh', '--batch', path, '--estimator', JSON.stringify([{ gae: { lambda: 0.9 } }, { importance: 'perStep' }, { clip: { epsilon: 0.2 } }, end])]],
  ['pipeline', clipped, (path) => ['explain', '--estimator', path]],
  ['combination', { mix: [{ weight: 0.5, of: clipped }, { weight: 0.5, of: ['totalReturn', end] }] }, (path) => ['explain', '--estimator', path]],
  ['experiment', experiment, (path) => ['train', path]],
  ['facts', { value: [[0, 0], [0, 0]], actionValue: [[[0, 0], [0, 0]], [[0, 0], [0, 0]]] }, (path) => ['exact', '--mdp', JSON.stringify(mdp), '--estimator', 'rewardToGo', '--facts', path]],
  ['request', { mdp, estimator: clipped, sampling: 'behaviour', batchSize: 2, id: 1 }, (path) => ['exact', '--requests', path]],
  ['weigh request', { batch, estimator: ['cloning', { importance: 'takenAsOne' }, end], id: [1] }, (path) => ['weigh', '--requests', path]],
]

/** A copy with a value in place of the k-th part, or below one more key. */
const changed = (x: unknown, value: unknown, at: number): unknown => {
  let k = 0
  const walk = (part: unknown): unknown => {
    if (k++ === at) return value
    if (Array.isArray(part)) return part.map(walk)
    if (typeof part !== 'object' || part === null) return part
    const more = k++ === at ? [['__proto__', value]] : []
    return Object.fromEntries([...Object.entries(part).map(([key, field]) => [key, walk(field)]), ...more])
  }
  return walk(x)
}

const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>({ toString: 1 }, { valueOf: null, toString: null }, { constructor: 1 }, { length: 1e9 }, [[]], '', 'toString', 'constructor', '__proto__', 'Infinity', 'NaN', -0, 1e308, -1, 0.5, 2 ** 31, 2 ** 53, null),
)

/** What a trace, or a sentence of the engine's own, looks like. */
const trace = /\n\s+at |(?:Type|Range|Reference|Syntax)Error\b|Cannot (?:read|convert|destructure|set)|is not (?:a function|iterable|defined)|undefined \(reading|should not have happened|call stack/

describe('a file with anything in place of any of its parts', () => {
  it('is answered as it is', async () => {
    const said = []
    for (const [name, input, args] of inputs) {
      const path = join(folder, `${name}.json`)
      writeFileSync(path, JSON.stringify(input))
      const { exit, out, err } = await shell(args(path))
      if (exit !== 0) said.push([name, exit, out, err])
    }
    expect(said).toEqual([])
  })

  it('is answered, or refused in sentences: what makes no text, in each place', { timeout: 240_000 }, async () => {
    for (const [name, input, args] of inputs) {
      const path = join(folder, `${name}.json`)
      for (let at = 0, before = ''; at === 0 || before !== JSON.stringify(input); at++) {
        before = JSON.stringify(changed(input, { toString: 1 }, at))
        writeFileSync(path, before)
        const { exit, out, err } = await shell(args(path))
        expect([0, 1, 2]).toContain(exit)
        expect(`${out}${err}`, before).not.toMatch(trace)
      }
    }
  })

  for (const [name, input, args] of inputs)
    it(`is answered, or refused in sentences: ${name}`, { timeout: 240_000 }, async () => {
      const path = join(folder, `${name}.json`)
      await fc.assert(
        fc.asyncProperty(odd, fc.nat(60), async (value, at) => {
          const text = JSON.stringify(changed(input, value, at)) ?? 'null'
          writeFileSync(path, text)
          const { exit, out, err } = await shell(args(path))
          expect([0, 1, 2]).toContain(exit)
          expect(`${out}${err}`, text).not.toMatch(trace)
          if (exit === 2) expect(`${out}${err}`, text).toMatch(/expected|problems/)
        }),
        { numRuns: 150, seed },
      )
    })
})

let made = 0
/** A file of an experiment with other fields. */
const experimentOf = (fields: object): string => {
  const path = join(folder, `experiment${made++}.json`)
  writeFileSync(path, JSON.stringify({ ...experiment, ...fields }))
  return path
}

describe('what is no file', () => {
  it.each(['--mdp', '--estimator', '--facts'])('is refused at once as %s: a pipe that nobody writes to, a device', async (option) => {
    const pipe = join(folder, `pipe${option}`)
    execFileSync('mkfifo', [pipe])
    for (const path of [pipe, '/dev/zero']) {
      const args: Readonly<Record<string, string>> = { '--mdp': 'rtgRaisesVariance', '--estimator': 'reinforce', [option]: path }
      const { exit, err } = await shell(['exact', ...Object.entries(args).flat()])
      expect([exit, err]).toEqual([2, expect.stringMatching(/expected a file, got a (?:pipe|device)\n$/)])
    }
  })

  const mine = JSON.stringify(['totalReturn', end])
  const short = ['train', '--env', 'CliffWalking-v1', '--estimator', 'reinforceLoo', '--hidden', '2', '--episodes', '2', '--steps', '1']
  it.each<readonly [option: string, args: (path: string) => readonly string[], got: RegExp]>([
    ['--requests of exact', (path) => ['exact', '--requests', path], /--requests: expected a file of requests, one a line, got .*, which is a (?:pipe|device)\n$/],
    ['--requests of weigh', (path) => ['weigh', '--requests', path], /--requests: expected a file of requests, one a line, got .*, which is a (?:pipe|device)\n$/],
    ['--words', (path) => ['explain', '--estimator', mine, '--words', path], /--words: expected a JavaScript module .*, got .*, which is a (?:pipe|device)\n$/],
    ['--batch', (path) => ['weigh', '--estimator', mine, '--batch', path], /expected a file, got a (?:pipe|device)\n$/],
    ['CONFIG', (path) => ['train', path], /expected a file, got a (?:pipe|device)\n$/],
    ['demonstrations', (path) => ['train', experimentOf({ estimator: { cloning: { demonstrations: path } } })], /expected a file, got a (?:pipe|device)\n$/],
    ['the MDP of an experiment', (path) => ['train', experimentOf({ environment: { mdp: path } })], /expected a file, got a (?:pipe|device)\n$/],
    ['--metrics', (path) => [...short, '--metrics', path], /--metrics: expected .*, got .*a (?:pipe|device)/],
    ['--checkpoint', (path) => [...short, '--checkpoint', path], /--checkpoint: expected a folder, or one that can be made, got /],
    ['--plot', (path) => ['compare', mine, '--world', 'batchMeanShrinks', '--plot', path], /--plot: expected a file that can be written, got .*, which is no plain file\n$/],
  ])('nor is it opened as %s', async (_option, args, message) => {
    const pipe = join(folder, `pipe${made++}`)
    execFileSync('mkfifo', [pipe])
    for (const path of [pipe, '/dev/zero']) {
      const { exit, out, err } = await shell(args(path))
      expect([exit, out, err]).toEqual([2, '', expect.stringMatching(message)])
    }
    expect(lstatSync(pipe).isFIFO()).toBe(true)
  })

  it('nor as the metrics of a record', async () => {
    const record = join(folder, 'record')
    mkdirSync(record)
    execFileSync('mkfifo', [join(record, 'metrics.jsonl')])
    const { exit, err } = await shell([...short, '--checkpoint', record])
    expect([exit, err]).toEqual([2, expect.stringMatching(/^estimand: --checkpoint: expected a folder whose metrics\.jsonl is a file, got .*metrics\.jsonl, which is a pipe\n$/)])
  })
})
