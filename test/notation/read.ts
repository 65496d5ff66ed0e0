/*
 * A reader of formulas as `explain` writes them, which knows nothing of how weights are computed. What it takes for granted is what the
 * notation means to a reader:
 *
 *     a b          a product; it ends at a plus, a minus, or a stroke between spaces
 *     a/b c        (a/b) c; without spaces a stroke binds the two beside it
 *     sum_u a b    reaches over the product behind it, as do prod, mean, std and max with an index
 *     X from t on  X of what is left of every trajectory at t
 *     X_{t+l}      0 where that is beyond the end, but for V, which is the bootstrap value there
 */

export type Tree =
  | { readonly is: 'number'; readonly value: number }
  | { readonly is: 'symbol'; readonly name: string; readonly index: string; readonly of: readonly string[] }
  | { readonly is: 'sum'; readonly terms: readonly { readonly sign: 1 | -1; readonly term: Tree }[] }
  | { readonly is: 'product'; readonly factors: readonly Tree[] }
  | { readonly is: 'quotient'; readonly above: Tree; readonly below: Tree }
  | { readonly is: 'power'; readonly base: Tree; readonly exponent: Tree }
  | { readonly is: 'over'; readonly name: string; readonly index: string; readonly body: Tree }
  | { readonly is: 'function'; readonly name: string; readonly arguments: readonly Tree[] }
  | { readonly is: 'clip'; readonly ratio: Tree; readonly epsilon: number; readonly credit: Tree }
  | { readonly is: 'whiten'; readonly body: Tree; readonly ddof: number; readonly epsilon: number }
  | { readonly is: 'list'; readonly values: readonly number[] }
  | { readonly is: 'from t on'; readonly body: Tree }

interface Token {
  readonly text: string
  readonly apart: boolean
}

const tokensOf = (source: string): readonly Token[] => {
  const tokens: Token[] = []
  const pattern = /(\s*)(\d+(?:\.\d+)?(?:e[+-]?\d+)?|[A-Za-z]+\d*|-\+|[()[\]{},;:/^_+\-!=<>])/y
  while (pattern.lastIndex < source.length) {
    const at = pattern.lastIndex
    const found = pattern.exec(source)
    if (found === null) throw new Error(`cannot read "${source.slice(at)}" in "${source}"`)
    tokens.push({ text: found[2], apart: found[1] !== '' })
  }
  return tokens
}

const large = new Set(['sum', 'prod', 'mean', 'std', 'max'])
const functions = new Set(['min', 'max', 'sqrt', 'sign', 'exp', 'abs'])

class Reader {
  private at = 0
  private readonly tokens: readonly Token[]
  private readonly source: string

  constructor(source: string) {
    this.source = source
    this.tokens = tokensOf(source)
  }

  peek(): string | undefined {
    return this.tokens[this.at]?.text
  }

  private get apart(): boolean {
    return this.tokens[this.at]?.apart ?? true
  }

  private take(expected?: string): string {
    const text = this.peek()
    if (text === undefined || (expected !== undefined && text !== expected)) throw new Error(`expected ${expected ?? 'more'}, got ${text} at token ${this.at} of "${this.source}"`)
    this.at++
    return text
  }

  sum(): Tree {
    const terms: { sign: 1 | -1; term: Tree }[] = []
    let sign: 1 | -1 = 1
    if (this.peek() === '-') {
      this.take()
      sign = -1
    }
    for (;;) {
      terms.push({ sign, term: this.quotient() })
      if (this.peek() !== '+' && this.peek() !== '-') break
      sign = this.take() === '+' ? 1 : -1
      if (this.peek() === '+' || this.peek() === '-') throw new Error(`a sign behind a sign in "${this.source}"`)
    }
    return terms.length === 1 && terms[0].sign === 1 ? terms[0].term : { is: 'sum', terms }
  }

  private quotient(): Tree {
    let tree = this.product()
    while (this.peek() === '/' && this.apart) {
      this.take()
      tree = { is: 'quotient', above: tree, below: this.product() }
    }
    return tree
  }

  private product(): Tree {
    const factors: Tree[] = []
    while (!/^[)\]},;+-]?$/.test(this.peek() ?? '') && this.peek() !== '-+' && this.peek() !== 'from' && !(this.peek() === '/' && this.apart)) factors.push(this.factor())
    if (factors.length === 0) throw new Error(`expected a factor, got ${this.peek()} at token ${this.at} of "${this.source}"`)
    return factors.length === 1 ? factors[0] : { is: 'product', factors }
  }

  private factor(): Tree {
    let tree = this.power()
    while (this.peek() === '/' && !this.apart) {
      this.take()
      tree = { is: 'quotient', above: tree, below: this.power() }
    }
    return tree
  }

  private power(): Tree {
    const base = this.one()
    if (this.peek() !== '^' || this.apart) return base
    this.take()
    return { is: 'power', base, exponent: this.peek() === '{' ? this.enclosed('{', '}') : this.one() }
  }

  private enclosed(open: string, close: string): Tree {
    this.take(open)
    const tree = this.sum()
    this.take(close)
    return tree
  }

  /** What stands in braces, or a short word, as it is. */
  private index(): string {
    if (this.peek() !== '_' || this.apart) return ''
    this.take()
    if (this.peek() !== '{') return this.take()
    this.take()
    let [depth, index] = [1, '']
    for (;;) {
      const { apart } = this
      const token = this.take()
      if (token === '{') depth++
      if (token === '}' && --depth === 0) return index.trim()
      index += (apart && /[A-Za-z0-9]$/.test(index) && /^[A-Za-z0-9]/.test(token) ? ' ' : '') + token
    }
  }

  private number(): number {
    const sign = this.peek() === '-' ? (this.take(), -1) : 1
    const token = this.take()
    return sign * (token === 'Infinity' ? Infinity : Number(token))
  }

  private one(): Tree {
    const token = this.peek() ?? ''
    if (/^\d/.test(token) || token === 'Infinity') return { is: 'number', value: this.number() }
    if (token === '(') {
      this.take()
      const tree = this.sum()
      const later = this.peek() === 'from'
      if (later) for (const word of ['from', 't', 'on']) this.take(word)
      this.take(')')
      return later ? { is: 'from t on', body: tree } : tree
    }
    if (token === '[') {
      this.take()
      const values = [this.number()]
      while (this.peek() === ',') {
        this.take()
        values.push(this.number())
      }
      this.take(']')
      if (this.index() !== 't') throw new Error(`a list without an index in "${this.source}"`)
      return { is: 'list', values }
    }
    if (!/^[A-Za-z]/.test(token)) throw new Error(`expected one thing, got ${token} at token ${this.at} of "${this.source}"`)
    const name = this.take()
    const index = this.index()
    if (large.has(name) && index !== '') return { is: 'over', name, index, body: this.product() }
    if (functions.has(name)) {
      this.take('(')
      const list = [this.sum()]
      while (this.peek() === ',') {
        this.take()
        list.push(this.sum())
      }
      this.take(')')
      return { is: 'function', name, arguments: list }
    }
    if (name === 'clip') {
      this.take('[')
      const ratio = this.sum()
      for (const word of [';', '1', '-+']) this.take(word)
      const epsilon = this.number()
      this.take(']')
      return { is: 'clip', ratio, epsilon, credit: this.factor() }
    }
    if (name === 'whiten') {
      this.take('(')
      const body = this.sum()
      for (const word of [';', 'ddof']) this.take(word)
      const ddof = this.number()
      for (const word of [',', 'epsilon']) this.take(word)
      const epsilon = this.number()
      this.take(')')
      return { is: 'whiten', body, ddof, epsilon }
    }
    const of: string[] = []
    if (!this.apart && (this.peek() === '[' || (this.peek() === '(' && /^[VQ]$/.test(name)))) {
      const close = this.take() === '[' ? ']' : ')'
      let argument = ''
      while (this.peek() !== close) {
        const next = this.take()
        if (next === ',') {
          of.push(argument)
          argument = ''
        } else argument += next
      }
      of.push(argument)
      this.take(close)
    }
    return { is: 'symbol', name, index: index === '' ? this.index() : index, of }
  }
}

/** The tree of a formula, or an error that says where it cannot be read. */
export const read = (source: string): Tree => {
  const reader = new Reader(source)
  const tree = reader.sum()
  if (reader.peek() !== undefined) throw new Error(`expected the end, got ${reader.peek()} in "${source}"`)
  return tree
}
