import { closeSync, constants, existsSync, mkdirSync, statSync } from 'node:fs'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { openBackend } from '../backend/openBackend.ts'
import { experimentCodec } from '../codec/experiment.ts'
import type { MlpEngine } from '../network/mlpShape.ts'
import { mayHold } from '../record/beginning.ts'
import { writeCheckpoint } from '../record/checkpoint.ts'
import { RecordNotWritten } from '../record/failure.ts'
import { filesOf, isOfRecord, isOwnFile, isSameFile, real } from '../record/files.ts'
import { linesFromEnd } from '../record/linesFromEnd.ts'
import type { Lock } from '../record/lock.ts'
import { lockFolder, lockMetrics } from '../record/lock.ts'
import type { MetricsFile } from '../record/metricsFile.ts'
import { beginningOfMetrics, openMetricsFile } from '../record/metricsFile.ts'
import { recordLocked } from '../record/record.ts'
import { openRegular, otherThanFile } from '../record/regularFile.ts'
import { writeWhole } from '../record/wholeFile.ts'
import type { Registry } from '../registry/registry.ts'
import { evaluate } from '../training/evaluate.ts'
import { hasEnded } from '../training/schedule.ts'
import { TrainingStopped } from '../training/failure.ts'
import type { Metrics } from '../training/metrics.ts'
import type { Training } from '../training/train.ts'
import { resume, train } from '../training/train.ts'
import type { Problem } from '../trajectories/problem.ts'
import type { Prepared, Settled } from './experiment.ts'
import { fitting, prepared } from './experiment.ts'
import { bad } from './outcome.ts'
import type { Answer, ExitCode, Io } from './outcome.ts'
import type { Style } from './style.ts'

/** What train was asked for. */
export interface TrainRequest {
  readonly experiment: Settled
  /** Where a line of metrics goes for each update, besides the record; null: nowhere. */
  readonly metrics: string | null
  /** Folder of the record; null: none is kept. */
  readonly checkpoint: string | null
  /** Whether a record that is there is in the way, or is what is gone on with. */
  readonly start: 'anew' | 'resume'
  /** Updates between checkpoints. */
  readonly every: number
  /** Files that were read. */
  readonly inputs: readonly string[]
}

/** What training came to: an answer, or why there is none although what was asked for made sense. */
export type Trained = { readonly _tag: 'answered'; readonly answer: Answer } | { readonly _tag: 'halted'; readonly because: string; readonly exit: ExitCode }

/** Episodes whose mean return is judged. */
const enough = 100
const mean = (x: readonly number[]): number | null => (x.length === 0 ? null : x.reduce((a, b) => a + b, 0) / x.length)
const fixed = (x: number | null, digits: number): string => (x === null ? '-' : x.toFixed(digits))

/** How training stands: what is shown, and what decides when it ends. */
interface Standing {
  readonly update: number
  readonly steps: number
  readonly seconds: number
  /** Of the last 100 episodes. */
  readonly returns: readonly number[]
}

const begun: Standing = { update: 0, steps: 0, seconds: 0, returns: [] }

const after = ({ returns: before }: Standing, { update, steps, seconds, returns }: Standing): Standing => ({ update, steps, seconds, returns: [...before, ...returns].slice(-enough) })

const isSolved = ({ returns }: Standing, { stop }: Settled): boolean => stop.solved !== false && returns.length === enough && Number(mean(returns)) >= stop.solved

/** The returns of a line of metrics, if its update counts; none where it is damaged. */
const returnsOf = (line: string | null, last: number): readonly number[] => {
  const metrics = line === null ? null : E.toUnion(E.tryCatch(() => JSON.parse(line) as Partial<Metrics> | null, () => null))
  return metrics !== null && Number(metrics.update) <= last && Array.isArray(metrics.returns) ? metrics.returns.filter(Number.isFinite) : []
}

/** Returns of the last episodes up to an update, of which the lines of a record know; none where they cannot be read, which opening them will say. */
const returnsUpTo = (path: string, update: number): readonly number[] => {
  let handle: number
  try {
    handle = openRegular(path, constants.O_RDONLY)
  } catch {
    return []
  }
  try {
    let returns: readonly number[] = []
    for (const { text } of linesFromEnd(handle)) {
      if (returns.length >= enough) break
      returns = [...returnsOf(text, update), ...returns]
    }
    return returns.slice(-enough)
  } finally {
    closeSync(handle)
  }
}

/** How training stood at a checkpoint. */
const standingAt = (path: string, training: Training): Standing => {
  const { update, steps, seconds } = training.state()
  return { update, steps, seconds, returns: returnsUpTo(path, update) }
}

/** Writes down what is trained, so that it can be gone on with by the folder's name alone. */
const writeExperiment = (path: string, experiment: Settled, words: Registry): void => {
  try {
    writeWhole(path, `${JSON.stringify(experimentCodec(words).encode(experiment), null, 2)}\n`)
  } catch (cause) {
    throw new RecordNotWritten(path, cause, 'make room, or take another folder')
  }
}

const turn = (): Promise<void> => new Promise((done) => setImmediate(done))

/** The engine of a backend; where there is more to say of it than its name, that is said. */
const engineOf = async ({ backend }: Settled, io: Io): Promise<MlpEngine> => {
  const { engine, line } = await openBackend({ prefer: backend })
  if (line !== `backend: ${backend}`) io.err(`estimand: ${line}\n`)
  return engine
}

/** Training without a record. */
const unrecorded = async (training: Training, onMetrics: (metrics: Metrics) => void, until: () => boolean, interrupted: () => boolean): Promise<Training> => {
  // An interrupt may have come before the first update.
  for (const metrics of interrupted() ? [] : training) {
    onMetrics(metrics)
    // Interrupts come in between.
    await turn()
    if (until() || interrupted()) break
  }
  return training
}

/** Problems of a state, under the name of the file that it was read from. */
const inFile =
  (file: string) =>
  (problems: readonly Problem[]): readonly Problem[] =>
    problems.map(({ path, ...rest }) => ({ ...rest, path: path.startsWith(file) ? path : `${file}: ${path}` }))

/** Recorded episodes have no returns of their own: what was learnt from them is tried out. */
const tried = ({ environment, options }: Prepared, training: Training, seed: number): readonly number[] =>
  evaluate(environment, { episodes: enough, seed })(options.policy, training.parameters()).returns

const answerOf = ({ experiment, checkpoint, metrics }: TrainRequest, { update, steps, seconds, returns }: Standing, solved: boolean, style: Style): Answer => {
  const { environment: where, estimator: { word: estimator }, stop, seed } = experiment
  const environment = 'name' in where ? where.name : 'finite MDP'
  const files = checkpoint === null ? null : filesOf(checkpoint)
  const kept = { checkpoint: files?.checkpoint ?? null, metrics: metrics ?? files?.metrics ?? null }
  const meanReturn = mean(returns)
  const judged = stop.solved === false ? 'ended' : solved ? style.good('solved') : style.bad('not solved')
  const text = [
    `${environment}, ${estimator}, seed ${seed}: ${judged} after ${update} updates, ${steps} steps, ${fixed(seconds, 1)} s`,
    `mean return of ${returns.length} episodes ${fixed(meanReturn, 2)}${stop.solved === false ? '' : `; ${stop.solved} counts as solved`}`,
    ...Object.entries(kept).flatMap(([name, path]) => (path === null ? [] : [`${name} ${path}`])),
  ].join('\n')
  return { json: { environment, estimator, seed, update, steps, seconds, meanReturn, episodes: returns.length, solved: stop.solved === false ? null : solved, ...kept }, text, exit: 0 }
}

/** Why training has ended before the steps were made. */
const rateOver = ({ update, steps }: Standing, { stop }: Settled): string =>
  `estimand: rate: the schedule has come to 0 after ${update} updates, and training ends with it, after ${steps} of ${stop.steps} steps; --resume with another --rate goes on\n`

/** What stands at a path and is no file; null where nothing can be seen there, which opening it will say. */
const otherAt = (path: string): string | null => E.toUnion(E.tryCatch(() => otherThanFile(statSync(path)), () => null))

/** Files that stand in the way of what is asked for: nothing that somebody else wrote, or that a run still needs, is written over. */
const inTheWay = ({ checkpoint, metrics, start, inputs }: TrainRequest): readonly Problem[] => {
  const files = checkpoint === null ? null : filesOf(checkpoint)
  const problems: Problem[] = []
  const isInput = (path: string): boolean => inputs.some((input) => isSameFile(input, path))
  const refuse = (wrong: boolean, path: string, expected: string, got: string): void => {
    if (wrong) problems.push({ path, expected, got })
  }
  if (files !== null) {
    refuse(start === 'anew' && existsSync(files.checkpoint), '--checkpoint', 'a folder without a checkpoint; --resume goes on from the one there', files.checkpoint)
    const other = otherAt(files.metrics)
    refuse(other !== null, '--checkpoint', 'a folder whose metrics.jsonl is a file', `${files.metrics}, which is ${other ?? ''}`)
    refuse(start === 'anew' && isInput(files.experiment), '--checkpoint', 'a folder without an input: experiment.json is written anew there', files.experiment)
    refuse(isInput(files.metrics), '--checkpoint', 'a folder without an input: metrics.jsonl is written there', files.metrics)
    refuse(!mayHold(files.metrics, beginningOfMetrics), '--checkpoint', 'a folder without a metrics.jsonl of another program', files.metrics)
  }
  if (metrics !== null) {
    const isOurs = files !== null && isSameFile(metrics, files.metrics)
    const ofRecord = (checkpoint !== null && isOwnFile(checkpoint, metrics)) || (!isOurs && isOfRecord(metrics))
    refuse(ofRecord, '--metrics', `a file other than those of ${checkpoint === null ? 'a' : 'the'} record`, metrics)
    refuse(!ofRecord && isInput(metrics), '--metrics', 'a file other than the input, which would be lost', metrics)
    refuse(!ofRecord && !isInput(metrics) && !mayHold(metrics, beginningOfMetrics), '--metrics', 'a new file, or one of metrics: what is in this one would be lost', metrics)
  }
  return problems
}

type Files = ReturnType<typeof filesOf>

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

/** Sees to it that there is a folder, before anything else is touched. */
const withFolder = (folder: string): E.Either<readonly Problem[], void> => {
  try {
    mkdirSync(folder, { recursive: true })
    return E.right(undefined)
  } catch (cause) {
    return bad('--checkpoint', 'a folder, or one that can be made', reasonOf(cause))
  }
}

/** Problems under the option that they are of. */
const under = (option: string): (<A>(outcome: E.Either<readonly Problem[], A>) => E.Either<readonly Problem[], A>) =>
  E.mapLeft((problems) => problems.map((problem) => ({ ...problem, path: `${option}: ${problem.path}` })))

/** The lock of a folder, or who has it. */
const lockOf = (folder: string): ReturnType<typeof lockFolder> => {
  try {
    return under('--checkpoint')(lockFolder(folder))
  } catch (cause) {
    return bad('--checkpoint', 'a folder that can be written to', reasonOf(cause))
  }
}

/** Why nothing could be written, and what is left of the work. */
const notWritten = (error: RecordNotWritten, recorded: boolean): string =>
  // Where there is no record, nobody can go on from one.
  recorded ? error.message : `${error.path} could not be written: ${reasonOf(error.cause)}; nothing else was kept, for want of --checkpoint`

/** `estimand train`: trains until it is solved or the steps are made, with a record that every ending leaves whole. */
export const runTrain = async (request: TrainRequest, words: Registry, style: Style, io: Io): Promise<E.Either<readonly Problem[], Trained>> => {
  const { experiment, checkpoint, metrics: ownLines, start, every } = request
  const ready = prepared(experiment, await engineOf(experiment, io))
  if (E.isLeft(ready)) return ready
  const { options } = ready.right
  const files = checkpoint === null ? null : filesOf(checkpoint)
  const obstacles = inTheWay(request)
  if (obstacles.length > 0) return E.left(obstacles)
  const interrupted = io.holdInterrupts()
  let standing = begun
  let lines: MetricsFile | null = null
  let linesLock: Lock | null = null
  /** The record has lines of its own: two writers of one file would write each line twice. */
  const openLines = (update: number): E.Either<readonly Problem[], void> => {
    if (ownLines === null || (files !== null && isSameFile(ownLines, files.metrics))) return E.right(undefined)
    try {
      // What is no file is refused by opening it, and needs no lock.
      if (otherAt(ownLines) === null) {
        const lock = lockMetrics(real(ownLines))
        if (E.isLeft(lock)) return under('--metrics')(lock)
        linesLock = lock.right
      }
      lines = openMetricsFile(ownLines, update)
      return E.right(undefined)
    } catch (error) {
      return bad('--metrics', 'a file that can be written', reasonOf(error instanceof RecordNotWritten ? error.cause : error))
    }
  }
  /** Training from its beginning, with its lines open. */
  const fresh = (): E.Either<readonly Problem[], Training> => {
    const training = fitting(() => train(options))
    if (E.isLeft(training)) return training
    const opened = openLines(0)
    return E.isLeft(opened) ? opened : training
  }
  const onMetrics = (metrics: Metrics): void => {
    standing = after(standing, metrics)
    lines?.append(metrics)
    const { update, steps, kl, stepsPerSecond } = metrics
    const what = `update ${update}, return ${fixed(mean(standing.returns), 1)}, KL ${fixed(kl, 4)}, ${Math.round(stepsPerSecond)} steps a second`
    io.progress({ count: Math.min(steps, experiment.stop.steps), total: experiment.stop.steps, what, pace: 'many a second' })
  }
  const { rate } = options
  const isRateOver = (): boolean => typeof rate === 'function' && hasEnded(rate, standing.update)
  const isOver = (): boolean => isSolved(standing, experiment) || standing.steps >= experiment.stop.steps || isRateOver()
  const trained = async (): Promise<E.Either<readonly Problem[], Training>> => {
    if (checkpoint === null || files === null) {
      const training = fresh()
      return E.isLeft(training) ? training : E.right(await unrecorded(training.right, onMetrics, isOver, interrupted))
    }
    const made = withFolder(checkpoint)
    if (E.isLeft(made)) return made
    const lock = lockOf(checkpoint)
    if (E.isLeft(lock)) return lock
    try {
      return await recorded(checkpoint, files)
    } finally {
      lock.right.release()
    }
  }
  /** Training with a record in a folder that is this program's. */
  const recorded = async (folder: string, own: Files): Promise<E.Either<readonly Problem[], Training>> => {
    // Until the folder was locked, another program may have trained in it.
    const since = inTheWay(request)
    if (since.length > 0) return E.left(since)
    const first = start === 'anew' ? fresh() : null
    if (first !== null && E.isLeft(first)) return first
    const outcome = await recordLocked({
      folder,
      interrupted,
      every,
      onMetrics,
      until: isOver,
      begin: () => {
        // It was there when --resume was read.
        if (first === null) throw new RecordNotWritten(own.checkpoint, 'it is gone', 'leave --resume away to begin there')
        const training = first.right
        writeExperiment(own.experiment, experiment, words)
        // There is one to go back to from the first update on, and a disk that takes none says so before the work.
        writeCheckpoint(own.checkpoint, training.state())
        return training
      },
      resume: (state) => {
        const training = pipe(
          fitting(() => resume(options, state)),
          E.chain(E.mapLeft(inFile(own.checkpoint))),
        )
        if (E.isLeft(training)) return training
        standing = standingAt(own.metrics, training.right)
        const opened = openLines(standing.update)
        if (E.isLeft(opened)) return opened
        writeExperiment(own.experiment, experiment, words)
        return isOver() && !isRateOver() ? resume({ ...options, updates: standing.update }, state) : training
      },
    })
    return E.map(({ training }: { readonly training: Training }) => training)(outcome)
  }
  try {
    const training = await trained()
    if (E.isLeft(training)) return training
    if (!isOver())
      return E.right({
        _tag: 'halted',
        because: `interrupted after update ${standing.update}; ${files === null ? 'nothing was kept, for want of --checkpoint' : `${files.checkpoint} has it, and --resume goes on from there`}`,
        exit: 1,
      })
    if (isRateOver() && standing.steps < experiment.stop.steps) io.err(rateOver(standing, experiment))
    if (experiment.estimator.word === 'cloning') standing = { ...standing, returns: tried(ready.right, training.right, experiment.seed) }
    return E.right({ _tag: 'answered', answer: answerOf(request, standing, isSolved(standing, experiment), style) })
  } catch (error) {
    if (error instanceof TrainingStopped) return E.right({ _tag: 'halted', because: files === null ? `${error.message}; there is no checkpoint, for want of --checkpoint` : error.message, exit: 1 })
    if (error instanceof RecordNotWritten) return E.right({ _tag: 'halted', because: notWritten(error, files !== null), exit: standing.update === 0 ? 2 : 1 })
    throw error
  } finally {
    // Assigned in a function, which the compiler does not follow.
    ;(lines as MetricsFile | null)?.close()
    ;(linesLock as Lock | null)?.release()
  }
}
