import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
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

/** Whether tfjs is installed here. */
export const hasTensorFlow = (): boolean => {
  try {
    createRequire(import.meta.url).resolve('@tensorflow/tfjs')
    return true
  } catch {
    return false
  }
}

/** Blocks of JavaScript that are no file of their own. */
export const scripts = ({ blocks }: Guide): readonly Block[] => blocks.filter(({ language, note }) => language === 'js' && note === '')

/** Writes the files of a guide, so that its programs find each other. */
export const unpack = ({ blocks }: Guide, folder: string): void => {
  for (const { language, note, code } of blocks) if (language !== 'text' && /^[\w-]+\.\w+$/.test(note)) writeFileSync(join(folder, note), `${code}\n`)
}

/** The programs of a guide whose output it shows: a text of the name of a Python file. */
export const printed = ({ blocks }: Guide): readonly Block[] => blocks.filter(({ language, note }) => language === 'text' && note.endsWith('.py'))

/** What a program of a guide prints. */
export const outputOf = (python: string, folder: string, name: string): string =>
  execFileSync(python, [name], { cwd: folder, encoding: 'utf8', env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' } }).trimEnd()
