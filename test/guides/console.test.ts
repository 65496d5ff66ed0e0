import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { shell } from '../cli/shell.ts'
import { argumentsOf, commandsOf, isShown } from './console.ts'
import { guideOf } from './guide.ts'
import { unpack } from './programs.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const generated = mkdtempSync(join(root, 'test', 'documentation', 'generated-'))
afterAll(() => rmSync(generated, { recursive: true, force: true }))

const folder = join(root, 'docs', 'guides')
const guides = readdirSync(folder)
  .filter((name) => name.endsWith('.md'))
  .toSorted()
  .map((name) => guideOf(`docs/guides/${name}`, readFileSync(join(folder, name), 'utf8')))

const linesOf = (text: string): readonly string[] => text.split('\n').filter((line) => line.trim() !== '')

describe('the commands of the guides', () => {
  for (const guide of guides) {
    const { path, blocks } = guide
    const own = mkdtempSync(join(generated, 'guide-'))
    unpack(guide, own)
    const commands = blocks.filter(({ language }) => language === 'console').flatMap(commandsOf)
    it.each(commands.map((command) => [`${path}:${command.line}`, command] as const))('%s', async (_, { args, output, to }) => {
      // What goes to a file is what the guide shows as that file.
      const shown = to === null ? output : linesOf(readFileSync(join(own, to), 'utf8'))
      const { out, err } = await shell(args.map((word) => (existsSync(join(own, word)) ? join(own, word) : word)))
      const actual = linesOf(`${out}${err}`.replaceAll(`${own}/`, ''))
      expect(isShown(actual, shown) ? shown : actual).toEqual(shown)
    })
  }
})

describe('negative controls', () => {
  it('reads a command line as a shell does', () => {
    expect(argumentsOf(`exact --mdp a.json --estimator '["a", {"b": "c"}]' --x="y z"`)).toEqual(['exact', '--mdp', 'a.json', '--estimator', '["a", {"b": "c"}]', '--x=y z'])
  })

  it('reads commands with their output', () => {
    expect(commandsOf({ line: 5, code: '$ estimand a\n1\n\n$ estimand b > c.json' })).toEqual([
      { line: 5, args: ['a'], output: ['1'], to: null },
      { line: 8, args: ['b'], output: [], to: 'c.json' },
    ])
    expect(() => commandsOf({ line: 5, code: '1' })).toThrow(/line 5/)
  })

  it.each<readonly [readonly string[], readonly string[], boolean]>([
    [['a  b', 'c'], ['a b', 'c'], true],
    [['a', 'b', 'c'], ['...', 'c'], true],
    [['a', 'b', 'c'], ['a', '...'], true],
    [['a', 'b', 'c'], ['a', '...', 'c'], true],
    [['a', 'b', 'c'], ['a', 'c'], false],
    [['a', 'b', 'c'], ['a', '...', 'd'], false],
    [['a', 'b'], ['a'], false],
    [['a'], ['a', 'b'], false],
    [['{"x":[0.30000000000000004]}'], ['{ "x": [0.3] }'], true],
    [['{"x":[0.31]}'], ['{ "x": [0.3] }'], false],
  ])('%j against %j', (actual, shown, expected) => {
    expect(isShown(actual, shown)).toBe(expected)
  })
})
