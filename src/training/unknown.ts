import { nearest } from '../trajectories/nearest.ts'

/** Throws for an option that is misspelt: a compiler sees it in a literal, a record that was read from a file has had none. */
export const refuseUnknown = (word: string, options: object, known: readonly string[]): void => {
  const unknown = Object.keys(options).find((key) => !known.includes(key))
  if (unknown !== undefined) throw new RangeError(`${word}: ${unknown}: expected ${nearest(known, unknown)}`)
}
