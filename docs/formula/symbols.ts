/*
 * What the words and signs of a formula in ASCII mean, as LaTeX.
 */

/** Letters that are spelt. */
export const greek: Readonly<Record<string, string>> = {
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
  Phi: '\\Phi',
  Psi: '\\Psi',
  Sigma: '\\Sigma',
  Delta: '\\Delta',
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
export const large: Readonly<Record<string, string>> = { sum: '\\sum', prod: '\\prod' }

/** Functions, whose argument may stand behind them without brackets. */
export const functions: Readonly<Record<string, string>> = {
  log: '\\log',
  exp: '\\exp',
  cos: '\\cos',
  sin: '\\sin',
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

/** What stands between two sides. */
export const relations: Readonly<Record<string, string>> = {
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

/** What stands between two terms, or parts them. */
export const operators: Readonly<Record<string, string>> = {
  '-+': '\\mp',
  '+-': '\\pm',
  '...': '\\dots',
  '..': '\\dots',
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

/** A shell's variable or a constant of a program: no name of a quantity. */
export const shouted = /^[A-Z]{3,}$/

/** Whether a word is known by name. */
export const isKnown = (word: string): boolean => [named, large, functions].some((names) => Object.hasOwn(names, word))

/** A quantity rather than a word of English: known by name, a single letter, one with a number, or two capital letters multiplied. */
export const isQuantity = (word: string): boolean => isKnown(word) || /^[A-Za-z]$/.test(word) || /^[A-Za-z]+\d+$/.test(word) || /^[A-Z]{2}$/.test(word)

const letterOf = (letters: string): string => {
  if (letters.length === 1) return letters
  if (Object.hasOwn(greek, letters)) return greek[letters]
  return /^[A-Z]{2}$/.test(letters) ? [...letters].join(' ') : `\\mathrm{${letters}}`
}

/** A word as the symbol that it is. */
export const symbol = (word: string): string => {
  for (const names of [named, large, functions]) if (Object.hasOwn(names, word)) return names[word]
  const [, letters = word, digits = ''] = /^([A-Za-z]+)(\d*)$/.exec(word) ?? []
  return digits === '' ? letterOf(letters) : `${letterOf(letters)}_{${digits}}`
}

/** Words of English within a formula. */
export const prose = (text: string): string => `\\text{${text.replace(/[\\^~]/g, ' ').replace(/[{}_#%&$]/g, '\\$&')}}`
