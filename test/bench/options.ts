import { parseArgs } from 'node:util'
import type { Comparison } from './comparison.ts'

/** What the command line asks for. */
export interface Options {
  readonly peers: boolean
  /** Parts of names or groups; none: all that are not on request. */
  readonly only: readonly string[]
  /** Samples of each side; null: as many as each comparison says, or 9. */
  readonly rounds: number | null
  /** Seconds of a sample. */
  readonly block: number
  /** Seeds of programs that train; null: as many as each comparison says. */
  readonly seeds: number | null
  readonly out: string | null
  readonly against: string | null
  readonly resume: string | null
  /** With resume: what was measured on a busy machine is measured again. */
  readonly quieter: boolean
  readonly python: string
  readonly cleanRl: string | null
  /** The core to stay on; null: any. */
  readonly core: number | null
  readonly list: boolean
  readonly help: boolean
}

export const usage = `npm run bench -- [options]           our numbers; needs no Python
npm run bench:peers -- [options]     beside PyTorch, NumPy, Numba, gymnasium and CleanRL, in turns

  --only TEXT       comparisons whose name or group contains it; may be given again
  --list            names and groups, and nothing is run
  --rounds N        samples of each side (default 9, or as each says)
  --block MS        length of a sample where work is short (default 60)
  --seeds N         runs of programs that train (default: 3 or 5, as each says)
  --out FILE        where results go (default test/bench/results/DATE.json, DATE-peers.json)
  --resume FILE     goes on with a run that was interrupted: what is in it is not measured again
  --quieter         with --resume: what was measured on a busy machine is measured again
  --against FILE    our numbers beside those of an earlier run
  --python COMMAND  default: PYTHON, or python3; several words will do: "chroot FOLDER python3"
  --cleanrl FOLDER  default: CLEANRL; a checkout of CleanRL
  --core N|none     the core that every process is kept on (default: the last), where taskset is`

const counted = (name: string, text: string, least: number): number => {
  const number = Number(text)
  if (!Number.isInteger(number) || number < least) throw new RangeError(`--${name}: expected an integer >= ${least}, got ${text}`)
  return number
}

/**
 * Reads the command line.
 *
 * @param args         after the name of the program
 * @param environment  variables, for PYTHON and CLEANRL
 * @param cores        how many the machine has
 * @throws             TypeError for an unknown option, RangeError for a number out of range
 */
export const optionsOf = (args: readonly string[], environment: Readonly<Record<string, string | undefined>>, cores: number): Options => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      peers: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string' },
      block: { type: 'string', default: '60' },
      seeds: { type: 'string' },
      out: { type: 'string' },
      against: { type: 'string' },
      resume: { type: 'string' },
      quieter: { type: 'boolean', default: false },
      python: { type: 'string', default: environment['PYTHON'] ?? 'python3' },
      cleanrl: { type: 'string', default: environment['CLEANRL'] ?? '' },
      core: { type: 'string', default: String(cores - 1) },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  return {
    peers: values.peers,
    only: values.only,
    rounds: values.rounds === undefined ? null : counted('rounds', values.rounds, 1),
    block: counted('block', values.block, 1) / 1000,
    seeds: values.seeds === undefined ? null : counted('seeds', values.seeds, 1),
    out: values.out ?? null,
    against: values.against ?? null,
    resume: values.resume ?? null,
    quieter: values.quieter,
    python: values.python,
    cleanRl: values.cleanrl === '' ? null : values.cleanrl,
    core: values.core === 'none' ? null : counted('core', values.core, 0),
    list: values.list,
    help: values.help,
  }
}

/**
 * The comparisons that are asked for, in their order.
 *
 * @throws RangeError where a text names none
 */
export const chosen = (comparisons: readonly Comparison[], { only, peers }: Pick<Options, 'only' | 'peers'>): readonly Comparison[] => {
  const names = ({ name, group }: Comparison, text: string): boolean => `${group} ${name}`.toLowerCase().includes(text.toLowerCase())
  const withPeers = ({ others }: Comparison): boolean => others.some(({ from }) => from === 'python' || from === 'python program')
  for (const text of only)
    if (!comparisons.some((one) => names(one, text)))
      throw new RangeError(`--only ${text}: expected part of a name or group, one of: ${[...new Set(comparisons.map(({ group }) => group))].join(', ')}; --list shows the names`)
  // What is on request is asked for by its own name: its group does not ask for it.
  const asks = (one: Comparison, text: string): boolean => names(one.onRequest === true ? { ...one, group: '' } : one, text)
  return comparisons.filter((one) => (only.length === 0 ? one.onRequest !== true && (!peers || withPeers(one)) : only.some((text) => asks(one, text))))
}

/** Options of where things are here, which are no part of what is measured. */
const places: readonly string[] = ['--out', '--resume', '--against', '--python', '--cleanrl']

/** The command that repeats a run, without the places of this machine. */
export const repeatOf = (args: readonly string[]): string => {
  const own = args.filter((arg, k) => arg !== '--peers' && arg !== '--quieter' && !places.some((place) => arg === place || arg.startsWith(`${place}=`) || args[k - 1] === place))
  const shown = own.map((arg) => (/[^\w.,:=/-]/.test(arg) ? `'${arg}'` : arg)).join(' ')
  return `npm run ${args.includes('--peers') ? 'bench:peers' : 'bench'}${shown === '' ? '' : ` -- ${shown}`}`
}
