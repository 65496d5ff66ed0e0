import { fenced, literal } from './page.ts'

/** Comment of a block without its marks. */
const unmarked = (comment: string): string =>
  comment
    .replace(/^\/\*\*\s?|\s*\*\/$/g, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''))
    .join('\n')
    .trim()

const isIndented = (line: string): boolean => /^ {4}/.test(line)

/** Prose of a comment: what is indented stays a block, the rest stands for itself. */
const proseOf = (text: string): string =>
  text
    .split('\n')
    .map((line) => (isIndented(line) ? line : line.split('`').map((part, k) => (k % 2 === 0 ? literal(part) : part)).join('`')))
    .join('\n')

interface Block {
  readonly prose: string
  readonly code: string
}

/** A paragraph of code, without the comment on its top if it begins with one that says what follows. */
const blockOf = (paragraph: string): Block => {
  const lines = paragraph.split('\n')
  const first = lines.findIndex((line) => !line.startsWith('//'))
  const comment = (first === -1 ? lines : lines.slice(0, first)).map((line) => line.replace(/^\/\/ ?/, ''))
  // Lines that go on are indented below their number: they are no block of their own.
  const prose = comment.map((line) => line.trim()).join('\n').replace(/^(\d+)\. /, '**$1.** ')
  return { prose: prose.replace(/^(\*\*\d+\.\*\* )?([^]*)$/, (_, number: string | undefined, rest: string) => (number ?? '') + proseOf(rest)), code: first === -1 ? '' : lines.slice(first).join('\n') }
}

const folded = (summary: string, code: string): string => `<details class="fold"><summary>${summary}</summary>\n\n${fenced('ts', code)}\n\n</details>`

/**
 * A lesson as a page: its header and the comments between its paragraphs are the prose, the rest is code, and what it prints stands below.
 *
 * @param source  the program
 * @param output  what it prints
 */
export const lessonPage = (source: string, output: string): string => {
  const [header = '', rest = source] = /^\/\*\*[^]*?\*\/\n/.test(source) ? [/^\/\*\*[^]*?\*\/\n/.exec(source)?.[0], source.replace(/^\/\*\*[^]*?\*\/\n/, '')] : []
  const [imports = ''] = /^(?:import [^]*?(?:from )?'[^']+'\n)+/.exec(rest) ?? []
  const paragraphs = rest.slice(imports.length).trim().split(/\n{2,}(?=\S)/).map(blockOf)
  const parts: string[] = [proseOf(unmarked(header.trim())), folded('Imports', imports.trim())]
  let code: string[] = []
  const flush = (): void => {
    if (code.length > 0) parts.push(fenced('ts', code.join('\n\n')))
    code = []
  }
  for (const block of paragraphs) {
    if (block.prose !== '') {
      flush()
      parts.push(block.prose)
    }
    if (block.code !== '') code.push(block.code)
  }
  flush()
  const last = parts.at(-1)
  const exercise = last?.startsWith('Try: ') === true ? parts.pop() : undefined
  return [...parts, '## What it prints', fenced('text', output.trimEnd()), ...(exercise === undefined ? [] : ['## Exercise', exercise.replace(/^Try: (.)/, (_, letter: string) => letter.toUpperCase())])].join('\n\n')
}

/** The title in a lesson's header, `Lesson 3. Must an ...?`, or the words of its name. */
export const nameOfLesson = (file: string): string => {
  const words = file.replace(/\.ts$/, '').replace(/^(\d\d)-/, (_, number: string) => `${Number(number)}. `).replaceAll('-', ' ')
  return words.replace(/(^|\d\. )([a-z])/, (_, number: string, letter: string) => number + letter.toUpperCase()).replace('reinforce', 'REINFORCE')
}
