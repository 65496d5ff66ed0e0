/** The place of the bracket that closes the one at a place. */
const closing = (source: string, at: number): number => {
  const pairs: Readonly<Record<string, string>> = { '{': '}', '[': ']', '(': ')' }
  const [open, close] = [source[at], pairs[source[at]]]
  for (let k = at, depth = 0; k < source.length; k++) {
    if (source[k] === open) depth++
    if (source[k] === close && --depth === 0) return k
  }
  throw new Error(`${open} is not closed in "${source.slice(at)}"`)
}

const argument = (source: string, at: number): readonly [inner: string, end: number] => {
  if (source[at] !== '{') return [source[at], at + 1]
  const end = closing(source, at)
  return [source.slice(at + 1, end), end + 1]
}

/** Fractions, roots and powers of ten, whose arguments stand in braces. */
const withoutCommands = (source: string): string => {
  const found = /\\(tfrac|frac|sqrt)/.exec(source)
  if (found === null) return source
  const before = source.slice(0, found.index)
  const [above, next] = argument(source, found.index + found[0].length)
  if (found[1] === 'sqrt') return withoutCommands(`${before}sqrt(${above})${source.slice(next)}`)
  const [below, end] = argument(source, next)
  const quotient = found[1] === 'tfrac' ? ` (${above})/(${below}) ` : ` ((${above}) / (${below})) `
  return withoutCommands(before + quotient + source.slice(end))
}

const withClip = (source: string): string => {
  const found = /clip_\{1\\pm ([^}]*)\}\s*\[/.exec(source)
  if (found === null) return source
  const open = found.index + found[0].length - 1
  const end = closing(source, open)
  return withClip(`${source.slice(0, found.index)}clip[${source.slice(open + 1, end)}; 1 -+ ${found[1]}]${source.slice(end + 1)}`)
}

const withTails = (source: string): string => {
  const found = /\)_\{\\ge t\}/.exec(source)
  if (found === null) return source
  // The bracket that this one closes.
  let [open, depth] = [found.index, 0]
  for (; ; open--) {
    if (source[open] === ')') depth++
    if (source[open] === '(' && --depth === 0) break
  }
  return withTails(`${source.slice(0, open)}(${source.slice(open + 1, found.index)} from t on)${source.slice(found.index + found[0].length)}`)
}

/** A formula in LaTeX as it would stand in plain text; brackets may be more than are needed. */
export const fromLatex = (latex: string): string => {
  const plain = latex
    .replace(/\\(?:bigl|bigr|left|right|textstyle)(?![a-z])/g, '')
    .replace(/\\operatorname\{(\w+)\}/g, ' $1')
    .replace(/\\mathrm\{(\w+)\}/g, ' $1')
    .replace(/r\^\{\\text\{(\w+)\}\}_u/g, 'r_u[$1]')
    .replace(/\{(\w+)\}_j/g, '$1_j')
    .replace(/(\d[\d.]*) \\cdot 10\^\{(-?\d+)\}/g, '$1e$2')
    .replace(/(?<![\d.])10\^\{(-?\d+)\}/g, '1e$1')
    .replace(/:\\,L_j > t/g, ' alive at t')
    .replace(/\\[,! ]/g, ' ')
  return withTails(withClip(withoutCommands(plain)))
    .replace(/ *\\(ge|ne|cdot|infty) ?/g, (_, name: string) => ({ ge: '>=', ne: '!=', cdot: ' ', infty: 'Infinity' })[name] ?? name)
    .replace(/\\(\w)/g, ' $1')
    .replace(/\s+/g, ' ')
    .replace(/([({[:]) /g, '$1')
    .trim()
}
