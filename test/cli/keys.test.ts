import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { shell } from './shell.ts'

const folder = mkdtempSync(join(tmpdir(), 'estimand-keys-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = (name: string, content: unknown): string => {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}
const world = { S: 2, A: 2, T: 3, gamma: 1, rho: [1, 0], P: [[[1, 0], [0, 1]], [[0, 1], [0, 1]]], R: [[0, 1], [1, 1]], policy: [[0.5, 0.5], [0.5, 0.5]] }
const batch = { discount: 1, provenance: 'on-policy', episodes: 'complete', trajectories: [{ reward: [1, 1], end: 'terminated' }, { reward: [5, 1], end: 'terminated' }] }
const commands = {
  exact: (mdp: string) => ['exact', '--mdp', mdp, '--estimator', 'reinforce', '--json'],
  weigh: (mdp: string) => ['weigh', '--mdp', mdp, '--batch', file('batch.json', batch), '--estimator', 'reinforce', '--json'],
  compare: (mdp: string) => ['compare', '--world', mdp, '--no-plot', '--json', 'reinforce'],
  train: (mdp: string) => ['train', '--env', mdp, '--estimator', 'reinforce', '--steps', '64', '--json'],
} as const

describe('keys of an MDP file', () => {
  for (const [command, args] of Object.entries(commands)) {
    it(`${command}: one that means one of ours is refused`, async () => {
      const { exit, err, out } = await shell(args(file('terminals.json', { ...world, terminals: [false, true] })))
      expect([exit, out]).toEqual([2, ''])
      expect(err).toMatch(/^estimand: (mdp|world|environment\.mdp)\.terminals: expected terminal: for each state whether the episode is over there\. \[S\], got "terminals"\n$/)
    })
    it(`${command}: another is named once, and refused with --strict`, async () => {
      const path = file('noted.json', { ...world, note: 'x', seed: 3 })
      const plain = await shell(args(file('plain.json', world)))
      const noted = await shell(args(path))
      expect(noted.exit).toBe(0)
      expect(noted.err.replace(plain.err, '')).toMatch(/^estimand: (mdp|world|environment\.mdp): not read: note, seed \(--strict refuses such keys\)\n$/)
      if (command !== 'train' && command !== 'compare') expect(noted.out).toBe(plain.out)
      const strict = await shell([...args(path), '--strict'])
      expect([strict.exit, strict.out]).toEqual([2, ''])
      expect(strict.err.trimEnd().split('\n')).toEqual(
        ['note', 'seed'].map((key) => expect.stringMatching(new RegExp(`^estimand: (mdp|world|environment\\.mdp)\\.${key}: expected a key that is read, since --strict refuses others, got one that nothing reads$`)) as string),
      )
      expect((await shell([...args(file('plain.json', world)), '--strict'])).exit).toBe(0)
    })
  }
})

describe('keys of a batch file', () => {
  const weigh = (content: unknown, ...more: readonly string[]) => shell(['weigh', '--batch', file('one.json', content), '--estimator', 'reinforce', '--json', ...more])
  it('refused, named, refused with --strict', async () => {
    const segment = { discount: 0.9, provenance: 'on-policy', episodes: 'segments', trajectories: [{ reward: [1, 1], value: [0, 0], start_time: 5, end: { truncated: { value: 1 } } }] }
    expect(await weigh(segment)).toMatchObject({ exit: 2, out: '', err: 'estimand: batch.trajectories[0].start_time: expected startTime, got "start_time"\n' })
    const noted = { ...batch, trajectories: batch.trajectories.map((one) => ({ ...one, infos: {} })), source: 'x' }
    expect(await weigh(noted)).toMatchObject({ exit: 0, err: 'estimand: batch: not read: source, trajectories[0].infos (--strict refuses such keys)\n' })
    expect((await weigh(noted, '--strict')).err).toContain('batch.trajectories[0].infos: expected a key that is read')
    expect((await weigh(batch, '--strict')).exit).toBe(0)
  })
  it('states and actions are read for the gradient of an MDP, and named without one', async () => {
    const told = { ...batch, state: [0, 0, 0, 1], action: [0, 1, 1, 0] }
    expect((await weigh(told)).err).toBe('estimand: batch: not read: state, action (--strict refuses such keys)\n')
    const withMdp = await weigh(told, '--mdp', file('plain.json', world))
    expect(withMdp.err).toBe('')
    expect(JSON.parse(withMdp.out).gradient).toHaveLength(4)
  })
  it('recorded episodes', async () => {
    const args = (more: object) => weigh({ sampling: 'target', trajectories: [{ states: [0, 0, 1], actions: [0, 1, 0], rewards: [0, 1, 1], ...more }] }, '--mdp', file('plain.json', world))
    expect(await args({})).toMatchObject({ exit: 0, err: '' })
    expect(await args({ next_states: [0, 1, 1] })).toMatchObject({ exit: 2, err: 'estimand: batch.trajectories[0].next_states: expected nextStates, got "next_states"\n' })
    expect(await args({ infos: 1 })).toMatchObject({ exit: 0, err: 'estimand: batch: not read: trajectories[0].infos (--strict refuses such keys)\n' })
  })
  it('a small file that promises two thousand million steps is a problem', async () => {
    const bare = { discount: 1, provenance: 'off-policy', episodes: 'complete', ends: ['terminated'] }
    const cloning = '["cloning", {"importance": "takenAsOne"}, {"reduce": "meanOverTrajectories"}]'
    for (const offsets of [[0, 2 ** 31], [0, 2 ** 31 - 1], [0, 1e300], [0, -1]]) {
      const { exit, err } = await shell(['weigh', '--batch', file('bare.json', { ...bare, offsets }), '--estimator', cloning])
      expect(exit).toBe(2)
      expect(err).toMatch(/^estimand: batch\.offsets\[1\]: expected [^\n]*\n$/)
    }
    const { exit, err } = await shell(['weigh', '--batch', file('bare.json', { ...bare, offsets: [0, 2 ** 24] }), '--estimator', cloning])
    expect([exit, err]).toEqual([2, 'estimand: batch: expected at most 8388608 steps; take fewer trajectories, or call estimate in a program, got 16777216 steps\n'])
  })
})

describe('keys of requests', () => {
  const lines = (...requests: readonly unknown[]) => requests.map((request) => JSON.stringify(request)).join('\n')
  const noted = { mdp: { ...world, note: 1 }, estimator: 'reinforce' }
  it('are named once for the whole stream', async () => {
    const { exit, out, err } = await shell(['exact', '--requests', '-'], { stdin: lines(noted, noted, { ...noted, mdp: { ...world, seed: 1, note: 2 } }) })
    expect(exit).toBe(0)
    expect(out.trimEnd().split('\n')).toHaveLength(3)
    expect(err).toBe('estimand: mdp: not read: note (--strict refuses such keys)\nestimand: mdp: not read: seed (--strict refuses such keys)\n')
  })
  it('are problems of their line with --strict', async () => {
    const { exit, out } = await shell(['weigh', '--requests', '-', '--strict'], { stdin: lines({ estimator: 'reinforce', batch: { ...batch, source: 1 } }, { estimator: 'reinforce', batch }) })
    const [first, second] = out.trimEnd().split('\n').map((line) => JSON.parse(line))
    expect(exit).toBe(2)
    expect(first.problems).toEqual([{ path: 'batch.source', expected: 'a key that is read, since --strict refuses others', got: 'one that nothing reads' }])
    expect(second.weights).toEqual([[1, 1], [3, 3]])
  })
  it('a byte order mark is no part of a line, and other bytes than UTF-8 are a problem of theirs', async () => {
    const request = JSON.stringify({ estimator: 'reinforce', batch })
    const bytes = Buffer.concat([Buffer.from(`\ufeff${request}\n\ufeff${request}\n`), Buffer.from('{"id": "'), Buffer.from([0xff]), Buffer.from(`"}\n${request}`)])
    const { out } = await shell(['weigh', '--requests', '-'], { stdin: bytes })
    const answers = out.trimEnd().split('\n').map((line) => JSON.parse(line))
    expect(answers.map(({ problems }) => problems)).toEqual([undefined, undefined, [{ path: 'line 3', expected: 'text in UTF-8', got: 'other bytes' }], undefined])
  })
})

describe('a fact that nothing reads', () => {
  const grouped = (...groups: readonly number[]) => ({ ...batch, trajectories: groups.map((group, i) => ({ reward: [i], group, end: 'terminated' })) })
  const weigh = (content: unknown, estimator: string) => shell(['weigh', '--batch', file('groups.json', content), '--estimator', estimator, '--json'])
  const said = (words: string) => `estimand: group is not read: ${words} over the whole batch; give each group as a batch of its own (select), or a word that needs Group\n`
  it('is said where words pool over the batch', async () => {
    for (const [estimator, words] of [
      ['reinforceLoo', 'leaveOneOut pools'],
      ['drGrpo', 'batchMean pools'],
      ['grpo', 'batchMean and batchStd pool'],
      ['["totalReturn", {"normalise": {"batchStd": {"ddof": 0, "epsilon": 1}}}, {"reduce": "meanOverTrajectories"}]', 'batchStd pools'],
    ] as const) {
      const { exit, err, out } = await weigh(grouped(0, 0, 1, 1), estimator)
      if (err.includes('BehaviourLogProb') || err.includes('logProb')) continue
      expect([exit, err], estimator).toEqual([0, said(words)])
      expect(JSON.parse(out).unreadFacts, estimator).toHaveLength(1)
    }
    expect((await weigh(grouped(0, 0, 1, 1), 'reinforceLoo')).err).toBe(said('leaveOneOut pools'))
  })
  it('not where there is one group, or nothing is pooled', async () => {
    expect((await weigh(grouped(3, 3, 3), 'reinforceLoo')).err).toBe('')
    expect((await weigh(grouped(0, 1, 1), 'reinforce')).err).toBe('')
    expect((await weigh(grouped(0, 1, 1), '["totalReturn", {"reduce": "meanOverSteps"}]')).err).toBe('')
    expect((await weigh(batch, 'reinforceLoo')).err).toBe('')
  })
  it('and explain says so beforehand', async () => {
    expect((await shell(['explain', '--estimator', 'reinforceLoo'])).out).toContain('group is not read, leaveOneOut pools over all of them')
    expect((await shell(['explain', '--estimator', 'reinforce'])).out).not.toContain('group')
  })
})

describe('a word that needs what no world has', () => {
  const words = `${process.cwd()}/test/cli/othersOfGroup.mjs`
  const others = '["totalReturn", {"baseline": "othersOfGroup"}, {"reduce": "meanOverTrajectories"}]'
  it('is not refuted: laws that need it are not tried, and the exit code is 2', async () => {
    const { exit, out } = await shell(['verify', '--words', words, '--estimator', others, '--runs', '10', '--json'])
    const { laws } = JSON.parse(out)
    expect(exit).toBe(2)
    expect(laws.map(({ law, result, needs }: { readonly law: string; readonly result: string; readonly needs: readonly string[] }) => [law, result, needs])).toEqual([
      ['sound', 'not tried', ['Group']],
      ['permutation', 'not tried', ['Group']],
      ['duplication', 'not tried', []],
      ['splitting', 'not tried', []],
      ['linearInReward', 'not tried', ['Group']],
      ['surrogateDerivative', 'not tried', ['Group']],
      ['jsonIsInverse', 'not tried', ['Group']],
    ])
    const { out: text } = await shell(['verify', '--words', words, '--estimator', others, '--runs', '10'])
    expect(text).toMatch(/sound +not tried +needs Group/)
    expect(text).toContain('not tried: the worlds and batches of the laws have no Group; in a program, give each law cases that have it')
    expect(text).not.toContain('failed')
  })
})
