import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { appendFileSync, createWriteStream, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as E from 'fp-ts/lib/Either.js'
import { streamsOf, uniform } from 'estimand/environment'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCheckpoint } from '../../src/record/index.ts'
import { seed } from '../seed/seed.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'estimand-process-'))
const main = join(folder, 'dist/src/cli/main.js')

beforeAll(() => {
  // A build of its own, so that it is of these sources, whatever dist holds.
  writeFileSync(join(folder, 'package.json'), readFileSync(join(root, 'package.json')))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
  execFileSync(process.execPath, [join(root, 'bundle.js'), join(folder, 'dist')], { stdio: 'pipe' })
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Runs the program as a shell would. */
const estimand = (args: readonly string[], input = '') => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', input, cwd: folder, env: { ...process.env, NO_COLOR: '1' } })
  return { status, stdout, stderr }
}
const end = '{"reduce":"meanOverTrajectories"}'
/** Two actions in each of many steps: 2^20 trajectories, a second or more of work. */
const long = JSON.stringify({ S: 1, A: 2, T: 20, gamma: 1, rho: [1], P: [[[1], [1]]], R: [[1, 0]], policy: [[0.5, 0.5]] })

describe('the program', () => {
  it('answers on standard output alone, with exit code 0', () => {
    const { status, stdout, stderr } = estimand(['exact', '--mdp', 'batchMeanShrinks', '--estimator', `["totalReturn",${end}]`, '--json'])
    expect([status, stderr]).toEqual([0, ''])
    expect(JSON.parse(stdout)).toMatchObject({ target: { name: 'gradJ', value: [0.25, -0.25] }, expectation: [0.25, -0.25], N: 1, trajectories: 2 })
    expect(stdout.endsWith('}\n')).toBe(true)
  })
  it('says what is wrong on standard error alone, with exit code 2', () => {
    const { status, stdout, stderr } = estimand(['exact', '--mdp', 'batchMeanShrinks', '--estimator', '["totalReturn"]'])
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toBe('estimand: estimator[1]: expected reduce, which ends a pipeline, got the end\n')
  })
  it('has exit code 1 where a law fails, and says in which world; progress goes to standard error', () => {
    const { status, stdout, stderr } = estimand(['verify', '--estimator', `["totalReturn",{"baseline":"batchMean"},${end}]`, '--unbiased', '--runs', '20'])
    expect(status).toBe(1)
    expect(stdout).toMatch(/sound fails \(seed 1\).*\n1 state, 2 actions, horizon 1/)
    expect(stderr).toMatch(/^1 of 8: sound\n2 of 8: permutation\n/)
  })
  it('reads what a shell has opened for it, by its number and as standard input', () => {
    const said = (script: string): string => execFileSync('sh', ['-c', script], { encoding: 'utf8', cwd: folder, env: { ...process.env, NODE: process.execPath, MAIN: main }, stdio: ['ignore', 'pipe', 'pipe'] })
    const request = `echo '{"mdp":"batchMeanShrinks","estimator":"reinforce"}'`
    for (const path of ['/dev/stdin', '/dev/fd/0', '/proc/self/fd/0', '-'].filter((name) => name === '-' || existsSync(name)))
      expect([path, JSON.parse(said(`${request} | "$NODE" "$MAIN" exact --requests ${path}`))]).toEqual([path, expect.objectContaining({ line: 1, N: 1 })])
    expect(JSON.parse(said(`echo '["totalReturn",${end}]' | "$NODE" "$MAIN" exact --mdp batchMeanShrinks --json --estimator /dev/fd/3 3<&0`))).toMatchObject({ trajectories: 2 })
  })
  it('reads requests from standard input and from a file', () => {
    const requests = `{"mdp":"batchMeanShrinks","estimator":"reinforce"}\nnonsense\n{"mdp":"batchMeanShrinks","estimator":"rloo","id":7}\n`
    const piped = estimand(['exact', '--requests', '-'], requests)
    writeFileSync(join(folder, 'requests.ndjson'), requests)
    const filed = estimand(['exact', '--requests', 'requests.ndjson'])
    expect(piped.status).toBe(2)
    expect(filed.stdout).toBe(piped.stdout)
    const answers = piped.stdout.trimEnd().split('\n').map((line) => JSON.parse(line))
    expect(answers.map(({ line, id, problems, N }) => [line, id, N, problems === undefined])).toEqual([[1, undefined, 1, true], [2, undefined, undefined, false], [3, 7, 2, true]])
  })
  it('answers each request as it comes, before the stream has ended', async () => {
    const child = spawn(process.execPath, [main, 'exact', '--requests', '-'], { cwd: folder })
    const first = new Promise<string>((resolve) => child.stdout.once('data', (data: Buffer) => resolve(data.toString())))
    child.stdin.write('{"mdp":"batchMeanShrinks","estimator":"reinforce"}\n')
    expect(JSON.parse(await first).line).toBe(1)
    child.stdin.end()
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0)
  })
  it('a file of 200 MB is one clear message, soon', () => {
    const huge = join(folder, 'huge.json')
    createWriteStream(huge).end()
    writeFileSync(huge, '[')
    truncateSync(huge, 200e6)
    for (const args of [['exact', '--mdp', huge, '--estimator', 'reinforce'], ['exact', '--mdp', 'batchMeanShrinks', '--estimator', huge], ['weigh', '--batch', huge, '--estimator', 'reinforce']]) {
      const { status, stdout, stderr } = estimand(args)
      expect([status, stdout]).toEqual([2, ''])
      expect(stderr).toMatch(/^estimand: .*huge\.json: expected at most 128 MiB; .*, got 191 MiB\n$/)
    }
    // One line of a stream is no longer than that either; the next line is answered.
    const { status, stdout } = spawnSync('sh', ['-c', `(cat huge.json; echo; echo '{"mdp":"batchMeanShrinks","estimator":"reinforce"}') | "${process.execPath}" "${main}" exact --requests -`], { encoding: 'utf8', cwd: folder })
    expect(stdout.trimEnd().split('\n').map((line) => JSON.parse(line).problems?.[0].expected ?? 'answered')).toEqual(['at most 128 MiB', 'answered'])
    expect(status).toBe(2)
    rmSync(huge)
  })
  it('a closed pipe on standard output is one line, and no trace', () => {
    const requests = `{"mdp":"batchMeanShrinks","estimator":"reinforce"}\n`.repeat(20_000)
    writeFileSync(join(folder, 'many.ndjson'), requests)
    const { stdout, stderr } = spawnSync('sh', ['-c', `"${process.execPath}" "${main}" exact --requests many.ndjson | head -n 1`], { encoding: 'utf8', cwd: folder })
    expect(JSON.parse(stdout).line).toBe(1)
    expect(stderr).toBe('estimand: standard output was closed; the rest of the answer has nowhere to go\n')
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    it(`${signal} in the midst of the work: one line, no answer, ended by the signal`, { timeout: 30_000 }, async () => {
      const child = spawn(process.execPath, [main, 'exact', '--mdp', long.replace('"T":20', '"T":16'), '--estimator', 'reinforceLoo', '--batch-size', '2', '--limit', '10000000000000'], { cwd: folder })
      let [out, err] = ['', '']
      child.stdout.on('data', (data: Buffer) => (out += data.toString()))
      child.stderr.on('data', (data: Buffer) => (err += data.toString()))
      setTimeout(() => child.kill(signal), 1500)
      const ended = await new Promise((resolve) => child.once('close', (code, by) => resolve([code, by])))
      expect(ended).toEqual([null, signal])
      expect([out, err]).toEqual(['', 'estimand: interrupted; nothing was left half written\n'])
    })
  it('words of the user\'s own are read from a module, named where they fail, and held to the laws', () => {
    const index = JSON.stringify(join(folder, 'dist/src/index.js'))
    writeFileSync(
      join(folder, 'mine.mjs'),
      `import { entry, ratioOf } from ${index}
const half = ratioOf({ word: 'half', stage: 'step ratio', needs: [], reasons: [], ratio: (l) => l.map((x) => Math.exp(x / 2)), formula: { text: 'sqrt(rho_t)', latex: '' }, source: 'a test' })
export default { ratios: { half: entry.alone(half) } }`,
    )
    const spec = `["totalReturn","causality",{"importance":"half"},${end}]`
    const verified = estimand(['verify', '--words', 'mine.mjs', '--estimator', spec])
    expect(verified.status).toBe(1)
    expect(verified.stdout).toContain('sound fails (seed 1)')
    expect(estimand(['explain', '--estimator', spec]).stderr).toContain('estimator[2].importance: expected one of perTrajectory')
    writeFileSync(join(folder, 'broken.mjs'), 'export default { ratios: ')
    writeFileSync(join(folder, 'none.mjs'), 'export const ratios = {}')
    expect(estimand(['explain', '--words', 'broken.mjs', '--estimator', spec])).toMatchObject({ status: 2, stdout: '' })
    expect(estimand(['explain', '--words', 'none.mjs', '--estimator', spec]).stderr).toMatch(/--words: expected a default export such as/)
  })
  it('compare writes its plot whole or not at all', () => {
    const { status, stdout, stderr } = estimand(['compare', 'reinforce', 'rewardToGo', '--world', 'rtgRaisesVariance', '--plot', 'plot.svg'])
    expect(status).toBe(0)
    expect(stdout).toContain('rtgRaisesVariance')
    expect(stderr).toMatch(/wrote plot\.svg/)
    expect(readFileSync(join(folder, 'plot.svg'), 'utf8')).toMatch(/^<svg[\s\S]*<\/svg>\s*$/)
    const nowhere = estimand(['compare', 'reinforce', '--world', 'rtgRaisesVariance', '--plot', join('no', 'such', 'folder.svg')])
    expect([nowhere.status, nowhere.stdout]).toEqual([2, ''])
    expect(nowhere.stderr).toMatch(/--plot: expected a file that can be written, got .*no such folder/)
    for (const place of [folder, '/dev/null']) expect(estimand(['compare', 'reinforce', '--world', 'rtgRaisesVariance', '--plot', place]).stderr).toMatch(/--plot: expected a file that can be written, got .*, which is (a directory|no plain file)/)
    expect(readdirSync(folder).filter((name) => name.includes('.svg'))).toEqual(['plot.svg'])
    expect(existsSync(join(folder, 'no'))).toBe(false)
  })
})

describe('the program, training', () => {
  const train = (run: string, ...more: readonly string[]): readonly string[] =>
    ['train', '--env', 'CliffWalking-v1', '--estimator', 'reinforceLoo', '--hidden', '8', '--episodes', '2', '--every', '3', '--checkpoint', run, ...more]
  const started = (args: readonly string[]) => spawn(process.execPath, [main, ...args], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  const textOf = (child: ReturnType<typeof started>): (() => string) => {
    let text = ''
    child.stderr.on('data', (data: Buffer) => (text += data.toString()))
    return () => text
  }
  const closed = (child: ReturnType<typeof started>): Promise<readonly [number | null, NodeJS.Signals | null]> =>
    new Promise((resolve) => child.once('close', (code, by) => resolve([code, by])))
  const updatesIn = (run: string): number => {
    const path = join(folder, run, 'metrics.jsonl')
    const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : []
    return lines.length === 0 ? 0 : JSON.parse(lines.at(-1) ?? '').update
  }
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  const saved = (run: string): { readonly update: number; readonly parameters: unknown } => {
    const read = readCheckpoint(join(folder, run, 'checkpoint.json'))
    if (E.isLeft(read)) throw new Error(JSON.stringify(read.left))
    return read.right as { readonly update: number; readonly parameters: unknown }
  }

  it('killed twenty times at random moments loses no more than the updates since the last checkpoint, and never the checkpoint', async () => {
    const [random] = streamsOf(seed, 1)
    const lines = join(folder, 'killed/metrics.jsonl')
    let before = 0
    for (let k = 0; k < 20; k++) {
      const began = Date.now()
      const child = started(train('killed', '--no-stop', ...(existsSync(join(folder, 'killed/checkpoint.json')) ? ['--resume'] : [])))
      const gone = closed(child)
      // Most of them in the midst of updates, some before the first.
      if (k % 5 > 0) await until(() => existsSync(lines) && statSync(lines).mtimeMs > began && updatesIn('killed') > before + (k % 5))
      await new Promise((resolve) => setTimeout(resolve, uniform(random, 0, 60)))
      child.kill('SIGKILL')
      expect(await gone).toEqual([null, 'SIGKILL'])
      if (!existsSync(join(folder, 'killed/checkpoint.json'))) continue
      const { update } = saved('killed')
      expect(updatesIn('killed') - update).toBeLessThanOrEqual(3)
      expect(update).toBeGreaterThanOrEqual(before)
      before = update
    }
    expect(before).toBeGreaterThan(0)
    // As if nothing had happened: it ends where a run ends that nobody disturbed.
    const steps = String(JSON.parse(readFileSync(lines, 'utf8').split('\n').at(-2) ?? '').steps + 5000)
    expect(estimand(train('killed', '--resume', '--no-stop', '--steps', steps)).status).toBe(0)
    expect(estimand(train('whole', '--no-stop', '--steps', steps)).status).toBe(0)
    expect(saved('killed')).toMatchObject({ update: saved('whole').update, parameters: saved('whole').parameters })
  }, 120_000)

  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    it(`${signal} saves, says how to go on, and ends by the signal`, { timeout: 60_000 }, async () => {
      const run = `by-${signal}`
      const child = started(train(run, '--no-stop'))
      const text = textOf(child)
      const gone = closed(child)
      await until(() => updatesIn(run) > 4)
      child.kill(signal)
      expect(await gone).toEqual([null, signal])
      expect(text()).toMatch(/estimand: interrupted; the update that has begun is finished first, and a second interrupt ends at once\nestimand: interrupted after update \d+; .*checkpoint\.json has it, and --resume goes on from there\n$/)
      expect(saved(run).update).toBe(updatesIn(run))
      // It does go on from there.
      const { status } = estimand(['train', '--checkpoint', run, '--resume', '--steps', '1', '--no-stop'])
      expect([status, saved(run).update]).toEqual([0, updatesIn(run)])
    })

  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    it(`${signal} while the record is opened makes no update, and is heard`, { timeout: 60_000 }, async () => {
      const run = `opened-${signal}`
      expect(estimand(train(run, '--no-stop', '--steps', '100')).status).toBe(0)
      const lines = join(folder, run, 'metrics.jsonl')
      const before = saved(run)
      // Two million lines of one update, none of which has a return, are read to the first.
      const line = '{"update":1,"returns":[]}\n'
      writeFileSync(lines, '')
      for (let k = 0; k < 20; k++) appendFileSync(lines, line.repeat(100_000))
      const size = statSync(lines).size
      const child = started(['train', '--checkpoint', run, '--resume', '--no-stop', '--steps', '100000'])
      const text = textOf(child)
      const gone = closed(child)
      await until(() => existsSync(join(folder, run, 'training.lock')))
      child.kill(signal)
      expect(await gone).toEqual([null, signal])
      expect(text()).toMatch(new RegExp(`^estimand: interrupted; the update that has begun is finished first, and a second interrupt ends at once\\nestimand: interrupted after update ${before.update}; .*checkpoint\\.json has it, and --resume goes on from there\\n$`))
      expect([saved(run), statSync(lines).size]).toEqual([before, size])
      expect(readdirSync(join(folder, run))).not.toContain('training.lock')
    })

  it('a second interrupt ends at once, in the midst of an update, and leaves the checkpoint as it was', { timeout: 60_000 }, async () => {
    // One update of millions of steps: far longer than the test.
    const child = started(['train', '--env', 'CartPole-v1', '--estimator', 'ppo', '--copies', '64', '--length', '30000', '--checkpoint', 'twice'])
    const text = textOf(child)
    const gone = closed(child)
    // Its files are open: the update has begun.
    await until(() => existsSync(join(folder, 'twice')) && readdirSync(join(folder, 'twice')).some((name) => name.startsWith('events')))
    await new Promise((resolve) => setTimeout(resolve, 1000))
    child.kill('SIGINT')
    await until(() => text().includes('a second interrupt ends at once'))
    // Control: the first one alone does not end it.
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect([child.exitCode, child.signalCode]).toEqual([null, null])
    child.kill('SIGINT')
    expect(await gone).toEqual([null, 'SIGINT'])
    expect(text()).toMatch(/\nestimand: interrupted; nothing was left half written\n$/)
    expect([saved('twice').update, updatesIn('twice')]).toEqual([0, 0])
  })

  describe('a disk that fills up', () => {
    /** Whether this system lets a process have a small disk of its own, which nobody else sees and which goes with it. */
    const hasDisk = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]).status === 0
    const program = (...args: readonly string[]): string => [process.execPath, main, ...args].map((word) => `'${word}'`).join(' ')
    /** What a shell does while the disk is full, and once there is room again. */
    const script = hasDisk
      ? `mount -t tmpfs -o size=256k tmpfs disk && ${program(...train('disk/run', '--no-stop', '--steps', '400'))} >first 2>&1
         # Two pages are left: enough to begin with, and too few for a second checkpoint beside the first.
         head -c 300000 /dev/zero >disk/filler 2>>first; truncate -s -8192 disk/filler
         ${program(...train('disk/run', '--no-stop', '--resume', '--steps', '4000'))} >full 2>&1; echo $? >status
         rm disk/filler; cp disk/run/checkpoint.json between.json
         ${program(...train('disk/run', '--no-stop', '--resume', '--steps', '4000'))} >after 2>&1; cp -r disk/run done`
      : // No file may grow beyond what the first checkpoint takes, in blocks of 512 bytes.
        `${program(...train('disk/run', '--no-stop', '--steps', '400'))} >first 2>&1
         (trap '' XFSZ; ulimit -f $(( $(wc -c <disk/run/checkpoint.json) / 512 )); ${program(...train('disk/run', '--no-stop', '--resume', '--steps', '4000'))}) >full 2>&1; echo $? >status
         cp disk/run/checkpoint.json between.json
         ${program(...train('disk/run', '--no-stop', '--resume', '--steps', '4000'))} >after 2>&1; cp -r disk/run done`
    const read = (name: string): string => readFileSync(join(folder, name), 'utf8')

    it(`(${hasDisk ? 'a small one' : 'files that may not grow'}) is one line; the checkpoint is whole, and with room again it ends as if nothing had happened`, { timeout: 120_000 }, () => {
      mkdirSync(join(folder, 'disk'))
      const [command, ...words] = hasDisk ? ['unshare', '-m', 'sh', '-c', script] : ['sh', '-c', script]
      const { stderr } = spawnSync(command, words, { cwd: folder, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } })
      expect(stderr).toBe('')
      // In the midst of training, in the checkpoint itself.
      expect(read('status')).toBe('1\n')
      expect(read('full')).toMatch(/^(\d+ of .*\n)+estimand: .*checkpoint\.json could not be written: (ENOSPC|EFBIG).*\n$/)
      expect(E.isRight(readCheckpoint(join(folder, 'between.json')))).toBe(true)
      expect(read('after')).toContain('ended after')
      expect(estimand(train('undisturbed', '--no-stop', '--steps', '4000')).status).toBe(0)
      expect(saved('done')).toMatchObject({ update: saved('undisturbed').update, parameters: saved('undisturbed').parameters })
    })
  })

  it('pipelines may have words of one\'s own, and go on with them', { timeout: 60_000 }, () => {
    const index = JSON.stringify(join(folder, 'dist/src/index.js'))
    writeFileSync(
      join(folder, 'words.mjs'),
      `import { entry, ratioOf } from ${index}
const half = ratioOf({ word: 'half', stage: 'step ratio', needs: ['BehaviourLogProb'], reasons: [], ratio: (l) => l.map((x) => Math.exp(x / 2)), formula: { text: 'sqrt(rho_t)', latex: '' }, source: 'a test' })
export default { ratios: { half: entry.alone(half) } }`,
    )
    const words = ['--words', 'words.mjs']
    const spec = `["totalReturn","causality",{"importance":"half"},${end}]`
    const more = ['--env', 'CliffWalking-v1', '--estimator', spec, '--hidden', '8', '--episodes', '2', '--epochs', '2'] as const
    expect(estimand(['train', ...words, ...more, '--steps', '600', '--checkpoint', 'own', '--json'])).toMatchObject({ status: 0 })
    expect(estimand(['train', ...words, '--steps', '1500', '--checkpoint', 'own', '--resume', '--json'])).toMatchObject({ status: 0 })
    expect(estimand(['train', ...words, ...more, '--steps', '1500', '--checkpoint', 'own whole'])).toMatchObject({ status: 0 })
    expect(saved('own')).toMatchObject({ update: saved('own whole').update, parameters: saved('own whole').parameters })
    // Without the module nobody knows the word.
    const without = estimand(['train', '--steps', '3000', '--checkpoint', 'own', '--resume'])
    expect([without.status, without.stderr]).toEqual([2, expect.stringContaining('estimator[2].importance: expected one of perTrajectory')])
  })
})
