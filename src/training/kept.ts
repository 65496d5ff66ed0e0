import type { Floats } from '../policy/floats.ts'
import type { Random } from '../environment/random.ts'
import { rewind } from '../environment/random.ts'
import type { Learner } from './update.ts'

type Numbers = Floats | Int32Array

const isNumbers = (x: unknown): x is Numbers => x instanceof Float32Array || x instanceof Float64Array || x instanceof Int32Array
const isPlainRecord = (x: unknown): x is Readonly<Record<string, unknown>> => {
  if (typeof x !== 'object' || x === null) return false
  const prototype: unknown = Object.getPrototypeOf(x)
  return prototype === Object.prototype || prototype === null
}

/** Plain data as it is now, in the arrays of an earlier copy where they are as long: an update allocates no array to be able to go back. */
const copiedInto = (before: unknown, now: unknown): unknown => {
  if (isNumbers(now)) {
    if (!isNumbers(before) || before.constructor !== now.constructor || before.length !== now.length) return now.slice()
    before.set(now)
    return before
  }
  if (!isPlainRecord(now)) return typeof now === 'object' && now !== null ? structuredClone(now) : now
  const earlier = isPlainRecord(before) ? before : {}
  return Object.fromEntries(Object.entries(now).map(([key, value]) => [key, copiedInto(earlier[key], value)]))
}

/** Remembers a learner before each update, and gives the way back to it. */
export const keeping = (learner: Learner<unknown>): (() => () => void) => {
  let parameters: Floats | null = null
  let optimiser: unknown = null
  return () => {
    parameters = copiedInto(parameters, learner.parameters) as Floats
    optimiser = copiedInto(optimiser, learner.optimiser)
    const { version } = learner
    const shuffling: Random = learner.shuffling.clone()
    return () => {
      if (parameters !== null) learner.parameters.set(parameters)
      learner.optimiser = optimiser
      // What was kept is now in use.
      optimiser = null
      learner.version = version
      rewind(learner.shuffling, shuffling)
    }
  }
}
