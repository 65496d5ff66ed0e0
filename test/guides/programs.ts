import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Block, Guide } from './guide.ts'

/** The Python that has PyTorch, by ESTIMAND_PYTHON or as the system's; null: there is none here. */
export const pythonWithTorch = (): string | null => {
  for (const python of [process.env['ESTIMAND_PYTHON'], 'python3', '/usr/bin/python3'])
    try {
      if (python === undefined) continue
      execFileSync(python, ['-c', 'import torch'], { stdio: 'ignore' })
      return python
    } catch {
      // The next one.
    }
  return null
}

/** Blocks of JavaScript that are no file of their own. */
export const scripts = ({ blocks }: Guide): readonly Block[] => blocks.filter(({ language, note }) => language === 'js' && note === '')

/** Writes the files of a guide, so that its programs find each other. */
export const unpack = ({ blocks }: Guide, folder: string): void => {
  for (const { language, note, code } of blocks) if (language !== 'text' && /^[\w-]+\.\w+$/.test(note)) writeFileSync(join(folder, note), `${code}\n`)
}

/** The programs of a guide whose output it shows: a text of the name of a Python file. */
export const printed = ({ blocks }: Guide): readonly Block[] => blocks.filter(({ language, note }) => language === 'text' && note.endsWith('.py'))

/** Runs programs as if each were alone, and imports PyTorch once for all of them, which takes longer than all that they do. */
const runner = `
import os, runpy, sys
import torch
sys.path.insert(0, '')
for name in sys.argv[1:]:
    if os.fork() == 0:
        sys.stdout = open(name + '.out', 'w')
        runpy.run_path(name, run_name='__main__')
        sys.stdout.close()
        os._exit(0)
    if os.wait()[1] != 0:
        sys.exit(name + ' failed')
`

/** What the programs of a guide print, by their names. */
export const outputsOf = (python: string, folder: string, names: readonly string[]): Readonly<Record<string, string>> => {
  execFileSync(python, ['-c', runner, ...names], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' } })
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, `${name}.out`), 'utf8').trimEnd()]))
}
