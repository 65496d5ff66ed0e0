import type { Actions } from './floats.ts'

/** Views that are remembered; more than the parts of a batch have lengths, fewer than episodes have. */
const mostViews = 64

/**
 * Room that is used again and again: exactly as long as asked for, mostly the same array for the same length, and new memory only for a
 * length greater than any before. What stands in it is arbitrary.
 */
export const scratchOf = <F extends Actions>(make: (length: number) => F): ((length: number) => F) => {
  let whole = make(0)
  const views = new Map<number, F>()
  return (length) => {
    const known = views.get(length)
    if (known !== undefined) return known
    if (length > whole.length) {
      whole = make(length)
      views.clear()
    }
    if (views.size === mostViews) views.clear()
    const view = length === whole.length ? whole : (whole.subarray(0, length) as F)
    views.set(length, view)
    return view
  }
}
