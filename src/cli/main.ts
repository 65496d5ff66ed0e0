#!/usr/bin/env node
import { Worker } from 'node:worker_threads'
import { visible } from '../trajectories/visible.ts'
import { progressOn } from './progress.ts'
import type { FromWorker, WorkerInput } from './worker.ts'

/*
 * The streams and signals are here, the computing is in a thread of its own: an enumeration runs for minutes without a pause, and a bar has to
 * move and an interrupt to be heard all the while.
 */
const { stdout, stderr } = process
const progress = progressOn(stderr, stderr.isTTY && process.env['TERM'] !== 'dumb')

const say = (line: string): void => {
  progress.clear()
  stderr.write(`estimand: ${line.split('\n').map(visible).join('\n')}\n`)
}

const leave = (code: number): never => {
  progress.clear()
  process.exit(code)
}

const interrupts = new SharedArrayBuffer(4)
const input: WorkerInput = { args: process.argv.slice(2), terminal: stdout.isTTY, width: stdout.isTTY ? stdout.columns : 100, env: { ...process.env }, interrupts }
const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: input, stdin: true })

stdout.on('error', (error: NodeJS.ErrnoException) => {
  say(error.code === 'EPIPE' ? 'standard output was closed; the rest of the answer has nowhere to go' : `standard output: ${error.message}`)
  leave(2)
})

/** Whether the command sees to a first interrupt itself, and the one that it is seeing to. */
let held = false
let pending: NodeJS.Signals | null = null

/** Ends by a signal, now that nobody listens: the caller sees what ended this program. */
const endBy = (signal: NodeJS.Signals): void => {
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
}

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    if (held && pending === null) {
      pending = signal
      say('interrupted; the update that has begun is finished first, and a second interrupt ends at once')
      Atomics.store(new Int32Array(interrupts), 0, 1)
      return
    }
    say('interrupted; nothing was left half written')
    endBy(signal)
  })

worker.on('message', (message: FromWorker) => {
  switch (message.kind) {
    case 'out':
      progress.clear()
      stdout.write(message.text, () => worker.postMessage('written'))
      break
    case 'err':
      progress.pause()
      stderr.write(message.text)
      break
    case 'progress':
      void progress.show(message.step)
      break
    case 'stdin':
      if (worker.stdin !== null) process.stdin.pipe(worker.stdin)
      break
    case 'hold':
      held = true
      break
    case 'exit':
      if (pending === null) leave(message.code)
      else endBy(pending)
  }
})

worker.on('error', (error: NodeJS.ErrnoException) => {
  say(
    error.code === 'ERR_WORKER_OUT_OF_MEMORY' || /allocation failed/i.test(error.message)
      ? 'out of memory: take a smaller MDP, a shorter horizon or fewer trajectories'
      : `this should not have happened, please report it: ${error.stack ?? error.message}`,
  )
  leave(2)
})
