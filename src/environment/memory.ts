import type { AnyEnvironment } from './environment.ts'
import { sizeOf } from './space.ts'

/** Bytes of a stream of random numbers with its place in a list, and what is left over while streams are made. */
export const bytesOfStream = 160

/** Bytes that a copy of an environment takes: its row of every column, and its stream. */
export const bytesPerCopy = ({ stateSize, observation, action }: AnyEnvironment): number =>
  // State, action, reward, score and return in 8 bytes a number; two observations, three counts in 4; the end in 1.
  8 * (stateSize + sizeOf(action) + 3) + 4 * (2 * sizeOf(observation) + 2) + 1 + bytesOfStream

/** Most streams that fit the heap of a runtime, of which it does not say how large it is. */
const mostStreams = 2 ** 24

/** Bytes that are always there: for less, nobody is asked. */
const little = 2 ** 28

/** Bytes that may still be taken, where the runtime says so. */
const bytesLeft = (): number => globalThis.process?.availableMemory?.() ?? 2 ** 32

/** What copies of an environment are expected to be, if they are more than memory holds. */
export const expectedCopies = (environment: AnyEnvironment, copies: number, left: () => number = bytesLeft): string | null => {
  const each = bytesPerCopy(environment)
  if (copies <= mostStreams && copies * each <= little) return null
  const most = Math.min(mostStreams, Math.floor(left() / each))
  return copies <= most ? null : `at most ${most}, for which there is memory (${each} bytes a copy)`
}
