/** Types of values in WebAssembly. */
export type ValueType = 'i32' | 'f32' | 'f64' | 'v128'

/** Bytes, nested as they were put together. */
type Code = number | readonly Code[]

/** Instructions that leave one value of a type on the stack. What has another type does not compile as an operand. */
export interface Expression<out T extends ValueType> {
  readonly type: T
  readonly code: Code
}
export type I32 = Expression<'i32'>
export type F32 = Expression<'f32'>
export type F64 = Expression<'f64'>
export type V128 = Expression<'v128'>

/** Instructions that leave nothing on the stack. */
export interface Statement {
  readonly type: 'statement'
  readonly code: Code
}

/** A local variable; as an expression, its value. */
export interface Local<T extends ValueType> extends Expression<T> {
  readonly index: number
}

const typeByte: Readonly<Record<ValueType, number>> = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b }

/** LEB128, unsigned. */
const unsigned = (n: number): readonly number[] => {
  const bytes: number[] = []
  let left = n >>> 0
  do {
    const low = left & 0x7f
    left >>>= 7
    bytes.push(left === 0 ? low : low | 0x80)
  } while (left !== 0)
  return bytes
}

/** LEB128, signed, of 32 bits. */
const signed = (n: number): readonly number[] => {
  const bytes: number[] = []
  let left = n | 0
  for (;;) {
    const low = left & 0x7f
    left >>= 7
    const last = (left === 0 && (low & 0x40) === 0) || (left === -1 && (low & 0x40) !== 0)
    bytes.push(last ? low : low | 0x80)
    if (last) return bytes
  }
}

const expression = <T extends ValueType>(type: T, ...code: Code[]): Expression<T> => ({ type, code })
const statement = (...code: Code[]): Statement => ({ type: 'statement', code })
const codes = (parts: readonly { readonly code: Code }[]): Code => parts.map(({ code }) => code)
const simdOpcode = (opcode: number): Code => [0xfd, unsigned(opcode)]
/** Alignment 4 bytes: a hint only. */
const at = (offset: number): Code => [2, unsigned(offset)]

/** An integer, or an expression of one. */
export type Integer = number | I32
const i32 = (x: Integer): I32 => (typeof x === 'number' ? expression('i32', 0x41, signed(x)) : x)

const integer =
  (opcode: number) =>
  (a: Integer, b: Integer): I32 =>
    expression('i32', i32(a).code, i32(b).code, opcode)
export const add = integer(0x6a)
export const subtract = integer(0x6b)
export const times = integer(0x6c)
export const lessThan = integer(0x48)
export const atMost = integer(0x4c)

const vector =
  (opcode: number) =>
  (a: V128, b: V128): V128 =>
    expression('v128', a.code, b.code, simdOpcode(opcode))
/** Four float32 numbers at a time. */
export const f32x4 = {
  add: vector(0xe4),
  subtract: vector(0xe5),
  multiply: vector(0xe6),
  divide: vector(0xe7),
  /** b < a ? b : a, so that a NaN in a stays. */
  least: vector(0xea),
  /** a < b ? b : a, so that a NaN in a stays. */
  greatest: vector(0xeb),
  /** All bits of a number where a <= b, none elsewhere. */
  atMost: vector(0x45),
  root: (a: V128): V128 => expression('v128', a.code, simdOpcode(0xe3)),
  splat: (x: F32): V128 => expression('v128', x.code, simdOpcode(0x13)),
  /** One number four times, from memory. V8 makes a constant anew at every use; a load is one instruction. */
  loadSplat: (pointer: I32, offset = 0): V128 => expression('v128', pointer.code, simdOpcode(0x09), at(offset)),
  zero: expression('v128', simdOpcode(0x0c), Array.from({ length: 16 }, () => 0)),
  /** Numbers of a (0 to 3) and of b (4 to 7). */
  shuffle: (a: V128, b: V128, lanes: readonly [number, number, number, number]): V128 =>
    expression('v128', a.code, b.code, simdOpcode(0x0d), lanes.flatMap((lane) => [4 * lane, 4 * lane + 1, 4 * lane + 2, 4 * lane + 3])),
} as const
/** Two float64 numbers at a time. */
export const f64x2 = {
  add: vector(0xf0),
  subtract: vector(0xf1),
  multiply: vector(0xf2),
  divide: vector(0xf3),
  /** b < a ? b : a, so that a NaN in a stays. */
  least: vector(0xf6),
  /** All bits of a number where it holds, none elsewhere. */
  lessThan: vector(0x49),
  moreThan: vector(0x4a),
  atMost: vector(0x4b),
  root: (a: V128): V128 => expression('v128', a.code, simdOpcode(0xef)),
  splat: (x: F64): V128 => expression('v128', x.code, simdOpcode(0x14)),
  /** Two float32 numbers from memory. */
  loadSingles: (pointer: I32, offset = 0): V128 => expression('v128', pointer.code, simdOpcode(0x5d), at(offset), simdOpcode(0x5f)),
  /** Both numbers rounded to float32, in memory. */
  storeSingles: (pointer: I32, value: V128, offset = 0): Statement =>
    statement(pointer.code, value.code, simdOpcode(0x5e), simdOpcode(0x5b), at(offset), 0),
  /** The first numbers of both, or the second ones. */
  pairUp: (a: V128, b: V128, lane: 0 | 1): V128 =>
    expression('v128', a.code, b.code, simdOpcode(0x0d), [0, 16].flatMap((from) => Array.from({ length: 8 }, (_, byte) => from + 8 * lane + byte))),
} as const
/** Two integers of 64 bits at a time. */
export const i64x2 = {
  add: vector(0xce),
  shiftLeft: (a: V128, by: Integer): V128 => expression('v128', a.code, i32(by).code, simdOpcode(0xcb)),
  /** The lower half of an integer's bits. */
  lowerHalf: (a: V128, lane: 0 | 1): I32 => expression('i32', a.code, simdOpcode(0x1b), 2 * lane),
} as const
/** Bit by bit: both. */
export const and = vector(0x4e)
/** Bit by bit: a and not b. */
export const andNot = vector(0x4f)
/** Bit by bit: a where the mask is set, b elsewhere. */
export const choose = (a: V128, b: V128, mask: V128): V128 => expression('v128', a.code, b.code, mask.code, simdOpcode(0x52))

export const load = (pointer: I32, offset = 0): V128 => expression('v128', pointer.code, simdOpcode(0x00), at(offset))
export const store = (pointer: I32, value: V128, offset = 0): Statement => statement(pointer.code, value.code, simdOpcode(0x0b), at(offset))

export const set = <T extends ValueType>(local: Local<T>, value: Expression<NoInfer<T>>): Statement => statement(value.code, 0x21, unsigned(local.index))
export const assign = (local: Local<'i32'>, value: Integer): Statement => set(local, i32(value))
export const increase = (local: Local<'i32'>, by: Integer): Statement => set(local, add(local, by))

/** Once, and again as long as the condition holds. */
export const repeat = (body: readonly Statement[], again: I32): Statement => statement(0x03, 0x40, codes(body), again.code, 0x0d, 0, 0x0b)
export const when = (condition: I32, then: readonly Statement[], otherwise: readonly Statement[] = []): Statement =>
  statement(condition.code, 0x04, 0x40, codes(then), otherwise.length === 0 ? [] : [0x05, codes(otherwise)], 0x0b)
/** As long as the condition holds. */
export const loop = (condition: I32, body: readonly Statement[]): Statement => when(condition, [repeat(body, condition)])

/** A function of a module that gives nothing back: it works on the memory. */
export interface Kernel {
  readonly name: string
  readonly parameters: readonly ValueType[]
  readonly code: readonly number[]
}

type LocalsOf<P extends readonly ValueType[]> = { readonly [K in keyof P]: Local<P[K]> }

const flattenInto = (bytes: number[], code: Code): void => {
  if (typeof code === 'number') bytes.push(code)
  else for (const part of code) flattenInto(bytes, part)
}
const flat = (code: Code): readonly number[] => {
  const bytes: number[] = []
  flattenInto(bytes, code)
  return bytes
}

/**
 * A function, by its body.
 *
 * @param name        under which it is exported
 * @param parameters  their types
 * @param body        given the parameters, and a way to have further locals
 */
export const kernel = <const P extends readonly ValueType[]>(
  name: string,
  parameters: P,
  body: (parameters: LocalsOf<P>, local: <T extends ValueType>(type: T) => Local<T>) => readonly Statement[],
): Kernel => {
  const declared: ValueType[] = []
  const localAt = <T extends ValueType>(type: T, index: number): Local<T> => ({ type, index, code: [0x20, unsigned(index)] })
  const local = <T extends ValueType>(type: T): Local<T> => localAt(type, parameters.length + declared.push(type) - 1)
  const statements = body(parameters.map(localAt) as unknown as LocalsOf<P>, local)
  return { name, parameters, code: flat([unsigned(declared.length), declared.map((type) => [1, typeByte[type]]), codes(statements), 0x0b]) }
}

const vectorOf = (items: readonly Code[]): Code => [unsigned(items.length), items]
const text = (s: string): Code => vectorOf([...new TextEncoder().encode(s)])
const section = (id: number, code: Code): Code => {
  const bytes = flat(code)
  return [id, unsigned(bytes.length), bytes]
}

/** Name of the memory that a module imports, in both of its parts. */
export const importedMemory = 'memory'

/**
 * A WebAssembly module of some functions, which share one memory that is given to it.
 *
 * @param kernels  functions with names of their own
 */
export const assemble = (kernels: readonly Kernel[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(
    flat([
      [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, vectorOf(kernels.map(({ parameters }) => [0x60, vectorOf(parameters.map((type) => typeByte[type])), vectorOf([])]))),
      section(2, vectorOf([[text(importedMemory), text(importedMemory), 2, 0, unsigned(1)]])),
      section(3, vectorOf(kernels.map((_, k) => unsigned(k)))),
      section(7, vectorOf(kernels.map(({ name }, k) => [text(name), 0, unsigned(k)]))),
      section(10, vectorOf(kernels.map(({ code }) => [unsigned(code.length), code]))),
    ]),
  )
