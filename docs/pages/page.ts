/** A page of the site as Markdown: its name, its place on the site without an extension, and the pages below it. */
export interface Page {
  readonly title: string
  readonly path: string
  readonly body: string
  readonly children?: readonly Page[]
}

/** File that a page is written to: all pages lie in one folder, whatever their place on the site. */
export const fileOf = (path: string): string => `${path.replaceAll('/', '--')}.md`

/** A page and all below it, as files: name and content. */
export const filesOf = ({ title, path, body, children = [] }: Page): readonly (readonly [string, string])[] => {
  const below = children.length === 0 ? '' : `children:\n${children.map((child) => `  - ./${fileOf(child.path)}\n`).join('')}`
  return [[fileOf(path), `---\ntitle: ${JSON.stringify(title)}\npath: ${path}\n${below}---\n\n# ${title}\n\n${body}\n`], ...children.flatMap(filesOf)]
}

/** A link from one generated page to another. */
export const link = (text: string, path: string): string => `[${text}](./${fileOf(path)})`

/** Text that stands for itself in Markdown. */
export const literal = (text: string): string => text.replace(/[\\*_[\]<>|$]/g, (character) => (character === '<' ? '&lt;' : character === '>' ? '&gt;' : `\\${character}`))

/** LaTeX in a line of Markdown: the theme sets what begins so. A bar would end the cell of a table. */
export const inlineMath = (latex: string): string => `\`math:${latex.replaceAll('|', '\\vert ')}\``

/** LaTeX on lines of its own. */
export const displayMath = (latex: string): string => `\`\`\`math\n${latex}\n\`\`\``

/** A table of Markdown. */
export const table = (headers: readonly string[], rows: readonly (readonly string[])[]): string =>
  [`| ${headers.join(' | ')} |`, `|${headers.map(() => '---|').join('')}`, ...rows.map((row) => `| ${row.join(' | ')} |`)].join('\n')

/** A fence that is longer than any within. */
export const fenced = (language: string, code: string): string => `\`\`\`\`${language}\n${code}\n\`\`\`\``
