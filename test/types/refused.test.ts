import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { IllegalStep, legality } from 'estimand'
import { notAWeighting } from '../../src/weighting/step.ts'
import { refusalsIn, root, tsc } from './tsc.ts'
import type { Refusal } from './tsc.ts'

const mark = ' // refused: '

interface Program {
  readonly file: string
  /** The line that is wrong, counted from 1. */
  readonly line: number
  /** What tsc must say of it. */
  readonly words: string
}

const programsIn = (folder: string): readonly Program[] =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => {
      const file = join(root, folder, name)
      const marked = readFileSync(file, 'utf8')
        .split('\n')
        .flatMap((text, k) => (text.includes(mark) ? [{ file, line: k + 1, words: text.slice(text.indexOf(mark) + mark.length) }] : []))
      if (marked.length !== 1) throw new Error(`${name}: expected one marked line, got ${marked.length}`)
      return marked[0]
    })

const output = tsc('-p', 'test/types/refused')
const refusals = refusalsIn(output)

const of = ({ file }: Program): readonly Refusal[] => refusals.filter((refusal) => refusal.file === file)

/** Why a program does not count as refused in the way it says; null if it does. */
const shortfall = (program: Program): string | null => {
  const errors = of(program)
  if (errors.length === 0) return 'it compiles'
  const elsewhere = errors.filter(({ line }) => line !== program.line)
  if (elsewhere.length > 0) return `an error on another line:\n${elsewhere.map(({ line, message }) => `${line}: ${message}`).join('\n')}`
  return errors.some(({ message }) => message.includes(program.words))
    ? null
    : `the message has not the words: ${program.words}\n${errors.map(({ message }) => message).join('\n')}`
}

const programs = programsIn('test/types/refused')

describe('the compiler refuses', () => {
  test.each(programs.map((program) => [basename(program.file, '.ts').replace(/^\d+-/, '').replaceAll('-', ' '), program] as const))('%s', (_name, program) => {
    expect(shortfall(program)).toBeNull()
  })

  test('nothing else, and in no other file', () => {
    const known = new Set(programs.map(({ file }) => file))
    expect(refusals.filter(({ file }) => !known.has(file))).toEqual([])
  })

  test('not what is legal: the control compiles, and the check says so', () => {
    const controls = programsIn('test/types/refused-control')
    expect(controls.map(shortfall)).toEqual(controls.map(() => 'it compiles'))
    expect(controls).not.toEqual([])
  })
})

const sentences = new Set<string>([...Object.values(legality).flatMap((row) => Object.values<string>(row)), notAWeighting])

describe('the runtime refuses in the same words', () => {
  // The types are gone at run time, so a refused program is the same composition without a compiler.
  const illegal = programs.filter(({ words }) => sentences.has(words))

  test('as many sentences of the table as are exercised', () => {
    expect(new Set(illegal.map(({ words }) => words)).size).toBeGreaterThanOrEqual(30)
  })

  test.each(illegal.map((program) => [program.words, program] as const))('%s', async (words, program) => {
    expect(output.includes(`"${words}"`)).toBe(true)
    const thrown: unknown = await import(program.file).then(
      () => null,
      (error: unknown) => error,
    )
    expect(thrown).toBeInstanceOf(IllegalStep)
    expect((thrown as IllegalStep).message).toBe(words)
  })
})
