import { visible } from '../trajectories/visible.ts'
import type { Io } from './outcome.ts'

/** What `style.ts` writes around words. */
// oxlint-disable-next-line no-control-regex
const ownCodes = /(\n|\u001b\[(?:1|2|22|31|32|39)m)/
const ownLines = /(\n)/

/**
 * The streams of a command, past which nothing comes that a terminal obeys but newlines, and on a terminal with colours our own: names, keys and texts come
 * from files and from other programs. Escapes are those of JSON, so that an answer in JSON stays the value that it was.
 *
 * @param coloured  whether styles write colours
 */
export const visibleIo = (io: Io, coloured: boolean): Io => {
  const kept = coloured ? ownCodes : ownLines
  // What splits is every second piece.
  const shown = (text: string): string => text.split(kept).map((piece, k) => (k % 2 === 0 ? visible(piece) : piece)).join('')
  return {
    ...io,
    out: (text) => io.out(shown(text)),
    err: (text) => io.err(shown(text)),
    progress: (step) => io.progress({ ...step, what: visible(step.what) }),
  }
}
