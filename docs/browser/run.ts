import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import type { Page } from 'playwright-core'
import { chromiumFlags, chromiumPath } from './chromium.ts'

/* Opens one page of each kind from the disk in a headless browser, at the width of a desk and of a phone, in light and in dark. */

const site = fileURLToPath(new URL('../../site/', import.meta.url))
const guide = existsSync(join(site, 'guides')) ? readdirSync(join(site, 'guides')).find((name) => name.endsWith('.html')) : undefined
const kinds: Readonly<Record<string, { readonly path: string; readonly formulas: boolean }>> = {
  'the landing page': { path: 'index.html', formulas: true },
  'an entry point': { path: 'api/estimand.html', formulas: false },
  'a function': { path: 'api/estimand/leaveOneOut.html', formulas: true },
  'a type': { path: 'api/estimand/type/Weighting.html', formulas: false },
  // What is long and cannot be broken is what makes a page wider than a phone.
  'a long name': { path: 'api/estimand/exact/linearGaussianScoreWithoutNormaliser.html', formulas: false },
  'a long type': { path: 'api/estimand/type/WeightModifierDefinition.html', formulas: false },
  'a class': { path: 'api/estimand/IllegalStep.html', formulas: false },
  'a function of the oracle': { path: 'api/estimand/exact/exact.html', formulas: true },
  'a law': { path: 'api/estimand/laws/sound.html', formulas: true },
  'the words': { path: 'words.html', formulas: false },
  'a kind of words': { path: 'words/credits.html', formulas: true },
  'a word': { path: 'words/clip.html', formulas: true },
  'the reasons': { path: 'words/reasons.html', formulas: true },
  'the recipes': { path: 'words/recipes.html', formulas: true },
  'a lesson': { path: 'lessons/03-causality.html', formulas: true },
  'the changelog': { path: 'changelog.html', formulas: false },
  ...(guide === undefined ? {} : { 'a guide': { path: `guides/${guide}`, formulas: false } }),
  ...(existsSync(join(site, 'command-line.html')) ? { 'the command line': { path: 'command-line.html', formulas: false } } : {}),
}

const faults: string[] = []
const fault = (page: string, says: string): void => {
  faults.push(`${page}: ${says}`)
}

const open = async (page: Page, path: string): Promise<void> => {
  await page.goto(pathToFileURL(join(site, path)).href, { waitUntil: 'load' })
  await page.waitForFunction(() => document.body.style.display !== 'none')
  await page.waitForFunction(() => document.querySelectorAll('#tsd-nav-container li').length > 0)
}

const check = async (page: Page, name: string, path: string, formulas: boolean): Promise<void> => {
  await open(page, path)
  const seen = await page.evaluate(() => {
    const set = [...document.querySelectorAll('.katex')].filter((element) => element.getBoundingClientRect().width > 0)
    return {
      title: document.querySelector('h1')?.textContent ?? '',
      set: set.length,
      failed: document.querySelectorAll('.katex-error').length,
      fonts: [...document.fonts].filter((font) => font.family.startsWith('KaTeX') && font.status === 'loaded').length,
      wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      text: document.querySelector('.col-content')?.textContent?.length ?? 0,
    }
  })
  if (seen.title === '') fault(name, 'has no title')
  if (seen.text < 40) fault(name, 'is empty')
  if (formulas && seen.set === 0) fault(name, 'has no formula')
  if (seen.set > 0 && seen.fonts === 0) fault(name, 'has formulas and no font for them')
  if (seen.failed > 0) fault(name, `has ${seen.failed} formulas that could not be set`)
  if (seen.wide > 0) fault(name, `is ${seen.wide} pixels wider than the window`)
}

const search = async (page: Page, words: string, address: RegExp): Promise<void> => {
  await open(page, 'index.html')
  await page.click('#tsd-search-trigger')
  await page.fill('#tsd-search-input', words)
  try {
    await page.waitForFunction((pattern) => [...document.querySelectorAll<HTMLAnchorElement>('#tsd-search-results a')].some(({ href }) => new RegExp(pattern).test(href)), address.source, {
      timeout: 10_000,
    })
  } catch {
    fault('search', `finds no ${address.source} for ${words}`)
  }
}

/** Links of the menu, which a script writes: each has to lead to a file. */
const menu = async (page: Page): Promise<void> => {
  await open(page, 'words/clip.html')
  const targets = await page.evaluate(() => [...document.querySelectorAll<HTMLAnchorElement>('.site-menu a')].map(({ href }) => href))
  if (targets.length < 20) fault('the menu', `has ${targets.length} links`)
  for (const target of targets) if (!existsSync(fileURLToPath(target.split('#')[0] ?? target))) fault('the menu', `leads to ${target}, which is not there`)
}

const executablePath = chromiumPath()
if (executablePath === null) {
  console.error('no Chromium: set CHROMIUM to its path, or install it (Debian: apt-get install chromium)')
  process.exit(1)
}
if (!existsSync(join(site, 'index.html'))) {
  console.error('docs/site is not there: npm run docs makes it')
  process.exit(1)
}
const browser = await chromium.launch({
  executablePath,
  args: chromiumFlags,
})
const screens = [
  { name: 'desk, light', viewport: { width: 1280, height: 900 }, colorScheme: 'light' },
  { name: 'phone, dark', viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
] as const
try {
  for (const { name: screen, ...options } of screens) {
    const page = await browser.newPage(options)
    let where = ''
    page.on('console', (message) => {
      if (message.type() === 'error') fault(where, `console: ${message.text()}`)
    })
    page.on('pageerror', (error) => fault(where, error.message))
    page.on('request', (request) => {
      if (!/^(?:file|data|blob):/.test(request.url())) fault(where, `asks for ${request.url()}`)
    })
    for (const [name, { path, formulas }] of Object.entries(kinds)) await check(page, (where = `${name} (${screen})`), path, formulas)
    where = `search (${screen})`
    await search(page, 'leaveOneOut', /leaveOneOut\.html/)
    // On a phone the menu is behind a button.
    if (screen === 'desk, light') {
      where = 'the menu'
      await menu(page)
    }
    await page.close()
  }
} finally {
  await browser.close()
}
for (const line of faults) console.error(line)
console.log(`${Object.keys(kinds).length} kinds of pages on ${screens.length} screens, search and menu: ${faults.length === 0 ? 'as they should be' : `${faults.length} faults`}`)
if (faults.length > 0) process.exitCode = 1
