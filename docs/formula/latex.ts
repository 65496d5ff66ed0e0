import { functions, greek, isQuantity, large, operators, prose, relations, shouted, symbol } from './symbols.ts'
import type { Token } from './tokens.ts'
import { isArticle, isEnglish, tokensOf } from './tokens.ts'

/*
 * Formulas as docstrings write them, in ASCII, as LaTeX: `W_t = gamma^t (G_t - b)` becomes `W_t = \gamma^t (G_t - b)`. A formula is a sequence of
 * factors, operators and relations. What is no formula is null and stays as it is written: nothing is guessed of a sign that has no meaning here,
 * such as those of shells and programs.
 */

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
  /** Whether what is read is an index, in which short words are products. */
  private inIndex = false
  private readonly tokens: readonly Token[]

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens
  }

  private peek(): Token | undefined {
    return this.tokens[this.at]
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
      } else if (token.text === '.' && this.tokens[this.at + 1]?.text === '|') {
        // H(pi(.|s)): of any action.
        this.next()
        parts.push(factor('\\cdot'))
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
    const isSum = Object.hasOwn(large, this.peek()?.text ?? '')
    const first = this.factor()
    // mean_j rho_j: what a function is of belongs to it.
    if (first.applies && !this.done) return `${first.latex} ${this.factor().latex}`
    if (!isSum) return first.bare
    // A sum reaches over the factors behind it.
    const factors = [first.latex]
    while (!this.done && !/^(?:operator|relation|close|\/)$/.test(this.peek()?.is ?? '')) factors.push(this.factor().latex)
    return factors.join(' ')
  }

  /** Words of English up to the next symbol, with the spaces between them. */
  private prose(): Factor {
    const words: string[] = []
    while (!this.done && this.isProse()) words.push(this.next().text)
    return factor(prose(` ${words.join(' ')} `), undefined, words.length === 1)
  }

  private isProse(): boolean {
    const word = this.peek()?.text ?? ''
    if (this.inIndex && word.length === 2 && !/^(?:at|if|in|is|of|on|or|to)$/.test(word)) return false
    return isEnglish(this.tokens, this.at) || isArticle(this.tokens, this.at)
  }

  private factor(): Factor {
    if (this.isProse()) return this.prose()
    const token = this.next()
    const base = this.base(token)
    const scripts = this.scripts(token.text)
    return scripts === '' ? base : factor(base.latex + scripts, undefined, true, base.applies && !scripts.endsWith(')'))
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
    if (!called && this.inIndex && /^[a-z]{2}$/.test(token.text) && !isQuantity(token.text)) return factor([...token.text].join(' '))
    if (!called) return factor(symbol(token.text), undefined, !Object.hasOwn(large, token.text), Object.hasOwn(functions, token.text) || /^(?:grad|E)$/.test(token.text))
    if (bracket.text === '(' && token.text === 'sqrt') return factor(`\\sqrt{${this.bracketed(this.next()).bare}}`)
    // A normal distribution: N (a + b) is a product.
    const name = token.text === 'N' ? '\\mathcal N' : isQuantity(token.text) && !/^[a-z]{3,}\d/.test(token.text) ? symbol(token.text) : `\\operatorname{${token.text}}`
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
      const outside = this.inIndex
      this.inIndex = true
      const inside = this.sequence()
      this.inIndex = outside
      if (this.next().text !== closing[token.text]) throw new Unreadable(token.text)
      return inside.trim()
    }
    if (token.text === '-') return `-${this.script()}`
    if (token.is === 'number') return token.text
    if (token.is !== 'word' || shouted.test(token.text)) throw new Unreadable(token.text)
    if (Object.hasOwn(greek, token.text)) return greek[token.text]
    // _it is two indices; a longer name is one.
    return /^[A-Za-z]{1,2}$|\d/.test(token.text) ? token.text : `\\mathrm{${token.text}}`
  }
}

/** The LaTeX of tokens, or null where they cannot be read. */
export const latexOfTokens = (tokens: readonly Token[]): string | null => {
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
  return tokens === null ? null : latexOfTokens(tokens)
}
