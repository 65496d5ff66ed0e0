import { readFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import type { Io, Step } from './outcome.ts'
import { run } from './program.ts'

/** What the computing thread tells the one that has the streams. */
export type FromWorker =
  | { readonly kind: 'out'; readonly text: string }
  | { readonly kind: 'err'; readonly text: string }
  | { readonly kind: 'progress'; readonly step: Step }
  | { readonly kind: 'stdin' }
  | { readonly kind: 'hold' }
  | { readonly kind: 'exit'; readonly code: number }

/** What it is given to begin with. */
export interface WorkerInput {
  readonly args: readonly string[]
  readonly terminal: boolean
  readonly width: number
  readonly env: Readonly<Record<string, string | undefined>>
  /** One number, not 0 once there was an interrupt: seen even while this thread computes. */
  readonly interrupts: SharedArrayBuffer
}

const { args, terminal, width, env, interrupts } = workerData as WorkerInput
const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as { readonly version: string }
const tell = (message: FromWorker): void => parentPort?.postMessage(message)

/** Answers are written one after the other: each waits until the one before has left. */
let written: Promise<void> = Promise.resolve()
const out = (text: string): Promise<void> => {
  written = written.then(
    () =>
      new Promise((resolve) => {
        parentPort?.once('message', () => resolve())
        tell({ kind: 'out', text })
      }),
  )
  return written
}

const io: Io = {
  out,
  err: (text) => tell({ kind: 'err', text }),
  progress: (step) => tell({ kind: 'progress', step }),
  terminal,
  width,
  version,
  env,
  stdin: () => {
    tell({ kind: 'stdin' })
    return process.stdin
  },
  holdInterrupts: () => {
    tell({ kind: 'hold' })
    const count = new Int32Array(interrupts)
    return () => Atomics.load(count, 0) > 0
  },
}

const code = await run(args, io)
await written
tell({ kind: 'exit', code })
