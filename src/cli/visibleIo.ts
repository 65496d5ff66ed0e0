import { visible } from '../trajectories/visible.ts'
import type { Io } from './outcome.ts'
import type { Style } from './style.ts'

/**
 * The streams of a command, past which nothing comes that a terminal obeys but newlines, and on a terminal with colours our own: names, keys and texts come
 * from files and from other programs. Escapes are those of JSON, so that an answer in JSON stays the value that it was.
 */
export const visibleIo = (io: Io, { printed }: Style): Io => ({
  ...io,
  out: (text) => io.out(printed(text)),
  err: (text) => io.err(printed(text)),
  progress: (step) => io.progress({ ...step, what: visible(step.what) }),
})
