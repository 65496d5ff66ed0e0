import type { Formula } from '../../weighting/formula.ts'

const count = (latex: string, command: RegExp): number => latex.match(command)?.length ?? 0

/** Whether mathematics ends where it should: nothing in it reaches out of the formula that it stands in. */
const isSelfContained = (latex: string): boolean => {
  // Escaped signs reach nowhere.
  const bare = latex.replace(/\\[^A-Za-z]/g, '.')
  let depth = 0
  for (const c of bare) {
    depth += c === '{' ? 1 : c === '}' ? -1 : 0
    if (depth < 0) return false
  }
  return (
    depth === 0 &&
    bare.trim() !== '' &&
    // Pure ASCII, since fonts of mathematics differ in what else they have.
    /^[\t\n\r -~]*$/.test(bare) &&
    !/[$%#]|\\$/.test(bare) &&
    (!bare.includes('&') || bare.includes('\\begin{')) &&
    count(bare, /\\left(?![A-Za-z])/g) === count(bare, /\\right(?![A-Za-z])/g) &&
    count(bare, /\\begin\{/g) === count(bare, /\\end\{/g)
  )
}

/** Numbers as JavaScript writes them, such as 1e-8, are no mathematics. */
const withPowers = (latex: string): string => latex.replace(/(?<![A-Za-z\\])(\d+(?:\.\d+)?)e([+-])(\d+)/g, (_, digits: string, sign: string, exponent: string) => `${digits} \\cdot 10^{${sign === '-' ? '-' : ''}${exponent}}`)

/** The LaTeX of a formula on one line; null where it would break the page that it stands on, as a word of one's own may bring it. */
export const latexOf = ({ latex }: Formula): string | null => (isSelfContained(latex) ? withPowers(latex.replace(/\s+/g, ' ').trim()) : null)

/** W_it = ... */
export const weightEquation = ({ text, latex }: Formula): Formula => ({ text: `W_it = ${text}`, latex: `W_{it} = ${latex}` })
