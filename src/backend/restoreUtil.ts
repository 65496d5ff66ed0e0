/**
 * tfjs-node 4.22 calls two functions of node:util that Node 23 has no longer: they are put back where they are missing.
 *
 * @param util  the module, as require gives it
 */
export const restoreUtil = (util: { isNullOrUndefined?: unknown; isArray?: unknown }): void => {
  util.isNullOrUndefined ??= (x: unknown) => x === null || x === undefined
  util.isArray ??= Array.isArray
}

/** node:util itself; undefined outside of Node. Not by an import, which would keep this library out of browsers. */
export const nodeUtil = (): object | undefined => globalThis.process?.getBuiltinModule?.('node:util')

/** Does it to node:util itself, where there is one. */
export const restoreNodeUtil = (): void => {
  const util = nodeUtil()
  if (util !== undefined) restoreUtil(util)
}
