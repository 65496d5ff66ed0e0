import { styleText } from 'node:util'

/** How words are set apart on a terminal; plain where there is none, or where NO_COLOR asks for it. */
export interface Style {
  readonly bold: (text: string) => string
  readonly good: (text: string) => string
  readonly bad: (text: string) => string
  readonly faint: (text: string) => string
}

const plain = (text: string): string => text

const colours: Style = {
  bold: (text) => styleText('bold', text, { validateStream: false }),
  good: (text) => styleText('green', text, { validateStream: false }),
  bad: (text) => styleText('red', text, { validateStream: false }),
  faint: (text) => styleText('dim', text, { validateStream: false }),
}

/** Whether a stream has colours: NO_COLOR (https://no-color.org) turns them off if it is set and not empty. */
export const hasColours = (terminal: boolean, env: Readonly<Record<string, string | undefined>>): boolean =>
  terminal && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'

/** The style of a stream with colours, or without. */
export const styleOf = (coloured: boolean): Style => (coloured ? colours : { bold: plain, good: plain, bad: plain, faint: plain })
