/**
 * Formulas as docstrings write them, in ASCII, as LaTeX:
 *
 *     W_t = gamma^t (G_t - b)    becomes    W_t = \gamma^t (G_t - b)
 *
 * A formula is a sequence of factors, operators and relations. What is no formula is null and stays as it is written: nothing is
 * guessed of a character that has no meaning here, such as those of shells and programs.
 */

const greek: Readonly<Record<string, string>> = {
  alpha: '\\alpha',
  beta: '\\beta',
  gamma: '\\gamma',
  delta: '\\delta',
  epsilon: '\\epsilon',
  eps: '\\varepsilon',
  theta: '\\theta',
  kappa: '\\kappa',
  lambda: '\\lambda',
  mu: '\\mu',
  xi: '\\xi',
  pi: '\\pi',
  rho: '\\rho',
  sigma: '\\sigma',
  tau: '\\tau',
  phi: '\\phi',
  psi: '\\psi',
}

const named: Readonly<Record<string, string>> = {
  ...greek,
  Infinity: '\\infty',
  E: '\\mathbb E',
  KL: '\\mathrm{KL}',
  ghat: '\\hat g',
  grad: '\\nabla',
  gradJ: '\\nabla J',
  rhoBar: '\\bar\\rho',
  cBar: '\\bar c',
  logSigma: '\\log\\sigma',
}

/** Operators that reach over what follows them. */
const large: Readonly<Record<string, string>> = { sum: '\\sum', prod: '\\prod' }

const functions: Readonly<Record<string, string>> = {
  log: '\\log',
  exp: '\\exp',
  min: '\\min',
  max: '\\max',
  sqrt: '\\sqrt',
  tr: '\\operatorname{tr}',
  std: '\\operatorname{std}',
  Var: '\\operatorname{Var}',
  mean: '\\operatorname{mean}',
  clip: '\\operatorname{clip}',
  whiten: '\\operatorname{whiten}',
}

const relations: Readonly<Record<string, string>> = {
  '<-': '\\leftarrow',
  '<->': '\\leftrightarrow',
  '->': '\\to',
  '<=': '\\le',
  '>=': '\\ge',
  '!=': '\\ne',
  '=': '=',
  '<': '<',
  '>': '>',
  '~': '\\sim',
  becomes: '\\;\\text{becomes}\\;',
  'not parallel to': '\\nparallel',
}

const operators: Readonly<Record<string, string>> = {
  '-+': '\\mp',
  '+-': '\\pm',
  '...': '\\dots',
  '+': '+',
  '-': '-',
  '*': '\\cdot',
  ',': ',',
  ';': ';',
  ':': '{:}',
  '||': '\\,\\|\\,',
  '|': '\\mid',
  '.': '.',
}

interface Token {
  readonly is: 'number' | 'word' | 'prose' | 'relation' | 'operator' | 'open' | 'close' | '_' | '^' | '/' | "'"
  readonly text: string
  /** Whether a space stands before it. */
  readonly apart: boolean
}

const patterns: readonly (readonly [Token['is'], RegExp])[] = [
  ['number', /^\d+(?:\.\d+)?(?:e-?\d+)?/],
  // Words joined by a hyphen or a point, and quotations, are prose; t-1 and K'RK are not.
  ['relation', /^(?:becomes|not parallel to)\b/],
  ['prose', /^[A-Za-z]{2,}(?:-[A-Za-z]{2,})+/],
  ['prose', /^[A-Za-z]+(?:\.[A-Za-z]+)+/],
  ['word', /^[A-Za-z]+\d*/],
  ['relation', /^(?:<->|<-|->|<=|>=|!=|=(?!>)|<|>|~)/],
  ['operator', /^(?:-\+|\+-|\.\.\.|\|\||[+\-*,;:|.])/],
  ['open', /^[([{]/],
  ['close', /^[)\]}]/],
  ['_', /^_/],
  ['^', /^\^/],
  ['/', /^\/(?!\/)/],
  ["'", /^'/],
]

const tokensOf = (source: string): readonly Token[] | null => {
  const tokens: Token[] = []
  let rest = source
  while (rest !== '') {
    const apart = /^\s/.test(rest)
    rest = rest.trimStart()
    if (rest === '') break
    const quoted = apart || tokens.length === 0 ? /^'[^']*'/.exec(rest) : null
    const found = quoted === null ? patterns.map(([is, pattern]) => ({ is, text: pattern.exec(rest)?.[0] })).find(({ text }) => text !== undefined) : null
    const text = quoted?.[0] ?? found?.text
    if (text === undefined || /^--/.test(rest)) return null
    tokens.push({ is: found?.is ?? 'prose', text, apart })
    rest = rest.slice(text.length)
  }
  return tokens
}

/** A shell's variable or a constant of a program: no name of a quantity. */
const shouted = /^[A-Z]{3,}$/

const isKnown = (word: string): boolean => [named, large, functions].some((names) => Object.hasOwn(names, word))

/** A quantity rather than a word of English: known by name, a single letter, or capital letters multiplied. */
const isQuantity = (word: string): boolean => isKnown(word) || /^[A-Za-z]$/.test(word) || /^[A-Za-z]+\d+$/.test(word) || /^[A-Z]{2}$/.test(word)

const escaped = (text: string): string => text.replace(/[{}_^#%&~$\\]/g, (character) => (/[{}_#%&$]/.test(character) ? `\\${character}` : ' '))

const prose = (text: string): string => `\\text{${escaped(text)}}`

const symbol = (word: string): string => {
  if (Object.hasOwn(named, word)) return named[word]
  if (Object.hasOwn(large, word)) return large[word]
  if (Object.hasOwn(functions, word)) return functions[word]
  const [, letters = word, digits = ''] = /^([A-Za-z]+)(\d*)$/.exec(word) ?? []
  const body = letters.length === 1 ? letters : Object.hasOwn(greek, letters) ? greek[letters] : /^[A-Z]{2}$/.test(letters) ? [...letters].join(' ') : `\\mathrm{${letters}}`
  return digits === '' ? body : `${body}_{${digits}}`
}

class Unreadable extends Error {
  override readonly name = 'Unreadable'
}

const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }

/** A factor, and without its brackets where it has some: a fraction needs none. */
interface Factor {
  readonly latex: string
  readonly bare: string
  /** Whether a sum may follow: prose and operators are no numerators. */
  readonly dividable: boolean
  /** Whether it is a function whose argument stands behind it without brackets. */
  readonly applies: boolean
}

const factor = (latex: string, bare = latex, dividable = true, applies = false): Factor => ({ latex, bare, dividable, applies })

/** Reads tokens from left to right; each method leaves the position after what it has read. */
class Reader {
  private at = 0
  private readonly tokens: readonly Token[]

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens
  }

  private peek(ahead = 0): Token | undefined {
    return this.tokens[this.at + ahead]
  }

  private next(): Token {
    const token = this.tokens[this.at++]
    if (token === undefined) throw new Unreadable('the end')
    return token
  }

  get done(): boolean {
    return this.at >= this.tokens.length
  }

  /** Everything up to a bracket that closes, a bar where one is awaited, or the end. */
  sequence(untilBar = false): string {
    const parts: Factor[] = []
    while (!this.done) {
      const token = this.peek() as Token
      if (token.is === 'close' || (untilBar && token.text === '|' && parts.length > 0)) break
      if (token.is === '/') {
        this.next()
        const numerator = parts.pop()
        if (numerator === undefined || !numerator.dividable) throw new Unreadable('/')
        // log x / y is (log x) / y, log x/y is log (x / y).
        const applied = token.apart && parts.at(-1)?.applies === true ? `${parts.pop()?.latex} ` : ''
        parts.push(factor(`\\frac{${applied}${applied === '' ? numerator.bare : numerator.latex}}{${this.denominator()}}`))
      } else if (token.is === 'relation') {
        parts.push(factor(relations[this.next().text], undefined, false))
      } else if (token.is === 'operator' && !(token.text === '|' && !(parts.at(-1)?.dividable ?? false))) {
        parts.push(factor(operators[this.next().text], undefined, false))
      } else {
        parts.push(this.factor())
      }
    }
    return parts
      .map(({ latex }) => latex)
      .join(' ')
      .replace(/ ?(\{:\}) ?/g, '$1')
      .replace(/ ([,;.])/g, '$1')
      .replace(/(^|[([{]) ?\\text\{ /g, '$1\\text{')
      .replace(/ \}(?=$|[,;.)\]}])/g, '}')
      .replace(/((?:^|[ (])[A-Za-z]|[})]) \\nabla/g, '$1\\, \\nabla')
  }

  private denominator(): string {
    const token = this.peek()
    if (token?.is === 'word' && Object.hasOwn(large, token.text)) return `${this.factor().latex} ${this.factor().latex}`
    return this.factor().bare
  }

  /** Words of English up to the next symbol, with the spaces between them. */
  private prose(): Factor {
    const words: string[] = []
    while (!this.done && this.isProse()) words.push(this.next().text)
    return factor(prose(` ${words.join(' ')} `), undefined, words.length === 1)
  }

  private isProse(ahead = 0): boolean {
    const token = this.peek(ahead)
    if (token?.is === 'prose') return true
    if (token?.is !== 'word') return false
    const after = this.peek(ahead + 1)
    // The article: what follows it is a word, and no symbol.
    if (/^[aA]$/.test(token.text)) return (after?.is === 'word' || after?.is === 'prose') && after.apart && !isQuantity(after.text)
    const joined = after !== undefined && !after.apart && (after.is === '_' || after.is === '^' || after.is === "'" || after.text === '(')
    return !isQuantity(token.text) && !joined
  }

  private factor(): Factor {
    if (this.isProse()) return this.prose()
    const token = this.next()
    const base = this.base(token)
    const scripts = this.scripts(token.text)
    return scripts === '' ? base : factor(base.latex + scripts)
  }

  private base(token: Token): Factor {
    if (token.is === 'number') {
      const bracket = this.peek()
      // 1[...]: one where it holds.
      if (token.text === '1' && (bracket?.text === '[' || bracket?.text === '{') && !bracket.apart) return factor(`\\mathbf 1${this.bracketed(this.next()).latex}`)
      const [, digits = token.text, power] = /^(.*)e(.*)$/.exec(token.text) ?? []
      return factor(power === undefined ? digits : `${digits === '1' ? '' : `${digits} \\cdot `}10^{${power}}`)
    }
    if (token.is === 'open') {
      const group = this.bracketed(token)
      const after = this.peek()
      const raised = after !== undefined && !after.apart && after.is === '^'
      return token.text === '(' && !raised && /^\\frac(?:\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}){2}$/.test(group.bare) ? factor(group.bare) : group
    }
    if (token.text === '|') {
      const inside = this.sequence(true)
      if (this.next().text !== '|') throw new Unreadable('|')
      return factor(`\\left|${inside}\\right|`)
    }
    if (token.is !== 'word' || shouted.test(token.text)) throw new Unreadable(token.text)
    const bracket = this.peek()
    const called = bracket?.is === 'open' && !bracket.apart
    // "sum over all i" is said, not written.
    if (Object.hasOwn(large, token.text) && this.isProse()) return factor(prose(`${token.text} `), undefined, false)
    if (!called) return factor(symbol(token.text), undefined, !Object.hasOwn(large, token.text), Object.hasOwn(functions, token.text))
    if (bracket.text === '(' && token.text === 'sqrt') return factor(`\\sqrt{${this.bracketed(this.next()).bare}}`)
    // A normal distribution: N (a + b) is a product.
    const name = token.text === 'N' ? '\\mathcal N' : isQuantity(token.text) ? symbol(token.text) : `\\operatorname{${token.text}}`
    return factor(name + this.bracketed(this.next()).latex)
  }

  private bracketed(open: Token): Factor {
    const inside = this.sequence()
    if (this.next().text !== closing[open.text]) throw new Unreadable(open.text)
    const [left, right] = open.text === '{' ? ['\\{', '\\}'] : [open.text, closing[open.text]]
    return factor(/\\frac|\\sum|\\prod/.test(inside) ? `\\left${left}${inside}\\right${right}` : `${left}${inside}${right}`, open.text === '(' ? inside : undefined)
  }

  /** Subscripts, superscripts, primes and the arguments that follow them without a space. */
  private scripts(name: string): string {
    let latex = ''
    while (!this.done) {
      const token = this.peek() as Token
      if (token.apart) break
      if (token.is === "'") {
        this.next()
        latex += "'"
      } else if (token.is === '_' || token.is === '^') {
        this.next()
        const script = this.script()
        // sum_s' runs over s'; x_k' is the transpose of x_k.
        const primed = Object.hasOwn(large, name) && this.peek()?.is === "'" && !this.peek()?.apart
        latex += `${token.is}{${script}${primed ? this.next().text : ''}}`
      } else if (token.text === '(' && latex !== '') latex += this.bracketed(this.next()).latex
      else if (token.text === '(' && Object.hasOwn(functions, name)) latex += this.bracketed(this.next()).latex
      else break
    }
    return latex
  }

  private script(): string {
    const token = this.next()
    if (token.text === '{' || token.text === '(') {
      const inside = this.sequence()
      if (this.next().text !== closing[token.text]) throw new Unreadable(token.text)
      return inside.trim()
    }
    if (token.text === '-') return `-${this.script()}`
    if (token.is === 'number') return token.text
    if (token.is !== 'word' || shouted.test(token.text)) throw new Unreadable(token.text)
    if (Object.hasOwn(greek, token.text)) return greek[token.text]
    // _it is two indices; a longer name is one.
    return token.text.length <= 3 ? token.text : `\\mathrm{${token.text}}`
  }
}

const attempted = (tokens: readonly Token[]): string | null => {
  try {
    const reader = new Reader(tokens)
    const latex = reader.sequence()
    return reader.done ? latex.replace(/ +/g, ' ').trim() : null
  } catch (error) {
    if (error instanceof Unreadable) return null
    throw error
  }
}

/** The LaTeX of a formula, or null where it cannot be read. */
export const latexOf = (source: string): string | null => {
  const tokens = tokensOf(source)
  return tokens === null ? null : attempted(tokens)
}

/** A piece of a sentence: words, or a formula within them. */
export type Piece = { readonly text: string } | { readonly latex: string }

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

const symbolic = (token: Token): boolean => token.is === '_' || token.is === '^' || token.is === '/' || (token.is === 'operator' && /[+*]/.test(token.text)) || (token.is === 'word' && isKnown(token.text))

const joinedTo = (tokens: readonly Token[], k: number): boolean => {
  const after = tokens[k + 1]
  return after !== undefined && !after.apart && (after.is === '_' || after.is === '^' || after.is === "'" || after.text === '(')
}

const isEnglish = (tokens: readonly Token[], k: number): boolean => {
  const token = tokens[k]
  if (k > 0 && (tokens[k - 1].is === '_' || tokens[k - 1].is === '^')) return false
  return token.is === 'prose' || (token.is === 'word' && !isQuantity(token.text) && !joinedTo(tokens, k))
}

/** How much of a cell is English. */
const english = (tokens: readonly Token[]): number => tokens.filter((_, k) => isEnglish(tokens, k)).length

type Cell = { readonly source: string; readonly tokens: readonly Token[]; readonly isFormula: boolean }

const cellOf = (source: string): Cell => {
  const tokens = tokensOf(source) ?? []
  const words = english(tokens)
  const related = relationIn(tokens) > 0 && !isEnglish(tokens, 0)
  const lettered = relationIn(tokens) > 0 && words <= 4 && !/^(?:if|else|where|with|for|at|instead|then)\b/.test(source)
  const isFormula = derivativeOf(source) !== null || tokens.length > 0 && !derivative.test(source) && attempted(tokens) !== null && ((related && words <= 8) || lettered || (words === 0 && tokens.some(symbolic)))
  return { source, tokens, isFormula }
}

/** Words with the formulas that stand among them. */
export const piecesOf = (source: string): readonly Piece[] => {
  const pieces: Piece[] = []
  const add = (piece: Piece): void => {
    const last = pieces.at(-1)
    if ('text' in piece && last !== undefined && 'text' in last) pieces[pieces.length - 1] = { text: `${last.text} ${piece.text}` }
    else pieces.push(piece)
  }
  // A run of words without English in it is a formula if something in it is a symbol.
  const isSymbolic = (word: string): boolean => {
    const tokens = tokensOf(word.replace(/[,;.:]$/, ''))
    if (tokens === null || tokens.length === 0 || english(tokens) > 0) return false
    return tokens.some((token) => symbolic(token) || token.is === 'relation') || /^[A-Zb-z]$|^\d+(?:\.\d+)?$|^[+-]$/.test(word)
  }
  const words = source.split(/\s+/).filter((word) => word !== '')
  let run: string[] = []
  const flush = (): void => {
    if (run.length === 0) return
    const text = run.join(' ')
    const [, body = text, tail = ''] = /^(.*?)([,;.:]*)$/.exec(text) ?? []
    const tokens = tokensOf(body)
    const latex = tokens !== null && (tokens.some((token) => symbolic(token) || token.is === 'relation') || /^[A-Z]$|^[t]$/.test(body)) ? attempted(tokens) : null
    add(latex === null ? { text: body } : { latex })
    if (tail !== '') pieces.push({ text: tail })
    run = []
  }
  let depth = 0
  for (const word of words) {
    const opens = (word.match(/[([{]/g) ?? []).length - (word.match(/[)\]}]/g) ?? []).length
    if (isSymbolic(word) || (run.length > 0 && depth > 0 && !/[A-Za-z]{2,}/.test(word))) {
      run.push(word)
      depth += opens
      if (/[,;.:]$/.test(word) && depth === 0) flush()
    } else if (run.length > 0 && tokensOf(word)?.every(({ is }) => is === 'relation' || is === 'operator') === true) {
      run.push(word)
    } else {
      flush()
      depth = 0
      add({ text: word })
    }
  }
  flush()
  return pieces
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
  const left = k > 0 ? attempted(tokens.slice(0, k)) : null
  const right = k > 0 ? attempted(tokens.slice(k)) : null
  return left === null || right === null ? { left: '', right: attempted(tokens) ?? '' } : { left, right }
}

/** `W_t = x   if condition,   else y` as cases. */
const casesOf = (cells: readonly Cell[]): Row | null => {
  const [first, condition, otherwise] = cells
  if (cells.length !== 3 || !first.isFormula || !/^if /.test(condition.source) || !/^else /.test(otherwise.source)) return null
  const k = relationIn(first.tokens)
  const [left, value, where, other] = [
    attempted(first.tokens.slice(0, k)),
    attempted(first.tokens.slice(k + 1)),
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

const rowsOf = (line: string): readonly Row[] | null => {
  const operator = operatorOf(line)
  if (operator !== null) return [operator]
  const cells = line
    .trim()
    // What is aligned at its relation, or goes on after a sum, is one cell.
    .replace(/\s{2,}(?=(?:=|<=|>=|!=|~) )/g, ' ')
    .replace(/((?:sum|prod)_\S+| of)\s{2,}/g, '$1 ')
    .split(/\s{2,}/)
    .map(cellOf)
  const cases = casesOf(cells)
  if (cases !== null) return [cases]
  const first = cells.findIndex(({ isFormula }) => isFormula)
  if (first === -1) return null
  const before = cells.slice(0, first)
  const rows: Row[] = [{ label: piecesOf(before.map(({ source }) => source).join(' ')), ...rowOf(cells[first]), note: [] }]
  let k = first + 1
  // Each further equation stands on a line of its own.
  for (; k < cells.length && cells[k].isFormula && relationIn(cells[k].tokens) > 0; k++) rows.push({ label: [], ...rowOf(cells[k]), note: [] })
  const rest = cells.slice(k)
  const note = piecesOf(rest.map(({ source }) => source).join(' '))
  return [...rows.slice(0, -1), { ...rows[rows.length - 1], note }]
}

/** The rows of an indented block, or null where one of its lines is no formula. */
export const displayOf = (block: string): readonly Row[] | null => {
  const lines = block.split('\n').filter((line) => line.trim() !== '')
  // A character without a meaning anywhere in it says that the block is no formula, though a line of it may look like one.
  if (lines.length === 0 || lines.some((line) => /[#$%&"`@\\]|\/\/|=>|--|(?:^|\s)_/.test(line))) return null
  if (lines.length === 1 && /^\s*\d+\s*$/.test(lines[0])) return [{ label: [], left: '', right: lines[0].trim(), note: [] }]
  const rows = lines.map(rowsOf)
  return rows.some((row) => row === null) ? null : rows.flatMap((row) => row ?? [])
}

/** How many brackets a text opens and does not close. */
const depthOf = (text: string): number => (text.match(/[([{]/g) ?? []).length - (text.match(/[)\]}]/g) ?? []).length

const withoutPunctuation = (text: string): string => text.replace(/[,;.:?!"']+$/, '')

/** Words that may belong to a formula in a sentence: no English in them, no article, no initial of a sentence. */
const mayBelong = (word: string): boolean => {
  const tokens = tokensOf(withoutPunctuation(word))
  if (tokens === null || tokens.length === 0 || /^[aAI]$/.test(word)) return false
  return tokens.every((token, k) => token.is !== 'prose' && !isEnglish(tokens, k) && !shouted.test(token.text))
}

const relates = (word: string | undefined): boolean => word !== undefined && /^(?:=|<=|>=|!=|<|>|~|->)$/.test(word)

/** What is surely written as a formula: an index, a power, or a relation between quantities. */
const isSeed = (words: readonly string[], k: number): boolean => {
  if (relates(words[k])) return k > 0 && k + 1 < words.length && mayBelong(words[k - 1]) && !/[,;.:]$/.test(words[k - 1]) && mayBelong(words[k + 1])
  if (!mayBelong(words[k])) return false
  return /[A-Za-z\])}](?:_(?:[A-Za-z0-9]{1,3}(?![A-Za-z0-9])|\{)|\^(?:\w|\(|\{|-))/.test(words[k])
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
  if (!mayBelong(first)) return null
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
