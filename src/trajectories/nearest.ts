const editDistance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)))
    row = next
  }
  return row[b.length]
}

/** With how many letters both begin: of two words as far away, `epsilon` is what `eps` stands for. */
const inCommon = (a: string, b: string): number => {
  let k = 0
  while (k < a.length && a[k] === b[k]) k++
  return k
}

/** What to say of a word that is none of those known: all of them, and the one that is spelt most like it. */
export const nearest = (words: readonly string[], got: string): string => {
  const closest = words.toSorted((a, b) => editDistance(a, got) - editDistance(b, got) || inCommon(b, got) - inCommon(a, got))[0]
  return `one of ${words.join(', ')} (nearest: ${closest})`
}
