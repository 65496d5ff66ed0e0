import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Application, Comment, CommentTag, Converter, PageEvent, ReflectionKind, StructureRouter } from 'typedoc'
import type { DeclarationReflection, DocumentReflection, Reflection, TranslatedString } from 'typedoc'
import type { Account } from './math.ts'
import { withFormulas } from './math.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const pages = join(root, 'docs/build/pages')
const out = join(root, 'docs/site')

/** Entry points of the package: the public name and the source of each, as package.json exports them. */
const entries = Object.entries((JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { exports: Record<string, unknown> }).exports).flatMap(
  ([path, target]) =>
    typeof target === 'object' && target !== null && 'types' in target && typeof target.types === 'string'
      ? [{ name: path.replace(/^\./, 'estimand'), source: target.types.replace(/^\.\/dist\//, '').replace(/\.d\.ts$/, '.ts') }]
      : [],
)

/** Headings of the API pages by the folder of a declaration, in the order in which a pipeline is built. */
const categories: Readonly<Record<string, string>> = {
  trajectories: 'Batches',
  columns: 'Batches',
  credit: 'Credits',
  baseline: 'Baselines',
  ratio: 'Ratios',
  modify: 'Modifiers',
  reduce: 'Reductions',
  estimator: 'Estimators',
  recipe: 'Estimators',
  weighting: 'Weightings and reasons',
  registry: 'Words and JSON',
  arbitraries: 'Arbitraries',
}

const categoryOf = (source: string): string | null => {
  if (/^src\/exact\/(?:linear|gauss|matrix)/.test(source)) return 'Linear-quadratic worlds'
  if (/^src\/exact\/(?:mdp|worlds|gridworlds|chain|policy|model|shape)\b/.test(source)) return 'Worlds'
  if (source.startsWith('src/exact/')) return 'The oracle'
  if (/^laws\/[^/]+$/.test(source)) return 'Laws'
  const [, folder = ''] = /^(?:src|laws)\/([^/]+)\//.exec(source) ?? []
  return categories[folder] ?? null
}

/** API pages lie where the entry point says, pages of prose where their source does. */
class SiteRouter extends StructureRouter {
  protected override getIdealBaseName(reflection: Reflection): string {
    // Types have a folder of their own: batchMean and BatchMean are one name to some file systems.
    if (!reflection.isDocument()) return `api/${super.getIdealBaseName(reflection)}`.replace(/\/([^/]*)$/, reflection.kindOf([ReflectionKind.Interface, ReflectionKind.TypeAlias]) ? '/type/$1' : '/$1')
    const { path } = reflection.frontmatter
    return typeof path === 'string' ? path : super.getIdealBaseName(reflection)
  }
}

const account: Account = { read: new Set(), kept: new Set() }

const app = await Application.bootstrap({
  name: 'estimand',
  basePath: root,
  displayBasePath: root,
  entryPoints: entries.map(({ source }) => join(root, source)),
  tsconfig: join(root, 'docs/theme/tsconfig.api.json'),
  skipErrorChecking: true,
  readme: join(pages, 'index.md'),
  projectDocuments: (JSON.parse(readFileSync(join(pages, 'top.json'), 'utf8')) as readonly string[]).map((name) => join(pages, name)),
  out,
  customCss: join(root, 'docs/theme/site.css'),
  favicon: join(root, 'docs/theme/favicon.svg'),
  markdownItLoader: withFormulas(account) as (parser: unknown) => void,
  highlightLanguages: ['ts', 'js', 'json', 'bash', 'python', 'console'],
  lightHighlightTheme: 'github-light',
  darkHighlightTheme: 'github-dark-dimmed',
  disableGit: true,
  // Where a name is defined is said; there is no address to link it to.
  sourceLinkTemplate: '{path}',
  hideGenerator: true,
  includeVersion: false,
  includeHierarchySummary: false,
  useFirstParagraphOfCommentAsSummary: true,
  searchInComments: true,
  searchInDocuments: true,
  categorizeByGroup: false,
  defaultCategory: 'Everything else',
  navigation: { includeCategories: true, includeGroups: false, includeFolders: false, compactFolders: false, excludeReferences: true },
  categoryOrder: [...new Set(Object.values(categories)), 'The oracle', 'Worlds', 'Linear-quadratic worlds', 'Laws', '*', 'Everything else'],
  sort: ['documents-first', 'source-order'],
  visibilityFilters: {},
  sortEntryPoints: false,
  validation: { invalidLink: true, notDocumented: false, notExported: false, rewrittenLink: true, unusedMergeModuleWith: true },
  treatValidationWarningsAsErrors: true,
  githubPages: false,
})
app.renderer.defineRouter('site', SiteRouter)
app.options.setValue('router', 'site')

app.converter.on(Converter.EVENT_CREATE_DECLARATION, (_context, reflection: DeclarationReflection) => {
  if (!reflection.kindOf(ReflectionKind.Module)) return
  const source = entries.find((entry) => entry.source.replace(/(?:\/index)?\.ts$/, '') === reflection.name)
  if (source !== undefined) reflection.name = source.name
})

/** The category of a public name is that of its folder, so that no docstring has to say it. */
app.converter.on(Converter.EVENT_RESOLVE_BEGIN, (context) => {
  for (const module of context.project.children ?? [])
    for (const reflection of module.children ?? []) {
      const file = reflection.sources?.[0]?.fullFileName ?? reflection.signatures?.[0]?.sources?.[0]?.fullFileName
      const category = file === undefined ? null : categoryOf(relative(root, file))
      const comment = reflection.comment ?? reflection.signatures?.[0]?.comment
      if (category !== null && comment !== undefined) comment.blockTags.push(new CommentTag('@category', [{ kind: 'text', text: category }]))
    }
})

/** `%%docstring NAME%%` in a page of prose is what the docstring of that public name says before its tags. */
const docstrings = (document: DocumentReflection, named: (name: string) => Comment | undefined): void => {
  document.content = document.content.flatMap((part) => {
    if (part.kind !== 'text' || !part.text.includes('%%docstring ')) return [part]
    return part.text.split(/(%%docstring \w+%%)/).flatMap((text) => {
      const [, name] = /^%%docstring (\w+)%%$/.exec(text) ?? []
      if (name === undefined) return [{ kind: 'text' as const, text }]
      const comment = named(name)
      if (comment === undefined) throw new Error(`${document.name}: no public name ${name} has a docstring`)
      return comment.summary
    })
  })
}

app.converter.on(Converter.EVENT_RESOLVE_END, (context) => {
  for (const reflection of Object.values(context.project.reflections))
    if (reflection.isDeclaration() || reflection.isSignature()) for (const source of reflection.sources ?? []) delete source.url
  const named = (name: string): Comment | undefined => {
    const found = context.project.children?.flatMap((module) => module.children ?? []).find((reflection) => reflection.name === name)
    return found?.comment ?? found?.signatures?.[0]?.comment
  }
  const each = (documents: readonly DocumentReflection[] | undefined): void => {
    for (const document of documents ?? []) {
      docstrings(document, named)
      each(document.children)
    }
  }
  each(context.project.documents)
})

/** Links of the bar on top, by their pages. */
const sections: readonly (readonly [string, string])[] = [
  ['Guides', 'guides.html'],
  ['Lessons', 'lessons.html'],
  ['Words', 'words.html'],
  ['API', 'api/estimand.html'],
]

app.renderer.on(PageEvent.END, (page: PageEvent) => {
  const base = '../'.repeat(page.url.split('/').length - 1)
  const links = sections.map(([name, url]) => `<a href="${base}${url}"${page.url.startsWith(url.replace('.html', '')) ? ' aria-current="true"' : ''}>${name}</a>`).join('')
  page.contents = (page.contents ?? '')
    .replace('<div id="tsd-toolbar-links"></div>', `<nav id="tsd-toolbar-links">${links}</nav>`)
    // The icons stand in the page itself: another file of the disk is another origin.
    .replace(/href="[^"]*assets\/icons\.svg#/g, 'href="#')
    .replace('</head>', `<link rel="stylesheet" href="${base}assets/katex/katex.min.css"/></head>`)
})

rmSync(out, { recursive: true, force: true })
const project = await app.convert()
if (project === undefined) process.exit(1)
app.validate(project)
const undocumented = (project.children ?? []).flatMap((module) =>
  (module.children ?? []).flatMap((reflection) =>
    [reflection, ...(reflection.signatures ?? [])].some(({ comment }) => comment?.hasVisibleComponent() === true) || reflection.isReference() ? [] : [`${module.name}: ${reflection.name}`],
  ),
)
for (const name of undocumented) app.logger.error(`${name} has no docstring` as TranslatedString)
await app.generateDocs(project, out)

const katex = dirname(createRequire(import.meta.url).resolve('katex/dist/katex.min.css'))
mkdirSync(join(out, 'assets/katex/fonts'), { recursive: true })
cpSync(join(katex, 'katex.min.css'), join(out, 'assets/katex/katex.min.css'))
for (const font of readdirSync(join(katex, 'fonts'))) if (font.endsWith('.woff2')) cpSync(join(katex, 'fonts', font), join(out, 'assets/katex/fonts', font))

console.log(`${account.read.size} formulas set; ${account.kept.size} indented blocks kept as they are:`)
for (const block of account.kept) console.log(`    ${block.split('\n')[0]}`)
if (app.logger.hasErrors() || app.logger.validationWarningCount > 0) process.exit(1)
