import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { guideOf, withTexts } from './guide.ts'
import { outputsOf, printed, pythonWithTorch, unpack } from './programs.ts'

const folder = fileURLToPath(new URL('../../docs/guides/', import.meta.url))
const guides = readdirSync(folder)
  .filter((name) => name.endsWith('.md'))
  .toSorted()
  .map((name) => guideOf(name, readFileSync(join(folder, name), 'utf8')))
const scratch = mkdtempSync(join(tmpdir(), 'estimand-guides-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const python = pythonWithTorch()

/** A lane of its own, since it needs PyTorch: `npm run test:torch`. The numbers beside these are checked wherever the guides are. */
describe('what the PyTorch programs of the guides print', () => {
  it('there is a python with torch; ESTIMAND_PYTHON names one', () => expect(python).not.toBeNull())

  it.each(guides.filter((guide) => printed(guide).length > 0).map((guide) => [guide.path, guide] as const))('%s (UPDATE=1 writes it)', (path, guide) => {
    const own = mkdtempSync(join(scratch, 'guide-'))
    unpack(guide, own)
    const now = withTexts(guide, outputsOf(python ?? '', own, printed(guide).map(({ note }) => note)), /\.py$/)
    if (process.env['UPDATE'] === '1') writeFileSync(join(folder, path), now)
    else expect(guide.lines.join('\n')).toBe(now)
  }, 300_000)
})
