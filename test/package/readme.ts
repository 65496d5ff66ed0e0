/** A program of a page, and what the page says that it prints. */
export interface Program {
  readonly language: string
  /** Line of the page that its first line stands on, from 1. */
  readonly line: number
  readonly code: string
  /** The indented block that follows; null: the page shows none. */
  readonly prints: string | null
}

const indented = /^ {4}/

/** The fenced programs of some languages, in their order. */
export const programsOf = (markdown: string, languages: readonly string[]): readonly Program[] => {
  const lines = markdown.split('\n')
  return lines.flatMap((opening, at): readonly Program[] => {
    const language = /^```(\w+)$/.exec(opening)?.[1]
    if (language === undefined || !languages.includes(language)) return []
    const end = lines.indexOf('```', at + 1)
    const after = lines.slice(end + 1)
    const next = after.findIndex((line) => /^(?:```|#)/.test(line))
    const text = next < 0 ? after : after.slice(0, next)
    const first = text.findIndex((line) => indented.test(line))
    const last = first < 0 ? -1 : text.findIndex((line, k) => k > first && !indented.test(line))
    return [
      {
        language,
        line: at + 2,
        code: lines.slice(at + 1, end).join('\n'),
        prints: first < 0 ? null : text.slice(first, last < 0 ? undefined : last).map((line) => line.slice(4)).join('\n'),
      },
    ]
  })
}

/** Where the links of a page lead. */
export const linksOf = (markdown: string): readonly string[] => Array.from(markdown.matchAll(/\]\(([^)\s]+)\)/g), ([, target]) => target)
