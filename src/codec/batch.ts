import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts/lib/index.js'
import { numberIn } from '../registry/pipeline.ts'
import type { Json } from '../registry/toJson.ts'
import { numberJson } from '../registry/toJson.ts'
import type { End } from '../trajectories/ends.ts'
import { cutOf } from '../trajectories/ends.ts'
import type { AllFacts } from '../trajectories/facts.ts'
import { fromColumns } from '../trajectories/fromColumns.ts'
import { fromSteps, stepColumns } from '../trajectories/fromSteps.ts'
import { columnsInputNames, cutNames, stepsInputNames, trajectoryNames } from '../trajectories/names.ts'
import type { Problem } from '../trajectories/problem.ts'
import { shown } from '../trajectories/problem.ts'
import { withColumn } from '../trajectories/select.ts'
import type { Trajectories } from '../trajectories/trajectories.ts'
import { codecOf } from './codec.ts'
import { batchKeys, only, withRefused } from './keys.ts'
import { isRecord } from '../trajectories/keys.ts'

type AnyBatch = Trajectories<AllFacts>

/** A cut without the keys that nothing reads; every other end as it is. */
const endIn = (x: unknown): unknown => {
  const found = cutOf(x)
  if (found === null) return x
  const cut = only(found.cut, cutNames) as object
  return found.within === '' ? { _tag: 'Truncated', ...cut } : { truncated: cut }
}

const endJson = (end: End): Json => {
  switch (end._tag) {
    case 'Terminated':
      return 'terminated'
    case 'TimeLimit':
      return 'timeLimit'
    case 'Truncated': {
      const { _tag, ...cut } = end
      // A successor that is no JSON is left out by the text that this becomes; no estimator reads it.
      return Object.keys(cut).length === 0 ? 'truncated' : { truncated: cut as Readonly<Record<string, Json>> }
    }
  }
}

const stepsIn = (x: unknown): unknown => {
  const steps = only(x, trajectoryNames)
  if (!isRecord(steps)) return steps
  return Object.hasOwn(steps, 'end') ? { ...columnsIn(steps), end: endIn(steps['end']) } : columnsIn(steps)
}

/** Columns of steps with their words read, whatever else stands beside them. */
const columnsIn = (x: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => {
  const read = stepColumns.flatMap((name) => {
    const column = x[name]
    return Array.isArray(column) && column.some((entry) => typeof entry === 'string') ? [[name, column.map(numberIn)] as const] : []
  })
  return read.length === 0 ? x : { ...x, ...Object.fromEntries(read) }
}

const eachIn = (list: unknown, one: (x: unknown) => unknown): unknown => (Array.isArray(list) ? list.map(one) : list)

/** Columns of the user's own beside trajectories: flat, over all steps. */
const withColumns = (batch: AnyBatch, columns: unknown): E.Either<readonly Problem[], AnyBatch> => {
  if (columns === undefined) return E.right(batch)
  if (!isRecord(columns)) return E.left([{ path: 'columns', expected: 'an object of columns by name', got: shown(columns) }])
  return Object.entries(columns).reduce<E.Either<readonly Problem[], AnyBatch>>((so, [name, values]) => {
    if (E.isLeft(so)) return so
    const path = `columns.${name}`
    if (!Array.isArray(values)) return E.left([{ path, expected: 'an array of numbers', got: shown(values) }])
    const misfit = values.findIndex((v) => typeof v !== 'number')
    if (misfit >= 0) return E.left([{ path: `${path}[${misfit}]`, expected: 'a finite number', got: shown(values[misfit]) }])
    return E.mapLeft((problems: readonly Problem[]) => problems.map((problem) => ({ ...problem, path: `columns.${problem.path}` })))(
      withColumn(name, values as readonly number[])(so.right),
    )
  }, E.right(batch))
}

const versioned = (batch: AnyBatch, currentVersion: unknown): E.Either<readonly Problem[], AnyBatch> => {
  if (currentVersion === undefined) return E.right(batch)
  return typeof currentVersion === 'number' && Number.isInteger(currentVersion)
    ? E.right({ ...batch, currentVersion })
    : E.left([{ path: 'currentVersion', expected: 'an integer', got: shown(currentVersion) }])
}

const decode = (json: unknown): E.Either<readonly Problem[], AnyBatch> => {
  if (!isRecord(json)) return E.left([{ path: 'batch', expected: 'an object: discount, provenance, episodes, and trajectories or columns', got: shown(json) }])
  const { trajectories, ends } = json
  if (trajectories === undefined && json['offsets'] === undefined)
    return E.left([{ path: 'batch', expected: 'trajectories: [{ reward, ..., end }], or flat columns with offsets and ends', got: `keys ${Object.keys(json).join(', ') || 'none'}` }])
  const { refused } = batchKeys(json)
  const given = only(json, trajectories === undefined ? columnsInputNames : stepsInputNames) as Readonly<Record<string, unknown>>
  // What the two constructors take is checked by them; which facts there are is known at run time only.
  const built = (
    trajectories === undefined
      ? fromColumns({ ...columnsIn(given), ends: eachIn(ends, endIn) } as never)
      : fromSteps({ ...given, trajectories: eachIn(trajectories, stepsIn) } as never)
  ) as E.Either<readonly Problem[], AnyBatch>
  if (E.isLeft(built) || refused.length > 0) return E.left(withRefused(refused, E.isLeft(built) ? built.left : []))
  const whole = trajectories === undefined ? built : withColumns(built.right, json['columns'])
  return E.isLeft(whole) ? whole : versioned(whole.right, json['currentVersion'])
}

const known: readonly string[] = [...stepColumns, 'bootstrapValue', 'group']

const encode = (batch: AnyBatch): Json => {
  // A batch has the columns that its axes name, which its type does not list.
  const columnOf = (name: string): readonly Json[] => Array.from((batch as unknown as Readonly<Record<string, Float64Array>>)[name], numberJson)
  const names = Object.keys(batch.axes)
  const own = names.filter((name) => !known.includes(name))
  return {
    discount: batch.discount,
    provenance: batch.provenance === 'on-policy' ? 'on-policy' : 'off-policy',
    episodes: batch.episodes === 'complete' ? 'complete' : 'segments',
    actions: batch.actionSpace,
    version: batch.version,
    currentVersion: batch.currentVersion,
    offsets: Array.from(batch.offsets),
    startTime: Array.from(batch.startTime),
    ends: batch.ends.map(endJson),
    ...Object.fromEntries(names.filter((name) => known.includes(name) && name !== 'bootstrapValue').map((name) => [name, columnOf(name)])),
    ...(own.length === 0 ? {} : { columns: Object.fromEntries(own.map((name) => [name, columnOf(name)])) }),
  }
}

/**
 * The codec of batches: what `fromSteps` or `fromColumns` take, as JSON. Ends are words: `"terminated"`, `"timeLimit"`, `{ "truncated": {
 * "value": 1.5 } }`; a log-prob of `"-Infinity"` is a number; columns of your own stand under `columns`: of a trajectory, or flat beside trajectories or flat columns. A key is refused
 * that resembles one of ours, or means one in other formats and papers (`rewards`, `dones`, `old_log_probs`); others are not read, and
 * `unreadInBatch` names them. It encodes flat columns.
 *
 * The needs of an estimator are checked when it meets the batch.
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { batchCodec } from 'estimand/codecs'
 * const json = {
 *   discount: 1, provenance: 'on-policy', episodes: 'complete',
 *   trajectories: [{ reward: [1, 2], end: 'terminated' }, { reward: [3], end: 'timeLimit' }]
 * }
 * pipe(batchCodec.decode(json), E.map(({ offsets }) => Array.from(offsets))) // => E.right([0, 2, 3])
 * ```
 */
export const batchCodec: t.Type<AnyBatch, Json, unknown> = codecOf({
  name: 'Batch',
  root: 'batch',
  is: (x): x is AnyBatch => isRecord(x) && x['offsets'] instanceof Int32Array && isRecord(x['axes']),
  decode,
  encode,
})
