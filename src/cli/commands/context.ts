import type { Command } from 'commander'
import { InvalidArgumentError, Option } from 'commander'
import { recipes } from '../../recipe/recipes.ts'
import type { Registry } from '../../registry/registry.ts'
import type { Problem } from '../../trajectories/problem.ts'
import { shown } from '../../trajectories/problem.ts'
import type { ExitCode, Io, Outcome } from '../outcome.ts'
import type { Reading } from '../reading.ts'
import type { Style } from '../style.ts'
import { namedWorlds } from '../world.ts'

/** Options that every command has. */
export interface Common {
  readonly json?: boolean
  readonly words?: string
}

/** The option of commands that read MDPs or batches. */
export interface Strict {
  readonly strict?: boolean
}

export const strictOption = (): Option => new Option('--strict', 'refuse keys of MDP and batch files that nothing reads, instead of naming them')

/** What a command is given to work with. */
export interface Context {
  readonly io: Io
  readonly style: Style
  /** A command with the options that all have. */
  readonly command: (name: string, description: string, examples: readonly string[], notes: readonly string[]) => Command
  /** Runs with the built-in words and those of --words. */
  readonly withWords: (options: Common, command: (words: Registry) => Promise<void>) => Promise<void>
  /** What becomes of keys that nothing reads. */
  readonly reading: (options: Strict) => Reading
  /** Prints an answer, or the problems that stand in its way. */
  readonly finish: (outcome: Outcome, json: boolean | undefined) => Promise<void>
  readonly refuse: (problems: readonly Problem[]) => void
  /** Says on standard error why there is no answer, though the input was good. */
  readonly halt: (line: string, code: ExitCode) => void
}

/** Reads an integer that is large enough. */
export const integer =
  (least: number) =>
  (text: string): number => {
    const n = Number(text)
    if (text.trim() !== '' && Number.isSafeInteger(n) && n >= least) return n
    throw new InvalidArgumentError(`Expected an integer >= ${least}, got ${shown(text)}.`)
  }

export const specHelp = 'SPEC is a recipe, a pipeline as JSON, or a file of it.'
export const recipeHelp = `Recipes: ${Object.keys(recipes).join(', ')}`
export const worldHelp = `Worlds: ${Object.keys(namedWorlds).join(', ')}`
export const factsHelp = 'where values come from: JSON or a file, {"value": "exact"}, "exactBehaviour", or a table; likewise actionValue'

/** The policy that samples. */
export const samplingOption = (): Option => new Option('--sampling <POLICY>', 'which policy samples (default: target)').choices(['target', 'behaviour'])

type Defined<A> = { readonly [K in keyof A]?: Exclude<A[K], undefined> }

/** A record without the keys that are undefined. */
export const defined = <A extends object>(record: A): Defined<A> =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as Defined<A>

/** The problem of an option that is not there. */
export const missing = (path: string, expected: string): readonly Problem[] => [{ path, expected, got: 'none' }]
