import * as E from 'fp-ts/lib/Either.js'
import type { Column, PerStep } from '../columns/column.ts'
import { kinds, refuseArgument } from './argument.ts'
import { columnProblems } from './fromSteps.ts'
import type { Numbers } from './numbers.ts'
import { plainNumbers } from './numbers.ts'
import type { Problem } from './problem.ts'
import type { Batch, Trajectories } from './trajectories.ts'
import { stepCount } from './trajectories.ts'

/** A column of the batch by name. */
const columnOf = (batch: Batch, name: string): ArrayLike<number> => (batch as unknown as Readonly<Record<string, ArrayLike<number>>>)[name]

/**
 * The trajectories with the given numbers, in that order; a number may stand more than once.
 *
 * @param indices  numbers of trajectories, 0 <= i < N
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { fromSteps, select, terminated } from 'estimand'
 * const batch = fromSteps({
 *   discount: 1, provenance: 'on-policy', episodes: 'complete',
 *   trajectories: [{ reward: [1], end: terminated }, { reward: [2, 3], end: terminated }]
 * })
 * pipe(batch, E.map((b) => Array.from(select([1, 0])(b).reward))) // => E.right([2, 3, 1])
 * ```
 */
export const select = (indices: readonly number[]) => {
  refuseArgument('select', indices, { ...kinds.list, expected: 'an array of numbers of trajectories, as in select([0, 2])' })
  return <Facts>(batch: Trajectories<Facts>): Trajectories<Facts> => {
    refuseArgument('select', batch, kinds.batch)
    const wrong = Array.from(indices).findIndex((i) => !(Number.isInteger(i) && i >= 0 && i < batch.count))
    if (wrong >= 0) throw new RangeError(`select: expected numbers of trajectories from 0 to ${batch.count - 1}, got ${indices[wrong]}`)
    const count = indices.length
    const offsets = new Int32Array(count + 1)
    for (const [j, i] of indices.entries()) offsets[j + 1] = offsets[j] + batch.offsets[i + 1] - batch.offsets[i]
    const columns = Object.entries(batch.axes).map(([name, axis]) => {
      const column = columnOf(batch, name)
      if (axis === 'per trajectory') return [name, Float64Array.from(indices, (i) => column[i])]
      const out = new Float64Array(offsets[count])
      for (const [j, i] of indices.entries())
        for (let k = batch.offsets[i], to = offsets[j]; k < batch.offsets[i + 1]; k++, to++) out[to] = column[k]
      return [name, out]
    })
    return {
      ...batch,
      ...Object.fromEntries(columns),
      count,
      offsets,
      startTime: Int32Array.from(indices, (i) => batch.startTime[i]),
      ends: indices.map((i) => batch.ends[i]),
    }
  }
}

/**
 * Two batches as one: the trajectories of the first, then those of the second.
 *
 * They must agree in discount, versions, kind of actions, provenance, episodes and columns; every disagreement is listed.
 *
 * @param that  the batch that comes second
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { concat, fromSteps, select, terminated } from 'estimand'
 * const batch = fromSteps({
 *   discount: 1, provenance: 'on-policy', episodes: 'complete', trajectories: [{ reward: [1, 2], end: terminated }]
 * })
 * pipe(batch, E.chain((b) => concat(b)(b)), E.map((b) => Array.from(b.reward))) // => E.right([1, 2, 1, 2])
 * ```
 */
export const concat = <Facts>(that: Trajectories<Facts>) => {
  refuseArgument('concat', that, kinds.batch)
  return (self: Trajectories<Facts>): E.Either<readonly Problem[], Trajectories<Facts>> => {
    refuseArgument('concat', self, kinds.batch)
    const parts = [self, that] as unknown as readonly (Batch & { readonly provenance?: unknown; readonly episodes?: unknown })[]
    const [a, b] = parts
    const same = (['discount', 'version', 'currentVersion', 'actionSpace', 'provenance', 'episodes'] as const).flatMap((path): readonly Problem[] =>
      a[path] === b[path] ? [] : [{ path, expected: `${String(a[path])}, as in the first batch`, got: String(b[path]) }],
    )
    const names = Object.keys(self.axes)
    const missing = [...new Set([...names, ...Object.keys(that.axes)])].flatMap((path): readonly Problem[] =>
      self.axes[path] === that.axes[path] ? [] : [{ path, expected: 'a column of one axis in both batches', got: `${self.axes[path]} and ${that.axes[path]}` }],
    )
    if (same.length + missing.length > 0) return E.left([...same, ...missing])
    const offsets = new Int32Array(self.count + that.count + 1)
    offsets.set(self.offsets)
    offsets.set(
      that.offsets.map((k) => k + stepCount(self)),
      self.count,
    )
    const columns = names.map((name) => [name, joined(columnOf(self, name), columnOf(that, name))])
    return E.right({
      ...self,
      ...Object.fromEntries(columns),
      count: self.count + that.count,
      offsets,
      startTime: Int32Array.from([...self.startTime, ...that.startTime]),
      ends: [...self.ends, ...that.ends],
    })
  }
}

const joined = (a: ArrayLike<number>, b: ArrayLike<number>): Float64Array => {
  const out = new Float64Array(a.length + b.length)
  out.set(a)
  out.set(b, a.length)
  return out
}

/**
 * A batch with one more per-step column of your own, for credits and modifiers of your own that need it by its name.
 *
 * @param name    name of the column
 * @param values  one finite number per step. [sum L_i]
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { fromSteps, terminated, withColumn } from 'estimand'
 * const batch = fromSteps({
 *   discount: 1, provenance: 'on-policy', episodes: 'complete', trajectories: [{ reward: [1, 2], end: terminated }]
 * })
 * pipe(batch, E.chain(withColumn('novelty', [0.5, 0])), E.map((b) => Array.from(b.novelty))) // => E.right([0.5, 0])
 * ```
 */
export const withColumn = <const Name extends string>(name: Name, values: Numbers) => {
  refuseArgument('withColumn: name', name, kinds.text)
  refuseArgument(`withColumn: ${name}`, values, { ...kinds.numbers, expected: "an array of numbers, one per step, as in withColumn('novelty', [0.5, 0])" })
  return <Facts>(batch: Trajectories<Facts>): E.Either<readonly Problem[], Trajectories<Facts & { readonly [K in Name]: Column<PerStep> }>> => {
    refuseArgument('withColumn', batch, kinds.batch)
    const steps = stepCount(batch)
    const problems = [
      ...(name in batch ? [{ path: name, expected: 'a name that the batch does not have yet', got: name }] : []),
      ...columnProblems(name, null, values, steps, false, false),
    ]
    if (problems.length > 0) return E.left(problems)
    const added: object = { ...batch, axes: { ...batch.axes, [name]: 'per step' }, [name]: Float64Array.from(plainNumbers(values)) }
    return E.right(added as Trajectories<Facts & { readonly [K in Name]: Column<PerStep> }>)
  }
}
