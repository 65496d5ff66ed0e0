import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { asModule } from '../documentation/asModule.ts'
import { codeOf, guideOf, withTexts } from './guide.ts'
import { printed, scripts } from './programs.ts'

const folder = fileURLToPath(new URL('../../docs/guides/', import.meta.url))
const guides = readdirSync(folder)
  .filter((name) => name.endsWith('.md'))
  .toSorted()
  .map((name) => guideOf(name, readFileSync(join(folder, name), 'utf8')))
// Beside those of the docstrings, so that the public names resolve as they do for any test.
const generated = mkdtempSync(fileURLToPath(new URL('../documentation/generated-', import.meta.url)))
afterAll(() => {
  rmSync(generated, { recursive: true, force: true })
})

/** Blocks of JavaScript that are no file of their own are one module, with its claims. */
const inJavaScript = guides.filter((guide) => scripts(guide).length > 0)

describe('what the tfjs blocks of the guides hold', () => {
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
