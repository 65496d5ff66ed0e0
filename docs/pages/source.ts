import { posix } from 'node:path'
import { fileOf } from './page.ts'

/** Place on the site of a file of the repository that has a page. */
export const placeOf = (path: string): string | null => {
  if (path === 'README.md') return 'index'
  if (path === 'CHANGELOG.md') return 'changelog'
  if (path === 'CONTRIBUTING.md') return 'contributing'
  const [, lesson] = /^examples\/([\w-]+)\.ts$/.exec(path) ?? []
  if (lesson !== undefined && lesson !== 'run') return `lessons/${lesson}`
  const [, guide] = /^docs\/guides\/([\w-]+)\.md$/.exec(path) ?? []
  return guide === undefined ? null : `guides/${guide}`
}

/**
 * Markdown of the repository as Markdown of the site: links to files that have a page lead there, those of the published package too, and others, of which
 * the site has no page, become plain text.
 *
 * @param from      file of the repository that it is from
 * @param markdown  its text
 */
export const onSite = (from: string, markdown: string): string =>
  markdown.replace(/(?<!!)\[([^\]]*)\]\((?:(?![a-z]+:|#)|(https:\/\/unpkg\.com\/estimand\/))([^)#\s]+)(#[^)\s]*)?\)/g, (_, text: string, outside: string | undefined, target: string, anchor: string | undefined) => {
    const place = placeOf(outside === undefined ? posix.normalize(posix.join(posix.dirname(from), target)) : target)
    return place === null ? `\`${target}\`` === text ? text : text : `[${text}](./${fileOf(place)}${anchor ?? ''})`
  })

/** Markdown without its first heading, and that heading. */
export const titled = (markdown: string): { readonly title: string; readonly body: string } => {
  const [, title = '', body = markdown] = /^# (.+)\n+([^]*)$/.exec(markdown.trimStart()) ?? []
  return { title, body }
}
