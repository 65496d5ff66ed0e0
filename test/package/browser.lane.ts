import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { chromiumFlags, chromiumPath } from '../../docs/browser/chromium.ts'
import { forBrowser } from './bundled.ts'
import { installedPackage, root } from './installed.ts'
import { programsOf } from './readme.ts'

const program = programsOf(readFileSync(join(root, 'README.md'), 'utf8'), ['ts']).find(({ code }) => code.includes('train('))

/** A lane of its own, since it needs Chromium: `npm run test:browser`. */
describe('in a browser', () => {
  const { user } = installedPackage()

  it("the README's program trains CartPole, and prints what it prints in Node", async () => {
    const { text } = await forBrowser(program?.code ?? '', user)
    const executablePath = chromiumPath()
    if (executablePath === null) return expect.fail('no Chromium: set CHROMIUM to its path, or install it (Debian: apt-get install chromium)')
    const browser = await chromium.launch({ executablePath, args: chromiumFlags })
    try {
      const page = await browser.newPage()
      const printed: string[] = []
      page.on('console', (message) => printed.push(message.text()))
      page.on('pageerror', (error) => printed.push(String(error)))
      await page.setContent(`<script type="module">${text.replaceAll('</script', '<\\/script')}</script>`)
      await expect.poll(() => printed.at(-1), { timeout: 60_000 }).toMatch(/new episodes|Error/)
      expect(printed.join('\n')).toBe(program?.prints)
    } finally {
      await browser.close()
    }
    return undefined
  }, 90_000)
})
