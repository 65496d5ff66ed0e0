import { renderToString } from 'katex'
import type { Row } from '../formula/display.ts'
import { displayOf } from '../formula/display.ts'
import { latexOf } from '../formula/latex.ts'
import type { Piece } from '../formula/sentence.ts'
import { sentenceOf } from '../formula/sentence.ts'

const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[character] ?? character)

/**
 * LaTeX as HTML, and as MathML for those who listen. The source, which KaTeX leaves in an annotation, is taken out, since it would be
 * found by a search in the page and copied with it.
 */
export const rendered = (latex: string, style: 'inline' | 'display'): string =>
  // KaTeX has a sign of its own for what a stroke over another would make.
  renderToString((style === 'display' ? `\\displaystyle ${latex}` : latex).replaceAll('\\not\\parallel', '\\nparallel'), { throwOnError: true, strict: 'error', output: 'htmlAndMathml' }).replace(
    /<annotation[^>]*>[^]*?<\/annotation>/g,
    '',
  )

const piecesHtml = (pieces: readonly Piece[]): string =>
  pieces.map((piece) => ('text' in piece ? escaped(piece.text) : rendered(piece.latex, 'inline'))).join('')

const cell = (name: string, html: string): string => `<div class="${name}">${html}</div>`

const rowHtml = ({ label, left, right, note }: Row): string =>
  [
    cell('formula-label', piecesHtml(label)),
    cell('formula-left', left === '' ? '' : rendered(left, 'display')),
    cell('formula-right', rendered(left === '' ? right : `{} ${right}`, 'display')),
    cell('formula-note', piecesHtml(note)),
  ].join('')

/** Blocks that were read as formulas, and those that were not, for the account at the end of a build. */
export interface Account {
  readonly read: Set<string>
  readonly kept: Set<string>
}

const displayHtml = (block: string, account: Account): string | null => {
  const rows = displayOf(block)
  account[rows === null ? 'kept' : 'read'].add(block.trimEnd())
  if (rows === null) return null
  const labelled = rows.some(({ label }) => label.length > 0) ? ' formula-labelled' : ''
  return `<div class="formula${labelled}" role="math" tabindex="0">${rows.map(rowHtml).join('')}</div>\n`
}

/** Headers of columns that hold formulas, in tables of the guides and the README. */
const formulaColumns: readonly string[] = ['W_t', 'W_t becomes', 'subtracted', 'rho', 'every step is multiplied by']

const cellHtml = (text: string): string => {
  const latex = /[A-Za-z]{4,} [A-Za-z]{2,}/.test(text) ? null : latexOf(text)
  return latex === null ? piecesHtml(sentenceOf(text)) : rendered(latex, 'inline')
}

interface Token {
  type: string
  content: string
  info: string
  children: Token[] | null
}
type Rule = (tokens: Token[], at: number, options: unknown, env: unknown, self: { renderToken: (tokens: Token[], at: number, options: unknown) => string }) => string
interface Parser {
  readonly inline: { readonly ruler: { before: (before: string, name: string, rule: (state: InlineState, silent: boolean) => boolean) => void } }
  readonly core: { readonly ruler: { push: (name: string, rule: (state: { tokens: Token[]; Token: new (type: string, tag: string, nesting: number) => Token }) => void) => void } }
  readonly renderer: { readonly rules: Record<string, Rule | undefined> }
}

interface InlineState {
  pos: number
  readonly src: string
  readonly push: (type: string, tag: string, nesting: number) => Token
}

/** `$x$` and `$$x$$`, as Markdown is read elsewhere: LaTeX in a line, and on a line of its own. A price, `$5 and $6`, is neither. */
const dollars = (state: InlineState, silent: boolean): boolean => {
  const [whole, display, inline] = /^(?:\$\$([^$]+)\$\$|\$(?![\s$])((?:[^$\\]|\\.)*?[^\s\\$])\$(?!\d))/s.exec(state.src.slice(state.pos)) ?? []
  if (whole === undefined) return false
  if (!silent)
    state.push('html_inline', '', 0).content =
      inline === undefined
        ? `<span class="formula formula-single" role="math" tabindex="0">${rendered((display ?? '').trim(), 'display')}</span>`
        : rendered(inline, 'inline')
  state.pos += whole.length
  return true
}

const fallback =
  (rule: Rule | undefined): Rule =>
  (tokens, at, options, env, self) =>
    rule === undefined ? self.renderToken(tokens, at, options) : rule(tokens, at, options, env, self)

/** Inline code that begins so is LaTeX, as is a fence called `math`: what generated pages write. */
const marker = 'math:'

/** Teaches a Markdown parser formulas: indented blocks in ASCII, marked LaTeX, and columns of tables; and gives tables a box that scrolls. */
export const withFormulas =
  (account: Account) =>
  (parser: Parser): void => {
    const { rules } = parser.renderer
    const [block, fence, code] = [rules['code_block'], rules['fence'], rules['code_inline']].map(fallback)
    rules['code_block'] = (tokens, at, options, env, self) => displayHtml(tokens[at].content, account) ?? `<div class="preformatted">${block(tokens, at, options, env, self)}</div>`
    rules['fence'] = (tokens, at, options, env, self) =>
      tokens[at].info.trim() === 'math'
        ? `<div class="formula formula-single" role="math" tabindex="0"><div class="formula-right">${rendered(tokens[at].content.trim(), 'display')}</div></div>\n`
        : fence(tokens, at, options, env, self)
    rules['code_inline'] = (tokens, at, options, env, self) =>
      tokens[at].content.startsWith(marker) ? rendered(tokens[at].content.slice(marker.length), 'inline') : code(tokens, at, options, env, self)
    rules['table_open'] = () => '<div class="table"><table>\n'
    rules['table_close'] = () => '</table></div>\n'

    parser.inline.ruler.before('escape', 'dollars', dollars)

    // In sentences too; headings stay as they are, since links go to their words.
    parser.core.ruler.push('formulas_in_sentences', ({ tokens, Token }) => {
      for (const [k, token] of tokens.entries()) {
        if (token.type !== 'inline' || tokens[k - 1]?.type === 'heading_open') continue
        let links = 0
        token.children = (token.children ?? []).flatMap((child) => {
          if (child.type === 'link_open') links++
          if (child.type === 'link_close') links--
          if (child.type !== 'text' || links > 0) return [child]
          return sentenceOf(child.content).map((piece) => {
            const set = new Token('text' in piece ? 'text' : 'html_inline', '', 0)
            set.content = 'text' in piece ? piece.text : rendered(piece.latex, 'inline')
            return set
          })
        })
      }
    })

    parser.core.ruler.push('formula_columns', ({ tokens, Token }) => {
      let headers: string[] = []
      let column = -1
      for (const [k, token] of tokens.entries()) {
        if (token.type === 'thead_open') headers = []
        if (token.type === 'tr_open') column = -1
        if (token.type === 'th_open') headers.push(tokens[k + 1].content)
        if (token.type === 'th_open' || token.type === 'td_open') column++
        if (token.type === 'td_open' && formulaColumns.includes(headers[column])) {
          const html = new Token('html_inline', '', 0)
          html.content = cellHtml(tokens[k + 1].content)
          tokens[k + 1].children = [html]
        }
      }
    })
  }
