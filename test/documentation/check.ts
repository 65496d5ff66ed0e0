import { isDeepStrictEqual, inspect } from 'node:util'

const isRecord = (x: unknown): x is Readonly<Record<string, unknown>> =>
  typeof x === 'object' && x !== null && [Object.prototype, null].includes(Object.getPrototypeOf(x))

const elementsOf = (x: unknown): readonly unknown[] | undefined =>
  Array.isArray(x) || (ArrayBuffer.isView(x) && !(x instanceof DataView)) ? Array.from(x as unknown as ArrayLike<unknown>) : undefined

/** Equality of values as a page can print them: numbers to 12 digits, a typed array as its numbers. */
export const agree = (actual: unknown, expected: unknown): boolean => {
  if (typeof actual === 'number' && typeof expected === 'number')
    return Object.is(actual, expected) || Math.abs(actual - expected) <= 1e-12 * Math.max(1, Math.abs(expected))
  const [as, es] = [elementsOf(actual), elementsOf(expected)]
  if (as !== undefined && es !== undefined) return as.length === es.length && as.every((a, k) => agree(a, es[k]))
  if (isRecord(actual) && isRecord(expected)) {
    const keys = Object.keys(expected)
    return keys.length === Object.keys(actual).length && keys.every((key) => Object.hasOwn(actual, key) && agree(actual[key], expected[key]))
  }
  return isDeepStrictEqual(actual, expected)
}

const printed = (x: unknown): string => inspect(x, { depth: Infinity, breakLength: Infinity, maxArrayLength: null })

const squeezed = (text: string): string => text.replaceAll(/\s+/g, '')

const evaluated = (f: () => unknown): { readonly value: unknown } | { readonly failure: unknown } => {
  try {
    return { value: f() }
  } catch (failure) {
    return { failure }
  }
}

/**
 * Throws unless what stands before `// =>` is what stands behind it: as an expression (seen from the example), or as the text
 * that node prints. `throws TypeError: words` wants that error, with those words in its message.
 */
export const check = async (place: string, actual: () => unknown, text: string, expected?: () => unknown): Promise<void> => {
  const thrown = /^throws\s+(\w+)(?::\s*(.*))?$/.exec(text)
  let value: unknown
  try {
    value = await actual()
  } catch (failure) {
    if (thrown === null || !(failure instanceof Error)) throw new Error(`${place}: throws ${String(failure)}`, { cause: failure })
    if (failure.name === thrown[1] && failure.message.includes(thrown[2] ?? '')) return
    throw new Error(`${place}: expected ${text}, got ${failure.name}: ${failure.message}`, { cause: failure })
  }
  if (thrown === null) {
    const wanted = expected === undefined ? undefined : evaluated(expected)
    if (wanted !== undefined && 'value' in wanted && agree(value, wanted.value)) return
    if (squeezed(printed(value)) === squeezed(text)) return
  }
  throw new Error(`${place}: expected ${text}, got ${printed(value)}`)
}
