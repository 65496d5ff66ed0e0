import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { asModule } from '../documentation/asModule.ts'
import type { Block, Guide } from './guide.ts'
import { codeOf, guideOf, refusals, refusedWrongly, runs, withTexts } from './guide.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
// Beside those of the docstrings, which git and the watcher pass over, so that vitest and the compiler resolve the public names as they do for any test.
const generated = mkdtempSync(join(root, 'test', 'documentation', 'generated-'))
afterAll(() => rmSync(generated, { recursive: true, force: true }))

const checker = '../check.ts'
const languages = ['ts', 'js', 'python', 'json', 'console', 'text']

/** The module that a guide is: its blocks in order, each claim a check. */
const moduleOf = (guide: Guide): string => asModule({ path: guide.path, line: 1, code: codeOf(guide, runs(guide)), compileOnly: false }, checker)

const write = (name: string, code: string): string => {
  const path = join(generated, `${name.replaceAll(/\W/g, '.')}.ts`)
  writeFileSync(path, code)
  return path
}

interface CompilerError {
  readonly file: string
  readonly line: number
  readonly text: string
}

/** What the compiler says of some files, error by error. */
const compile = (files: readonly string[]): readonly CompilerError[] => {
  const project = join(generated, 'tsconfig.json')
  writeFileSync(project, JSON.stringify({ extends: '../../../tsconfig.json', compilerOptions: { noUnusedLocals: false, noErrorTruncation: true }, files, include: [] }))
  let output = ''
  try {
    execFileSync(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', project, '--pretty', 'false'], { cwd: generated, encoding: 'utf8' })
  } catch (failure) {
    output = (failure as { readonly stdout: string }).stdout
  }
  return output.split(/\n(?=\S)/).flatMap((text) => {
    const [, file, line] = /^(.+?)\((\d+),\d+\): error/.exec(text) ?? []
    return file === undefined ? [] : [{ file: posix.basename(file), line: Number(line), text }]
  })
}

const folder = join(root, 'docs', 'guides')
const guides = readdirSync(folder)
  .filter((name) => name.endsWith('.md'))
  .toSorted()
  .map((name) => guideOf(`docs/guides/${name}`, readFileSync(join(folder, name), 'utf8')))

describe('the guides', () => {
  it('are found, begin with their title, and use languages that the site can show', () => {
    expect(guides).not.toHaveLength(0)
    for (const { path, lines, blocks } of guides) {
      expect(lines[0], path).toMatch(/^# \S/)
      for (const { language, line } of blocks) expect(languages, `${path}:${line}`).toContain(language)
    }
  })

  it('link to what is there', () => {
    for (const { path, lines } of guides)
      for (const [, target] of lines.join('\n').matchAll(/\]\((?![a-z]+:|#)([^)#\s]+)/g))
        expect(existsSync(join(root, posix.dirname(path), target)), `${path}: ${target}`).toBe(true)
  })

  it.each(guides.map((guide) => [guide.path, guide] as const))('%s holds what it says (UPDATE=1 writes its printed texts)', async (path, guide) => {
    const exported: Readonly<Record<string, unknown>> = await import(/* @vite-ignore */ write(`${path}.runs`, moduleOf(guide)))
    const now = withTexts(guide, exported)
    if (process.env['UPDATE'] === '1' && now !== guide.lines.join('\n')) writeFileSync(join(root, path), now)
    else expect(guide.lines.join('\n')).toBe(now)
  })

  it('compile, and what they call refused does not', () => {
    const whole = guides.map((guide) => write(`${guide.path}.compiles`, moduleOf(guide)))
    const refused = guides.flatMap((guide) => refusals(guide).map(({ block, code }) => ({ guide, block, file: write(`${guide.path}.refused.line${block.line}`, `${code}\nexport {}\n`) })))
    const errors = compile([...whole, ...refused.map(({ file }) => file)])
    const of = (file: string): readonly CompilerError[] => errors.filter((error) => error.file === posix.basename(file))
    expect(whole.flatMap(of)).toEqual([])
    expect(refused.map(({ guide, block, file }) => refusedWrongly(guide, block, of(file))).filter((wrong) => wrong !== null)).toEqual([])
  })
})

const invented = (...lines: readonly string[]): Guide => guideOf('invented.md', lines.join('\n'))
const fenced = (info: string, ...code: readonly string[]): readonly string[] => [`\`\`\`${info}`, ...code, '```']

describe('negative controls', () => {
  let count = 0
  const run = async (guide: Guide): Promise<void> => {
    await import(/* @vite-ignore */ write(`invented${count++}`, moduleOf(guide)))
  }

  it('a block sees those before it, and claims carry the line of the page', async () => {
    await run(invented('# Title', '', ...fenced('ts', 'const one = 1'), '', 'Words.', '', ...fenced('ts', 'one + 1 // => 2')))
    await expect(run(invented('# Title', '', ...fenced('ts', 'const one = 1'), '', ...fenced('ts', 'one + 1 // => 3')))).rejects.toThrow('invented.md:8: expected 3, got 2')
  })

  it('a text of the name of an export is what was exported', () => {
    const guide = invented('# Title', '', ...fenced('text said', 'old', 'older'), '', ...fenced('text said', 'new'), 'end')
    const expected = ['# Title', '', ...fenced('text said', 'new'), '', ...fenced('text said', 'new'), 'end'].join('\n')
    expect(withTexts(guide, { said: 'new' })).toBe(expected)
    expect(() => withTexts(guide, {})).toThrow('invented.md:4: nothing prints the text said')
  })

  it('refuses a fence without a language, one left open, and a guide that claims nothing', () => {
    expect(() => invented('```', 'x', '```')).toThrow(/invented.md:1: a fence without a language/)
    expect(() => invented('```ts', 'x')).toThrow(/not closed/)
    expect(() => moduleOf(invented(...fenced('ts', 'const x = 1')))).toThrow(/claims nothing/)
  })

  const refusal = (guide: Guide): string | null => {
    const [{ block, code }] = refusals(guide)
    return refusedWrongly(guide, block, compile([write(`refused${count++}`, `${code}\nexport {}\n`)]))
  }

  it.each<readonly [string, readonly string[], RegExp | null]>([
    ['one that is refused with those words', [...fenced('ts refused', "const x: number = 'a'"), '', "> Type 'string' is not assignable to type 'number'."], null],
    ['one that compiles', [...fenced('ts refused', 'const x = 1'), '', '> words'], /compiles/],
    ['one whose error is not quoted', fenced('ts refused', "const x: number = 'a'"), /quote/],
    ['one with other words', [...fenced('ts refused', "const x: number = 'a'"), '', '> other words'], /does not say: other words/],
    ['an error in a block before it', [...fenced('ts', "const y: string = 1"), ...fenced('ts refused', "const x: number = 'a'"), '> Type'], /invented.md:2/],
  ])('%s', (_, lines, expected) => {
    const found = refusal(invented(...lines))
    if (expected === null) expect(found).toBeNull()
    else expect(found).toMatch(expected)
  })

  it('finds a wrong type in a block that runs', () => {
    const path = write('wrongType', moduleOf(invented(...fenced('ts', "const text: string = 1 as unknown as number", 'text // => 1'))))
    expect(compile([path]).map(({ line }) => line)).toEqual([2])
  })

  it('takes code and quotation of a block as they stand', () => {
    const expected: Block = { language: 'ts', note: 'refused', code: 'a\n b', line: 3, quoted: ['said', 'again'] }
    expect(invented('x', ...fenced('ts refused', 'a', ' b'), '', '> said', '> again', '', '> else').blocks).toEqual([expected])
  })
})
