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

/** The style of a stream: NO_COLOR (https://no-color.org) turns colours off if it is set and not empty. */
export const styleOf = (terminal: boolean, env: Readonly<Record<string, string | undefined>>): Style =>
  terminal && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb' ? colours : { bold: plain, good: plain, bad: plain, faint: plain }
