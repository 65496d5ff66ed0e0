/**
 * Measures this library alone (npm run bench) or beside its peers (npm run bench:peers), in turns; prints tables and keeps them as JSON.
 * Nothing is asserted: numbers depend on the machine. `--help` says more.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Comparison, Side, Source } from './comparison.ts'
import { faults, ourName } from './comparison.ts'
import { comparisons } from './comparisons.ts'
import { aboutHere, canPin, cleanRlSource, load, lookAround, oneThread } from './machine.ts'
import type { Sample } from './measure.ts'
import type { Found } from './missing.ts'
import { canRun, cleanRlVersion, missing, needsOf, otherCleanRl } from './missing.ts'
import type { Options } from './options.ts'
import { chosen, optionsOf, repeatOf, usage } from './options.ts'
import type { Server } from './process.ts'
import { pythonProgram, runOf, serverOf } from './process.ts'
import type { Results } from './results.ts'
import { against, fromText, isBusy, outcomeOf, toText, whyNotResumed, withOutcome } from './results.ts'
import { changesText, columns, inColumns, linesOf, text } from './table.ts'
import type { Take } from './turns.ts'
import { disagreement, inTurn } from './turns.ts'

const here = dirname(fileURLToPath(import.meta.url))
/** Sources, of which dist has only what was compiled. */
const sources = fileURLToPath(new URL('../../../test/bench/', import.meta.url))
const peersFolder = join(sources, 'peers')
const usualRounds = 9
const pinned = 'ESTIMAND_BENCH_CORE'

const say = (words: string): void => {
  process.stderr.write(`${words}\n`)
}

/** This program once more, on one core and with one thread, which everything that it starts inherits. */
const again = (core: number | null): number => {
  const pin = core !== null && canPin()
  if (core !== null && !pin) say('taskset is not here: processes are not kept on a core')
  const command = [...(pin ? ['taskset', '-c', String(core)] : []), process.execPath, ...process.argv.slice(1)]
  const { status, signal, error } = spawnSync(command[0], command.slice(1), { stdio: 'inherit', env: { ...process.env, ...oneThread, [pinned]: pin ? String(core) : 'none' } })
  if (error !== undefined) say(error.message)
  return signal === null ? (status ?? 1) : 1
}

interface Setting {
  readonly options: Options
  readonly found: Found | null
  readonly cleanRl: string | null
  /** One Python for all that is served, since it takes seconds to start. */
  readonly python: () => Server
}

const seeded = (args: readonly string[], round: number): readonly string[] => args.map((arg) => arg.replaceAll('{seed}', String(round + 1)))

/** Whether a side can be measured with what is here. */
const possible = ({ options, found }: Setting, side: Side): boolean =>
  side.from === 'here' || side.from === 'program' || (options.peers && found !== null && canRun(needsOf(side), found))

const takeOf = ({ options, cleanRl, python }: Setting, source: Source, ours: Server): Take => {
  const { block } = options
  switch (source.from) {
    case 'here':
      return () => ours.sample(source.measure, block)
    case 'python':
      return () => python().sample(source.measure, block)
    case 'program':
      return (round) => runOf({ command: process.execPath, args: [join(here, source.script.replace(/\.ts$/, '.js')), ...seeded(source.args, round)], input: '' }, source.script)
    case 'python program':
      return (round) => {
        const more = source.cleanRl === undefined || cleanRl === null ? {} : { [source.cleanRl]: cleanRl }
        return runOf(pythonProgram(options.python, peersFolder, source.script, seeded(source.args, round), more), source.script)
      }
  }
}

const isProgram = ({ from }: Source): boolean => from === 'program' || from === 'python program'

const measure = async (setting: Setting, comparison: Comparison): Promise<Readonly<Record<string, readonly Sample[]>>> => {
  const { options } = setting
  const ours = serverOf({ command: process.execPath, args: [join(here, 'serve.js')], input: '' })
  try {
    const sides = Object.fromEntries([
      [ourName, takeOf(setting, comparison.ours, ours)] as const,
      ...comparison.others.filter((side) => possible(setting, side)).map((side) => [side.name, takeOf(setting, side, ours)] as const),
    ])
    const programs = isProgram(comparison.ours)
    const rounds = (programs ? options.seeds : options.rounds) ?? comparison.rounds ?? usualRounds
    // A server warms up by itself; a round more lets all of them have had a turn.
    return await inTurn(sides, { rounds, warmUp: programs || rounds === 1 ? 0 : 1 })
  } finally {
    ours.close()
  }
}

/** The file beside it first, so that an interrupt leaves a whole one. */
const write = (path: string, results: Results): void => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(`${path}.new`, toText(results))
  renameSync(`${path}.new`, path)
}

const read = (path: string): Results => fromText(readFileSync(path, 'utf8'))

const main = async (): Promise<number> => {
  const options = optionsOf(process.argv.slice(2), process.env, cpus().length)
  if (options.help) {
    console.log(usage)
    return 0
  }
  const wrong = faults(comparisons)
  if (wrong.length > 0) throw new Error(wrong.join('\n'))
  const asked = chosen(comparisons, options)
  if (options.list) {
    console.log(inColumns([['group', 'name'], ...asked.map(({ group, name }) => [group, name])]))
    return 0
  }
  const core = process.env[pinned]
  if (core === undefined) return again(options.core)

  // Before anything is written: it may be the file that is.
  const earlier = options.against === null ? null : read(options.against)
  const cleanRl = cleanRlSource(options.cleanRl)
  const found = options.peers ? await lookAround(options.python, peersFolder, cleanRl) : null
  for (const line of found === null ? [] : missing(found)) say(`missing: ${line}`)
  if (found !== null && found.modules === null) return 2
  const other = found === null ? null : otherCleanRl(found)
  const peers = {
    ...Object.fromEntries(Object.entries(found?.modules ?? {}).filter((entry): entry is [string, string] => entry[1] !== null)),
    ...(cleanRl === null || found === null ? {} : { cleanrl: other ?? cleanRlVersion.commit.slice(0, 7) }),
  }
  const about = aboutHere(core === 'none' ? null : Number(core), peers, repeatOf(process.argv.slice(2)))
  const out = options.out ?? options.resume ?? join('test', 'bench', 'results', `${about.date.slice(0, 10)}${options.peers ? '-peers' : ''}.json`)
  let results: Results = { about, outcomes: [] }
  if (options.resume !== null && existsSync(options.resume)) {
    const begun = read(options.resume)
    const whyNot = whyNotResumed(begun.about, about)
    if (whyNot.length > 0) throw new RangeError(`--resume ${options.resume}: not the same run: ${whyNot.join('; ')}; begin anew with --out`)
    results = { ...begun, about: { ...begun.about, peers: { ...begun.about.peers, ...peers } } }
  }
  const done = new Set(results.outcomes.filter((one) => !(options.quieter && isBusy(one))).map(({ name }) => name))

  let server: Server | null = null
  const setting: Setting = { options, found, cleanRl, python: () => (server ??= serverOf(pythonProgram(options.python, peersFolder, 'serve.py'))) }
  let failed = 0
  try {
    for (const comparison of asked.filter(({ name }) => !done.has(name))) {
      const inPython = comparison.others.filter(({ from }) => from === 'python' || from === 'python program')
      if (options.peers && inPython.length > 0 && !inPython.some((side) => possible(setting, side))) {
        say(`left out: ${comparison.name}, for nobody to stand beside is here`)
        continue
      }
      const begun = performance.now()
      const before = load()
      try {
        const samples = await measure(setting, comparison)
        const odd = disagreement(samples)
        if (odd !== null) throw new Error(odd)
        const outcome = outcomeOf(comparison, samples, [before, load()], (performance.now() - begun) / 1000)
        results = withOutcome(results, outcome)
        write(out, results)
        say(inColumns([columns, ...linesOf(outcome)]))
      } catch (failure) {
        // The others are still worth having.
        failed++
        say(`${comparison.name}: ${failure instanceof Error ? failure.message : String(failure)}`)
      }
    }
  } finally {
    ;(server as Server | null)?.close()
  }
  console.log(text(results))
  if (earlier !== null) console.log(`\n${changesText(against(earlier, results), earlier.about.date)}`)
  say(`\nwritten to ${out}`)
  return failed === 0 ? 0 : 1
}

try {
  process.exitCode = await main()
} catch (failure) {
  say(failure instanceof Error ? failure.message : String(failure))
  process.exitCode = 2
}
