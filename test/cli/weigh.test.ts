import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readVectors } from '../vectors/read.ts'
import type { MdpFile, PipelineFile } from '../vectors/schema.ts'
import { gap, probabilities, substitute, tableOf } from '../vectors/setting.ts'
import { shell } from './shell.ts'

const { mdps } = readVectors<MdpFile>('mdp.json')
const { pipelines } = readVectors<PipelineFile>('pipelines.json')
const folder = mkdtempSync(join(tmpdir(), 'estimand-weigh-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = (name: string, content: unknown): string => {
  const path = join(folder, name)
  writeFileSync(path, JSON.stringify(content))
  return path
}
const end = { reduce: 'meanOverTrajectories' }

describe('estimand weigh on stored batches', () => {
  for (const stored of mdps)
    it(stored.id, async () => {
      const mdp = file(`${stored.id}.json`, stored)
      for (const batch of stored.batches) {
        const { results, sampling, trajectories } = batch
        const recorded = { sampling, trajectories }
        const ids = Object.keys(results).filter((id) => pipelines[id].spec !== null)
        const requests = ids.map((id) => ({
          estimator: substitute(pipelines[id].spec, stored),
          batch: recorded,
          facts: Object.fromEntries(Object.entries(pipelines[id].facts ?? {}).map(([key, source]) => [key, tableOf(source, stored)])),
        }))
        const { exit, out, err } = await shell(['weigh', '--mdp', mdp, '--requests', '-'], { stdin: requests.map((request) => JSON.stringify(request)).join('\n') })
        expect([exit, err]).toEqual([0, 'estimand: mdp: not read: id, seed, aux, nTrajectories, truth, trustRegion, klEstimators, ppo, estimators (--strict refuses such keys)\n'])
        for (const [k, line] of out.trimEnd().split('\n').entries()) {
          const { weights, gradient } = JSON.parse(line)
          const expected = results[ids[k]]
          expect(weights.map((row: readonly number[]) => row.length)).toEqual(expected.weights?.map((row) => row.length))
          expect(gap(weights.flat(), (expected.weights ?? []).flat()), ids[k]).toBeLessThan(1e-9)
          expect(gap(gradient, expected.gradient), ids[k]).toBeLessThan(1e-9)
        }
      }
    })

  it('by index, with the surrogate and the diagnostics', async () => {
    const stored = mdps.find(({ batches }) => batches.some(({ sampling }) => sampling === 'behaviour'))
    if (stored === undefined) throw new Error('no batch of the behaviour policy')
    const index = stored.batches.findIndex(({ sampling }) => sampling === 'behaviour')
    const batch = stored.batches[index]
    const { out, exit } = await shell(['weigh', '--mdp', file('indexed.json', stored), '--batch', String(index), '--estimator', 'clipped', '--json'])
    expect(exit).toBe(0)
    const { surrogate, diagnostics, weights } = JSON.parse(out)
    // From the definitions, with a softmax of the test's own.
    const [target, behaviour] = [stored.theta.map(probabilities), stored.thetaBehaviour.map(probabilities)]
    const logs = batch.trajectories.map(({ states, actions }) => states.map((s, t) => Math.log(target[s][actions[t]] / behaviour[s][actions[t]])))
    const ratios = logs.flat().map(Math.exp)
    const sum = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0)
    const effective = (xs: readonly number[]): number => sum(xs) ** 2 / sum(xs.map((x) => x * x))
    expect(diagnostics.ratio.mean).toBeCloseTo(sum(ratios) / ratios.length, 10)
    expect(diagnostics.ratio.least).toBeCloseTo(Math.min(...ratios), 10)
    expect(diagnostics.ratio.most).toBeCloseTo(Math.max(...ratios), 10)
    expect(diagnostics.ratio.effectiveSteps).toBeCloseTo(effective(ratios), 8)
    expect(diagnostics.ratio.effectiveTrajectories).toBeCloseTo(effective(logs.map((row) => Math.exp(sum(row)))), 8)
    expect(diagnostics.ratio.kl).toBeCloseTo(sum(ratios.map((rho) => rho - 1 - Math.log(rho))) / ratios.length, 10)
    const logProbs = batch.trajectories.map(({ states, actions }) => states.map((s, t) => Math.log(target[s][actions[t]])))
    expect(surrogate).toEqual({ form: 'score', value: expect.closeTo(sum(logProbs.flat().map((l, k) => l * weights.flat()[k])), 10) })
    const zeros = weights.flat().filter((w: number) => w === 0).length / ratios.length
    expect(diagnostics.zeroWeights).toBeCloseTo(zeros, 12)
    expect(diagnostics.clipFraction).toBeLessThanOrEqual(zeros)
    expect(diagnostics.trajectories).toBe(batch.N)
  })
})

describe('batches of columns', () => {
  const columns = { discount: 1, provenance: 'off-policy', episodes: 'complete', trajectories: [{ reward: [0, 4], logProb: [Math.log(0.5), Math.log(0.8)], behaviourLogProb: [Math.log(0.5), Math.log(0.4)], end: 'terminated' }, { reward: [-1], logProb: [Math.log(0.2)], behaviourLogProb: [Math.log(0.4)], end: 'timeLimit' }] }
  const spec = JSON.stringify(['totalReturn', 'causality', { importance: 'perStep' }, { clip: { epsilon: 0.2 } }, end])
  it('by hand: of ratios 1, 2 and 0.5 with credits 4, 4 and -1, clip stops the last two', async () => {
    const { out, exit } = await shell(['weigh', '--batch', file('columns.json', columns), '--estimator', spec, '--json'])
    const { weights, gradient, diagnostics } = JSON.parse(out)
    expect(exit).toBe(0)
    expect(gap(weights.flat(), [2, 0, 0])).toBeLessThan(1e-12)
    expect(gradient).toBe(null)
    expect(diagnostics.clipFraction).toBeCloseTo(2 / 3, 12)
  })
  it('with states, actions and an MDP there is a gradient', async () => {
    const world = { S: 1, A: 2, T: 2, gamma: 1, rho: [1], P: [[[1], [1]]], R: [[1, 0]], policy: [[0.5, 0.5]] }
    const flat = { discount: 1, provenance: 'on-policy', episodes: 'complete', offsets: [0, 2], ends: ['timeLimit'], reward: [1, 0], state: [0, 0], action: [0, 1] }
    const args = ['weigh', '--mdp', file('small.json', world), '--batch', file('flat.json', flat), '--estimator', 'rewardToGo']
    // W = (1, 0): one half for the action taken first, minus one half for the other.
    expect(JSON.parse((await shell([...args, '--json'])).out).gradient).toEqual([0.5, -0.5])
    expect((await shell(args)).out).toMatch(/state {2}action {2}gradient/)
  })
  it('a batch without log-probs has no surrogate and no ratios', async () => {
    const plain = { discount: 1, provenance: 'on-policy', episodes: 'complete', trajectories: [{ reward: [1, 2], end: 'terminated' }] }
    const { surrogate, diagnostics } = JSON.parse((await shell(['weigh', '--batch', file('plain.json', plain), '--estimator', 'reinforce', '--json'])).out)
    expect([surrogate, diagnostics.ratio, diagnostics.clipFraction]).toEqual([null, null, null])
  })
  it('long batches are shortened in the table only', async () => {
    const long = { discount: 1, provenance: 'on-policy', episodes: 'complete', trajectories: [{ reward: Array.from({ length: 100 }, () => 1), end: 'terminated' }] }
    const args = ['weigh', '--batch', file('long.json', long), '--estimator', 'reinforce']
    expect((await shell(args)).out).toContain('... and 60 more steps; --json has all')
    expect(JSON.parse((await shell([...args, '--json'])).out).weights[0]).toHaveLength(100)
  })
})

describe('what is wrong with a batch', () => {
  const world = file('world.json', { S: 2, A: 2, T: 2, gamma: 1, terminal: [false, true], rho: [1, 0], P: [[[0, 1], [1, 0]], [[1, 0], [1, 0]]], R: [[1, 0], [0, 0]], policy: [[0.5, 0.5], [0.5, 0.5]], batches: [{ sampling: 'target', trajectories: [{ states: [0], actions: [0], rewards: [1] }] }] })
  let written = 0
  const episode = (steps: object): string => file(`episode-${written++}.json`, { trajectories: [steps] })
  for (const [name, more, message] of [
    ['no batch', [], /--batch: expected a file, or the index of an entry of batches in the MDP file, got none/],
    ['an index too large', ['--batch', '1'], /--batch: expected an index below 1, got 1/],
    ['a missing file', ['--batch', 'nowhere.json'], /nowhere\.json: expected a file, got no such file/],
    ['a state that is none', ['--batch', episode({ states: [0, 2], actions: [1, 0], rewards: [0, 0] })], /batch\.trajectories\[0\]\.states\[1\]: expected a state in 0 \.\. 1, got 2/],
    ['an action that is a text', ['--batch', episode({ states: [0], actions: ['0'], rewards: [0] })], /batch\.trajectories\[0\]\.actions\[0\]: expected a number, got "0"/],
    ['lengths that differ', ['--batch', episode({ states: [0, 0], actions: [1], rewards: [0, 0] })], /batch\.trajectories\[0\]\.actions: expected 2 entries, as states has, got 1/],
    ['a step that cannot be', ['--batch', episode({ states: [0, 0], actions: [0, 0], rewards: [0, 0] })], /batch\.trajectories\[0\]\.states\[0\]: expected a step that the MDP can take: P\[0\]\[0\]\[0\] > 0, got 0/],
    ['a step in a terminal state', ['--batch', episode({ states: [0, 1], actions: [0, 0], rewards: [0, 0] })], /states\[1\]: expected a state in which the episode goes on, got 1, which is terminal/],
    ['an episode that stops', ['--batch', episode({ states: [0], actions: [1], rewards: [0] })], /trajectories\[0\]\.states: expected 2 steps, or an end in a terminal state, got 1 steps/],
    ['longer than the horizon', ['--batch', episode({ states: [0, 0, 0], actions: [1, 1, 0], rewards: [0, 0, 0] })], /states: expected 1 to 2 states, the horizon, got 3/],
    ['a next state that is another', ['--batch', episode({ states: [0, 0], actions: [1, 1], rewards: [0, 0], nextStates: [1, -1] })], /nextStates\[0\]: expected 0, the state that follows, got 1/],
    ['a batch that is a list', ['--batch', file('list.json', [1])], /batch: expected an object: recorded episodes of an MDP, or columns, got \[1\]/],
    ['a policy that is none', ['--batch', file('who.json', { sampling: 'me', trajectories: [{ states: [0], actions: [0], rewards: [1] }] })], /batch\.sampling: expected 'target' or 'behaviour', got "me"/],
    ['values from nowhere', ['--batch', '0', '--estimator', 'ppo'], /batch: expected data that the estimator may have, got the batch lacks StateValue .*--facts/],
    ['state columns of another length', ['--batch', file('misfit.json', { discount: 1, provenance: 'on-policy', episodes: 'complete', trajectories: [{ reward: [1], end: 'terminated' }], state: [0, 0], action: [0] })], /batch\.state: expected 1 integers, one per step, got \[0,0\]/],
  ] as const)
    it(name, async () => {
      const { exit, out, err } = await shell(['weigh', '--mdp', world, '--estimator', 'reinforce', ...more])
      expect(err).toMatch(message)
      expect([exit, out]).toEqual([2, ''])
    })
  it('episodes without their MDP', async () => {
    const { exit, err } = await shell(['weigh', '--estimator', 'reinforce', '--batch', episode({ states: [0], actions: [0], rewards: [1] })])
    expect([exit, err]).toEqual([2, 'estimand: mdp: expected the MDP of these episodes, since they have states and no log-probs, got none\n'])
  })
  it('a ratio that overflows', async () => {
    const wild = { discount: 1, provenance: 'off-policy', episodes: 'complete', trajectories: [{ reward: [1], logProb: [0], behaviourLogProb: [-1000], end: 'terminated' }] }
    const { exit, err, out } = await shell(['weigh', '--estimator', '["totalReturn",{"importance":"perStep"},{"reduce":"meanOverTrajectories"}]', '--batch', file('wild.json', wild)])
    expect([exit, out]).toEqual([2, ''])
    expect(err).toMatch(/batch: expected finite weights, got weight of trajectory 0, step 0: expected a finite number, got Infinity/)
  })
})

describe('ratios of any size', () => {
  const twoOf = (l: number, m: number) => ({
    discount: 1,
    provenance: 'off-policy',
    episodes: 'complete',
    actions: 'continuous',
    trajectories: [
      { reward: [1, 0], logProb: [l, l], behaviourLogProb: [0, 0], end: 'terminated' },
      { reward: [0, 3], logProb: [l, m], behaviourLogProb: [0, 0], end: 'terminated' },
    ],
  })
  const wis = ['weigh', '--estimator', '["totalReturn","causality",{"importance":"perTrajectory"},"selfNormalise",{"reduce":"meanOverTrajectories"}]', '--json', '--batch']
  for (const l of [-400, 355, 4000])
    it(`self-normalised, e^${2 * l} and e^${2 * l - 1}`, async () => {
      const { exit, out } = await shell([...wis, file(`wis${l}.json`, twoOf(l, l - 1))])
      expect(exit).toBe(0)
      const { weights, diagnostics } = JSON.parse(out)
      // 1 and 1/e, divided by their sum.
      const share = 1 / (1 + Math.exp(-1))
      for (const [k, right] of [share, 0, 3 * (1 - share), 3 * (1 - share)].entries()) expect(Math.abs(weights.flat()[k] - right)).toBeLessThan(1e-12)
      expect(diagnostics.ratio.mean).toEqual(l === 4000 ? 'Infinity' : expect.any(Number))
      expect(diagnostics.ratio.effectiveTrajectories).toBeCloseTo(1 / (share ** 2 + (1 - share) ** 2), 9)
    })
  it('a log-prob of -Infinity', async () => {
    const batch = { ...twoOf(0, 0), trajectories: [{ reward: [1], logProb: ['-Infinity'], behaviourLogProb: [0], end: 'terminated' }] }
    const { exit, out } = await shell([...wis, file('impossible.json', batch)])
    expect(exit).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      weights: [[0]],
      surrogate: { value: 0 },
      diagnostics: { ratio: { mean: 0, least: 0, most: 0, effectiveSteps: 0, effectiveTrajectories: 0, kl: 'Infinity' } },
    })
  })
})
