import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brokenLinks, fetched, leftovers } from './links.ts'
import type { Site } from './links.ts'

const folder = fileURLToPath(new URL('../../../docs/site/', import.meta.url))
if (!existsSync(folder)) {
  console.error('docs/site is not there: npm run docs makes it')
  process.exit(1)
}
const site: Site = new Map(
  readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    if (!entry.isFile()) return []
    const file = join(entry.parentPath, entry.name)
    return [[file.slice(folder.length).split(sep).join('/'), file.endsWith('.html') ? readFileSync(file, 'utf8') : null] as const]
  }),
)
const faults = [...brokenLinks(site), ...fetched(site), ...leftovers(site)]
for (const { page, says } of faults) console.error(`${page} ${says}`)
const pages = [...site.values()].filter((html) => html !== null).length
console.log(`${pages} pages: ${faults.length === 0 ? 'every link and anchor is there, nothing is fetched from elsewhere, no formula is left unset' : `${faults.length} faults`}`)
if (faults.length > 0) process.exitCode = 1
