import { run } from '../../src/cli/program.ts'
import type { ExitCode, Io, Step } from '../../src/cli/outcome.ts'

/** What a command printed, and how it ended. */
export interface Ran {
  readonly exit: ExitCode
  readonly out: string
  readonly err: string
  readonly steps: readonly Step[]
}

async function* once(text: string | Uint8Array): AsyncGenerator<Uint8Array> {
  yield typeof text === 'string' ? new TextEncoder().encode(text) : text
}

/** Runs the command line in this process, with its streams in strings. */
export const shell = async (args: readonly string[], given: { readonly stdin?: string | Uint8Array; readonly terminal?: boolean; readonly env?: Io['env']; readonly interrupted?: () => boolean } = {}): Promise<Ran> => {
  let out = ''
  let err = ''
  const steps: Step[] = []
  const exit = await run(args, {
    out: (text) => {
      out += text
      return Promise.resolve()
    },
    err: (text) => {
      err += text
    },
    progress: (step) => steps.push(step),
    terminal: given.terminal ?? false,
    width: 100,
    version: '0.0.0-test',
    env: given.env ?? {},
    stdin: () => once(given.stdin ?? ''),
    holdInterrupts: () => given.interrupted ?? (() => false),
  })
  return { exit, out, err, steps }
}
