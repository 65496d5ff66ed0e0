/**
 * Columns that are needed for a moment, kept for the next moment: touching fresh memory costs more than most of what is computed in it.
 * Only columns made here are ever kept, and only those that nobody outside has seen.
 */
const made = new WeakSet<Float64Array>()
const free = new Map<number, Float64Array[]>()

/** Lengths below this are cheaper to make than to look up. */
const worthKeeping = 4096
/** Columns of one length that are kept at most. */
const mostKept = 4

/** A column to write to: what stands in it is arbitrary. */
export const takeColumn = (length: number): Float64Array => {
  if (length < worthKeeping) return new Float64Array(length)
  const kept = free.get(length)?.pop()
  if (kept !== undefined) return kept
  const column = new Float64Array(length)
  made.add(column)
  return column
}

/** Gives a column back, if it is one of ours; its reader must be done with it. */
export const giveColumn = (column: Float64Array): void => {
  if (!made.has(column)) return
  const kept = free.get(column.length)
  if (kept === undefined) {
    // Another length than before: batches have changed, and what was kept for the old ones goes.
    if (free.size > 1) free.clear()
    free.set(column.length, [column])
  } else if (kept.length < mostKept && !kept.includes(column)) kept.push(column)
}

/** A column of ours that leaves for good: it belongs to the caller from now on. */
export const keepOut = (column: Float64Array): Float64Array => {
  made.delete(column)
  return column
}
