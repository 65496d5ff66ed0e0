/**
 * What a word of the user's own gives back, as a column that the pipeline may write over: a copy, unless it is the column that the word was
 * given to change. The batch may hold any other, and the word itself may keep it for the next call.
 *
 * @param column  what the word gave back
 * @param given   the column that it was given to change, if any
 */
export const writable = (column: Float64Array, given?: Float64Array): Float64Array => (column === given ? column : column.slice())
