import type { Unit } from './measure.ts'
import type { Ratio, Spread } from './statistics.ts'

/** Where a side's numbers come from. */
export type Source =
  /** A measure of this repository, in a process of its own that waits between its turns. */
  | { readonly from: 'here'; readonly measure: string }
  /** A measure of test/bench/peers, in a Python that waits likewise. */
  | { readonly from: 'python'; readonly measure: string }
  /** A program of this repository, in a new process each round; `{seed}` in an argument is the round's. */
  | { readonly from: 'program'; readonly script: string; readonly args: readonly string[] }
  /** A program of test/bench/peers, likewise. */
  | { readonly from: 'python program'; readonly script: string; readonly args: readonly string[]; readonly cleanRl?: string }

/** A side of a comparison. */
export type Side = Source & { readonly name: string }

/** One of the numbers of a sample that is shown. */
export interface Reading {
  readonly key: string
  readonly unit: Unit
  /** What must hold for the project to be content; nothing fails if it does not. */
  readonly goals: readonly Goal[]
}

/** A bound on how many times the others' median ours is (the best of them), or on ours itself where none are named. */
export interface Goal {
  readonly bound: 'at least' | 'at most'
  readonly value: number
  readonly against: readonly string[]
}

/** Ours at least so many times the best of the named sides. */
export const atLeast = (value: number, ...against: readonly string[]): Goal => ({ bound: 'at least', value, against })

/** Ours at most so many times the best of the named sides. */
export const atMost = (value: number, ...against: readonly string[]): Goal => ({ bound: 'at most', value, against })

/** Ours beside others, in turns. */
export interface Comparison {
  /** Unique. */
  readonly name: string
  readonly group: string
  /** What a reader has to know to judge it, in a sentence; '' is nothing. */
  readonly note: string
  readonly ours: Source
  readonly others: readonly Side[]
  readonly readings: readonly Reading[]
  /** Rounds, where 9 are too many or too few; of programs, a seed each. */
  readonly rounds?: number
  /** Left out unless it is asked for by name. */
  readonly onRequest?: boolean
}

/** What our side is called in results. */
export const ourName = 'estimand'

/** The numbers of one side in a reading. */
export interface Measured extends Spread {
  readonly name: string
  /** A number for each round; null: not reached. */
  readonly samples: readonly (number | null)[]
}

/** A ratio to another side. */
export interface Against extends Ratio {
  readonly name: string
}

/** How a goal came out. */
export interface Verdict {
  readonly goal: string
  readonly number: number
  readonly met: boolean
}

const plain = (x: number): string => String(x)

/** A goal in words. */
export const describeGoal = ({ bound, value, against }: Goal, unit: Unit): string => {
  if (against.length === 0) return `${bound} ${plain(value)} ${unit.name}`
  return against.length === 1 ? `${bound} ${plain(value)}x ${against[0]}` : `${bound} ${plain(value)}x the best of ${against.join(', ')}`
}

/**
 * How a goal came out; null where a side that it names was not measured.
 *
 * @param goal   the bound
 * @param unit   which way is better
 * @param sides  the measured sides, ours first
 */
export const judge = (goal: Goal, unit: Unit, [ours, ...others]: readonly Measured[]): Verdict | null => {
  const named = others.filter(({ name }) => goal.against.includes(name))
  if (named.length < goal.against.length) return null
  const medians = named.map(({ median }) => median)
  const number = medians.length === 0 ? ours.median : ours.median / (unit.better === 'higher' ? Math.max(...medians) : Math.min(...medians))
  return { goal: describeGoal(goal, unit), number, met: goal.bound === 'at least' ? number >= goal.value : number <= goal.value }
}

/** What is wrong with a list of comparisons: names that stand twice, goals against nobody. */
export const faults = (comparisons: readonly Comparison[]): readonly string[] => [
  ...comparisons.flatMap(({ name }, k) => (comparisons.findIndex((one) => one.name === name) < k ? [`${name}: twice`] : [])),
  ...comparisons.flatMap(({ name, others, readings }) =>
    readings.flatMap(({ goals }) =>
      goals.flatMap(({ against }) => against.filter((who) => !others.some((other) => other.name === who)).map((who) => `${name}: a goal against ${who}, which is no side of it`)),
    ),
  ),
]
