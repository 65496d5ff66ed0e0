/** What a number counts, and which way is better. */
export interface Unit {
  readonly name: string
  readonly better: 'higher' | 'lower'
  /** Whether calls repeat until a block is full, or one call is a sample and its answer the number. */
  readonly block: 'filled' | 'one call'
  /** The number, from the work done and the seconds it took. */
  readonly of: (work: number, seconds: number) => number
}

const rate = (name: string, per = 1): Unit => ({ name, better: 'higher', block: 'filled', of: (work, seconds) => work / seconds / per })
const cost = (name: string, inASecond: number): Unit => ({ name, better: 'lower', block: 'filled', of: (work, seconds) => (seconds * inASecond) / work })
const answer = (name: string, better: Unit['better']): Unit => ({ name, better, block: 'one call', of: (work) => work })

/** Units of measures. */
export const units = {
  stepsPerSecond: rate('steps/s'),
  trajectoriesPerSecond: rate('million trajectories/s', 1e6),
  nanosecondsPerElement: cost('ns/element', 1e9),
  microsecondsPerUpdate: cost('us/update', 1e6),
  /** The run measures by itself, and answers the number. */
  milliseconds: answer('ms', 'lower'),
  steps: answer('steps', 'lower'),
} as const satisfies Readonly<Record<string, Unit>>

/** Does a piece of work and answers how much it was: elements, steps, updates, in the things of the unit. */
export type Run = () => number

/** A run, and a number of what it computes, which every side of a comparison must agree on. */
export interface Checked {
  readonly run: Run
  readonly check: () => number
}

/**
 * Something that can be measured. It decides what is done; the harness decides how often, in what order, and beside whom:
 *
 *     export const measures: readonly Measure[] = [
 *       { name: 'GAE 1000x1024', unit: units.nanosecondsPerElement, prepare: () => { const batch = ...; return () => { run(batch); return 1000 * 1024 } } },
 *     ]
 */
export interface Measure {
  /** Unique among all measures. */
  readonly name: string
  readonly unit: Unit
  /** Makes data and compiles; outside the clock, once in a process. */
  readonly prepare: () => Run | Checked | Promise<Run | Checked>
}

/** What one sample says: numbers by name. `value` is of the wall clock, `cpu` the same of the process's CPU time, `check` what all sides agree on. */
export type Sample = Readonly<Record<string, number | null>>

/** Seconds of wall clock and of CPU time. */
export interface Clock {
  readonly wall: () => number
  readonly cpu: () => number
}

/** The clocks of this process. */
export const clock: Clock = {
  wall: () => performance.now() / 1000,
  cpu: () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1e6
  },
}

/**
 * One sample of a run: calls repeat until the block is full.
 *
 * @param unit     of the measure
 * @param run      what is measured, prepared
 * @param seconds  length of the block
 * @param by       the clocks
 */
export const sampleOf = (unit: Unit, run: Run, seconds: number, by: Clock = clock): Sample => {
  if (unit.block === 'one call') return { value: run() }
  const wall = by.wall()
  const cpu = by.cpu()
  let work = 0
  let spent = 0
  do {
    work += run()
    spent = by.wall() - wall
  } while (spent < seconds)
  return { value: unit.of(work, spent), cpu: unit.of(work, by.cpu() - cpu) }
}
