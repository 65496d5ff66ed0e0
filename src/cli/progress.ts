import type { SingleBar } from 'cli-progress'
import type { Step } from './outcome.ts'

/** Shows steps as they begin. */
export interface Progress {
  readonly show: (step: Step) => Promise<void>
  /** Takes the bar away until the next step. */
  readonly pause: () => void
  /** Takes the bar away for good, so that what follows stands on a line of its own. */
  readonly clear: () => void
}

/** Milliseconds between lines in a file of steps that are many a second. */
const pause = 10_000

/**
 * A bar on a terminal, a plain line for each step where standard error goes to a file or a pipe, or one every ten seconds if steps are many
 * a second; nothing where one step is all.
 *
 * @param stream    standard error
 * @param terminal  whether it is a terminal that can move its cursor
 */
export const progressOn = (stream: NodeJS.WriteStream, terminal: boolean): Progress => {
  let bar: SingleBar | null = null
  let cleared = false
  let lastLine = -Infinity
  return {
    show: async ({ count, total, what, pace }) => {
      if (total < 2) return
      if (!terminal) {
        if (pace === 'many a second' && performance.now() - lastLine < pause) return
        lastLine = performance.now()
        stream.write(`${count} of ${total}: ${what}\n`)
        return
      }
      const { default: bars } = await import('cli-progress')
      if (cleared) return
      bar ??= new bars.SingleBar({ format: '{bar} {value}/{total}  {what}', barCompleteChar: '█', barIncompleteChar: '░', barsize: 24, hideCursor: true, clearOnComplete: true, stream })
      if (bar.isActive) bar.update(count - 1, { what })
      else bar.start(total, count - 1, { what })
    },
    pause: () => bar?.stop(),
    clear: () => {
      cleared = true
      bar?.stop()
    },
  }
}
