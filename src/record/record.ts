import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import type { Metrics } from '../training/metrics.ts'
import { TrainingStopped } from '../training/failure.ts'
import type { Training } from '../training/train.ts'
import { kinds, oneOf } from '../trajectories/argument.ts'
import type { Fields } from '../trajectories/fields.ts'
import { optional, refuseFields } from '../trajectories/fields.ts'
import type { Problem } from '../trajectories/problem.ts'
import { checked, range } from '../weighting/options.ts'
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts'
import type { EventFile } from './eventFile.ts'
import { openEventFile } from './eventFile.ts'
import { RecordNotWritten } from './failure.ts'
import { lockFolder } from './lock.ts'
import { openMetricsFile } from './metricsFile.ts'
import { removeParts } from './wholeFile.ts'

/** What is trained, and what is kept of it. */
export interface RecordOptions {
  /** Training from its beginning: `() => train(options)`. */
  readonly begin: () => Training
  /** Training from a state: `(state) => resume(options, state)`. */
  readonly resume: (state: unknown) => E.Either<readonly Problem[], Training>
  /** Where `checkpoint.json`, `metrics.jsonl` and event files stand; made if it is not there. */
  readonly folder: string
  /** Updates between checkpoints, an integer >= 1. Default: 10. */
  readonly every?: number
  /** Whether TensorBoard's event files are written. Default: written. */
  readonly events?: 'written' | 'left out'
  /** Called with the metrics of each update: to show them, to plot them. */
  readonly onMetrics?: (metrics: Metrics, training: Training) => void
  /** Ends training early, such as when a return is reached. */
  readonly until?: (metrics: Metrics) => boolean
}

/** How a sitting ended. */
export interface Recorded {
  /** `interrupted`: by SIGINT or SIGTERM; the same call goes on from there. */
  readonly ended: 'finished' | 'interrupted'
  readonly training: Training
  /** Path of the checkpoint, which holds the last update. */
  readonly checkpoint: string
}

const mean = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0) / x.length

/** The numbers of an update that are defined, under the names that TensorBoard shows. */
const scalarsOf = ({ update: _update, steps: _steps, returns, ...numbers }: Metrics): Readonly<Record<string, number>> =>
  Object.fromEntries([...(returns.length > 0 ? [['return', mean(returns)]] : []), ...Object.entries(numbers).filter(([, x]) => x !== null)])

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** The training of a folder: from its checkpoint, if there is one. */
const opened = ({ begin, resume }: RecordOptions, checkpoint: string): E.Either<readonly Problem[], Training> => {
  if (!existsSync(checkpoint)) return E.right(begin())
  const state = readCheckpoint(checkpoint)
  return E.isLeft(state) ? state : resume(state.right)
}

const optionFields: Fields<RecordOptions> = {
  begin: kinds.function,
  resume: kinds.function,
  folder: kinds.text,
  every: optional(kinds.anything),
  events: optional(oneOf('written', 'left out')),
  onMetrics: optional(kinds.function),
  until: optional(kinds.function),
}

const signals = ['SIGINT', 'SIGTERM'] as const

/** Runs with the signals that end a program heard: what is run asks whether one came. */
const whileHeard = async <A>(run: (interrupted: () => boolean) => Promise<A>): Promise<A> => {
  let came = false
  const hear = (): void => {
    came = true
  }
  for (const signal of signals) process.once(signal, hear)
  try {
    return await run(() => came)
  } finally {
    for (const signal of signals) process.off(signal, hear)
  }
}

/**
 * Trains to the end of `updates`, and keeps a record in a folder: a line of metrics for each update, event files for TensorBoard, and a
 * checkpoint every so many updates. Called again it goes on from the checkpoint, bit for bit on the same backend.
 *
 * SIGINT and SIGTERM end it after the update that they came in, with a checkpoint; a process that is killed loses the updates since the last one.
 * The folder is locked meanwhile: a second trainer is refused, by name of the first, and a lock whose process is gone is taken over.
 * Should a number not be finite, TrainingStopped names the update, what was computed and the last checkpoint, which is left as it was.
 *
 * @param options  what is trained, where the record stands, how often
 * @returns        how it ended, or who trains in the folder, or what is wrong with the checkpoint that was there
 * @throws         TrainingStopped; RecordNotWritten where the disk is full
 *
 * @example
 * ```ts
 * import { mkdtempSync } from 'node:fs'
 * import { tmpdir } from 'node:os'
 * import { join } from 'node:path'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { cleanRlCartPole, resume, train } from 'estimand/training'
 * import { record } from 'estimand/record'
 * const options = { ...cleanRlCartPole({ truncation: 'terminated' }), updates: 1, seed: 1 }
 * const folder = mkdtempSync(join(tmpdir(), 'estimand-'))
 * const outcome = await record({ begin: () => train(options), resume: (state) => resume(options, state), folder })
 * E.isRight(outcome) && outcome.right.ended // => 'finished'
 * ```
 */
export const record = async (options: RecordOptions): Promise<E.Either<readonly Problem[], Recorded>> => {
  refuseFields('record', options, optionFields)
  const { folder } = options
  checked('record: every', options.every ?? 1, range.count)
  const attempt = <A>(act: () => A): A => {
    try {
      return act()
    } catch (cause) {
      throw new RecordNotWritten(folder, cause, 'take another folder')
    }
  }
  attempt(() => mkdirSync(folder, { recursive: true }))
  const lock = attempt(() => lockFolder(folder))
  if (E.isLeft(lock)) return lock
  try {
    return await whileHeard((interrupted) => recordLocked({ ...options, interrupted }))
  } finally {
    lock.right.release()
  }
}

/**
 * What `record` does in a folder that is there and that the caller has locked.
 *
 * @param options  those of `record`, and whether to end after the update that has begun
 */
export const recordLocked = async (options: RecordOptions & { readonly interrupted: () => boolean }): Promise<E.Either<readonly Problem[], Recorded>> => {
  const { folder, every = 10, events = 'written', onMetrics, until, interrupted } = options
  const checkpoint = join(folder, 'checkpoint.json')
  removeParts(folder, ['checkpoint.json', 'experiment.json'])
  const began = opened(options, checkpoint)
  if (E.isLeft(began)) return began
  const training = began.right
  let { update } = training.state()
  let saved = existsSync(checkpoint) ? update : -1
  const save = (): void => {
    if (saved === update) return
    writeCheckpoint(checkpoint, training.state())
    saved = update
  }
  const lines = openMetricsFile(join(folder, 'metrics.jsonl'), update)
  let scalars: EventFile | null = null
  try {
    scalars = events === 'written' ? openEventFile(folder) : null
    // An interrupt may have come while all this was opened.
    await turn()
    for (const metrics of interrupted() ? [] : training) {
      update = metrics.update
      lines.append(metrics)
      scalars?.append(metrics.steps, scalarsOf(metrics))
      onMetrics?.(metrics, training)
      if (update % every === 0) save()
      // Signals come in between.
      await turn()
      if (interrupted() || until?.(metrics) === true) break
    }
    save()
    return E.right({ ended: interrupted() ? 'interrupted' : 'finished', training, checkpoint })
  } catch (cause) {
    if (!(cause instanceof TrainingStopped) || saved < 0) throw cause
    throw new TrainingStopped({ update: cause.update, steps: cause.steps, metric: cause.metric, checkpoint: `${checkpoint} of update ${saved}` }, cause.what, cause.cause)
  } finally {
    lines.close()
    scalars?.close()
  }
}
