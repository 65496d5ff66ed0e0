import type { AllFacts } from '../trajectories/facts.ts'
import { offPolicy } from '../trajectories/facts.ts'
import type { End } from '../trajectories/ends.ts'
import { terminated, timeLimit } from '../trajectories/ends.ts'
import type { Axes, Trajectories } from '../trajectories/trajectories.ts'
import type { Enumerated } from './enumerate.ts'
import type { Model } from './model.ts'

/** A table of state values: by time and state, or by state alone. [T][S], [T + 1][S] or [S] */
export type ValueTable = readonly number[] | readonly (readonly number[])[]
/** A table of action values by time, state and action. [T][S][A] */
export type ActionValueTable = readonly (readonly (readonly number[])[])[]

/** Values of every (t, s) and (t, s, a), flat; null where the batch is not to carry them. */
export interface Values {
  readonly value: Float64Array | null
  readonly actionValue: Float64Array | null
}

const byTime = (table: ValueTable): table is readonly (readonly number[])[] => Array.isArray(table[0])

/** A value table as a flat array. [T S] */
export const flatValues = (table: ValueTable, { S, T }: Model): Float64Array =>
  Float64Array.from({ length: T * S }, (_, k) => {
    const s = k % S
    return byTime(table) ? table[Math.floor(k / S)][s] : table[s]
  })

/** An action-value table as a flat array. [T S A] */
export const flatActionValues = (table: ActionValueTable, { S, A, T }: Model): Float64Array =>
  Float64Array.from({ length: T * S * A }, (_, k) => table[Math.floor(k / (S * A))][Math.floor(k / A) % S][k % A])

/** Axes of the columns that batches of these values have. */
const axesOf = ({ value, actionValue }: Pick<Room, 'value' | 'actionValue'>): Axes => ({
  reward: 'per step',
  logProb: 'per step',
  behaviourLogProb: 'per step',
  ...(value === null ? {} : { value: 'per step', bootstrapValue: 'per trajectory' }),
  ...(actionValue === null ? {} : { actionValue: 'per step' }),
})

/** Room for batches that are filled from enumerated trajectories, overwritten from one batch to the next. */
export interface Room {
  readonly offsets: Int32Array
  readonly startTime: Int32Array
  /** s A + a of each step. */
  readonly pair: Int32Array
  readonly reward: Float64Array
  readonly logProb: Float64Array
  readonly behaviourLogProb: Float64Array
  readonly value: Float64Array | null
  readonly bootstrapValue: Float64Array | null
  readonly actionValue: Float64Array | null
  readonly ends: End[]
  /** What it is filled from. */
  readonly of: { readonly model: Model; readonly value: Float64Array | null; readonly actionValue: Float64Array | null }
}

/** A value table with the value of a state repeated for each action. [T S] -> [T S A] */
const forEachAction = (table: Float64Array, { A }: Model): Float64Array => {
  const out = new Float64Array(table.length * A)
  for (let k = 0; k < table.length; k++) out.fill(table[k], k * A, (k + 1) * A)
  return out
}

/** The same end so many times: a loop, for Array.from takes eight times as long. */
const repeated = (end: End, count: number): End[] => {
  const ends: End[] = []
  for (let i = 0; i < count; i++) ends.push(end)
  return ends
}

/** Room for batches of at most so many trajectories, and steps. */
export const roomFor = (model: Model, values: Values, count: number, steps: number = count * model.T): Room => ({
  offsets: new Int32Array(count + 1),
  startTime: new Int32Array(count),
  pair: new Int32Array(steps),
  reward: new Float64Array(steps),
  logProb: new Float64Array(steps),
  behaviourLogProb: new Float64Array(steps),
  value: values.value === null ? null : new Float64Array(steps),
  bootstrapValue: values.value === null ? null : new Float64Array(count),
  actionValue: values.actionValue === null ? null : new Float64Array(steps),
  ends: repeated(timeLimit, count),
  of: { model, value: values.value === null ? null : forEachAction(values.value, model), actionValue: values.actionValue },
})

/** The batch that stands in the room: a view, valid until the room is filled anew. */
export const batchIn = (room: Room, model: Model, onPolicy: boolean, count: number): Trajectories<AllFacts> => {
  const steps = room.offsets[count]
  const batch = {
    count,
    offsets: room.offsets.subarray(0, count + 1),
    startTime: room.startTime.subarray(0, count),
    ends: room.ends.length === count ? room.ends : room.ends.slice(0, count),
    discount: model.gamma,
    version: 0,
    currentVersion: 0,
    actionSpace: 'discrete',
    axes: axesOf(room),
    provenance: onPolicy ? 'on-policy' : offPolicy,
    episodes: 'complete',
    reward: room.reward.subarray(0, steps),
    logProb: room.logProb.subarray(0, steps),
    behaviourLogProb: room.behaviourLogProb.subarray(0, steps),
    ...(room.value === null || room.bootstrapValue === null
      ? {}
      : { value: room.value.subarray(0, steps), bootstrapValue: room.bootstrapValue.subarray(0, count) }),
    ...(room.actionValue === null ? {} : { actionValue: room.actionValue.subarray(0, steps) }),
  }
  // It carries what the setting gives; needs are checked against it before anything is estimated.
  return batch as unknown as Trajectories<AllFacts>
}

/** Batches of N of the trajectories that were enumerated, by their numbers; each overwrites the one before. */
export const batchesOf = (model: Model, values: Values, onPolicy: boolean, all: Enumerated, N: number): ((tuple: ArrayLike<number>) => Trajectories<AllFacts>) => {
  const room = roomFor(model, values, N)
  // Views of the same room do for every tuple with as many steps.
  const views = new Map<number, Trajectories<AllFacts>>()
  return (tuple) => {
    for (let place = 0; place < N; place++) fill(room, place, all, tuple[place], tuple[place] + 1)
    const steps = room.offsets[N]
    let view = views.get(steps)
    if (view === undefined) views.set(steps, (view = batchIn(room, model, onPolicy, N)))
    return view
  }
}

/** Batches of one trajectory of a room, by its number; each overwrites the one before. */
export const aloneIn = (model: Model, values: Values, onPolicy: boolean): ((room: Room, i: number) => Trajectories<AllFacts>) => {
  const one = roomFor(model, values, 1)
  const views = new Map<number, Trajectories<AllFacts>>()
  return (room, i) => {
    const [from, to] = [room.offsets[i], room.offsets[i + 1]]
    for (let k = from; k < to; k++) {
      one.reward[k - from] = room.reward[k]
      one.logProb[k - from] = room.logProb[k]
      one.behaviourLogProb[k - from] = room.behaviourLogProb[k]
    }
    if (one.value !== null && room.value !== null) for (let k = from; k < to; k++) one.value[k - from] = room.value[k]
    if (one.actionValue !== null && room.actionValue !== null) for (let k = from; k < to; k++) one.actionValue[k - from] = room.actionValue[k]
    one.ends[0] = room.ends[i]
    one.offsets[1] = to - from
    let view = views.get(to - from)
    if (view === undefined) views.set(to - from, (view = batchIn(one, model, onPolicy, 1)))
    return view
  }
}

/** Copies what a table [T S A] says of each step of trajectories first <= i < stop, whose states and actions are there. */
const fillValues = (to: Float64Array, table: Float64Array, offsets: Int32Array, pair: Int32Array, pairs: number, first: number, stop: number): void => {
  for (let i = first; i < stop; i++) {
    const end = offsets[i + 1]
    for (let k = offsets[i], now = 0; k < end; k++, now += pairs) to[k] = table[now + pair[k]]
  }
}

/** Copies trajectories from <= j < stop of an enumeration to places of the room; the places before them are filled already. */
export const fill = ({ offsets, pair, reward, logProb, behaviourLogProb, ends, value, actionValue, of }: Room, place: number, { offsets: bounds, move }: Enumerated, from: number, stop: number): void => {
  const { moves, S, A } = of.model
  const { ends: endsBy, pair: pairOf, reward: rewardOf, logTarget, logSampler } = moves
  const shift = offsets[place] - bounds[from]
  for (let j = from; j < stop; j++) {
    const i = place + j - from
    const end = bounds[j + 1]
    offsets[i + 1] = end + shift
    const how = endsBy[move[end - 1]] === 1 ? terminated : timeLimit
    if (ends[i] !== how) ends[i] = how
  }
  const last = bounds[stop]
  for (let k = bounds[from], to = k + shift; k < last; k++, to++) {
    const m = move[k]
    pair[to] = pairOf[m]
    reward[to] = rewardOf[m]
    logProb[to] = logTarget[m]
    behaviourLogProb[to] = logSampler[m]
  }
  if (value !== null && of.value !== null) fillValues(value, of.value, offsets, pair, S * A, place, place + stop - from)
  if (actionValue !== null && of.actionValue !== null) fillValues(actionValue, of.actionValue, offsets, pair, S * A, place, place + stop - from)
}

/** Writes step t of so many trajectories of the room, which all of them share. */
export const fillStep = ({ offsets, pair, reward, logProb, behaviourLogProb, value, actionValue, of }: Room, count: number, t: number, m: number): void => {
  const { moves, S, A } = of.model
  const now = moves.pair[m]
  const [r, target, sampler] = [moves.reward[m], moves.logTarget[m], moves.logSampler[m]]
  for (let i = 0; i < count; i++) {
    const k = offsets[i] + t
    pair[k] = now
    reward[k] = r
    logProb[k] = target
    behaviourLogProb[k] = sampler
  }
  const place = t * S * A + now
  if (value !== null && of.value !== null) for (let i = 0, v = of.value[place]; i < count; i++) value[offsets[i] + t] = v
  if (actionValue !== null && of.actionValue !== null) for (let i = 0, q = of.actionValue[place]; i < count; i++) actionValue[offsets[i] + t] = q
}
