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
