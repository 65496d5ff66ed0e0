#!/usr/bin/env node
import { Worker } from 'node:worker_threads'
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
  stderr.write(`estimand: ${line}\n`)
}

const leave = (code: number): never => {
  progress.clear()
  process.exit(code)
}

const input: WorkerInput = { args: process.argv.slice(2), terminal: stdout.isTTY, width: stdout.isTTY ? stdout.columns : 100, env: { ...process.env } }
const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: input, stdin: true })

stdout.on('error', (error: NodeJS.ErrnoException) => {
  say(error.code === 'EPIPE' ? 'standard output was closed; the rest of the answer has nowhere to go' : `standard output: ${error.message}`)
  leave(2)
})

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    say('interrupted; nothing was left half written')
    // Once more, now that nobody listens: the caller sees what ended this program.
    process.kill(process.pid, signal)
  })

worker.on('message', (message: FromWorker) => {
  switch (message.kind) {
    case 'out':
      progress.clear()
      stdout.write(message.text, () => worker.postMessage('written'))
      break
    case 'err':
      progress.clear()
      stderr.write(message.text)
      break
    case 'progress':
      void progress.show(message.step)
      break
    case 'stdin':
      if (worker.stdin !== null) process.stdin.pipe(worker.stdin)
      break
    case 'exit':
      leave(message.code)
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
