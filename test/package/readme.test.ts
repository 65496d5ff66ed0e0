import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { installedPackage, root, run, tsc } from './installed.ts'
import { linksOf, programsOf } from './readme.ts'

const readme = readFileSync(join(root, 'README.md'), 'utf8')
const programs = programsOf(readme, ['ts'])
/** Where a file of the package can be read, whoever reads the page and wherever. */
const address = 'https://unpkg.com/estimand/'

describe('the README, to somebody who has installed the package', () => {
  const { user, unpacked } = installedPackage()

  it('begins with how to install it, and with the path of fp-ts that works in node', () => {
    const [commands] = /^ {4}\S.*$/m.exec(readme) ?? []
    expect(commands?.trim()).toBe('npm install estimand fp-ts')
    expect(readme.slice(0, readme.indexOf('\n## '))).toContain('fp-ts/lib/')
  })

  it('has programs, each with what it prints', () => {
    expect(programs.length).toBeGreaterThan(3)
    expect(programs.filter(({ prints }) => prints === null)).toEqual([])
  })

  // As it stands: nothing is added, and in plain node nothing is compiled. `run` ends it after a minute.
  it.each(programs.map((program) => [program.line, program] as const))('the program of line %i runs, ends, and prints what is shown', (line, { code, prints }) => {
    writeFileSync(join(user, `line${line}.mjs`), code)
    const printed = run(user, process.execPath, `line${line}.mjs`).split('\n')
    const shown = `${prints}\n`.split('\n')
    // tfjs greets on standard output first.
    expect(printed.slice(-shown.length)).toEqual(shown)
  }, 90_000)

  it('has programs that compile', () => {
    const files = programs.map(({ line, code }) => {
      writeFileSync(join(user, `line${line}.ts`), code)
      return `line${line}.ts`
    })
    const compilerOptions = { target: 'es2022', lib: ['es2023', 'dom'], module: 'nodenext', strict: true, noEmit: true, types: ['node'], skipLibCheck: true }
    writeFileSync(join(user, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))
    expect(run(user, process.execPath, tsc, '-p', '.')).toBe('')
  })

  it('links absolutely, and to what is in the package', () => {
    const links = linksOf(readme)
    expect(links.filter((target) => !/^(?:https:\/\/|#)/.test(target))).toEqual([])
    const here = links.filter((target) => target.startsWith(address))
    expect(here.length).toBeGreaterThan(15)
    expect(here.filter((target) => !existsSync(join(unpacked, target.slice(address.length))))).toEqual([])
  })
})

describe('negative controls', () => {
  const page = ['# Title', '', '```ts', 'console.log(1)', '```', '', 'It prints', '', '    1', '    2', '', 'Words.', '', '    3', '', '```ts', 'const x = 1', '```', '', '## Next', '', '    4'].join('\n')

  it('takes the text right after a program for what it prints, and none from beyond the next heading', () => {
    expect(programsOf(page, ['ts'])).toEqual([
      { language: 'ts', line: 4, code: 'console.log(1)', prints: '1\n2' },
      { language: 'ts', line: 17, code: 'const x = 1', prints: null },
    ])
    expect(programsOf(page, ['python'])).toEqual([])
  })

  it('finds links', () => {
    expect(linksOf('[a](b.md) and [c](https://d.org/e)')).toEqual(['b.md', 'https://d.org/e'])
  })
})
