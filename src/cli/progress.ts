import type { SingleBar } from 'cli-progress'
import type { Step } from './outcome.ts'

/** Shows steps as they begin. */
export interface Progress {
  readonly show: (step: Step) => Promise<void>
  /** Takes the bar away, so that what follows stands on a line of its own. */
  readonly clear: () => void
}

/**
 * A bar on a terminal, a plain line for each step where standard error goes to a file or a pipe; nothing where one step is all.
 *
 * @param stream    standard error
 * @param terminal  whether it is a terminal that can move its cursor
 */
export const progressOn = (stream: NodeJS.WriteStream, terminal: boolean): Progress => {
  let bar: SingleBar | null = null
  let cleared = false
  return {
    show: async ({ count, total, what }) => {
      if (total < 2) return
      if (!terminal) {
        stream.write(`${count} of ${total}: ${what}\n`)
        return
      }
      const { default: bars } = await import('cli-progress')
      if (cleared) return
      bar ??= new bars.SingleBar({ format: '{bar} {value}/{total}  {what}', barCompleteChar: '█', barIncompleteChar: '░', barsize: 24, hideCursor: true, clearOnComplete: true, stream })
      if (bar.isActive) bar.update(count - 1, { what })
      else bar.start(total, count - 1, { what })
    },
    clear: () => {
      cleared = true
      bar?.stop()
    },
  }
}
