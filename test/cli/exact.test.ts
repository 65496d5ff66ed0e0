import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readVectors } from '../vectors/read.ts'
import type { MdpFile, PipelineFile } from '../vectors/schema.ts'
import { gap, substitute, tableOf } from '../vectors/setting.ts'
import { shell } from './shell.ts'

const { mdps } = readVectors<MdpFile>('mdp.json')
const { pipelines } = readVectors<PipelineFile>('pipelines.json')
const folder = mkdtempSync(join(tmpdir(), 'estimand-exact-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const file = (name: string, content: unknown): string => {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}
const end = { reduce: 'meanOverTrajectories' }
const answersNotRead = 'estimand: mdp: not read: id, seed, aux, nTrajectories, truth, trustRegion, klEstimators, ppo, estimators (--strict refuses such keys)\n'

describe('estimand exact on stored MDPs, as another program would ask', () => {
  for (const stored of mdps)
    it(stored.id, { timeout: 120_000 }, async () => {
      const mdp = file(`${stored.id}.json`, stored)
      const rows = stored.estimators.filter(({ id, N }) => pipelines[id].spec !== null && stored.nTrajectories ** N < 30_000)
      const requests = rows.map((row, k) => ({
        id: k,
        estimator: substitute(pipelines[row.id].spec, stored),
        facts: Object.fromEntries(Object.entries(pipelines[row.id].facts ?? {}).map(([key, source]) => [key, tableOf(source, stored)])),
        batchSize: row.N,
        sampling: row.sampling,
      }))
      const { exit, out, err } = await shell(['exact', '--mdp', mdp, '--requests', '-'], { stdin: requests.map((request) => JSON.stringify(request)).join('\n') })
      expect(err).toBe(answersNotRead)
      expect(exit).toBe(0)
      const answers = out.trimEnd().split('\n').map((line) => JSON.parse(line))
      expect(answers).toHaveLength(rows.length)
      for (const [k, row] of rows.entries()) {
        const answer = answers[k]
        expect(answer.id).toBe(k)
        expect(answer.line).toBe(k + 1)
        expect(answer.target.name, row.id).toBe(row.target)
        expect(gap(answer.target.value, stored.truth[row.target] as readonly number[]), row.id).toBeLessThan(1e-9)
        for (const key of ['expectation', 'bias', 'covDiag'] as const) expect(gap(answer[key], row[key]), `${row.id} ${key}`).toBeLessThan(1e-9)
        expect(Math.abs(answer.covTrace - row.covTrace), row.id).toBeLessThan(1e-9)
        expect(answer.N).toBe(row.N)
        expect(answer.trajectories).toBe(stored.nTrajectories)
      }
    })

  it('one at a time gives the same, with facts by name and by table, and without --json a table', async () => {
    const [stored] = mdps
    const mdp = file('one.json', stored)
    const spec = JSON.stringify([{ gae: { lambda: 0.5 } }, end])
    const named = await shell(['exact', '--mdp', mdp, '--estimator', spec, '--facts', '{"value":"exact"}', '--json'])
    const inline = await shell(['exact', '--mdp', mdp, '--estimator', file('gae.json', spec), '--facts', JSON.stringify({ value: tableOf('truth.V', stored) }), '--json', '--batch-size', '1', '--sampling', 'target'])
    expect(named.exit).toBe(0)
    expect(gap(JSON.parse(named.out).expectation, JSON.parse(inline.out).expectation)).toBeLessThan(1e-12)
    const row = stored.estimators.find(({ id }) => id === 'gae_piV_lambda0.5')
    expect(gap(JSON.parse(named.out).expectation, row?.expectation ?? [])).toBeLessThan(1e-9)
    expect(Object.keys(JSON.parse(named.out))).toEqual(['target', 'expectation', 'covDiag', 'covTrace', 'bias', 'N', 'trajectories'])
    const table = await shell(['exact', '--mdp', mdp, '--estimator', spec, '--facts', '{"value":"exact"}'])
    expect(table.out).toContain('state  action  gradJ')
    expect(table.out).not.toContain('\u001B')
  })

  it('behaviour values, and the whole covariance', async () => {
    const mdp = file('two.json', mdps[1])
    const asked = await shell(['exact', '--mdp', mdp, '--estimator', 'clipped', '--sampling', 'behaviour', '--covariance', 'full', '--json'])
    const { covariance, covDiag, N } = JSON.parse(asked.out)
    expect(N).toBe(2)
    for (const [k, variance] of covDiag.entries()) expect(covariance[k][k]).toBeCloseTo(variance, 12)
    const values = await shell(['exact', '--mdp', mdp, '--estimator', '["totalReturn","causality",{"baseline":"stateValue"},{"importance":"perStep"},{"reduce":"meanOverTrajectories"}]', '--facts', '{"value":"exactBehaviour"}', '--sampling', 'behaviour', '--json'])
    const row = mdps[1].estimators.find(({ id }) => id === 'is_timestep_value_baseline')
    expect(gap(JSON.parse(values.out).expectation, row?.expectation ?? [])).toBeLessThan(1e-9)
  })
})

describe('what is wrong with the question', () => {
  const world = file('world.json', { S: 1, A: 2, T: 1, gamma: 1, rho: [1], P: [[[1], [1]]], R: [[1, 0]], policy: [[0.5, 0.5]], behaviourPolicy: [[0.9, 0.1]] })
  const reinforce = JSON.stringify(['totalReturn', end])
  const asked = (...more: readonly string[]): readonly string[] => ['exact', '--mdp', world, '--estimator', reinforce, ...more]
  const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['nothing', ['exact'], /^estimand: --mdp: expected a file, JSON, or a world, got none\nestimand: --estimator: expected a recipe, a pipeline as JSON, or a file of it, got none\n$/],
    ['an unknown world', ['exact', '--mdp', 'frozenlake', '--estimator', reinforce], /^estimand: mdp: expected a file, or a world: one of .* \(nearest: frozenLake\), got "frozenlake"\n$/],
    ['a folder', ['exact', '--mdp', folder, '--estimator', reinforce], /expected a file, got a directory/],
    ['an empty file', ['exact', '--mdp', file('empty.json', ''), '--estimator', reinforce], /empty\.json: expected JSON, got nothing/],
    ['an empty pipeline', ['exact', '--mdp', world, '--estimator', '[]'], /^estimand: estimator: expected an array that begins with a credit and ends with reduce, got \[\]\n$/],
    ['malformed JSON', ['exact', '--mdp', file('comma.json', '{\n  "S": 1,\n  "A" 2\n}'), '--estimator', reinforce], /comma\.json: line 3, column 7: expected a colon, got "2"/],
    ['an end too early', ['exact', '--mdp', file('early.json', '{"S": 1, "A": ['), '--estimator', reinforce], /early\.json: line 1, column 16: expected a (closing|JSON value).*, got the end/],
    ['NaN in JSON', ['exact', '--mdp', file('nan.json', '{"S": NaN}'), '--estimator', reinforce], /nan\.json: line 1, column 7: expected a finite number, since JSON has no other/],
    ['Infinity in JSON', ['exact', '--mdp', file('infinity.json', '{"gamma": -Infinity}'), '--estimator', reinforce], /line 1, column 11: expected a finite number/],
    ['other bytes', ['exact', '--mdp', file('latin.json', 'x'), '--estimator', reinforce], /latin\.json: line 1, column 1: expected JSON, in which names and texts stand in double quotes, got "x"/],
    ['numbers as strings', ['exact', '--mdp', JSON.stringify({ S: '1', A: 2, T: 1, gamma: '1', rho: ['1'], P: [[[1], [1]]], R: [[1, 0]], policy: [[0.5, 0.5]] }), '--estimator', reinforce], /^estimand: mdp\.S: expected a number, got "1"\nestimand: mdp\.gamma: expected a number, got "1"\nestimand: mdp\.rho\[0\]: expected a number, got "1"\n$/],
    ['huge numbers', ['exact', '--mdp', '{"S":1e999,"A":1,"T":1,"gamma":1,"rho":[1],"P":[[[1]]],"R":[[1]],"policy":[[1]]}', '--estimator', reinforce], /mdp\.S: expected an integer >= 1, got Infinity/],
    ['keys of the prototype', ['exact', '--mdp', '{"__proto__": {"S": 1}, "constructor": 1}', '--estimator', reinforce], /mdp\.S: expected a number, got none/],
    ['a pipeline with such keys', ['exact', '--mdp', world, '--estimator', '[{"__proto__": 1}, {"constructor": {}}]'], /estimator\[0\]: expected one of totalReturn.*\nestimand: estimator\[1\]: expected one of causality/],
    ['several at once', ['exact', '--mdp', 'nowhere.json', '--estimator', 'reinforc', '--facts', '{"valu": 1}'], /mdp: expected .*\nestimand: estimator: expected .*nearest: reinforce\), got "reinforc"\nestimand: facts\.valu: expected one of value, actionValue \(nearest: value\)/],
    ['a value that is none', asked('--facts', '{"value": "exactly"}'), /facts\.value: expected 'exact', 'exactBehaviour', or a table \[t\]\[s\], got "exactly"/],
    ['a table of another size', asked('--facts', '{"value": [[1, 2]]}'), /facts\.value\[0\]: expected an array of 1 numbers, got 2 entries/],
    ['a table of texts', asked('--facts', '{"actionValue": [[["1", null]]]}'), /facts\.actionValue\[0\]\[0\]\[0\]: expected a finite number, got "1"\nestimand: facts\.actionValue\[0\]\[0\]\[1\]: expected a finite number, got null/],
    ['facts that are missing', ['exact', '--mdp', world, '--estimator', '[{"gae":{"lambda":1}},{"reduce":"meanOverTrajectories"}]'], /estimator: expected data that the estimator may have, got the batch lacks StateValue \(value, bootstrapValue\); say where it comes from: --facts '\{"value": "exact"\}'/],
    ['on-policy on behaviour samples', asked('--sampling', 'behaviour'), /off-policy: add importance\(\.\.\.\) to the pipeline, or sample again/],
    ['too much work', ['exact', '--mdp', world, '--estimator', 'reinforceLoo', '--batch-size', '30'], /expected at most 600000 tuples of trajectories, got 1073741824; raise --limit, or take a smaller --batch-size or horizon/],
    ['a batch of none', asked('--batch-size', '0'), /Expected an integer >= 1, got "0"/],
    ['a batch of one and a half', asked('--batch-size', '1.5'), /Expected an integer >= 1, got "1\.5"/],
    ['another policy', asked('--sampling', 'both'), /Allowed choices are target, behaviour/],
    ['an option that is none', asked('--bach-size', '2'), /unknown option '--bach-size'\n\(Did you mean --batch-size\?\)/],
    ['a command that is none', ['exat'], /unknown command 'exat'\n\(Did you mean exact\?\)/],
    ['words that are no file', asked('--words', 'nowhere.js'), /--words: expected a JavaScript module .*, got nowhere\.js, which is no file/],
    ['requests that are no file', asked('--requests', 'nowhere.ndjson'), /--requests: expected a file of requests, one a line, got nowhere\.ndjson, which is no file/],
    ['rewards that overflow', ['exact', '--mdp', '{"S":1,"A":2,"T":2,"gamma":1,"rho":[1],"P":[[[1],[1]]],"R":[[1e308,-1e308]],"policy":[[0.5,0.5]]}', '--estimator', reinforce], /^estimand: estimator: expected finite moments, got one that is infinite or not a number/],
    ['a probability too much', ['exact', '--mdp', '{"S":1,"A":2,"T":1,"gamma":1,"rho":[1],"P":[[[1],[1]]],"R":[[1,0]],"policy":[[0.9,0.2]]}', '--estimator', reinforce], /mdp\.policy\[0\]: expected probabilities that sum to 1, got sum 1\.1/],
  ]
  for (const [name, args, message] of wrong)
    it(name, async () => {
      const { exit, out, err } = await shell(args)
      expect(err).toMatch(message)
      expect(out).toBe('')
      expect(exit).toBe(2)
      expect(err).not.toMatch(/\n\s+at |undefined|\[object/)
    })

  it('deeply nested JSON', async () => {
    const deep = file('deep.json', `${'['.repeat(200_000)}${']'.repeat(200_000)}`)
    for (const args of [['exact', '--mdp', deep, '--estimator', reinforce], ['exact', '--mdp', world, '--estimator', deep], ['exact', '--mdp', world, '--estimator', reinforce, '--facts', deep]]) {
      const { exit, out, err } = await shell(args)
      expect([exit, out]).toEqual([2, ''])
      expect(err).toMatch(/^estimand: (mdp|estimator|facts)/)
    }
  })
})

describe('requests', () => {
  const world = { S: 1, A: 2, T: 1, gamma: 1, rho: [1], P: [[[1], [1]]], R: [[1, 0]], policy: [[0.5, 0.5]] }
  const good = { id: 'a', estimator: 'reinforce', mdp: world }
  it('a bad line is answered, and does not stop the others', async () => {
    const lines = [JSON.stringify(good), '{"estimator": ', '', JSON.stringify({ ...good, id: { any: 1 }, batchSize: 0, samplings: 'x' }), '[]', '7', JSON.stringify({ estimator: 'reinforce' }), '{"estimator":"reinforce","mdp":"nowhere"}', JSON.stringify({ ...good, id: 'z' })]
    const { exit, out, err } = await shell(['exact', '--requests', '-'], { stdin: lines.join('\r\n') })
    const answers = out.trimEnd().split('\n').map((line) => JSON.parse(line))
    expect(answers.map(({ line }) => line)).toEqual([1, 2, 4, 5, 6, 7, 8, 9])
    expect(answers.map(({ problems }) => problems?.map(({ path }: { readonly path: string }) => path) ?? 'answered')).toEqual([
      'answered',
      [expect.stringMatching(/^line 2, column 1[56]$/)],
      ['batchSize', 'samplings'],
      ['request'],
      ['request'],
      ['mdp'],
      ['mdp'],
      'answered',
    ])
    expect(answers[2].id).toEqual({ any: 1 })
    expect(answers[0].expectation).toEqual([0.25, -0.25])
    expect(answers[0].id).toBe('a')
    expect(exit).toBe(2)
    expect(err).toBe('estimand: --requests: expected requests without problems, got 6 of 8 with problems, which are in their answers\n')
  })
  it('options stand in where a request says nothing', async () => {
    const { out, exit } = await shell(['exact', '--mdp', 'batchMeanShrinks', '--estimator', '["totalReturn",{"baseline":"batchMean"},{"reduce":"meanOverTrajectories"}]', '--batch-size', '3', '--requests', '-'], { stdin: '{}\n{"batchSize": 2}' })
    expect(exit).toBe(0)
    // The exact factor (N-1)/N of grad J = (0.25, -0.25).
    const found = out.trimEnd().split('\n').map((line) => JSON.parse(line).expectation)
    expect(gap(found[0], [(0.25 * 2) / 3, (-0.25 * 2) / 3])).toBeLessThan(1e-12)
    expect(gap(found[1], [0.125, -0.125])).toBeLessThan(1e-12)
  })
  it('without any request there is no answer, and nothing is wrong', async () => expect(await shell(['exact', '--requests', '-'])).toMatchObject({ exit: 0, out: '', err: '' }))
})

describe('a world that needs no file', () => {
  it('its numbers are those of the paper calculation', async () => {
    const { out, exit } = await shell(['exact', '--mdp', 'timestepRatioFlipsSign', '--estimator', '["totalReturn","causality",{"importance":"perStep"},{"reduce":"meanOverTrajectories"}]', '--sampling', 'behaviour', '--json'])
    const { target, expectation } = JSON.parse(out)
    expect(exit).toBe(0)
    expect(gap(target.value.slice(0, 2), [0.1, -0.1])).toBeLessThan(1e-12)
    expect(gap(expectation.slice(0, 2), [-0.325, 0.325])).toBeLessThan(1e-12)
  })
  it('help and version go to standard output', async () => {
    for (const args of [['--help'], ['help', 'exact'], ['exact', '--help'], ['weigh', '--help'], ['verify', '--help'], ['explain', '--help'], ['compare', '--help'], ['--version']]) {
      const { exit, out, err } = await shell(args)
      expect([exit, err]).toEqual([0, ''])
      expect(out.length).toBeGreaterThan(4)
      if (args.length === 2) expect(out).toContain('Examples:')
    }
  })
  it('without a command there is help on standard error', async () => {
    const { exit, out, err } = await shell([])
    expect([exit, out]).toEqual([2, ''])
    expect(err).toContain('Usage: estimand')
  })
  it('colours on a terminal, unless NO_COLOR asks for none', async () => {
    const args = ['exact', '--mdp', 'batchMeanShrinks', '--estimator', 'reinforce']
    expect((await shell(args, { terminal: true })).out).toContain('\u001B[')
    expect((await shell(args, { terminal: true, env: { NO_COLOR: '1' } })).out).not.toContain('\u001B')
    expect((await shell(args, { terminal: true, env: { NO_COLOR: '' } })).out).toContain('\u001B[')
  })
})

describe('a world of a few bytes that asks for much', () => {
  const world = (T: number, more: object = {}): string => JSON.stringify({ S: 1, A: 1, T, gamma: 1, rho: [1], P: [[[1]]], R: [[1]], policy: [[1]], ...more })
  it('30,000 steps are gone through', { timeout: 60_000 }, async () => {
    const { exit, out } = await shell(['exact', '--mdp', world(30_000), '--estimator', 'reinforce', '--json'])
    expect(exit).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ trajectories: 1, expectation: [0], covTrace: 0 })
  })
  it('1e9 steps are a line each, with what to do, where they are needed', { timeout: 60_000 }, async () => {
    const refusal = 'mdp.T: expected at most 1198372 decisions where S = 1 and A = 1, so that tables by time fit in memory, got 1000000000; take a shorter horizon'
    expect(await shell(['exact', '--mdp', world(1e9), '--estimator', 'reinforce'])).toMatchObject({ exit: 2, out: '', err: `estimand: ${refusal}\n` })
    const compared = await shell(['compare', 'reinforce', '--world', world(1e9), '--no-plot', '--json'])
    expect(JSON.parse(compared.out).rows[0].because).toContain('got 1000000000; take a shorter horizon')
    const two = { A: 2, P: [[[1], [1]]], R: [[1, 0]], policy: [[0.5, 0.5]] }
    const wide = await shell(['exact', '--mdp', world(1000, two), '--estimator', 'reinforce'])
    expect(wide).toMatchObject({ exit: 2, err: 'estimand: estimator: expected at most 600000 tuples of trajectories, got 1.0715086071862673e+301; raise --limit, or take a smaller --batch-size or horizon\n' })
    const unlimited = await shell(['exact', '--mdp', world(1000, two), '--estimator', 'reinforce', '--limit', '1e15'])
    expect(unlimited.exit).toBe(2)
    const batch = file('batch.json', { trajectories: [{ states: [0], actions: [0], rewards: [1] }] })
    const weighed = await shell(['weigh', '--mdp', world(1e9), '--batch', batch, '--estimator', 'reinforce'])
    expect(weighed.err).toContain('expected 1000000000 steps, or an end in a terminal state, got 1 steps')
  })
  it('support below the numbers is named', async () => {
    const far = world(1, { A: 2, P: [[[1], [1]]], R: [[1, 0]], policy: [[0.5, 0.5]], thetaBehaviour: [[-800, 0]] })
    const { exit, err } = await shell(['exact', '--mdp', far, '--sampling', 'behaviour', '--estimator', '["totalReturn", {"importance": "perTrajectory"}, {"reduce": "meanOverTrajectories"}]'])
    expect(exit).toBe(2)
    expect(err).toContain('where the ratio of action 0 in state 0 is exp(799.3); truncate the ratio, bring the policies closer')
  })
})
