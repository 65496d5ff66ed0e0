import { spawnSync } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Root of the repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc')

/** What tsc printed, whether it found errors or not. */
export const tsc = (...args: readonly string[]): string => {
  const { stdout, stderr, error } = spawnSync(process.execPath, [compiler, '--pretty', 'false', ...args], { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 })
  if (error !== undefined) throw error
  if (stdout === '' && stderr !== '') throw new Error(stderr)
  return stdout
}

/** One error of tsc with everything that it says of it. */
export interface Refusal {
  readonly file: string
  readonly line: number
  readonly message: string
}

/** The errors in what tsc printed; lines that are indented belong to the error before. */
export const refusalsIn = (output: string): readonly Refusal[] => {
  const refusals: { file: string; line: number; message: string }[] = []
  for (const text of output.split('\n')) {
    const head = /^(.+)\((\d+),\d+\): error (TS\d+: .*)$/.exec(text)
    if (head !== null) refusals.push({ file: join(root, head[1]), line: Number(head[2]), message: head[3] })
    else if (text.startsWith(' ') && refusals.length > 0) refusals[refusals.length - 1].message += `\n${text}`
  }
  return refusals
}

/** A folder of programs outside the repository that see its sources by their public names; gone after `use`. */
export const withPrograms = <A>(programs: Readonly<Record<string, string>>, use: (configOf: (file: string) => string, folder: string) => A): A => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'estimand-types-')))
  try {
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    for (const [file, text] of Object.entries(programs)) {
      writeFileSync(join(folder, file), text)
      const config = { extends: join(root, 'tsconfig.json'), compilerOptions: { typeRoots: [join(root, 'node_modules/@types')] }, include: [], exclude: [], files: [file] }
      writeFileSync(join(folder, `${file}.json`), JSON.stringify(config))
    }
    return use((file) => join(folder, `${file}.json`), folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
