import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { arch, cpus, loadavg, platform, totalmem } from 'node:os'
import { join } from 'node:path'
import type { Found, Modules } from './missing.ts'
import { pythonProgram, runOf } from './process.ts'
import type { About } from './results.ts'

/** One thread, for whoever asks: set before anything is started, so that all inherit it. */
export const oneThread = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1', NUMBA_NUM_THREADS: '1' } as const

/** Whether processes can be kept on a core here. */
export const canPin = (): boolean => spawnSync('taskset', ['--version'], { stdio: 'ignore' }).status === 0

const git = (...args: readonly string[]): string | null => {
  try {
    return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return null
  }
}

const commit = (): string | null => {
  const head = git('rev-parse', '--short', 'HEAD')
  // What is measured is src; results, say, may change.
  return head === null ? null : `${head}${git('status', '--porcelain', '--', 'src') === '' ? '' : '+'}`
}

/** What the numbers of this machine depend on. */
export const aboutHere = (core: number | null, peers: About['peers'], repeat: string): About => ({
  date: new Date().toISOString(),
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: cpus().length,
  memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
  system: `${platform()} ${arch()}`,
  core,
  threads: 1,
  node: process.version,
  commit: commit(),
  peers,
  repeat,
})

/** Processes that want to run, on average over the last minute. */
export const load = (): number => loadavg()[0]

/** CleanRL's ppo.py; null: there is none in that folder. */
export const cleanRlSource = (folder: string | null): string | null => {
  const path = folder === null ? '' : [join(folder, 'cleanrl', 'ppo.py'), join(folder, 'ppo.py')].find((one) => existsSync(one))
  return path === undefined || path === '' ? null : readFileSync(path, 'utf8')
}

/** Looks around for what the peers need. */
export const lookAround = async (python: string, folder: string, cleanRl: string | null): Promise<Found> => {
  let modules: Modules | null = null
  try {
    modules = (await runOf(pythonProgram(python, folder, 'versions.py'), python)) as unknown as Modules
  } catch {
    // It does not run: so it is reported.
  }
  return { python, modules, cleanRl: cleanRl === null ? null : createHash('sha256').update(cleanRl).digest('hex') }
}
