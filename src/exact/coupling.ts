/** Whether estimators couple the trajectories of a batch as they say that they do: what is made of them rests on that. */
import type { AnyEstimator } from '../estimator/estimator.ts'
import type { AllFacts } from '../trajectories/facts.ts'
import type { Trajectories } from '../trajectories/trajectories.ts'
import { picker } from './picker.ts'

/** What an estimator is told that couples trajectories and does not say so. */
export const couples = {
  expected: "weights in a batch of N that are 1/N of those alone, since its coupling is 'none'",
  got: "others; declare the coupling 'exchangeable' in the word that looks at the batch",
} as const

/** What an estimator is told that looks at the order of trajectories and does not say so. */
export const looksAtOrder = {
  expected: "weights that go with their trajectories when the batch is in another order, since its coupling is 'exchangeable'",
  got: "others; declare the coupling 'ordered' in the word that looks at the order",
} as const

const largestOf = (column: ArrayLike<number> | undefined): number => {
  let most = 0
  if (column !== undefined)
    for (let k = 0; k < column.length; k++) {
      const size = Math.abs(column[k])
      if (size > most && size < Infinity) most = size
    }
  return most
}

/** What rounding may change of a weight: a part of the largest one, and a smaller part of what weights are made of, for that may cancel. */
const roundingOf = ({ reward, value, actionValue }: Trajectories<Partial<AllFacts>>, weights: ArrayLike<number>): number =>
  1e-9 * largestOf(weights) + 1e-12 * Math.max(largestOf(reward), largestOf(value), largestOf(actionValue))

/** What overflows tells nothing of coupling; that moments are finite is checked at the end. */
const agree = (expected: number, got: number, rounding: number): boolean => !Number.isFinite(expected) || Math.abs(got - expected) <= rounding

/**
 * Whether each trajectory of a batch has alone N times the weights that it has in the batch.
 *
 * @param weights  those of the batch
 * @param alone    each of its trajectories as a batch
 * @param into     where the weights of one may be written
 */
export const isAloneAsTogether = (
  e: AnyEstimator,
  batch: Trajectories<AllFacts>,
  weights: ArrayLike<number>,
  alone: (i: number) => Trajectories<AllFacts>,
  into: Float64Array,
): boolean => {
  const { count, offsets } = batch
  const rounding = count * roundingOf(batch, weights)
  for (let i = 0; i < count; i++) {
    const length = offsets[i + 1] - offsets[i]
    const own = e.estimate(alone(i), into.subarray(0, length))
    for (let k = 0; k < length; k++) if (!agree(own[k], count * weights[offsets[i] + k], rounding)) return false
  }
  return true
}

/** Every tuple of so many numbers below a bound, if they are few; otherwise so many of them: of equals, with a pair of equals, and others. */
export function* tuplesOf(below: number, size: number, atMost: number): Generator<readonly number[]> {
  const all = below ** size
  const pick = picker()
  for (let n = 0; n < Math.min(all, atMost); n++) {
    if (all <= atMost) yield Array.from({ length: size }, (_, place) => Math.floor(n / below ** place) % below)
    else {
      const [first, kind] = [n % below, pick(4)]
      yield Array.from({ length: size }, (_, place) => (place === 0 || kind === 0 || (kind === 1 && place === size - 1) ? first : pick(below)))
    }
  }
}

/**
 * Whether in every batch of N that is tried each trajectory has 1/N of the weights that it has alone.
 *
 * @param count    how many trajectories there are to make batches of
 * @param batches  the batch of some of them, by their numbers
 * @param N        how many trajectories batches have
 * @param tuples   the batches that are tried
 */
export const couplesNone = (
  e: AnyEstimator,
  count: number,
  batches: (N: number) => (tuple: ArrayLike<number>) => Trajectories<AllFacts>,
  N: number,
  tuples: Iterable<readonly number[]>,
): boolean => {
  const one = batches(1)
  const alone = Array.from({ length: count }, (_, i) => {
    const batch = one([i])
    const weights = e.estimate(batch).slice()
    return { weights, rounding: roundingOf(batch, weights) }
  })
  const several = batches(N)
  for (const tuple of tuples) {
    const together = e.estimate(several(tuple))
    const rounding = N * 1e-9 * largestOf(together) + tuple.reduce((most, i) => Math.max(most, alone[i].rounding), 0)
    let k = 0
    for (const i of tuple) for (const own of alone[i].weights) if (!agree(own, N * together[k++], rounding)) return false
  }
  return true
}

/** Orders of N that are tried: all but the first where they are few; otherwise turned, turned around, and with two neighbours exchanged. */
export const ordersOf = (N: number): readonly (readonly number[])[] => {
  const first = Array.from({ length: N }, (_, i) => i)
  if (N <= 3) return permutations(first).slice(1)
  const exchanged = (i: number): readonly number[] => first.map((j) => (j === i ? i + 1 : j === i + 1 ? i : j))
  // Of a large batch not each: that would be as many orders as it has members.
  const steps = N <= 16 ? first.slice(1) : [1, Math.floor(N / 2), N - 1]
  return [...steps.flatMap((by) => [first.map((i) => (i + by) % N), exchanged(by - 1)]), first.toReversed()]
}

const permutations = (of: readonly number[]): readonly (readonly number[])[] =>
  of.length < 2 ? [of] : of.flatMap((first, k) => permutations(of.toSpliced(k, 1)).map((rest) => [first, ...rest]))

/** Whether the weights of a batch in another order are those of the batch, each with its trajectory. */
export const isInAnyOrder = (
  e: AnyEstimator,
  batch: Trajectories<AllFacts>,
  weights: ArrayLike<number>,
  order: readonly number[],
  reordered: Trajectories<AllFacts>,
): boolean => {
  const rounding = roundingOf(batch, weights)
  const moved = e.estimate(reordered)
  let to = 0
  for (const i of order) for (let k = batch.offsets[i]; k < batch.offsets[i + 1]; k++) if (!agree(weights[k], moved[to++], rounding)) return false
  return true
}
