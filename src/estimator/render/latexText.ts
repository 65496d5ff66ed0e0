const special: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '{': '\\{',
  '}': '\\}',
  $: '\\$',
  '&': '\\&',
  '#': '\\#',
  _: '\\_',
  '%': '\\%',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
  // Active in some languages.
  '"': '{\\char34}',
  '`': '\\textquoteleft{}',
  '\u00a0': '~',
  '\u2013': '\\textendash{}',
  '\u2014': '\\textemdash{}',
  '\u2018': '\\textquoteleft{}',
  '\u2019': '\\textquoteright{}',
  '\u201c': '\\textquotedblleft{}',
  '\u201d': '\\textquotedblright{}',
  '\u2026': '\\ldots{}',
  '\u00df': '\\ss{}',
  '\u00e6': '\\ae{}',
  '\u00c6': '\\AE{}',
  '\u0153': '\\oe{}',
  '\u0152': '\\OE{}',
  '\u00f8': '\\o{}',
  '\u00d8': '\\O{}',
  '\u0142': '\\l{}',
  '\u0141': '\\L{}',
  '\u0131': '\\i{}',
  '\u00a7': '\\S{}',
}

/** Commands of mathematics for a sign each. */
const mathematics: Readonly<Record<string, string>> = Object.fromEntries(
  [
    'α alpha,β beta,γ gamma,δ delta,ε varepsilon,ζ zeta,η eta,θ theta,ι iota,κ kappa,λ lambda,μ mu,µ mu,ν nu,ξ xi,π pi,ρ rho,ς varsigma,σ sigma,τ tau,υ upsilon',
    'φ varphi,χ chi,ψ psi,ω omega,ϵ epsilon,ϕ phi,Γ Gamma,Δ Delta,Θ Theta,Λ Lambda,Ξ Xi,Π Pi,Σ Sigma,Υ Upsilon,Φ Phi,Ψ Psi,Ω Omega',
    '∇ nabla,∂ partial,∑ sum,∏ prod,∫ int,√ surd,∞ infty,≤ leq,≥ geq,≠ neq,≈ approx,≡ equiv,∈ in,⊂ subset,∪ cup,∩ cap,∀ forall,∃ exists,¬ neg,∧ wedge,∨ vee',
    '→ rightarrow,← leftarrow,↔ leftrightarrow,⇒ Rightarrow,⇐ Leftarrow,× times,÷ div,± pm,− -,· cdot,∥ parallel,° circ,′ prime',
  ]
    .join(',')
    .split(',')
    .map((pair) => {
      const [sign, command] = pair.split(' ')
      return [sign, command === '-' ? '-' : `\\${command}`]
    }),
)

/** Accents that every font encoding has, by their combining character. */
const accents: Readonly<Record<string, string>> = {
  '\u0300': '`',
  '\u0301': "'",
  '\u0302': '^',
  '\u0303': '~',
  '\u0304': '=',
  '\u0306': 'u',
  '\u0307': '.',
  '\u0308': '"',
  '\u030a': 'r',
  '\u030b': 'H',
  '\u030c': 'v',
  '\u0327': 'c',
}

const accented = (c: string): string | null => {
  const [base, accent, ...more] = c.normalize('NFD')
  if (accent === undefined || more.length > 0 || !/^[A-Za-z]$/.test(base) || !Object.hasOwn(accents, accent)) return null
  const dotless = base === 'i' || base === 'j' ? `\\${base}` : base
  return `\\${accents[accent]}{${dotless}}`
}

const escaped = (c: string): string => {
  if (Object.hasOwn(special, c)) return special[c]
  if (c >= ' ' && c <= '~') return c
  if (/\s|\p{Cc}/u.test(c)) return ' '
  if (Object.hasOwn(mathematics, c)) return `\\ensuremath{${mathematics[c]}}`
  return accented(c) ?? `[U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`
}

/** Two hyphens are no dash, two commas and two apostrophes no quotation mark. */
const unligated = (latex: string): string => latex.replace(/([-,'])(?=\1)/g, '$1{}')

/**
 * A text as LaTeX that prints it, in every font encoding and with every engine. Signs that plain LaTeX does not have come out as their
 * code point, such as [U+4E16].
 */
export const latexText = (text: string): string => unligated(Array.from(text.normalize('NFC'), escaped).join(''))

/** The same in typewriter letters, that may be broken into lines after brackets, commas and colons. */
export const latexCode = (text: string): string =>
  `\\texttt{${unligated(Array.from(text.normalize('NFC'), (c) => escaped(c) + (/[,:{[(]/.test(c) ? '\\allowbreak ' : '')).join(''))}}`
