import { Command, CommanderError } from 'commander'
import * as E from 'fp-ts/lib/Either.js'
import { describeProblems } from '../trajectories/problem.ts'
import { addCompare } from './commands/compare.ts'
import type { Context } from './commands/context.ts'
import { recipeHelp, worldHelp } from './commands/context.ts'
import { addExact } from './commands/exact.ts'
import { addExplain } from './commands/explain.ts'
import { addTrain } from './commands/train.ts'
import { addVerify } from './commands/verify.ts'
import { addWeigh } from './commands/weigh.ts'
import type { ExitCode, Io } from './outcome.ts'
import { readingOf } from './reading.ts'
import { wordsOf } from './spec.ts'
import { styleOf } from './style.ts'
import { visibleIo } from './visibleIo.ts'

/**
 * The command line, given its arguments and what it may do to the world.
 *
 * @param args   arguments after the program's name
 * @param world  where answers, errors and progress go
 */
export const run = async (args: readonly string[], world: Io): Promise<ExitCode> => {
  const style = styleOf(world.terminal, world.env)
  const io = visibleIo(world, style)
  let exit: ExitCode = 0
  const program = new Command('estimand')
    .description('Policy-gradient estimators: what they are, what they need, how they are biased, exactly.')
    .version(io.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .configureHelp({ helpWidth: Math.min(Math.max(io.width, 60), 110) })
    .configureOutput({
      writeOut: (text) => void io.out(text),
      writeErr: (text) => io.err(text),
      outputError: (text, write) => write(`estimand: ${text.replace(/^error: /, '')}`),
    })
    .showSuggestionAfterError(true)
    .exitOverride()
    .addHelpText(
      'after',
      `\n${recipeHelp}\n\n${worldHelp}\n\nAnswers go to standard output, all else to standard error. Exit codes: 0, 1 (a law or check failed, or training stopped), 2 (bad input).`,
    )

  const context: Context = {
    io,
    style,
    command: (name, description, examples, notes) =>
      program
        .command(name)
        .description(description)
        .helpOption('-h, --help', 'print this help')
        .option('--json', 'answer in JSON, on one line')
        .option('--words <FILE>', 'a JavaScript module whose default export adds words of your own (see withWords)')
        .addHelpText('after', ['', 'Examples:', ...examples.map((example) => `  $ ${example}`), '', ...notes].join('\n')),
    withWords: async ({ words }, command) => {
      const known = await wordsOf(words)
      return E.isLeft(known) ? context.refuse(known.left) : command(known.right)
    },
    reading: ({ strict = false }) => readingOf(strict, (line) => io.err(`estimand: ${line}\n`)),
    finish: async (outcome, json) => {
      if (E.isLeft(outcome)) return context.refuse(outcome.left)
      await io.out(`${json === true ? JSON.stringify(outcome.right.json) : outcome.right.text}\n`)
      for (const note of outcome.right.notes ?? []) io.err(`estimand: ${note}\n`)
      exit = outcome.right.exit
    },
    refuse: (problems) => {
      const lines = describeProblems(problems).split('\n')
      io.err(lines.map((line) => `estimand: ${line}\n`).join(''))
      exit = 2
    },
    halt: (line, code) => {
      io.err(`estimand: ${line}\n`)
      exit = code
    },
  }
  for (const add of [addExact, addWeigh, addVerify, addExplain, addCompare, addTrain]) add(context)

  if (args.length === 0) {
    io.err(program.helpInformation())
    return 2
  }
  try {
    await program.parseAsync([...args], { from: 'user' })
    return exit
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    throw error
  }
}
