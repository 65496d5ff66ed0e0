import { latexOf, latexOfTokens } from './latex.ts'
import type { Piece } from './sentence.ts'
import { sentenceOf } from './sentence.ts'
import { isKnown } from './symbols.ts'
import type { Token } from './tokens.ts'
import { isEnglish, tokensOf } from './tokens.ts'

/** Where the first relation stands outside of all brackets, or -1. */
const relationIn = (tokens: readonly Token[]): number => {
  let depth = 0
  for (const [k, { is }] of tokens.entries()) {
    if (is === 'open') depth++
    else if (is === 'close') depth--
    else if (is === 'relation' && depth === 0) return k
  }
  return -1
}

/** Whether a token is found in formulas alone. */
const isSymbolic = ({ is, text }: Token): boolean =>
  is === '_' || is === '^' || is === '/' || (is === 'operator' && /[+*]/.test(text)) || (is === 'word' && isKnown(text))

/** What stands between two wide gaps of a line. */
interface Cell {
  readonly source: string
  readonly tokens: readonly Token[]
  readonly isFormula: boolean
}

/** How many words of English an equation may hold, and one that begins with such a word. */
const mostWords = 8
const mostWordsFirst = 4

const cellOf = (source: string): Cell => {
  const tokens = tokensOf(source) ?? []
  const words = tokens.filter((_, k) => isEnglish(tokens, k)).length
  const most = isEnglish(tokens, 0) ? mostWordsFirst : mostWords
  const related = relationIn(tokens) > 0 && words <= most && !/^(?:if|else|where|with|for|at|instead|then)\b/.test(source)
  const symbols = words === 0 && tokens.some(isSymbolic)
  const isFormula = derivativeOf(source) !== null || (!derivative.test(source) && latexOfTokens(tokens) !== null && (related || symbols))
  return { source, tokens, isFormula }
}

/** One line of a display: words before it, the two sides of its first relation, words after it. */
export interface Row {
  readonly label: readonly Piece[]
  readonly left: string
  readonly right: string
  readonly note: readonly Piece[]
}

/** d x / d y, which is one fraction. */
const derivative = /^d ?(\S.*?) ?\/ ?d ?(\S.*?)( = .*)$/

const derivativeOf = (source: string): Omit<Row, 'label' | 'note'> | null => {
  const [, of = '', by = '', value = ''] = derivative.exec(source) ?? []
  const [above, below, right] = [latexOf(of), latexOf(by), latexOf(value.trim())]
  return above === null || below === null || right === null || above === '' ? null : { left: `\\frac{d\\, ${above}}{d\\, ${below}}`, right }
}

const rowOf = ({ source, tokens }: Cell): Omit<Row, 'label' | 'note'> => {
  const slope = derivativeOf(source)
  if (slope !== null) return slope
  const k = relationIn(tokens)
  const left = k > 0 ? latexOfTokens(tokens.slice(0, k)) : null
  const right = k > 0 ? latexOfTokens(tokens.slice(k)) : null
  return left === null || right === null ? { left: '', right: latexOfTokens(tokens) ?? '' } : { left, right }
}

/** `W_t = x   if condition,   else y` as cases. */
const casesOf = (cells: readonly Cell[]): Row | null => {
  const [first, condition, otherwise] = cells
  if (cells.length !== 3 || !first.isFormula || !condition.source.startsWith('if ') || !otherwise.source.startsWith('else ')) return null
  const k = relationIn(first.tokens)
  const [left, value, where, other] = [
    latexOfTokens(first.tokens.slice(0, k)),
    latexOfTokens(first.tokens.slice(k + 1)),
    latexOf(condition.source.replace(/^if /, '').replace(/,$/, '')),
    latexOf(otherwise.source.replace(/^else /, '')),
  ]
  if (left === null || value === null || where === null || other === null) return null
  return { label: [], left, right: `= \\begin{cases} ${value} & \\text{if } ${where} \\\\ ${other} & \\text{else} \\end{cases}`, note: [] }
}

/** `d/dx  f` with a sum behind it. */
const operatorOf = (line: string): Row | null => {
  const [, by = '', of = ''] = /^d\/d ?(\w+)\s+(.+)$/.exec(line.trim()) ?? []
  const [below, behind] = [latexOf(by), latexOf(of)]
  return below === null || behind === null || behind === '' ? null : { label: [], left: '', right: `\\frac{d}{d\\, ${below}} \\left(${behind}\\right)`, note: [] }
}

/** Whether two parts of a line are one formula: an equation, and factors behind it. */
const isProduct = (before: string, after: string): boolean => {
  const [left, right] = [cellOf(before.split(/\s{2,}/).at(-1) ?? ''), cellOf(after.split(/\s{2,}/)[0] ?? '')]
  return left.isFormula && relationIn(left.tokens) > 0 && relationIn(right.tokens) === -1 && right.tokens.some(isSymbolic) && !/^[a-z]+ [a-z]+ /.test(right.source) && latexOfTokens(right.tokens) !== null
}

const rowsOf = (line: string): readonly Row[] | null => {
  const operator = operatorOf(line)
  if (operator !== null) return [operator]
  const cells = line
    .trim()
    // What is aligned at its relation, or goes on after a sum, is one cell.
    .replace(/\s{2,}(?=(?:=|<=|>=|!=|~) )/g, ' ')
    .replace(/((?:sum|prod)_\S+| of)\s{2,}/g, '$1 ')
    // Two spaces may be a gap within a product.
    .replace(/(?<=\S) {2}(?=\S)/g, (gap: string, at: number, whole: string) => (isProduct(whole.slice(0, at), whole.slice(at + 2)) ? ' ' : gap))
    .split(/\s{2,}/)
    .map(cellOf)
  const cases = casesOf(cells)
  if (cases !== null) return [cases]
  const first = cells.findIndex(({ isFormula }) => isFormula)
  if (first === -1) return null
  const before = cells.slice(0, first)
  const rows: Row[] = [{ label: sentenceOf(before.map(({ source }) => source).join(' ')), ...rowOf(cells[first]), note: [] }]
  let k = first + 1
  // Each further equation stands on a line of its own.
  for (; k < cells.length && cells[k].isFormula && relationIn(cells[k].tokens) > 0; k++) rows.push({ label: [], ...rowOf(cells[k]), note: [] })
  const rest = cells.slice(k)
  const note = rest.flatMap(({ source, tokens, isFormula }, j): readonly Piece[] => {
    const whole = isFormula ? latexOfTokens(tokens) : null
    return [...(j === 0 ? [] : [{ text: ' ' }]), ...(whole === null ? sentenceOf(source) : [{ latex: whole }])]
  })
  return [...rows.slice(0, -1), { ...rows[rows.length - 1], note }]
}

/** The rows of an indented block, or null where one of its lines is no formula. */
export const displayOf = (block: string): readonly Row[] | null => {
  const lines = block.split('\n').filter((line) => line.trim() !== '')
  // A character without a meaning anywhere in it says that the block is no formula, though a line of it may look like one.
  if (lines.length === 0 || lines.some((line) => /[#$%&"`@\\]|\/\/|=>|[-+*/]=|==|(?:^|\s)_/.test(line))) return null
  if (lines.length === 1 && /^\s*\d+\s*$/.test(lines[0])) return [{ label: [], left: '', right: lines[0].trim(), note: [] }]
  const rows = lines.map(rowsOf)
  return rows.some((row) => row === null) ? null : rows.flatMap((row) => row ?? [])
}
