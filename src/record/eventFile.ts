import { closeSync, constants, writeSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { RecordNotWritten } from './failure.ts'
import { openRegular } from './regularFile.ts'

/** Remainders of CRC-32C (Castagnoli), by byte. */
const remainders = Uint32Array.from({ length: 256 }, (_, byte) => {
  let c = byte
  for (let k = 0; k < 8; k++) c = c & 1 ? 0x82f63b78 ^ (c >>> 1) : c >>> 1
  return c
})

/** CRC-32C, of 123456789: e3069283. */
export const crc32c = (bytes: Uint8Array): number => {
  let c = 0xffffffff
  for (const byte of bytes) c = remainders[(c ^ byte) & 0xff] ^ (c >>> 8)
  return (c ^ 0xffffffff) >>> 0
}

/** As TFRecord files have it, so that a check of a check is not trivial. */
const maskedCrc = (bytes: Uint8Array): Buffer => {
  const crc = crc32c(bytes)
  const out = Buffer.alloc(4)
  out.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0)
  return out
}

/** A record of a TFRecord file: length, its check, the bytes, their check. */
const record = (bytes: Buffer): Buffer => {
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(bytes.length))
  return Buffer.concat([length, maskedCrc(length), bytes, maskedCrc(bytes)])
}

const varint = (x: number): Buffer => {
  const bytes: number[] = []
  let left = x
  for (; left > 127; left = Math.floor(left / 128)) bytes.push((left % 128) | 128)
  return Buffer.from([...bytes, left])
}

/** Fields of protocol buffers, by their number. */
const field = {
  varint: (number: number, x: number) => Buffer.concat([varint(number << 3), varint(x)]),
  double: (number: number, x: number) => {
    const out = Buffer.alloc(8)
    out.writeDoubleLE(x)
    return Buffer.concat([varint((number << 3) | 1), out])
  },
  bytes: (number: number, x: Buffer) => Buffer.concat([varint((number << 3) | 2), varint(x.length), x]),
  float: (number: number, x: number) => {
    const out = Buffer.alloc(4)
    out.writeFloatLE(x)
    return Buffer.concat([varint((number << 3) | 5), out])
  },
}

/** Event { wall_time = 1, step = 2, file_version = 3, summary = 5 }; Summary { value = 1 }; Value { tag = 1, simple_value = 2 }. */
const versionEvent = (time: number): Buffer => Buffer.concat([field.double(1, time), field.bytes(3, Buffer.from('brain.Event:2'))])
const scalarsEvent = (time: number, step: number, scalars: readonly (readonly [tag: string, value: number])[]): Buffer =>
  Buffer.concat([
    field.double(1, time),
    field.varint(2, step),
    field.bytes(5, Buffer.concat(scalars.map(([tag, value]) => field.bytes(1, Buffer.concat([field.bytes(1, Buffer.from(tag)), field.float(2, value)]))))),
  ])

/** A file that TensorBoard reads. */
export interface EventFile {
  readonly path: string
  /** Scalars at a step. */
  readonly append: (step: number, scalars: Readonly<Record<string, number>>) => void
  readonly close: () => void
}

/**
 * Opens a new event file in a folder: scalars as TensorBoard reads them, a TFRecord of Event messages with CRC-32C checks.
 *
 * Each sitting has a file of its own, as TensorBoard expects; steps that were made again stand in both, and it shows the later ones.
 *
 * @param folder  where it is to stand
 * @param clock   seconds since 1970. Default: the system's
 *
 * @example
 * ```ts
 * import { openEventFile } from 'estimand/record'
 * openEventFile('/no/such/folder') // => throws RecordNotWritten: /no/such/folder/events.out.tfevents
 * ```
 */
export const openEventFile = (folder: string, clock: () => number = () => Date.now() / 1000): EventFile => {
  const path = join(folder, `events.out.tfevents.${Math.floor(clock())}.${hostname()}.${process.pid}`)
  const attempt = <A>(act: () => A): A => {
    try {
      return act()
    } catch (cause) {
      throw new RecordNotWritten(path, cause, 'the last checkpoint is as it was; make room, and go on from there')
    }
  }
  const handle = attempt(() => openRegular(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT))
  attempt(() => writeSync(handle, record(versionEvent(clock()))))
  return {
    path,
    append: (step, scalars) => {
      attempt(() => writeSync(handle, record(scalarsEvent(clock(), step, Object.entries(scalars)))))
    },
    close: () => closeSync(handle),
  }
}
