import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { pythonWithTorch } from '../guides/programs.ts'
import { root } from './installed.ts'
import { programsOf } from './readme.ts'

const programs = programsOf(readFileSync(join(root, 'README.md'), 'utf8'), ['python'])

it('the README has a program in PyTorch', () => expect(programs).not.toHaveLength(0))

it.each(programs.map((program) => [program.line, program] as const))('the program of line %i prints what is shown', (_, { code, prints }) => {
  expect(execFileSync(pythonWithTorch() ?? 'python3', ['-c', code], { encoding: 'utf8', timeout: 60_000 })).toBe(`${prints}\n`)
})
