import type { Comparison, Against, Measured, Reading, Verdict } from './comparison.ts'
import { judge, ourName } from './comparison.ts'
import type { Sample } from './measure.ts'
import { ratio, spread } from './statistics.ts'

/** What the numbers depend on. */
export interface About {
  /** When the run began. */
  readonly date: string
  readonly cpu: string
  readonly cores: number
  readonly memory: string
  readonly system: string
  /** The core that every process was kept on; null: any. */
  readonly core: number | null
  readonly threads: number
  readonly node: string
  /** This repository's commit, with a + where files were changed; null: not a checkout. */
  readonly commit: string | null
  /** Versions of the others, by name. */
  readonly peers: Readonly<Record<string, string>>
  /** The command that repeats it. */
  readonly repeat: string
}

/** A reading with what came out. */
export interface Row {
  readonly reading: string
  readonly unit: string
  readonly better: 'higher' | 'lower'
  /** Ours first. */
  readonly sides: readonly Measured[]
  /** Ours to each of the others. */
  readonly ratios: readonly Against[]
  readonly goals: readonly Verdict[]
}

/** A comparison with what came out. */
export interface Outcome {
  readonly name: string
  readonly group: string
  readonly note: string
  /** Processes that wanted to run on the whole machine, before and after: more than one is noise. */
  readonly load: readonly [number, number]
  readonly seconds: number
  readonly rows: readonly Row[]
}

/** A run, as it is kept. */
export interface Results {
  readonly about: About
  readonly outcomes: readonly Outcome[]
}

/** Five digits: more are noise. */
const short = (x: number): number => Number(x.toPrecision(5))

const numberOf = (sample: Sample, key: string): number => sample[key] ?? Infinity

const measured = (name: string, samples: readonly Sample[], key: string): Measured => {
  const all = samples.map((sample) => numberOf(sample, key))
  const { median, min, max, n } = spread(all)
  return { name, median: short(median), min: short(min), max: short(max), n, samples: all.map((x) => (Number.isFinite(x) ? short(x) : null)) }
}

/**
 * The row of a reading; null where nobody gave it.
 *
 * @param reading  which number of the samples
 * @param samples  of every side by name, ours among them
 */
export const rowOf = ({ key, unit, goals }: Reading, samples: Readonly<Record<string, readonly Sample[]>>): Row | null => {
  const gives = (all: readonly Sample[]): boolean => all.length > 0 && all.every((sample) => key in sample)
  if (!gives(samples[ourName] ?? [])) return null
  const others = Object.keys(samples).filter((name) => name !== ourName && gives(samples[name]))
  const numbers = (name: string): readonly number[] => samples[name].map((sample) => numberOf(sample, key))
  const sides = [ourName, ...others].map((name) => measured(name, samples[name], key))
  return {
    reading: key,
    unit: unit.name,
    better: unit.better,
    sides,
    ratios: others.map((name) => {
      const { ofMedians, min, max } = ratio(numbers(ourName), numbers(name))
      return { name, ofMedians: short(ofMedians), min: short(min), max: short(max) }
    }),
    goals: goals.map((goal) => judge(goal, unit, sides)).filter((verdict) => verdict !== null),
  }
}

/** What came out of a comparison. */
export const outcomeOf = (
  { name, group, note, readings }: Comparison,
  samples: Readonly<Record<string, readonly Sample[]>>,
  load: readonly [number, number],
  seconds: number,
): Outcome => ({
  name,
  group,
  note,
  load: [short(load[0]), short(load[1])],
  seconds: short(seconds),
  rows: readings.map((reading) => rowOf(reading, samples)).filter((row) => row !== null),
})

/** With one process at work at a time, more than this wants to run elsewhere. */
const quietLoad = 1.5
/** Less of a core than this means that somebody else had the rest. */
const wholeCore = 0.9

/**
 * Whether somebody else was at work meanwhile, by the load and by the share of the core that each side had. Then ratios are no evidence,
 * those by CPU time neither: whoever needs more of the caches is slowed down more.
 */
export const isBusy = ({ load, rows }: Outcome): boolean => {
  const value = rows.find(({ reading }) => reading === 'value')
  const cpu = rows.find(({ reading }) => reading === 'cpu')
  const shares = (value?.sides ?? []).flatMap(({ name, median }) => {
    const ofCpu = cpu?.sides.find((one) => one.name === name)?.median
    return ofCpu === undefined || value === undefined ? [] : [value.better === 'higher' ? median / ofCpu : ofCpu / median]
  })
  return load.some((one) => one > quietLoad) || shares.some((share) => share < wholeCore)
}

/** Adds an outcome, or puts it in the place of the earlier one of its name. */
export const withOutcome = (results: Results, outcome: Outcome): Results => ({
  ...results,
  outcomes: results.outcomes.some(({ name }) => name === outcome.name)
    ? results.outcomes.map((one) => (one.name === outcome.name ? outcome : one))
    : [...results.outcomes, outcome],
})

const settled: readonly (keyof About)[] = ['cpu', 'cores', 'system', 'core', 'threads', 'node', 'commit']

/** Why a run cannot be gone on with: what it depends on has changed. Empty: it can. */
export const whyNotResumed = (then: About, now: About): readonly string[] => [
  ...settled.flatMap((key) => (then[key] === now[key] ? [] : [`${key} was ${String(then[key])} and is ${String(now[key])}`])),
  ...Object.entries(now.peers).flatMap(([name, version]) => (name in then.peers && then.peers[name] !== version ? [`${name} was ${then.peers[name]} and is ${version}`] : [])),
]

/** How one of our numbers compares with the same number of an earlier run. */
export interface Change {
  readonly name: string
  readonly reading: string
  readonly unit: string
  readonly better: 'higher' | 'lower'
  readonly before: number
  readonly now: number
  /** How many times as good: above 1 is better, whichever way the unit goes. */
  readonly asGood: number
}

/** Our medians against those of an earlier run, wherever both have them. */
export const against = (earlier: Results, now: Results): readonly Change[] =>
  now.outcomes.flatMap(({ name, rows }) =>
    rows.flatMap(({ reading, unit, better, sides: [ours] }) => {
      const before = earlier.outcomes.find((one) => one.name === name)?.rows.find((row) => row.reading === reading && row.unit === unit)?.sides[0]?.median
      if (before === undefined) return []
      return [{ name, reading, unit, better, before, now: ours.median, asGood: short(better === 'higher' ? ours.median / before : before / ours.median) }]
    }),
  )

/** Results as text of a file, and back: JSON has no Infinity, so that what was not reached is null there. */
export const toText = (results: Results): string =>
  `${JSON.stringify(results, (_, value: unknown) => (typeof value === 'number' && !Number.isFinite(value) ? null : value), 2).replaceAll(/\[\s+((?:-?[\d.e+-]+|null)(?:,\s+(?:-?[\d.e+-]+|null))*)\s+\]/g, (_, list: string) => `[${list.replaceAll(/\s+/g, ' ')}]`)}\n`

const unbounded = new Set(['median', 'min', 'max', 'ofMedians', 'number', 'asGood'])

/**
 * @throws SyntaxError for a text that is no such file
 */
export const fromText = (text: string): Results => {
  const read = JSON.parse(text, (key, value: unknown) => (value === null && unbounded.has(key) ? Infinity : value)) as Results
  if (!Array.isArray(read.outcomes) || typeof read.about !== 'object') throw new SyntaxError('expected results of npm run bench: { about, outcomes }')
  return read
}
