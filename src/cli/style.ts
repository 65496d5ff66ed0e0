import { randomBytes } from 'node:crypto'
import { visible } from '../trajectories/visible.ts'

/** How words are set apart on a terminal; plain where there is none, or where NO_COLOR asks for it. */
export interface Style {
  readonly bold: (text: string) => string
  readonly good: (text: string) => string
  readonly bad: (text: string) => string
  readonly faint: (text: string) => string
  /** A text as it is printed: newlines and the colours of this style are obeyed, and all else that a terminal would obey is shown, whoever wrote it. */
  readonly printed: (text: string) => string
}

const visibleLines = (text: string): string => text.split('\n').map(visible).join('\n')

const same = (text: string): string => text

const plain: Style = { bold: same, good: same, bad: same, faint: same, printed: visibleLines }

/** Colours are marked by a key that no file can know of, and become codes of the terminal (SGR) in what is printed. */
const colours = (): Style => {
  const key = randomBytes(8).toString('hex')
  const marked =
    (begin: number, end: number) =>
    (text: string): string =>
      `<${key}:${begin}>${text}<${key}:${end}>`
  const marks = new RegExp(`<${key}:(\\d+)>`, 'g')
  return { bold: marked(1, 22), good: marked(32, 39), bad: marked(31, 39), faint: marked(2, 22), printed: (text) => visibleLines(text).replace(marks, '\u001b[$1m') }
}

/** The style of a stream: NO_COLOR (https://no-color.org) turns colours off if it is set and not empty. */
export const styleOf = (terminal: boolean, env: Readonly<Record<string, string | undefined>>): Style =>
  terminal && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb' ? colours() : plain
