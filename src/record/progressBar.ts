import type { Metrics } from '../training/metrics.ts'

/** A bar that follows training. */
export interface ProgressBar {
  /** For `onMetrics` of `record`. */
  readonly show: (metrics: Metrics) => void
  /** Takes the bar away. */
  readonly stop: () => void
}

/** Mean return of the last hundred episodes, as far as there are any. */
const lastHundred = (): ((returns: readonly number[]) => string) => {
  let last: readonly number[] = []
  return (returns) => {
    last = [...last, ...returns].slice(-100)
    return last.length === 0 ? '-' : (last.reduce((a, b) => a + b, 0) / last.length).toFixed(1)
  }
}

/**
 * A bar on a terminal, with the mean return of the last 100 episodes; a line every tenth of the way where the stream is a file or a pipe.
 *
 * @param updates  how many updates there will be
 * @param stream   Default: standard error
 *
 * @example
 * ```ts
 * import { PassThrough } from 'node:stream'
 * import { progressBar } from 'estimand/record'
 * const lines = new PassThrough()
 * const { show, stop } = await progressBar(10, lines)
 * show({
 *   update: 1, steps: 8, seconds: 1, returns: [3, 4], meanLength: 4, entropy: 0.6, kl: 0, clipFraction: 0, effectiveSampleSize: 1,
 *   explainedVariance: null, gradientNorm: 1, rate: 0.1, epochs: 1, stepsPerSecond: 8,
 * })
 * stop()
 * String(lines.read()) // => '1 of 10 updates, return 3.5, 8 steps a second\n'
 * ```
 */
export const progressBar = async (updates: number, stream: NodeJS.WritableStream & { readonly isTTY?: boolean } = process.stderr): Promise<ProgressBar> => {
  const returnOf = lastHundred()
  if (stream.isTTY !== true) {
    const tenth = Math.max(1, Math.floor(updates / 10))
    return {
      show: ({ update, returns, stepsPerSecond }) => {
        const value = returnOf(returns)
        if (update % tenth === 0 || update === updates) stream.write(`${update} of ${updates} updates, return ${value}, ${Math.round(stepsPerSecond)} steps a second\n`)
      },
      stop: () => {},
    }
  }
  const { default: bars } = await import('cli-progress')
  const format = '{bar} {value}/{total}  return {mean}  {rate} steps/s'
  const bar = new bars.SingleBar({ format, barCompleteChar: '█', barIncompleteChar: '░', barsize: 24, hideCursor: true, clearOnComplete: true, stream })
  bar.start(updates, 0, { mean: '-', rate: '-' })
  return {
    show: ({ update, returns, stepsPerSecond }) => bar.update(update, { mean: returnOf(returns), rate: Math.round(stepsPerSecond) }),
    stop: () => bar.stop(),
  }
}
