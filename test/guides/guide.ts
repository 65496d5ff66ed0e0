/** A fenced block of a guide, and what stands right under it. */
export interface Block {
  /** The words after the fence: a language, and what is to be done with it. */
  readonly language: string
  readonly note: string
  readonly code: string
  /** Line of the guide that its first line of code stands on, from 1. */
  readonly line: number
  /** Lines of the quotation right under it, without their marks. */
  readonly quoted: readonly string[]
}

/** A guide, read. */
export interface Guide {
  readonly path: string
  readonly lines: readonly string[]
  readonly blocks: readonly Block[]
}

const quotedFrom = (lines: readonly string[], from: number): readonly string[] => {
  let at = from
  while (lines[at] === '') at++
  const out: string[] = []
  for (; lines[at]?.startsWith('>'); at++) out.push(lines[at].replace(/^> ?/, ''))
  return out.filter((line) => line !== '')
}

/**
 * Reads the fences of a guide.
 *
 * @param path      what the guide is called in a failure
 * @param markdown  its text
 * @throws          SyntaxError for a fence without a language, or that is not closed
 */
export const guideOf = (path: string, markdown: string): Guide => {
  const lines = markdown.split('\n')
  const blocks: Block[] = []
  for (let at = 0; at < lines.length; at++) {
    const opened = /^```(.*)$/.exec(lines[at])
    if (opened === null) continue
    const [language, ...note] = opened[1].trim().split(/\s+/)
    const end = lines.indexOf('```', at + 1)
    if (language === '') throw new SyntaxError(`${path}:${at + 1}: a fence without a language`)
    if (end < 0) throw new SyntaxError(`${path}:${at + 1}: a fence that is not closed`)
    blocks.push({ language, note: note.join(' '), code: lines.slice(at + 1, end).join('\n'), line: at + 2, quoted: quotedFrom(lines, end + 1) })
    at = end
  }
  return { path, lines, blocks }
}

/** The lines of some blocks where the guide has them, all other lines empty: the code of one module with the line numbers of the page. */
export const codeOf = ({ lines }: Guide, blocks: readonly Block[]): string => {
  const out = lines.map(() => '')
  for (const { code, line } of blocks) for (const [k, text] of code.split('\n').entries()) out[line - 1 + k] = text
  return out.join('\n')
}

/** Blocks that run. */
export const runs = ({ blocks }: Guide): readonly Block[] => blocks.filter(({ language, note }) => language === 'ts' && note === '')

/**
 * A guide with its printed texts made anew.
 *
 * @param texts  what stands in a block `text name`, by name: exports of the module of the guide, or what a program prints
 * @param names  which names are meant; other texts are left alone
 */
export const withTexts = ({ path, lines, blocks }: Guide, texts: Readonly<Record<string, unknown>>, names = /^\w+$/): string => {
  const out: string[] = []
  let at = 0
  for (const { language, note, code, line } of blocks) {
    if (language !== 'text' || !names.test(note)) continue
    const text = texts[note]
    if (typeof text !== 'string') throw new SyntaxError(`${path}:${line}: nothing prints the text ${note}`)
    out.push(...lines.slice(at, line - 1), ...text.split('\n'))
    at = line - 1 + (code === '' && lines[line - 1] === '```' ? 0 : code.split('\n').length)
  }
  return [...out, ...lines.slice(at)].join('\n')
}

/** Blocks that must not compile, each with the blocks before it that run. */
export const refusals = (guide: Guide): readonly { readonly block: Block; readonly code: string }[] =>
  guide.blocks
    .filter(({ language, note }) => language === 'ts' && note === 'refused')
    .map((block) => ({ block, code: codeOf(guide, [...runs(guide).filter(({ line }) => line < block.line), block]) }))

/** What is wrong with the compiler's answer to a block that must not compile; null: it refuses it as the guide says. */
export const refusedWrongly = ({ path }: Guide, { line, code, quoted }: Block, errors: readonly { readonly line: number; readonly text: string }[]): string | null => {
  const last = line + code.split('\n').length - 1
  const elsewhere = errors.find((error) => error.line < line || error.line > last)
  if (elsewhere !== undefined) return `${path}:${elsewhere.line}: ${elsewhere.text}`
  if (errors.length === 0) return `${path}:${line}: compiles, although it is marked as refused`
  if (quoted.length === 0) return `${path}:${last + 2}: quote what the compiler says, with > right under the block`
  const squeezed = (text: string): string => text.replaceAll(/\s+/g, ' ')
  const output = squeezed(errors.map(({ text }) => text).join(' '))
  const missing = quoted.find((sentence) => !output.includes(squeezed(sentence)))
  return missing === undefined ? null : `${path}: the compiler does not say: ${missing}\nit says: ${output}`
}
