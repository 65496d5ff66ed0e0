import { latexOf } from './latex.ts'
import { greek, shouted } from './symbols.ts'
import { isEnglish, tokensOf } from './tokens.ts'

/** A piece of a sentence: words, or a formula within them. */
export type Piece = { readonly text: string } | { readonly latex: string }

/** How many brackets a text opens and does not close. */
const depthOf = (text: string): number => (text.match(/[([{]/g) ?? []).length - (text.match(/[)\]}]/g) ?? []).length

const withoutPunctuation = (text: string): string => text.replace(/[,;.:?!"']+$/, '')

/** Words that may belong to a formula in a sentence: no English in them, no article. */
const mayBelong = (word: string): boolean => {
  const tokens = tokensOf(withoutPunctuation(word))
  if (tokens === null || tokens.length === 0 || word === 'a') return false
  return tokens.every((token, k) => token.is !== 'prose' && !isEnglish(tokens, k) && !shouted.test(token.text))
}

const relates = (word: string | undefined): boolean => word !== undefined && /^(?:=|<=|>=|!=|<|>|~|->)$/.test(word)

/** What is surely written as a formula: a letter that is spelt, an index, a power, or a relation between quantities. */
const isSeed = (words: readonly string[], k: number): boolean => {
  if (relates(words[k])) return k > 0 && k + 1 < words.length && mayBelong(words[k - 1]) && !/[,;.:]$/.test(words[k - 1]) && mayBelong(words[k + 1])
  if (!mayBelong(words[k])) return false
  const letters = words[k].replace(/[^A-Za-z]+$/, '')
  if (Object.hasOwn(greek, letters) || /^(?:ghat|grad)$/.test(letters)) return true
  return /[A-Za-z\])}](?:_(?:[A-Za-z0-9]{1,3}(?![A-Za-z0-9])|\{)|\^(?:\w|\(|\{|-))/.test(words[k])
}

interface Found {
  readonly latex: string
  /** What stands before it in its first word, and after it in its last. */
  readonly before: string
  readonly after: string
  /** The word after it. */
  readonly end: number
}

/** The longest formula that begins with a word, if one does. */
const formulaAt = (words: readonly string[], k: number): Found | null => {
  const [, quote = '', first = words[k]] = /^(["']?)(.*)$/s.exec(words[k]) ?? []
  // A sentence may begin with an article; within a formula A is an advantage.
  if (!mayBelong(first) || (first === 'A' && !relates(words[k + 1]))) return null
  let end = k + 1
  // A comma or a point ends a formula, unless a bracket is open.
  while (end < words.length && mayBelong(words[end]) && (depthOf([first, ...words.slice(k + 1, end)].join(' ')) > 0 || !/[,;.:]$/.test(words[end - 1]))) end++
  for (; end > k; end--) {
    const run = [first, ...words.slice(k + 1, end)]
    if (!run.some((_, j) => isSeed(run, j))) return null
    const candidate = run.join(' ')
    // A bracket that opens before the formula, or closes after it, is the sentence's.
    for (const [before, body] of first.startsWith('(') ? [['', candidate], ['(', candidate.slice(1)]] : [['', candidate]]) {
      const [, inside = body, after = ''] = (quote === "'" ? /^(.*?)([,;.:?!']*)$/s : /^(.*?)([,;.:?!"]*)$/s).exec(body) ?? []
      const closed = depthOf(inside) < 0 && inside.endsWith(')') ? inside.slice(0, -1) : inside
      if (depthOf(closed) !== 0 || /^[-+=<>~!]|[-+=<>~/]$/.test(closed)) continue
      const latex = latexOf(closed)
      if (latex !== null) return { latex, before: quote + before, after: (closed === inside ? '' : ')') + after, end }
    }
  }
  return null
}

/**
 * A sentence with the formulas in it set, and nothing else touched: words and spaces come back as they were.
 *
 * @param sentence  prose, such as `Both have W_t = gamma^t G_t on average.`
 */
export const sentenceOf = (sentence: string): readonly Piece[] => {
  const parts = sentence.split(/(\s+)/)
  const words = parts.filter((_, k) => k % 2 === 0)
  const spaces = parts.filter((_, k) => k % 2 === 1)
  const pieces: Piece[] = []
  let text = ''
  let k = 0
  while (k < words.length) {
    const found = formulaAt(words, k)
    if (found === null) {
      text += words[k] + (spaces[k] ?? '')
      k++
      continue
    }
    if (text + found.before !== '') pieces.push({ text: text + found.before })
    pieces.push({ latex: found.latex })
    text = found.after + (spaces[found.end - 1] ?? '')
    k = found.end
  }
  if (text !== '') pieces.push({ text })
  return pieces
}
