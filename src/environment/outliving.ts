import type { AnyEnvironment, Memory } from './environment.ts'
import { streamsOf } from './random.ts'
import { sizeOf } from './space.ts'

/** Other numbers in place of what is remembered: whatever depends on them shows it, NaN by staying NaN. */
const others: readonly ((x: number) => number)[] = [(x) => x + 1, (x) => x + 1e6, (x) => x - 1e6, () => NaN]

/** What one copy remembers once its first episode has begun, with other numbers in one place before. */
const begun = (environment: AnyEnvironment, place: number, change: (x: number) => number): readonly Memory[] => {
  const { stateSize, observation, action, open } = environment
  const { reset, observe, memory } = open({
    count: 1,
    state: new Float64Array(stateSize),
    action: new Float64Array(sizeOf(action)),
    reward: new Float64Array(1),
    end: new Uint8Array(1),
    time: new Int32Array(1),
    score: new Float64Array(1),
    random: streamsOf(1, 1),
    learning: 'goes on',
  })
  if (memory.length === 0) return memory
  const { values } = memory[place]
  for (let k = 0; k < values.length; k++) values[k] = change(values[k])
  reset(0, 1)
  observe(new Float32Array(sizeOf(observation)), 0, 1)
  return memory
}

const same = ({ values: a }: Memory, { values: b }: Memory): boolean => a.every((x, k) => Object.is(x, b[k]))

/** Places whose numbers, once an episode has begun, depend on those of a place before. One that was read and broke something depends on itself. */
const dependents = (environment: AnyEnvironment, plain: readonly Memory[], place: number): ReadonlySet<number> =>
  new Set(
    others.flatMap((change) => {
      try {
        const memory = begun(environment, place, change)
        return plain.flatMap((one, k) => (same(one, memory[k]) ? [] : [k]))
      } catch {
        return [place]
      }
    }),
  )

/** What outlives an episode, by its place among what an environment remembers. */
export interface Outliving extends Memory {
  readonly place: number
}

/**
 * What an environment remembers from episode to episode: what the beginning of an episode does not write anew. Found by trying, so that
 * what nobody has declared is found too. What is written anew from what outlives an episode, such as the last observation in normalised
 * numbers, is no part of it.
 */
export const outliving = (environment: AnyEnvironment): readonly Outliving[] => {
  const plain = begun(environment, 0, (x) => x)
  const byPlace = plain.map((_, place) => dependents(environment, plain, place))
  const isKept = (place: number): boolean => byPlace.some((found, from) => found.has(place) && (from === place || !byPlace[from].has(from)))
  return plain.flatMap((memory, place) => (isKept(place) ? [{ ...memory, place }] : []))
}
