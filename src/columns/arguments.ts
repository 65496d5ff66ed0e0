const isNumbers = (x: unknown): boolean => Array.isArray(x) || (ArrayBuffer.isView(x) && !(x instanceof DataView))

const typeText = (x: unknown): string => (x === null || x === undefined ? String(x) : Array.isArray(x) ? 'an array' : typeof x === 'object' ? 'an object of another form' : `a ${typeof x}`)

/** Throws where something is no layout: what a batch is, and an Either of one is not. */
export const refuseLayout = (where: string, x: unknown): void => {
  const layout = x as { readonly count?: unknown; readonly offsets?: unknown } | null | undefined
  if (!(typeof layout?.count === 'number' && isNumbers(layout.offsets)))
    throw new TypeError(`${where}: expected a batch, or a layout { count, offsets }, got ${typeText(x)}; open an Either first`)
}

/** Throws where something is no column. */
export const refuseColumn = (where: string, x: unknown): void => {
  if (!isNumbers(x)) throw new TypeError(`${where}: expected a column, a number for each step or trajectory, got ${typeText(x)}`)
}
