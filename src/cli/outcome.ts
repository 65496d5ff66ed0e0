import * as E from 'fp-ts/lib/Either.js'
import type { Problem } from '../trajectories/problem.ts'

/** 0: answered; 1: a law or check failed, or training stopped; 2: bad input. */
export type ExitCode = 0 | 1 | 2

/** What a command found out, for machines and for people. */
export interface Answer {
  readonly json: unknown
  readonly text: string
  /** What is to be said besides, a line each on standard error. */
  readonly notes?: readonly string[]
  /** 1 where a law or check failed; 2 where what was asked for could be done in part only. */
  readonly exit: ExitCode
}

/** What a command comes to: an answer, or every problem of its input. */
export type Outcome = E.Either<readonly Problem[], Answer>

/** How far a command has come: the step that begins now, and how many there are. */
export interface Step {
  readonly count: number
  readonly total: number
  readonly what: string
  /** `many a second`: a terminal shows all of them, a file gets a line every ten seconds. Default: one by one. */
  readonly pace?: 'one by one' | 'many a second'
}

/** What a command may do to the world besides reading files. */
export interface Io {
  /** To standard output; waited for, so that answers do not pile up before a slow reader. */
  readonly out: (text: string) => Promise<void>
  /** To standard error. */
  readonly err: (text: string) => void
  readonly progress: (step: Step) => void
  /** Whether standard output is a terminal. */
  readonly terminal: boolean
  /** Columns of the terminal. */
  readonly width: number
  /** Of the package. */
  readonly version: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Standard input as a stream of bytes. */
  readonly stdin: () => AsyncIterable<Uint8Array>
  /**
   * From now on a first interrupt does not end the program: what comes back tells whether there was one. The program ends by it once the
   * command is done, and at once by a second one.
   */
  readonly holdInterrupts: () => () => boolean
}

/** One problem as a bad input. */
export const bad = (path: string, expected: string, got: string): E.Either<readonly Problem[], never> => E.left([{ path, expected, got }])
