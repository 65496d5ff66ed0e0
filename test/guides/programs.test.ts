import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { asModule } from '../documentation/asModule.ts'
import { codeOf, guideOf, withTexts } from './guide.ts'
import { hasTensorFlow, outputOf, printed, pythonWithTorch, scripts, unpack } from './programs.ts'

const folder = fileURLToPath(new URL('../../docs/guides/', import.meta.url))
const guides = readdirSync(folder)
  .filter((name) => name.endsWith('.md'))
  .toSorted()
  .map((name) => guideOf(name, readFileSync(join(folder, name), 'utf8')))
const scratch = mkdtempSync(join(tmpdir(), 'estimand-guides-'))
// Beside those of the docstrings, so that the public names resolve as they do for any test.
const generated = mkdtempSync(fileURLToPath(new URL('../documentation/generated-', import.meta.url)))
afterAll(() => {
  for (const made of [scratch, generated]) rmSync(made, { recursive: true, force: true })
})

const python = pythonWithTorch()

/** Skipped where there is no PyTorch, and not silently: the numbers beside these are checked wherever the guides are. */
describe.skipIf(python === null)('what the PyTorch programs of the guides print', () => {
  it.each(guides.filter((guide) => printed(guide).length > 0).map((guide) => [guide.path, guide] as const))('%s (UPDATE=1 writes it)', (path, guide) => {
    const own = mkdtempSync(join(scratch, 'guide-'))
    unpack(guide, own)
    const outputs = Object.fromEntries(printed(guide).map(({ note }) => [note, outputOf(python ?? '', own, note)]))
    const now = withTexts(guide, outputs, /\.py$/)
    if (process.env['UPDATE'] === '1') writeFileSync(join(folder, path), now)
    else expect(guide.lines.join('\n')).toBe(now)
  }, 300_000)
})

/** Blocks of JavaScript that are no file of their own are one module, with its claims. */
const inJavaScript = guides.filter((guide) => scripts(guide).length > 0)

describe.skipIf(!hasTensorFlow())('what the tfjs blocks of the guides hold', () => {
  it.each(inJavaScript.map((guide) => [guide.path, guide] as const))('%s', async (path, guide) => {
    const file = join(generated, `${path}.js`)
    writeFileSync(file, asModule({ path, line: 1, code: codeOf(guide, scripts(guide)), compileOnly: false }, '../check.ts'))
    await import(/* @vite-ignore */ file)
  }, 300_000)
})

describe('negative controls', () => {
  it('finds the programs and files of a guide', () => {
    const guide = guideOf('invented.md', ['```python a.py', 'print(1)', '```', '```text a.py', '2', '```', '```text other', '```'].join('\n'))
    expect(printed(guide).map(({ note }) => note)).toEqual(['a.py'])
    expect(withTexts(guide, { 'a.py': '1' }, /\.py$/)).toBe(guide.lines.join('\n').replace('\n2\n', '\n1\n'))
  })
})
