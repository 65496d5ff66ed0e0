/** Processes that are sampled: servers that wait between their turns, and programs that run once. */
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Sample } from './measure.ts'

/** How a process is started. */
export interface Command {
  readonly command: string
  readonly args: readonly string[]
  /** What it reads first. */
  readonly input: string
}

/** A process that takes samples when it is asked to. */
export interface Server {
  /** @throws Error with what the process said, where it failed or ended */
  readonly sample: (measure: string, seconds: number) => Promise<Sample>
  readonly close: () => void
}

const numbers = (line: string, who: string): Sample => {
  let read: unknown
  try {
    read = JSON.parse(line)
  } catch {
    throw new Error(`${who}: expected a line of JSON, got ${line.slice(0, 200)}`)
  }
  if (typeof read === 'object' && read !== null && 'error' in read) throw new Error(`${who}: ${String(read.error)}`)
  return read as Sample
}

const started = ({ command, args, input }: Command) => {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-4000)
  })
  // A process that has ended says so below; that it did not read its input is no news then.
  child.stdin.on('error', () => {})
  child.stdin.write(input)
  const ended = new Promise<string>((resolve) => {
    child.on('error', (failure) => resolve(failure.message))
    child.on('close', (code, signal) => resolve(code === 0 ? '' : `ended with ${signal ?? code}\n${complaint}`))
  })
  return { child, ended, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() }
}

/** Starts a server; see serve.ts for what it reads and writes. */
export const serverOf = (command: Command): Server => {
  const { child, ended, lines } = started(command)
  return {
    sample: async (measure, seconds) => {
      child.stdin.write(`${JSON.stringify({ measure, seconds })}\n`)
      const { value, done } = await lines.next()
      if (done === true) throw new Error(`${measure}: ${(await ended) || 'ended'}`)
      return numbers(value, measure)
    },
    // It ends by itself where its input does, and has cleaned up by then.
    close: () => {
      child.stdin.end()
    },
  }
}

/** Runs a program whose last line is its sample. */
export const runOf = async (command: Command, who: string): Promise<Sample> => {
  const { child, ended, lines } = started(command)
  child.stdin.end()
  let last = ''
  for (let next = await lines.next(); next.done !== true; next = await lines.next()) if (next.value.trim() !== '') last = next.value
  const failure = await ended
  if (failure !== '') throw new Error(`${who}: ${failure}`)
  return numbers(last, who)
}

/** Words of a command; nothing is quoted in them. */
const words = (command: string): readonly string[] => command.trim().split(/\s+/)

/**
 * Files come through standard input into a folder of Python's own, so that it may be one that does not see this folder: in a chroot, a
 * container, another machine.
 */
const boot = `import json, os, runpy, sys, tempfile
job = json.loads(sys.stdin.readline())
with tempfile.TemporaryDirectory() as here:
    for name, text in job["files"].items():
        with open(os.path.join(here, name), "w") as file:
            file.write(text)
    sys.path.insert(0, here)
    sys.argv = [job["script"], *job["args"]]
    os.chdir(here)
    runpy.run_path(job["script"], run_name="__main__")
`

/**
 * A Python program of the peers.
 *
 * @param python  the command that Python is
 * @param folder  where the peers' files are
 * @param script  which of them
 * @param args    its arguments
 * @param more    further files that it finds beside it, by name
 */
export const pythonProgram = (python: string, folder: string, script: string, args: readonly string[] = [], more: Readonly<Record<string, string>> = {}): Command => {
  const [command, ...first] = words(python)
  const files = Object.fromEntries(readdirSync(folder).filter((name) => name.endsWith('.py')).map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
  return { command, args: [...first, '-u', '-c', boot], input: `${JSON.stringify({ script, args, files: { ...files, ...more } })}\n` }
}
