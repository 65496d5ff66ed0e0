/** A piece of mathematics, in plain text for a terminal and in LaTeX for a page. */
export interface Formula {
  readonly text: string
  readonly latex: string
}

/** A number in LaTeX: 1e-8 as a power of ten, Infinity as its sign. */
export const numberLatex = (x: number): string => {
  if (!Number.isFinite(x)) return x < 0 ? '-\\infty' : '\\infty'
  const [digits, exponent] = String(x).split('e')
  return exponent === undefined ? digits : `${digits === '1' ? '' : `${digits} \\cdot `}10^{${Number(exponent)}}`
}

/** A number that may stand behind a sign: a negative one in brackets. */
export const numberFormula = (x: number): Formula => (x < 0 ? { text: `(${x})`, latex: `(${numberLatex(x)})` } : { text: String(x), latex: numberLatex(x) })

/** A formula in brackets. */
const bracketed = ({ text, latex }: Formula): Formula => ({ text: `(${text})`, latex: `\\left(${latex}\\right)` })

/** The text of a formula with what stands in brackets left out. */
const outside = (text: string): string => {
  let depth = 0
  let out = ''
  for (const c of text) {
    if (/[)\]}]/.test(c)) depth--
    if (depth === 0) out += c
    if (/[([{]/.test(c)) depth++
  }
  return out
}

/** Whether a plus or minus stands in it outside of all brackets; that of 1e-8 does not count. */
const isSum = (text: string): boolean => /[+-]/.test(outside(text).replace(/\de[+-]\d/g, ''))

/** Whether it is one thing: a symbol, a number, a function with its brackets, or what stands in brackets. */
const isOne = (text: string): boolean => !/[\s+/*^-]/.test(outside(text))

/** Whether it is divided by a stroke between spaces, which divides all that stands before it. */
const isQuotient = (text: string): boolean => / \/ /.test(outside(text))

/** Whether an operator in it reaches over what would be written behind it. */
const reachesOn = (text: string): boolean => /(?:^|[^A-Za-z])(?:sum|prod|mean|std|max|min)_/.test(outside(text))

/** A formula that may stand behind a plus or minus, or as the last factor: a sum in brackets. */
export const asTerm = (f: Formula): Formula => (isSum(f.text) ? bracketed(f) : f)

/** A formula that may stand as a factor before others. */
export const asFactor = (f: Formula): Formula => (isSum(f.text) || isQuotient(f.text) || reachesOn(f.text) ? bracketed(f) : f)

/** A formula in brackets, unless it is short or stands in some already. */
export const inBrackets = (f: Formula): Formula => (/[ +-]/.test(f.text) && outside(f.text) !== '()' ? bracketed(f) : f)

/** The product of two formulas, of which neither may be an open sum. */
export const times = (a: Formula, b: Formula): Formula => ({ text: `${a.text} ${b.text}`, latex: `${a.latex}\\, ${b.latex}` })

const marker = '@'

/** Whether what stands here is enclosed by what stands around it. */
const isEnclosed = (before: string, after: string): boolean => /(?:^|[([{,;]\s*|\\left[([]\s*)$/.test(before) && /^(?:$|\s*(?:[,;]|\\right|[)\]}](?![_^])))/.test(after)

/** Whether what stands here must be one thing: it is raised, divided by without spaces, or the argument of a function without brackets. */
const isBound = (before: string, after: string): boolean => /(?:[/^_]|(?:^|[^A-Za-z])(?:log|exp|sqrt|sign|abs|max|min|sin|cos)\s)$/.test(before) || /^[/^_([]/.test(after)

/**
 * What a word of one's own makes of a formula, which is put in brackets where what is written around it would tear it apart:
 * 2 times R - b is 2 (R - b).
 */
export const filled = (around: (inner: Formula) => Formula, inner: Formula): Formula => {
  const frame = around({ text: marker, latex: marker })
  const parts = frame.text.split(marker)
  const mustBe = (test: (before: string, after: string) => boolean): boolean =>
    parts.slice(1).some((after, k) => test(parts.slice(0, k + 1).join(marker), [after, ...parts.slice(k + 2)].join(marker)))
  if (mustBe((before, after) => isBound(before, after) && !isOne(inner.text))) return around(bracketed(inner))
  const isOpen = isSum(inner.text) || isQuotient(inner.text)
  const tears = (before: string, after: string): boolean => !isEnclosed(before, after) && (isOpen || (reachesOn(inner.text) && after !== ''))
  return mustBe(tears) ? around(bracketed(inner)) : around(inner)
}

/** A symbol of trajectory i as that of another trajectory. */
export const ofTrajectory = (j: string, formula: Formula): Formula => {
  if (j === 'i') return formula
  const { text, latex } = formula
  const renamed = (source: string): string =>
    source.replace(/_i(?=[a-z]?(?![A-Za-z]))/g, `_${j}`).replace(/_\{i(?![A-Za-z]{2})/g, `_{${j}`)
  const [t, l] = [renamed(text), renamed(latex)]
  if (t !== text) return { text: t, latex: l }
  // A ratio has no letter for its trajectory until another's is meant.
  if (/rho_\{/.test(text)) return { text: text.replaceAll('rho_{', `rho_{${j},`), latex: latex.replaceAll('\\rho_{', `\\rho_{${j},`) }
  const one = isOne(text) && !text.includes('_')
  return one ? { text: `${text}_${j}`, latex: `{${latex}}_${j}` } : { text: `(${text})_${j}`, latex: `\\left(${latex}\\right)_${j}` }
}
