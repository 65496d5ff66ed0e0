import { isRecord } from '../trajectories/keys.ts'

/** Arrays that are kept by their bytes, little-endian, by the name of their kind. */
const kinds = { float32: Float32Array, float64: Float64Array, int32: Int32Array, uint8: Uint8Array } as const

type Kind = keyof typeof kinds

/** Numbers that JSON has no form for. */
const unusual = (x: number): boolean => !Number.isFinite(x) || Object.is(x, -0)

/**
 * Plain data as what JSON can hold, to the last bit: typed arrays by their bytes, and -0, NaN and infinities by name.
 *
 * @throws TypeError for what is no plain data, such as a function
 */
export const encoded = (x: unknown): unknown => {
  if (x === null || typeof x === 'string' || typeof x === 'boolean') return x
  if (typeof x === 'number') return unusual(x) ? { $number: Object.is(x, -0) ? '-0' : String(x) } : x
  for (const kind of Object.keys(kinds) as Kind[])
    if (x instanceof kinds[kind]) return { [`$${kind}`]: Buffer.from(x.buffer, x.byteOffset, x.byteLength).toString('base64') }
  if (Array.isArray(x)) return x.map(encoded)
  if (isRecord(x)) return Object.fromEntries(Object.entries(x).flatMap(([key, value]) => (value === undefined ? [] : [[key, encoded(value)]])))
  throw new TypeError(`checkpoint: expected plain data, got ${typeof x}`)
}

/** What `encoded` was given. */
export const decoded = (x: unknown): unknown => {
  if (Array.isArray(x)) return x.map(decoded)
  if (!isRecord(x)) return x
  const [[key, value] = ['', undefined], ...others] = Object.entries(x)
  if (others.length === 0 && typeof value === 'string' && key.startsWith('$')) {
    if (key === '$number') return Number(value)
    const Kind = kinds[key.slice(1) as Kind]
    if (Kind !== undefined) {
      const bytes = Uint8Array.from(Buffer.from(value, 'base64'))
      return new Kind(bytes.buffer, 0, Math.floor(bytes.length / Kind.BYTES_PER_ELEMENT))
    }
  }
  return Object.fromEntries(Object.entries(x).map(([name, field]) => [name, decoded(field)]))
}
