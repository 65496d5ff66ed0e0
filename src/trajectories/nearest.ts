/** How many letters have to be put in, left out, changed, or swapped with their neighbour. */
export const editDistance = (a: string, b: string): number => {
  let before: readonly number[] = []
  let row: readonly number[] = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2] + 1 : Infinity
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1), swapped))
    }
    before = row
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

/** The word that is spelt most like the one that was found. */
export const closest = (words: readonly string[], got: string): string => {
  // A longer one is no misspelling, and comparing it letter by letter has no end.
  const start = got.slice(0, 64)
  return words.toSorted((a, b) => editDistance(a, start) - editDistance(b, start) || inCommon(b, start) - inCommon(a, start))[0]
}

/** What to say of a word that is none of those known: all of them, and the one that is spelt most like it. */
export const nearest = (words: readonly string[], got: string): string => `one of ${words.join(', ')} (nearest: ${closest(words, got)})`
