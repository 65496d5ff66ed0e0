import { posix } from 'node:path'

/** A file of the site: its path, and its text if it is a page. */
export type Site = ReadonlyMap<string, string | null>

/** Something wrong on a page. */
export interface Fault {
  readonly page: string
  readonly says: string
}

const decoded = (attribute: string): string => attribute.replaceAll('&amp;', '&').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>')

const attributes = (html: string, pattern: RegExp): readonly string[] => [...html.matchAll(pattern)].map(([, value = '']) => decoded(value))

const isElsewhere = (target: string): boolean => /^(?:[a-z][a-z+.-]*:|\/\/)/i.test(target)

const unescaped = (path: string): string => {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** Links to files or anchors that the site does not have. */
export const brokenLinks = (site: Site): readonly Fault[] => {
  const anchors = new Map([...site].flatMap(([path, html]) => (html === null ? [] : [[path, new Set(attributes(html, /\s(?:id|name)="([^"]*)"/g))] as const])))
  return [...site].flatMap(([page, html]) =>
    html === null
      ? []
      : [...new Set(attributes(html, /\s(?:href|src)="([^"]*)"/g))].flatMap((target): readonly Fault[] => {
          if (isElsewhere(target)) return []
          const [path = '', anchor = ''] = target.split('#')
          // An address may end in a query, which names no file.
          const [file = ''] = path.split('?')
          const to = file === '' ? page : posix.normalize(posix.join(posix.dirname(page), unescaped(file)))
          const found = site.has(to) ? to : site.has(posix.join(to, 'index.html')) ? posix.join(to, 'index.html') : null
          if (found === null) return [{ page, says: `links to ${target}, which is not there` }]
          // An icon is drawn from a symbol that a script puts into the page.
          if (anchor === '' || anchor.startsWith('icon-')) return []
          return anchors.get(found)?.has(unescaped(anchor)) === false ? [{ page, says: `links to ${target}, which has no such anchor` }] : []
        }),
  )
}

/** What a page would fetch from elsewhere: scripts, styles, fonts, pictures. Links that a reader may follow are none of these. */
export const fetched = (site: Site): readonly Fault[] =>
  [...site].flatMap(([page, html]) =>
    html === null
      ? []
      : [...html.matchAll(/<(?:script|img|iframe|link|source|video|audio)\b[^>]*\s(?:src|href)="([^"]*)"/g)].flatMap(([, target = '']) =>
          isElsewhere(target) && !target.startsWith('data:') ? [{ page, says: `fetches ${target}` }] : [],
        ),
  )

/** A page as it is read: no code, no scripts, no formulas that have been set. */
const visibleProse = (html: string): string =>
  html
    .replace(/<(script|style|pre|code|svg|math)\b[^]*?<\/\1>/g, ' ')
    // Types are code too: a template in one has a dollar.
    .replace(/<span class="tsd-signature-\w+">[^<]*<\/span>/g, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')

/** LaTeX or marks of the page's own making that were left as they are: dollars, commands, markers, and formulas that failed. */
export const leftovers = (site: Site): readonly Fault[] =>
  [...site].flatMap(([page, html]) => {
    if (html === null) return []
    const text = visibleProse(html)
    const found = /\$\S?|\\\S+|%%\w*|\bmath:\S*/.exec(text)?.[0]
    return [
      ...(found === undefined ? [] : [{ page, says: `shows ${found}` }]),
      ...(html.includes('katex-error') ? [{ page, says: 'has a formula that could not be set' }] : []),
      ...(/<code>math:/.test(html) ? [{ page, says: 'has a formula that was not set' }] : []),
    ]
  })
