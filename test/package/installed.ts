import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect } from 'vitest'

/** The repository. */
export const root = fileURLToPath(new URL('../../', import.meta.url))
const installed = join(root, 'node_modules')

/** The compiler of the repository. */
export const tsc = join(installed, 'typescript', 'bin', 'tsc')

/** Standard output of a command that ends in a minute; what a failing one printed is in the message of what it throws. */
export const run = (folder: string, command: string, ...args: readonly string[]): string => {
  try {
    return execFileSync(command, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], shell: process.platform === 'win32', timeout: 60_000 })
  } catch (failure) {
    const { stdout, stderr } = failure as { readonly stdout: string; readonly stderr: string }
    return expect.fail(`${command} ${args.join(' ')}\n${stdout}\n${stderr}`)
  }
}

const linkPackage = (folder: string, name: string): void => {
  const link = join(folder, 'node_modules', name)
  mkdirSync(dirname(link), { recursive: true })
  symlinkSync(join(installed, name), link, 'junction')
}

/** What is packed, and what packing needs. */
const ingredients = ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'bundle.js', 'src', 'laws', 'examples', 'docs/guides', 'README.md', 'LICENSE', 'CHANGELOG.md']

/** Folders of somebody who has installed the packed package: theirs, and the package in it. They are there while the tests of a file run. */
export const installedPackage = (): { readonly user: string; readonly unpacked: string } => {
  const temporary = realpathSync(mkdtempSync(join(tmpdir(), 'estimand-packed-')))
  const project = join(temporary, 'project')
  const user = join(temporary, 'user')
  const unpacked = join(user, 'node_modules', 'estimand')

  beforeAll(() => {
    // A copy, so that a build here and one in the repository do not disturb each other.
    for (const name of ingredients) if (existsSync(join(root, name))) cpSync(join(root, name), join(project, name), { recursive: true })
    symlinkSync(installed, join(project, 'node_modules'), 'junction')
    run(project, 'npm', 'pack', '--silent', '--foreground-scripts=false')
    const tarball = readdirSync(project).find((name) => name.endsWith('.tgz')) ?? 'no tarball'
    mkdirSync(unpacked, { recursive: true })
    run(project, 'tar', '-xzf', tarball, '-C', unpacked, '--strip-components=1')
    const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(unpacked, 'package.json'), 'utf8'))
    for (const name of [...Object.keys({ ...dependencies, ...peerDependencies }), '@types/node']) linkPackage(user, name)
    writeFileSync(join(user, 'package.json'), JSON.stringify({ type: 'module', private: true }))
  }, 120_000)

  afterAll(() => {
    rmSync(temporary, { recursive: true, force: true })
  })

  return { user, unpacked }
}

/** Public names of the entries of the package, as `package.json` exports them, and the file of each in it. */
export const entries: readonly { readonly name: string; readonly file: string }[] = Object.entries(
  (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly exports: Readonly<Record<string, string | { readonly default: string }>> }).exports,
).flatMap(([path, target]) => (typeof target === 'string' ? [] : [{ name: path.replace(/^\./, 'estimand'), file: target.default }]))
