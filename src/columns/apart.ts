/**
 * A column that may be written over: a copy, where it is one that the batch itself holds. What a word of the user's own returns may be that,
 * and the pipeline goes on to change it.
 */
export const apartFrom = (batch: object, column: Float64Array): Float64Array => {
  const columns = batch as Readonly<Record<string, unknown>>
  for (const name in columns) if (columns[name] === column) return column.slice()
  return column
}
