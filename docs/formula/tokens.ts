import { isQuantity } from './symbols.ts'

/** A word or sign of a formula. */
export interface Token {
  readonly is: 'number' | 'word' | 'prose' | 'relation' | 'operator' | 'open' | 'close' | '_' | '^' | '/' | "'"
  readonly text: string
  /** Whether a space stands before it. */
  readonly apart: boolean
}

const patterns: readonly (readonly [Token['is'], RegExp])[] = [
  ['number', /^\d+(?:\.\d+)?(?:e-?\d+)?/],
  ['relation', /^(?:becomes|not parallel to)\b/],
  // Words joined by a hyphen or a point, and quotations, are prose; t-1 and K'RK are not.
  ['prose', /^[A-Za-z]{2,}(?:-[A-Za-z]{2,})+/],
  ['prose', /^[A-Za-z]+(?:\.[A-Za-z]+)+/],
  ['word', /^[A-Za-z]+\d*/],
  ['relation', /^(?:<->|<-|->|<=|>=|!=|=(?!>)|<|>|~)/],
  ['operator', /^(?:-\+|\+-|\.{2,3}|\|\||[+\-*,;:|.])/],
  ['open', /^[([{]/],
  ['close', /^[)\]}]/],
  ['_', /^_/],
  ['^', /^\^/],
  ['/', /^\/(?!\/)/],
  ["'", /^'/],
]

/** The words and signs of a formula, or null where one has no meaning here. */
export const tokensOf = (source: string): readonly Token[] | null => {
  const tokens: Token[] = []
  let rest = source
  while (rest !== '') {
    const apart = /^\s/.test(rest)
    rest = rest.trimStart()
    if (rest === '') break
    const quoted = apart || tokens.length === 0 ? /^'[^']*'/.exec(rest) : null
    const found = quoted === null ? patterns.map(([is, pattern]) => ({ is, text: pattern.exec(rest)?.[0] })).find(({ text }) => text !== undefined) : null
    const text = quoted?.[0] ?? found?.text
    if (text === undefined || rest.startsWith('--')) return null
    tokens.push({ is: found?.is ?? 'prose', text, apart })
    rest = rest.slice(text.length)
  }
  return tokens
}

/** Whether something that belongs to a word follows it without a space: then it is a name. */
const isJoined = (after: Token | undefined): boolean =>
  after !== undefined && !after.apart && (after.is === '_' || after.is === '^' || after.is === "'" || after.text === '(')

/** Whether a token is a word of English, which an index never is. */
export const isEnglish = (tokens: readonly Token[], k: number): boolean => {
  const token = tokens[k]
  if (token === undefined || (k > 0 && (tokens[k - 1].is === '_' || tokens[k - 1].is === '^'))) return false
  return token.is === 'prose' || (token.is === 'word' && !isQuantity(token.text) && !isJoined(tokens[k + 1]))
}

/** Whether a token is the article of a word of English, and no quantity a. */
export const isArticle = (tokens: readonly Token[], k: number): boolean =>
  /^[aA]$/.test(tokens[k]?.text ?? '') && tokens[k + 1]?.apart === true && isEnglish(tokens, k + 1)
