import { shown } from './problem.ts'

/** Numbers in a row: a plain or a typed array. 64-bit integers, as readers of Parquet and HDF5 give them, are numbers where a number can hold them. */
export type Numbers = ArrayLike<number | bigint>

/** Whether something is a plain or a typed array. */
export const isNumbers = (x: unknown): x is Numbers => Array.isArray(x) || (ArrayBuffer.isView(x) && !(x instanceof DataView))

const fits = (x: bigint): boolean => x >= BigInt(Number.MIN_SAFE_INTEGER) && x <= BigInt(Number.MAX_SAFE_INTEGER)

/** A 64-bit integer as the number that it is, where there is one; everything else as it is. */
export const numberIn = (x: unknown): unknown => (typeof x === 'bigint' && fits(x) ? Number(x) : x)

/** What was found where a number should be. */
export const shownNumber = (x: unknown): string => (typeof x === 'bigint' && !fits(x) ? `${shown(x)}, beyond 2^53` : shown(x))

/** Numbers that have been looked at, without 64-bit integers among them. */
export const plainNumbers = (column: Numbers): ArrayLike<number> => {
  const integers = column instanceof BigInt64Array || column instanceof BigUint64Array || (Array.isArray(column) && column.some((x) => typeof x === 'bigint'))
  return integers ? Float64Array.from(column, Number) : (column as ArrayLike<number>)
}
