const known = new WeakSet()

/**
 * Marks a word of the library itself, or what is made of such words only. What they say of themselves is held by the laws of the registry,
 * so that what rests on it need not try it out each time; a word of the user's own, or a changed copy of one of ours, is tried.
 */
export const ours = <A extends object>(word: A): A => {
  known.add(word)
  return word
}

/** Whether it is a word of the library itself, or made of such words only. */
export const isOurs = (x: object): boolean => known.has(x)

/** What was made of some parts: ours if all of them are. */
export const madeOf = <A extends object>(parts: readonly object[], made: A): A => (parts.every(isOurs) ? ours(made) : made)
