const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Text as HTML. */
export const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => escapes[character])

const symbols: Readonly<Record<string, string>> = { rho: 'ρ', gamma: 'γ', sum: '∑', pi: 'π', mu: 'μ' }
const upright = new Set(['mean', 'clip', 'alive', 'at'])
const signs: readonly (readonly [string, string])[] = [
  ['&gt;=', '≥'],
  ['&lt;=', '≤'],
  ['!=', '≠'],
  ['-+', '∓'],
  [' - ', ' − '],
]

const signed = (html: string): string => signs.reduce((so, [from, to]) => so.replaceAll(from, to), html)

const name = (word: string): string => {
  const symbol = symbols[word]
  if (symbol !== undefined) return symbol === '∑' ? '<b>∑</b>' : `<i>${symbol}</i>`
  return upright.has(word) || /^\d/.test(word) ? word : `<i>${word}</i>`
}

/** Letters and words of an index: each by itself. */
const index = (text: string): string => signed(escaped(text).replace(/[A-Za-z]+/g, (word) => (word === 'gt' || word === 'lt' ? word : name(word))))

/** A formula as the library writes it, in HTML: Greek letters, indices and powers in their places. */
export const formulaHtml = (text: string): string =>
  signed(
    escaped(text).replace(/([A-Za-z]+|\d+)(?:_(\{[^}]*\}|[A-Za-z0-9]+))?(?:\^(\{[^}]*\}|\([^)]*\)|[A-Za-z0-9]+))?/g, (whole, word: string, low?: string, high?: string) => {
      if (/^(gt|lt|amp|quot)$/.test(word) && low === undefined && high === undefined) return whole
      const bare = (part: string): string => part.replace(/^\{|\}$/g, '').replaceAll('&gt;', '>').replaceAll('&lt;', '<').replaceAll('&amp;', '&')
      return `${name(word)}${low === undefined ? '' : `<sub>${index(bare(low))}</sub>`}${high === undefined ? '' : `<sup>${index(bare(high))}</sup>`}`
    }),
  )
