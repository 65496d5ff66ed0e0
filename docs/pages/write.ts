import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { reasons } from 'estimand'
import { commandLinePage } from './commandLine.ts'
import { lessonPage, nameOfLesson } from './lesson.ts'
import type { Page } from './page.ts'
import { fileOf, filesOf, link } from './page.ts'
import { recipesPage } from './recipe.ts'
import { onSite, titled } from './source.ts'
import { wordsPage } from './word.ts'

/* Writes every page of prose as Markdown; the theme makes the site of them and of the docstrings. */

const root = fileURLToPath(new URL('../../../', import.meta.url))
const out = join(root, 'docs/build/pages')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const run = (path: string, ...args: readonly string[]): string =>
  execFileSync(process.execPath, [join(root, path), ...args], { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' } })

const prose = (file: string, path: string): Page => ({ ...titled(onSite(file, read(file))), path })

const list = (pages: readonly Page[], says: (page: Page) => string): string => pages.map((page) => `- ${link(page.title, page.path)}${says(page)}`).join('\n')

/** First sentence of a page. */
const opening = ({ body }: Page): string => {
  const [sentence = ''] = /^[^\n]*(?:\n[^\n]+)*/.exec(body.replace(/^(?:#.*\n+)+/, '')) ?? []
  const first = /^.*?[.?!](?=\s|$)/s.exec(sentence.replace(/^Lesson \d+\. /, ''))?.[0]
  return first === undefined ? '' : `: ${first.replaceAll('\n', ' ')}`
}

const lessonFiles = readdirSync(join(root, 'examples')).filter((name) => /^\d\d-.*\.ts$/.test(name)).toSorted()
const programs = [...lessonFiles, 'write-your-own.ts', 'start.ts'].filter((name) => existsSync(join(root, 'examples', name)))
/** What a program prints; of the tour, its report goes elsewhere and its path is nobody's business. */
const printed = (file: string): string => {
  const program = `dist/examples/${file.replace(/\.ts$/, '.js')}`
  return file === 'start.ts' ? run(program, '--out', join(tmpdir(), 'estimand-tour.html')).replace(/^report: .*\n/m, '') : run(program)
}
const lessons = programs.map((file): Page => ({
  title: file === 'start.ts' ? 'npm start' : nameOfLesson(file),
  path: `lessons/${file.replace(/\.ts$/, '')}`,
  body: lessonPage(read(`examples/${file}`), printed(file)),
}))
const withNeighbours = lessons.map((page, k): Page => {
  const [before, after] = [lessons[k - 1], lessons[k + 1]]
  const previous = before === undefined ? '' : link(`← ${before.title}`, before.path)
  const next = after === undefined ? '' : link(`${after.title} →`, after.path)
  return { ...page, body: `${page.body}\n\n<nav class="neighbours">\n\n${[previous, next].filter((text) => text !== '').join('\n\n')}\n\n</nav>` }
})

const guideFolder = join(root, 'docs/guides')
const guides = (existsSync(guideFolder) ? readdirSync(guideFolder) : [])
  .filter((name) => name.endsWith('.md'))
  .toSorted()
  .map((name) => prose(`docs/guides/${name}`, `guides/${name.replace(/\.md$/, '')}`))

const commandLine = commandLinePage(join(root, 'dist/src/cli/main.js'))
const recipes = recipesPage()
const words = wordsPage(Object.values(reasons))

const top: readonly Page[] = [
  { title: 'Guides', path: 'guides', body: `How to do what, one task a page.\n\n${list(guides, opening)}`, children: guides },
  {
    title: 'Lessons',
    path: 'lessons',
    body: `Each asserts its numbers, which can be checked on paper, and runs alone: \`npm run example -- 01\`.\n\n${list(lessons, opening)}`,
    children: withNeighbours,
  },
  { ...words, body: `${words.body}\n- **${link(recipes.title, recipes.path)}**: pipelines that are known by a name`, children: [...(words.children ?? []), recipes] },
  ...(commandLine === null ? [] : [commandLine]),
  prose('CONTRIBUTING.md', 'contributing'),
  prose('CHANGELOG.md', 'changelog'),
]

rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
// The pages below these are named by them.
writeFileSync(join(out, 'top.json'), JSON.stringify(top.map(({ path }) => fileOf(path))))
writeFileSync(join(out, 'index.md'), titled(onSite('README.md', read('README.md'))).body)
for (const page of top) for (const [name, content] of filesOf(page)) writeFileSync(join(out, name), content)
console.log(`${top.flatMap(filesOf).length + 1} pages written to docs/build/pages`)
